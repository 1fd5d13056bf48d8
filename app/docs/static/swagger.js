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

  SwaggerUIBundle({
    url: page.dataset.openapiUrl,
    domNode: page,
    presets: [SwaggerUIBundle.presets.apis],
    plugins: [{ wrapComponents: { SyntaxHighlighter: plainWhenLong } }],
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
