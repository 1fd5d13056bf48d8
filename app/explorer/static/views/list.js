// @ts-check
/** A list with its filters: what was chosen, in which order, and the same as a file or a call. */
import { address, signedInWith, useApi } from "../base/api.js";
import { html, useState } from "../base/html.js";
import { at, filtersOf, go, href, viewOf } from "../base/location.js";
import { remember, remembered } from "../base/settings.js";
import { count, counted, dateWords, labelLanguage, sentence, t } from "../base/words.js";
import { Facets } from "../parts/facets.js";
import { useLabels } from "../parts/labels.js";
import { LISTS } from "../parts/records.js";
import { citationsOf, snippetsOf } from "../parts/snippets.js";
import { Empty, Failure } from "../parts/states.js";
import { Copied, Tools } from "../parts/tools.js";

/** @param {{ name: string, place: import("../base/location.js").Place }} props */
export default function List({ name, place }) {
    const list = LISTS[name];
    const page = useApi(address(`/${name}`, place.params));
    const [density, setDensity] = useState(remembered("density") ?? "comfortable");
    const turn = () => {
        const next = density === "compact" ? "comfortable" : "compact";
        remember("density", next);
        setDensity(next);
    };
    return html`<div class="listing">
        <${Facets} params=${place.params} />
        <section aria-busy=${page.isLoading} class="list ${density}">
            <div class="list-head">
                <h1>${page.data ? html`<span data-total="">${count(page.data.total)}</span> ${t(page.data.total === 1 ? list.one : list.many)}` : t(list.many)}</h1>
                <label>${t("Sort")} <select value=${place.params.get("sort") ?? ""} onChange=${(/** @type {any} */ event) => go(sorted(place, event.target.value))}>
                    <option value="">${t("default order")}</option>
                    ${list.sorts.map((sort) => html`<option key=${sort} value=${sort} selected=${place.params.get("sort") === sort}>${t(sort)}</option>`)}
                </select></label>
                <button type="button" class="quiet" aria-pressed=${density === "compact"} onClick=${turn}>${t("Compact")}</button>
                ${signedInWith() && name === "actions" && html`<a class="button" href=${href("/actions/new")}>${t("New action")}</a>`}
            </div>
            ${page.error && html`<${Failure} problem=${page.error} again=${page.again} />`}
            ${page.data && !page.data.items.length && html`<${NoMatch} place=${place} many=${list.many} />`}
            ${page.data?.items.length > 0 && html`<${Rows} name=${name} items=${page.data.items} />`}
            ${page.data && html`<${Pages} page=${page.data} />`}
            ${page.data && html`<${ListTools} name=${name} place=${place} />`}
        </section>
    </div>`;
}

/** @param {import("../base/location.js").Place} place @param {string} sort */
function sorted(place, sort) {
    const params = new URLSearchParams(place.params);
    for (const name of ["sort", "offset", "cursor"]) params.delete(name);
    if (sort) params.set("sort", sort);
    return at(place.path, params);
}

/** @param {{ name: string, items: any[] }} props */
function Rows({ name, items }) {
    const { columns, many } = LISTS[name];
    return html`<table class="records">
        <caption class="hidden">${t(many)}</caption>
        <thead><tr>${columns.map(([heading, , kind]) => html`<th key=${heading} scope="col" class=${kind ?? ""}>${sentence(t(heading))}</th>`)}</tr></thead>
        <tbody>${items.map((row) => html`<tr key=${row.id ?? row.code} data-action=${row.slug ?? row.action}>
            ${columns.map(([heading, cell, kind]) => html`<td key=${heading} class=${kind ?? ""} data-label=${t(heading)}>${cell(row)}</td>`)}
        </tr>`)}</tbody>
    </table>`;
}

/** What to do where nothing matches. @param {{ place: import("../base/location.js").Place, many: string }} props */
function NoMatch({ place, many }) {
    const filters = [...filtersOf(place.params)];
    const label = useLabels(filters.length ? filtersOf(place.params) : null);
    const [name, value] = filters.at(-1) ?? [];
    return html`<${Empty}>${t("No {many} match.", { many: t(many) })} ${name && value && html`<a href=${href(place.path, new URLSearchParams(filters.slice(0, -1)))}>${t("Remove “{label}”", { label: label(name, value) ?? dateWords(value) })}</a>`}<//>`;
}

/** @param {{ page: any }} props */
function Pages({ page }) {
    if (!page.next && !page.previous) return null;
    const last = Math.min(page.total, page.offset + page.items.length);
    return html`<nav class="pages" aria-label=${t("Pages")}>
        ${page.previous ? html`<a class="button" rel="prev" href=${viewOf(page.previous)}>${t("Previous")}</a>` : html`<span class="button" aria-disabled="true">${t("Previous")}</span>`}
        <span>${page.offset || !page.previous ? `${count(page.offset + 1)}–${count(last)} / ${count(page.total)}` : counted(page.total, "in all", "in all")}</span>
        ${page.next ? html`<a class="button" rel="next" href=${viewOf(page.next)}>${t("Next")}</a>` : html`<span class="button" aria-disabled="true">${t("Next")}</span>`}
    </nav>`;
}

/** @param {{ name: string, place: import("../base/location.js").Place }} props */
function ListTools({ name, place }) {
    const path = address(`/${name}`, place.params);
    const url = new URL(path, location.href).href;
    const file = (/** @type {string} */ format) => html`<a download=${`${name}.${format}`} href=${`${path}${path.includes("?") ? "&" : "?"}format=${format}&lang=${labelLanguage()}`}>${format.toUpperCase()}</a>`;
    const formats = name === "actions" ? ["csv", "xlsx", "ndjson", "geojson"] : ["csv", "xlsx", "ndjson"];
    /** @type {[string, () => any][]} */
    const panels = [
        ["File", () => html`<p class="files">${formats.map(file)}</p>`],
        ["Code", () => snippetsOf(url, "items").map(([named, text]) => html`<${Copied} named=${named} text=${text} />`)],
        ["Cite", () => citationsOf({ title: t(name), url: location.href, asOf: new Date().toISOString().slice(0, 10) }).map(([named, text]) => html`<${Copied} named=${named} text=${text} />`)],
    ];
    return html`<${Tools} panels=${panels} label=${t(name)} />`;
}
