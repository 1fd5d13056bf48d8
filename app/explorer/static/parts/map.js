// @ts-check
/** The world, each country in the shade of its value, and a control. */
import { awaited } from "../base/api.js";
import { html, useLayoutEffect, useState } from "../base/html.js";
import { WORLD } from "../base/settings.js";
import { count, t } from "../base/words.js";
import { shapeFilter } from "./filtering.js";
import { shadesOf } from "./shades.js";

/** @typedef {{ height: number, shapes: [string, string, [number, number, number, number]][] }} World */

/** @type {Promise<World> | undefined} */
let asked;
const MARGIN = 24;

/** @returns {World | null} */
function useWorld() {
    const [world, setWorld] = useState(/** @type {World | null} */ (null));
    useLayoutEffect(() => {
        asked ??= fetch(WORLD).then((response) => response.json());
        awaited(asked.then(setWorld, () => (asked = undefined)));
    }, []);
    return world;
}

/** The part of the world that has these countries, as a viewBox.
 * @param {World} world @param {Set<string>} codes */
function frame(world, codes) {
    const bounds = world.shapes.filter(([code]) => codes.has(code)).map(([, , box]) => box);
    if (!bounds.length) return `0 0 1000 ${world.height}`;
    let left = Math.max(0, Math.min(...bounds.map((box) => box[0])) - MARGIN);
    let top = Math.max(0, Math.min(...bounds.map((box) => box[1])) - MARGIN);
    const right = Math.min(1000, Math.max(...bounds.map((box) => box[2])) + MARGIN);
    const bottom = Math.min(world.height, Math.max(...bounds.map((box) => box[3])) + MARGIN);
    const width = Math.max(right - left, (bottom - top) * 2, 160);
    const height = width / 2;
    left = Math.max(0, Math.min((left + right - width) / 2, 1000 - width));
    top = Math.max(0, Math.min((top + bottom - height) / 2, world.height - height));
    return `${left} ${top} ${width} ${height}`;
}

/** @param {{ rows: any[], dimension: string, measure: string }} props `rows` of an aggregate by country */
export function WorldMap({ rows, dimension, measure }) {
    const world = useWorld();
    const [isWhole, setWhole] = useState(false);
    const found = new Map(rows.filter((row) => row[dimension].key).map((row) => [row[dimension].key, row]));
    const values = [...found.values()].map((row) => row.value);
    const shade = shadesOf(values);
    if (!world) return html`<div class="map loading"></div>`;
    const box = isWhole ? `0 0 1000 ${world.height}` : frame(world, new Set(found.keys()));
    const scale = Number(box.split(" ")[2]) / 1000;
    // What has a value is drawn last, so that no neighbour covers its border.
    const shapes = [...world.shapes].sort((a, b) => Number(found.has(a[0])) - Number(found.has(b[0])));
    const seen = new Set();
    return html`<svg class="map" viewBox=${box} role="group" aria-label=${t("Map: {measure} by country", { measure: t(measure) })}>
            ${shapes.map(([code, path, [left, top, right, bottom]], place) => {
                const row = found.get(code);
                if (!row) return html`<path key=${place} class="land" d=${path} />`;
                const isFirst = !seen.has(code);
                seen.add(code);
                const name = `${row[dimension].label}, ${count(row.value)} ${t(measure)}`;
                const mark = isFirst ? { ...shapeFilter(row, dimension), "aria-label": name } : { "aria-hidden": "true" };
                const isTiny = right - left < 4 * scale * 2 && bottom - top < 4 * scale * 2;
                return html`<g key=${place} class="country step-${shade(row.value)}" ...${mark}>
                    <title>${name}</title>
                    <path d=${path} />
                    <circle class="hit" cx=${(left + right) / 2} cy=${(top + bottom) / 2} r=${8 * scale} />
                    ${isTiny && html`<circle cx=${(left + right) / 2} cy=${(top + bottom) / 2} r=${6 * scale} />`}
                </g>`;
            })}
        </svg>
        <p class="legend">
            <span class="scale" aria-hidden="true">${count(Math.min(...values))} ${[1, 2, 3, 4, 5].map((step) => html`<i class="step-${step}"></i>`)} ${count(Math.max(...values))}</span>
            <button type="button" class="quiet" aria-pressed=${isWhole} onClick=${() => setWhole(!isWhole)}>${t("Whole world")}</button>
            <span class="note">${t("Borders imply no opinion on the legal status of any territory.")}</span>
        </p>`;
}
