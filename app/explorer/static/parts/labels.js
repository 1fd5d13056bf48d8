// @ts-check
/** Labels of the values of filters, as the API's facets have them. */
import { address, useApi } from "../base/api.js";

/** A function from filter and value to a label; null where none is known (words, dates, or not yet read).
 * @param {URLSearchParams | null} filters @returns {(name: string, value: string) => string | null} */
export function useLabels(filters) {
    const named = filters && [...new Set(filters.keys())].filter((name) => name !== "q" && name !== "as_of" && !name.endsWith("_in"));
    // Without other filters every value that occurs has a label; facets keep selected values in any case.
    const query = new URLSearchParams(named?.flatMap((name) => [["facet", name], .../** @type {URLSearchParams} */ (filters).getAll(name).map((value) => [name, value])]));
    const facets = useApi(named?.length ? address("/facets", query) : null);
    return (name, value) => {
        const facet = facets.data?.facets.find((/** @type {any} */ each) => each.parameter === name);
        return facet?.values.find((/** @type {any} */ each) => each.value === value)?.label ?? null;
    };
}
