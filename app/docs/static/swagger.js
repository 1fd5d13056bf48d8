// Starts Swagger UI. A file of its own, because the page allows no inline script.
"use strict";

(function start() {
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

  // Where the samples say that the service is: here it is where this page came from.
  const WRITTEN_FOR = /http:[/][/]127[.]0[.]0[.]1:8000/g;

  // The same call in several languages, which the description has for lists and figures.
  function withSamples(Original, system) {
    const element = system.React.createElement;

    function Sample(sample) {
      return element(
        "div",
        { key: sample.label, className: "sample" },
        element("h5", null, sample.label),
        element("pre", null, element("code", null, sample.source.replaceAll(WRITTEN_FOR, location.origin)))
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

  SwaggerUIBundle({
    url: page.dataset.openapiUrl,
    domNode: page,
    presets: [SwaggerUIBundle.presets.apis],
    plugins: [{ wrapComponents: { SyntaxHighlighter: plainWhenLong, responses: withSamples } }],
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
