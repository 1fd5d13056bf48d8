// @ts-check
/** The bar: name, search, views, language, colours, and who is signed in. */
import { signedInWith } from "../base/api.js";
import { html, useState } from "../base/html.js";
import { filtersOf, href } from "../base/location.js";
import { remember } from "../base/settings.js";
import { LANGUAGES, chooseLanguage, labelLanguage, t } from "../base/words.js";
import { Search } from "./search.js";
import { SignIn } from "./sign_in.js";

const VIEWS = [["/", "Overview"], ["/actions", "Actions"], ["/figures", "Figures"]];

/** @param {{ place: import("../base/location.js").Place }} props */
export function Bar({ place }) {
    const filters = filtersOf(place.params);
    return html`<header class="bar">
        <a class="name" href=${href("/")}><b>MIEUX</b> <span>Registry</span></a>
        <${Search} place=${place} />
        <nav aria-label=${t("Views")}>
            ${VIEWS.map(([path, name]) => html`<a key=${path} href=${href(path, filters)} aria-current=${place.path === path ? "page" : undefined}>${t(name)}</a>`)}
        </nav>
        <${Language} />
        <${Theme} />
        <${SignIn} />
    </header>`;
}

function Language() {
    return html`<select class="language" aria-label=${t("Language")} onChange=${(/** @type {any} */ event) => chooseLanguage(event.target.value)}>
        ${Object.entries(LANGUAGES).map(([code, name]) => html`<option key=${code} value=${code} lang=${code} selected=${code === labelLanguage()}>${name}</option>`)}
    </select>`;
}

function Theme() {
    const root = document.documentElement;
    const [theme, setTheme] = useState(root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
    const turn = () => {
        const next = theme === "dark" ? "light" : "dark";
        root.dataset.theme = next;
        remember("theme", next);
        setTheme(next);
    };
    return html`<button type="button" class="icon" aria-pressed=${theme === "dark"} aria-label=${t("Dark colours")} title=${t("Dark colours")} onClick=${turn}>◐</button>`;
}

/** Whether somebody may edit here. */
export const isEditor = () => signedInWith() !== null;
