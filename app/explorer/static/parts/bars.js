// @ts-check
/** Values as bars: lying, with labels, or upright for years. Each bar is a control, and its number leads to its list. */
import { html, useState } from "../base/html.js";
import { viewOf } from "../base/location.js";
import { count, t } from "../base/words.js";
import { filterBy } from "./filtering.js";

const SHOWN = 10;

/** @param {{ rows: any[], dimension: string, shown?: number }} props `rows` of an aggregate by one dimension */
export function Bars({ rows, dimension, shown = SHOWN }) {
    const [isAll, setAll] = useState(false);
    // What has no value comes last, and doesn't set the scale.
    const known = rows.filter((row) => row[dimension].key !== null);
    const ordered = [...known, ...rows.filter((row) => row[dimension].key === null)];
    const most = Math.max(1, ...known.map((row) => row.value));
    const seen = isAll ? ordered : ordered.slice(0, shown);
    return html`<ul class="bars">
            ${seen.map((row) => html`<${Bar} key=${row[dimension].key} row=${row} dimension=${dimension} most=${most} />`)}
        </ul>
        ${rows.length > shown &&
        html`<button type="button" class="quiet" aria-expanded=${isAll} onClick=${() => setAll(!isAll)}>
            ${isAll ? t("Show fewer") : t("Show all {n}", { n: count(rows.length) })}
        </button>`}`;
}

/** @param {{ row: any, dimension: string, most: number }} props */
function Bar({ row, dimension, most }) {
    const { key, label } = row[dimension];
    const mark = filterBy(row, dimension);
    return html`<li class=${key === null ? "bar none" : "bar"}>
        <button type="button" class="mark" ...${mark}>
            <span class="label">${label}</span><span class="hidden">, ${count(row.value)}</span>
            <span class="track"><span class="fill" style=${{ width: `${Math.min(100, (100 * row.value) / most)}%` }}></span></span>
        </button>
        <a class="value" href=${viewOf(row.href)} aria-label=${t("{n} in the list: {label}", { n: count(row.value), label })}>${count(row.value)}</a>
    </li>`;
}

/** @param {{ rows: any[], dimension: string }} props rows by year */
export function Columns({ rows, dimension }) {
    const dated = rows.filter((row) => row[dimension].key !== null).sort((a, b) => a[dimension].key.localeCompare(b[dimension].key));
    const without = rows.find((row) => row[dimension].key === null);
    const most = Math.max(1, ...dated.map((row) => row.value));
    const narrowest = `${Math.max(26, 8 * count(most).length)}px`;
    return html`<div class="columns" role="group" aria-label=${t("Years")}>
            ${dated.map((row) => {
                const { key, label } = row[dimension];
                return html`<button key=${key} type="button" class="column mark" style=${{ minWidth: narrowest }} ...${filterBy(row, dimension)}>
                    <span class="label"><span class="century">${label.slice(0, 2)}</span>${label.slice(2)}</span>
                    <span class="value">${count(row.value)}</span>
                    <span class="fill" style=${{ height: `${Math.max(1, (96 * row.value) / most)}px` }}></span>
                </button>`;
            })}
        </div>
        ${without && html`<p class="note">${without[dimension].label}: <a href=${viewOf(without.href)}>${count(without.value)}</a></p>`}`;
}
