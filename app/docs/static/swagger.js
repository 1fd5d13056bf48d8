// Starts Swagger UI. A file of its own, because the page allows no inline script.
"use strict";

(async function start() {
  // Colouring makes an element of every word, which holds up the page on a long answer:
  // above this many characters an answer is shown as plain text.
  const LONGEST_COLOURED = 20000;

  const page = document.getElementById("api");

  function plainWhenLong(Original, system) {
    return function Highlighter(props) {
      const text = props.children;
      const long = typeof text === "string" && text.length > LONGEST_COLOURED;
      const shown = long ? system.getComponent("PlainTextViewer") : Original;
      return system.React.createElement(shown, props);
    };
  }

  // The same call in several languages, of this service.
  function withSamples(Original, system) {
    const element = system.React.createElement;

    function Sample(sample) {
      return element(
        "div",
        { key: sample.label, className: "sample" },
        element("h5", null, sample.label),
        element("pre", { tabIndex: 0 }, element("code", null, sample.source))
      );
    }

    return function Responses(props) {
      const where = ["paths", props.path, props.method, "x-codeSamples"];
      const samples = system.specSelectors.specJson().getIn(where);
      return element(
        "div",
        null,
        samples &&
          element(
            "details",
            { className: "samples" },
            element("summary", null, "The same call in a script"),
            samples.toJS().map(Sample)
          ),
        element(Original, props)
      );
    };
  }

  // The filters that every list and figure takes are folded, so that an operation's own parameters are seen first.
  function withFolding(Original, system) {
    const element = system.React.createElement;

    return function Parameters(props) {
      const [isOpen, open] = system.React.useState(false);
      const common = props.parameters.filter((parameter) => shared.has(parameter.get("name"))).size;
      if (common < shared.size || !common) {
        return element(Original, props);
      }
      const label = `${isOpen ? "Hide" : "Show"} the ${common} filters that every list and figure takes`;
      return element(
        "div",
        { className: isOpen ? "" : "folded" },
        element(Original, props),
        element("button", { type: "button", className: "btn fold", "aria-expanded": isOpen, onClick: () => open(!isOpen) }, label)
      );
    };
  }

  function rowOf(Original, system) {
    return function ParameterRow(props) {
      const row = system.React.useRef(null);
      system.React.useEffect(() => {
        const name = props.param.get("name");
        const own = row.current && row.current.closest("tbody");
        if (own && shared.has(name)) {
          own.querySelectorAll(`tr[data-param-name="${name}"]`).forEach((each) => each.classList.add("shared"));
        }
      });
      return system.React.createElement(
        system.React.Fragment,
        null,
        system.React.createElement(Original, props),
        system.React.createElement("tr", { ref: row, hidden: true })
      );
    };
  }

  // A list of codes shows what they stand for.
  function withLabels(Original, system) {
    return function Select(props) {
      const place = system.React.useRef(null);
      system.React.useEffect(() => {
        for (const option of place.current.querySelectorAll("option")) {
          if (labels.has(option.value)) option.label = `${option.value}: ${labels.get(option.value)}`;
        }
      });
      return system.React.createElement("span", { ref: place }, system.React.createElement(Original, props));
    };
  }

  // What is typed into the box is looked for in tags, paths, titles and parameters, whatever its case.
  function opsFilter(tagged, phrase) {
    const words = phrase.toLowerCase().split(/\s+/).filter(Boolean);
    const texts = (operation, tag) => [
      tag,
      operation.get("path"),
      operation.get("method"),
      operation.getIn(["operation", "summary"]),
      ...operation
        .getIn(["operation", "parameters"], [])
        .map((parameter) => parameter.get("name") || parameter.get("$ref", "").split("/").pop()),
    ];
    return tagged
      .map((group, tag) =>
        group.update("operations", (operations) =>
          operations.filter((operation) => {
            const text = texts(operation, tag).join("\n").toLowerCase();
            return words.every((word) => text.includes(word));
          })
        )
      )
      .filter((group) => group.get("operations").size > 0);
  }

  async function readLabels(base) {
    const [vocabularies, countries] = await Promise.all(
      ["vocabularies", "countries?limit=500&fields=code,name"].map(async (path) => (await fetch(`${base}/api/v1/${path}`)).json())
    );
    for (const { value, label } of Object.values(vocabularies).flat()) labels.set(value, label);
    for (const { code, name } of countries.items) labels.set(code, name);
  }

  const labels = new Map();
  const shared = new Set();
  const described = await readDescription(page.dataset.openapiUrl);
  for (const { $ref } of described.paths["/api/v1/headline"]?.get.parameters ?? []) {
    const name = $ref?.split("/").pop();
    if (name && !["lang", "release"].includes(name)) shared.add(name);
  }
  readLabels(described.servers[0].url.replace(/[/]$/, "")).catch(() => {}); // without them, codes stand alone

  SwaggerUIBundle({
    spec: described,
    domNode: page,
    presets: [SwaggerUIBundle.presets.apis],
    plugins: [
      {
        fn: { opsFilter },
        wrapComponents: {
          SyntaxHighlighter: plainWhenLong,
          responses: withSamples,
          parameters: withFolding,
          parameterRow: rowOf,
          Select: withLabels,
        },
      },
    ],
    // Without the stand-alone layout there is no top bar with a box for other addresses.
    layout: "BaseLayout",
    deepLinking: true,
    // First view: every tag with its description, every operation as one line.
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    filter: true,
    tryItOutEnabled: true,
    displayRequestDuration: true,
    persistAuthorization: false,
    // The validator is a service on an outside host.
    validatorUrl: null,
  });
})();
