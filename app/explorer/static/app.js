// @ts-check
/** Puts the page together: one bar, the filters, the view that the address names, and the footer. */
import { awaited, isPending, watchPending } from "./base/api.js";
import { html, render, useEffect, useErrorBoundary, useLayoutEffect, useRef, useState } from "./base/html.js";
import { followLinks, usePlace } from "./base/location.js";
import { labelLanguage, t } from "./base/words.js";
import { Bar } from "./parts/bar.js";
import { Chips } from "./parts/chips.js";
import { Footer } from "./parts/footer.js";
import { Failure } from "./parts/states.js";

/** Views by their paths: the name of the view, and the module that draws it. */
const VIEWS = [
    { path: /^\/$/, name: "overview", load: () => import("./views/overview.js") },
    { path: /^\/actions\/([^/]+)$/, name: "action", load: () => import("./views/action.js") },
    { path: /^\/countries\/([^/]+)$/, name: "country", load: () => import("./views/country.js") },
    { path: /^\/member-states\/([^/]+)$/, name: "member-state", load: () => import("./views/member_state.js") },
    { path: /^\/figures$/, name: "figures", load: () => import("./views/figures.js") },
    { path: /^\/import$/, name: "import", load: () => import("./views/import.js") },
    { path: /^\/(actions|activities|deployments|outputs|partners|countries)$/, name: null, load: () => import("./views/list.js") },
];

/** @param {string} path */
function viewAt(path) {
    for (const view of VIEWS) {
        const found = view.path.exec(path);
        if (found) return { ...view, name: view.name ?? found[1], key: decodeURIComponent(found[1] ?? "") };
    }
    return { ...VIEWS[0], name: "overview", key: "" };
}

/** @param {string} name @param {() => Promise<any>} load @returns {any} the component of a view, once it is loaded */
function useView(name, load) {
    const [seen, setSeen] = useState(/** @type {any} */ ({}));
    useLayoutEffect(() => {
        awaited(load().then((module) => setSeen({ name, draw: module.default })));
    }, [name]);
    return seen.name === name ? seen.draw : null;
}

/** Keeps the frame where a view fails; another place is another try. @param {{ place: any, children: any }} props */
function Guard({ place, children }) {
    const [error, reset] = useErrorBoundary((failed) => console.error(failed));
    useEffect(() => {
        if (error) reset();
    }, [place]);
    return error ? html`<${Failure} problem=${error} again=${reset} />` : children;
}

function App() {
    const place = usePlace();
    const view = viewAt(place.path);
    const draw = useView(view.name, view.load);
    const main = useRef(/** @type {HTMLElement | null} */ (null));
    const former = useRef(place.path);
    useLayoutEffect(() => {
        const mark = () => {
            main.current?.setAttribute("aria-busy", `${isPending()}`);
            const heading = view.name === "overview" ? "" : main.current?.querySelector("h1")?.textContent;
            if (!isPending()) document.title = heading ? `${heading} · MIEUX Registry` : "MIEUX Registry";
        };
        mark();
        return watchPending(mark);
    });
    useEffect(() => {
        if (former.current !== place.path) main.current?.focus({ preventScroll: true });
        former.current = place.path;
    }, [place.path]);
    return html`<a class="skip" href="#main">${t("Skip to the content")}</a>
        <${Bar} place=${place} />
        <${Chips} place=${place} />
        <main id="main" tabindex="-1" ref=${main} data-view=${view.name} aria-busy="true">
            <${Guard} place=${place}>${draw && html`<${draw} key=${view.name + view.key} name=${view.name} id=${view.key} place=${place} />`}<//>
        </main>
        <${Footer} place=${place} view=${view} />`;
}

document.documentElement.lang = labelLanguage();
if (window.top !== window.self) document.documentElement.dataset.embedded = "";
followLinks();
render(html`<${App} />`, /** @type {HTMLElement} */ (document.getElementById("app")));
