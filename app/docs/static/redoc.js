// Starts ReDoc. A file of its own, because the page allows no inline script.
"use strict";

(async function start() {
  const page = document.getElementById("api");
  const sans = getComputedStyle(document.body).fontFamily;
  const mono = getComputedStyle(document.documentElement).getPropertyValue("--mono");

  const options = {
    // The bar stays in view, so the menu and the jumps stop below it.
    scrollYOffset: ".bar",
    // The bar has the link to the file.
    hideDownloadButtons: true,
    expandResponses: "200,201",
    sortRequiredPropsFirst: true,
    nativeScrollbars: true,
    theme: {
      colors: { primary: { main: "#1a56a0" }, text: { primary: "#1d2733" } },
      spacing: { sectionVertical: 24 },
      typography: {
        fontFamily: sans,
        headings: { fontFamily: sans, fontWeight: "600" },
        code: { fontFamily: mono },
      },
      rightPanel: { backgroundColor: "#1f3a5f" },
    },
  };

  Redoc.init(await readDescription(page.dataset.openapiUrl), options, page);
})();
