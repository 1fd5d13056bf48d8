// @ts-check
/** Marks that filter: what a dimension's value is called among the filters, and what a click on it does. */
import { at, go, here, toggled, viewOf } from "../base/location.js";
import { BASE } from "../base/settings.js";

/** Dimensions whose filter has another name. */
const PARAMETERS = {
    start_year: "started_in",
    active_year: "active_in",
    activity_year: "activity_in",
    deployment_year: "deployed_in",
};

/** The filter of a dimension. @param {string} dimension @returns {string} */
export const parameterOf = (dimension) => PARAMETERS[dimension] ?? dimension;

/** What a mark needs to filter by a row's value: a click keeps only this value, Shift adds it, a second click removes
 * it. A profile has no filters, there the mark leads to the row's list.
 * @param {any} row of an aggregate @param {string} dimension */
export function filterBy(row, dimension) {
    const parameter = parameterOf(dimension);
    const value = row[dimension].key ?? "none";
    const { path, params } = here();
    const named = { "data-facet": parameter, "data-value": value };
    if (path.lastIndexOf("/") > 0) return { ...named, onClick: () => follow(row.href) };
    const act = (/** @type {any} */ event) => {
        event.preventDefault();
        go(at(path, toggled(here().params, parameter, value, { instead: !event.shiftKey })));
    };
    return { ...named, "aria-pressed": `${params.getAll(parameter).includes(value)}`, onClick: act };
}

/** @param {string} address a list of the API */
function follow(address) {
    go(`${viewOf(address)}`.slice(BASE.length));
    scrollTo(0, 0);
}

/** The same for a shape, which is no button by itself. @param {any} row @param {string} dimension */
export function shapeFilter(row, dimension) {
    const mark = filterBy(row, dimension);
    return {
        ...mark,
        role: "button",
        tabindex: 0,
        onKeyDown: (/** @type {KeyboardEvent} */ event) => {
            if (event.key === "Enter" || event.key === " ") mark.onClick(event);
        },
    };
}

/** Arrow keys move through a grid of cells, which is one stop of the Tab key.
 * @param {KeyboardEvent} event */
export function moveInGrid(event) {
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const step = steps[event.key];
    const cell = /** @type {HTMLElement} */ (event.target).closest("td, th");
    if (!step || !(cell instanceof HTMLTableCellElement)) return;
    const rows = [.../** @type {HTMLTableElement} */ (cell.closest("table")).rows];
    let row = rows.indexOf(/** @type {HTMLTableRowElement} */ (cell.parentElement));
    let column = cell.cellIndex;
    for (;;) {
        row += step[0];
        column += step[1];
        const next = rows[row]?.cells[column];
        if (!next) return;
        const target = next.querySelector("a, button");
        if (target instanceof HTMLElement) {
            event.preventDefault();
            for (const other of rows.flatMap((each) => [...each.querySelectorAll("[tabindex='0']")])) other.setAttribute("tabindex", "-1");
            target.setAttribute("tabindex", "0");
            target.focus();
            return;
        }
    }
}
