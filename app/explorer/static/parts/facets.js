// @ts-check
/** The filters with the number of actions behind each value. */
import { address, useApi } from "../base/api.js";
import { html, useState } from "../base/html.js";
import { filtersOf, go, here, at, toggled } from "../base/location.js";
import { count, sentence, t } from "../base/words.js";

const SHOWN = 8;
const OPEN = ["theme", "country", "member_state", "status", "active_in"];
const ORDER = ["theme", "country", "member_state", "active_in", "status", "activity_type", "organisation_type", "region", "subregion", "pillar", "output_kind"];

/** @param {{ params: URLSearchParams }} props */
export function Facets({ params }) {
    const filters = filtersOf(params);
    const facets = useApi(address("/facets", filters));
    const rank = (/** @type {any} */ facet) => (ORDER.indexOf(facet.parameter) + ORDER.length + 1) % (ORDER.length + 1);
    const seen = [...(facets.data?.facets ?? [])].filter((facet) => facet.values.length).sort((a, b) => rank(a) - rank(b));
    const [isSheet, setSheet] = useState(false);
    return html`<aside class="facets" aria-label=${t("Filters")} aria-busy=${facets.isLoading}>
        <button type="button" class="sheet" aria-expanded=${isSheet} onClick=${() => setSheet(!isSheet)}>${t("Filters")} ${filters.size > 0 && `(${filters.size})`}</button>
        <div class=${isSheet ? "facet-list open" : "facet-list"}>
            ${seen.map((facet) => html`<${Facet} key=${facet.parameter} facet=${facet} params=${params} />`)}
        </div>
    </aside>`;
}

/** @param {{ facet: any, params: URLSearchParams }} props */
function Facet({ facet, params }) {
    const [isAll, setAll] = useState(false);
    const [typed, setTyped] = useState("");
    const isSelected = params.has(facet.parameter);
    // The years of `active_in` read better in their order.
    const isByYear = facet.parameter.endsWith("_in");
    const values = isByYear ? [...facet.values].sort((a, b) => b.value.localeCompare(a.value)) : facet.values;
    const matching = values.filter((/** @type {any} */ value) => value.label.toLowerCase().includes(typed.toLowerCase()));
    const seen = isAll ? matching : matching.filter((/** @type {any} */ value, /** @type {number} */ place) => place < SHOWN || value.is_selected);
    return html`<details open=${isSelected || OPEN.includes(facet.parameter)}>
        <summary>${sentence(t(facet.parameter))}</summary>
        ${isAll && values.length > 3 * SHOWN && html`<input type="search" aria-label="${t("Find in")} ${t(facet.parameter)}" value=${typed} onInput=${(/** @type {any} */ event) => setTyped(event.target.value)} />`}
        <ul>${seen.map((/** @type {any} */ value) => html`<li key=${value.value}>
            <button type="button" data-facet=${facet.parameter} data-value=${value.value} aria-pressed=${value.is_selected}
                onClick=${() => go(at(here().path, toggled(here().params, facet.parameter, value.value)))}>
                <span>${value.label}</span> <b>${count(value.count)}</b></button></li>`)}</ul>
        ${values.length > SHOWN && html`<button type="button" class="quiet" aria-expanded=${isAll} onClick=${() => setAll(!isAll)}>${isAll ? t("Show fewer") : t("Show all {n}", { n: count(values.length) })}</button>`}
    </details>`;
}
