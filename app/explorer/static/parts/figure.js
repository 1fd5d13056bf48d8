// @ts-check
/** A figure: a title in words, its definition, the picture, and the ways to take it away. All charts are this. */
import { address, useApi } from "../base/api.js";
import { html, useState } from "../base/html.js";
import { filtersOf, href, viewOf } from "../base/location.js";
import { count, labelLanguage, sentence, t } from "../base/words.js";
import { Bars, Columns } from "./bars.js";
import { Failure } from "./states.js";
import { parameterOf } from "./filtering.js";
import { WorldMap } from "./map.js";
import { Matrix } from "./matrix.js";
import { citationsOf, snippetsOf } from "./snippets.js";
import { Copied, Tools } from "./tools.js";

/** The parameters of an aggregate. A picture that is a control for one filter keeps the values that it may change to.
 * @param {string} measure @param {string[]} by @param {URLSearchParams} params */
export function figureQuery(measure, by, params, isControl = true) {
    const query = new URLSearchParams([["measure", measure], ...by.map((name) => ["by", name])]);
    for (const [name, value] of filtersOf(params)) {
        if (!isControl || by.length > 1 || name !== parameterOf(by[0])) query.append(name, value);
    }
    return query;
}

/** @param {{ title: string, measure: string, by: string[], params: URLSearchParams, kind: "bars" | "columns" | "map" |
 * "matrix", note?: string, shown?: number }} props */
export function Figure({ title, measure, by, params, kind, note, shown }) {
    const query = figureQuery(measure, by, params);
    const figure = useApi(address("/aggregates", query));
    return html`<figure class="figure of-${kind}" aria-busy=${figure.isLoading}>
        <figcaption><h2><a href=${href("/figures", query)}>${title}</a></h2>
            <p class="definition">${figure.data?.definition}${note && ` ${note}`}</p></figcaption>
        ${figure.error && html`<${Failure} problem=${figure.error} again=${figure.again} />`}
        ${figure.data && html`<${Picture} figure=${figure.data} kind=${kind} title=${title} shown=${shown} />`}
        ${figure.data && html`<${FigureTools} figure=${figure.data} query=${query} title=${title} />`}
    </figure>`;
}

/** @param {{ figure: any, kind: string, title: string, shown?: number }} props */
export function Picture({ figure, kind, title, shown }) {
    const { rows, by, measure } = figure;
    if (!rows.length) return html`<p class="empty">${t("Nothing matches. Remove a filter.")}</p>`;
    if (kind === "map") return html`<${WorldMap} rows=${rows} dimension=${by[0]} measure=${measure} />`;
    if (kind === "columns") return html`<${Columns} rows=${rows} dimension=${by[0]} />`;
    if (kind === "matrix") return html`<${Matrix} rows=${rows} by=${by} caption=${title} most=${shown} />`;
    return html`<${Bars} rows=${rows} dimension=${by[0]} shown=${shown} />`;
}

/** @param {{ figure: any, query: URLSearchParams, title: string, isTableOpen?: boolean }} props */
export function FigureTools({ figure, query, title }) {
    const path = address("/aggregates", query);
    const url = new URL(path, location.href).href;
    const shown = new URL(href("/figures", query), location.href).href;
    const file = (/** @type {string} */ format) => `${path}&format=${format}&lang=${labelLanguage()}`;
    const name = (/** @type {string} */ format) => html`<a href=${file(format)} download=${`figure.${format}`}>${format.toUpperCase()}</a>`;
    /** @type {[string, () => any][]} */
    const panels = [
        ["Table", () => html`<${FigureTable} figure=${figure} caption=${title} />`],
        ["File", () => html`<p class="files">${["csv", "xlsx", "svg", "png"].map(name)}</p>`],
        ["Code", () => snippetsOf(url, "rows").map(([named, text]) => html`<${Copied} named=${named} text=${text} />`)],
        ["Cite", () => citationsOf({ title, url: shown, asOf: figure.as_of, release: figure.release }).map(([named, text]) => html`<${Copied} named=${named} text=${text} />`)],
        ["Embed", () => [
            html`<${Copied} named="iframe" text=${`<iframe src="${shown}" title="${title}" width="800" height="500"></iframe>`} />`,
            html`<${Copied} named="img" text=${`<img src="${url}&format=svg" alt="${title}">`} />`,
        ]],
    ];
    return html`<${Tools} panels=${panels} label=${title} />`;
}

/** @param {any} a @param {any} b @param {string} name a dimension, or "value" */
const compared = (a, b, name) => (name === "value" ? a.value - b.value : a[name].label.localeCompare(b[name].label));

/** The numbers of a figure, each a link to its list. @param {{ figure: any, caption: string }} props */
export function FigureTable({ figure, caption }) {
    const { by, totals, measure } = figure;
    const [sorted, setSorted] = useState(/** @type {{ name: string, isUp: boolean } | null} */ (null));
    const rows = sorted ? [...figure.rows].sort((a, b) => (sorted.isUp ? 1 : -1) * compared(a, b, sorted.name)) : figure.rows;
    const heading = (/** @type {string} */ name, /** @type {string} */ text, kind = "") => html`<th key=${name} scope="col" class=${kind}
        aria-sort=${sorted?.name === name ? (sorted.isUp ? "ascending" : "descending") : undefined}>
        <button type="button" class="quiet" onClick=${() => setSorted({ name, isUp: sorted?.name === name ? !sorted.isUp : name !== "value" })}>${sentence(t(text))}</button></th>`;
    return html`<div class="scrolled" tabindex="0" role="region" aria-label=${caption}><table class="numbers">
        <caption class="hidden">${caption}</caption>
        <thead><tr>${by.map((/** @type {string} */ name) => heading(name, name))}${heading("value", measure, "number")}</tr></thead>
        <tbody>${rows.map((/** @type {any} */ row) => html`<tr>
            ${by.map((/** @type {string} */ name, /** @type {number} */ place) =>
                place ? html`<td>${row[name].label}</td>` : html`<th scope="row">${row[name].label}</th>`)}
            <td class="number" data-cell=""><a href=${viewOf(row.href)} aria-label="${by.map((/** @type {string} */ name) => row[name].label).join(", ")}: ${count(row.value)}">${count(row.value)}</a></td>
        </tr>`)}</tbody>
        <tfoot><tr><th scope="row" colspan=${by.length}>${t("Distinct {measure}", { measure: t(measure) })}</th>
            <td class="number"><a href=${viewOf(totals.href)}>${count(totals.distinct)}</a></td></tr></tfoot>
    </table></div>
    <${Totals} totals=${totals} measure=${measure} />`;
}

/** Why rows may add up to something else. @param {{ totals: any, measure: string }} props */
export function Totals({ totals, measure }) {
    const parts = [];
    if (totals.counted_more_than_once) {
        parts.push(t("The rows add up to {sum}: {more} of it counts {measure} again that are under several values.", {
            sum: count(totals.sum_of_rows),
            more: count(totals.counted_more_than_once),
            measure: t(measure),
        }));
    }
    if (totals.unassigned) parts.push(t("{n} have no value here.", { n: count(totals.unassigned) }));
    return parts.length ? html`<p class="note">${parts.join(" ")}</p>` : null;
}
