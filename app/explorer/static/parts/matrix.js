// @ts-check
/** Two dimensions as a table of shaded cells, each with its number, which leads to its list. */
import { html } from "../base/html.js";
import { viewOf } from "../base/location.js";
import { count, t } from "../base/words.js";
import { moveInGrid } from "./filtering.js";
import { shadesOf } from "./shades.js";

/** The keys of a dimension, those with the largest sums first; years in their order.
 * @param {any[]} rows @param {string} dimension */
function keysOf(rows, dimension) {
    const sums = new Map();
    for (const row of rows) {
        const { key, label } = row[dimension];
        const sum = sums.get(key) ?? { key, label, sum: 0 };
        sum.sum += row.value;
        sums.set(key, sum);
    }
    const found = [...sums.values()];
    const isByYear = dimension.endsWith("_year");
    return found.sort((a, b) => Number(a.key === null) - Number(b.key === null) || (isByYear ? a.label.localeCompare(b.label) : b.sum - a.sum));
}

/** @param {{ rows: any[], by: string[], most?: number, isFull?: boolean, caption: string }} props at most `most` of each
 * dimension are shown; `isFull` marks cells as the cells of a figure */
export function Matrix({ rows, by, most = 24, isFull = false, caption }) {
    const [down, across] = by;
    const lines = keysOf(rows, down);
    const columns = keysOf(rows, across);
    const found = new Map(rows.map((row) => [`${row[down].key}\n${row[across].key}`, row]));
    const shade = shadesOf(rows.map((row) => row.value));
    const shownLines = isFull ? lines : lines.slice(0, most);
    const shownColumns = isFull ? columns : columns.slice(0, most);
    const hidden = lines.length - shownLines.length + columns.length - shownColumns.length;
    let isFirst = true;
    const stop = () => (isFirst ? ((isFirst = false), 0) : -1);
    return html`<div class="scrolled" tabindex="0" role="region" aria-label=${caption}>
            <table class="matrix" onKeyDown=${moveInGrid}>
                <caption class="hidden">${caption}</caption>
                <thead><tr><td></td>
                    ${shownColumns.map(({ key, label }) => html`<th key=${key} scope="col" title=${label}><span>${label}</span></th>`)}
                </tr></thead>
                <tbody>
                    ${shownLines.map((line) => html`<tr key=${line.key}>
                        <th scope="row">${line.label}</th>
                        ${shownColumns.map((column) => {
                            const row = found.get(`${line.key}\n${column.key}`);
                            if (!row) return html`<td key=${column.key}></td>`;
                            return html`<td key=${column.key} class="step-${shade(row.value)}" data-cell=${isFull ? "" : undefined}>
                                <a tabindex=${stop()} href=${viewOf(row.href)} aria-label="${line.label}, ${column.label}: ${count(row.value)}">${count(row.value)}</a>
                            </td>`;
                        })}
                    </tr>`)}
                </tbody>
            </table>
        </div>
        ${hidden > 0 && html`<p class="note">${t("{n} more rows and columns are in the table of the figure.", { n: count(hidden) })}</p>`}`;
}
