// @ts-check
/** Any measure by one or two dimensions, as picture and as table; the address says which. */
import { address, useApi } from "../base/api.js";
import { html } from "../base/html.js";
import { at, filtersOf, go } from "../base/location.js";
import { count, sentence, t, within } from "../base/words.js";
import { Facets } from "../parts/facets.js";
import { FigureTable, FigureTools, Picture, Totals, figureQuery } from "../parts/figure.js";
import { Matrix } from "../parts/matrix.js";
import { Failure } from "../parts/states.js";

const MEASURES = ["actions", "activities", "deployments", "experts", "countries", "outputs"];
const DIMENSIONS = [
    ["Of actions", ["theme", "pillar", "country", "subregion", "region", "partner", "status", "start_year", "active_year"]],
    ["Of activities", ["activity_type", "activity_year", "activity_country"]],
    ["Of deployments", ["sending_country", "member_state", "eu_member", "organisation_type", "deployment_year"]],
    ["Of outputs", ["output_kind"]],
];

/** @param {{ place: import("../base/location.js").Place }} props */
export default function Figures({ place }) {
    const measure = place.params.get("measure") ?? "actions";
    const by = place.params.getAll("by");
    if (!by.length) by.push("theme");
    const query = figureQuery(measure, by, place.params, false);
    if (place.params.has("include_empty")) query.set("include_empty", "true");
    const figure = useApi(address("/aggregates", query));
    const title = t("{measure} by {dimensions}", { measure: sentence(t(measure)), dimensions: by.map((name) => within(t(name))).join(" × ") });
    return html`<div class="listing">
        <${Facets} params=${place.params} />
        <section class="builder" aria-busy=${figure.isLoading}>
            <${Builder} place=${place} measure=${measure} by=${by} />
            <h1>${title}</h1>
            ${figure.error && html`<${Failure} problem=${figure.error} again=${figure.again} />`}
            ${figure.data && html`<p class="definition">${figure.data.definition}</p>
                <p><b class="total" data-total="">${count(figure.data.totals.distinct)}</b> ${t("Distinct {measure}", { measure: t(measure) })}</p>
                <figure class="figure">${figure.data.by.length > 1
                    ? html`<${Matrix} rows=${figure.data.rows} by=${figure.data.by} caption=${title} isFull=${true} /><${Totals} totals=${figure.data.totals} measure=${measure} />`
                    : html`<${Picture} figure=${figure.data} kind=${kindOf(figure.data.by[0])} title=${title} shown=${25} />
                        <${FigureTable} figure=${figure.data} caption=${title} />`}
                <${FigureTools} figure=${figure.data} query=${query} title=${title} /></figure>`}
        </section>
    </div>`;
}

/** The picture that suits a dimension. @param {string} dimension */
function kindOf(dimension) {
    if (dimension.endsWith("_year")) return "columns";
    return dimension === "country" || dimension.endsWith("_country") ? "map" : "bars";
}

/** @param {{ place: import("../base/location.js").Place, measure: string, by: string[] }} props */
function Builder({ place, measure, by }) {
    const choose = (/** @type {string} */ nextMeasure, /** @type {string[]} */ nextBy) => {
        const params = new URLSearchParams([["measure", nextMeasure], ...nextBy.filter(Boolean).map((name) => ["by", name]), ...filtersOf(place.params)]);
        if (place.params.has("include_empty")) params.set("include_empty", "true");
        go(at("/figures", params));
    };
    const toggleEmpty = (/** @type {any} */ event) => {
        const params = new URLSearchParams(place.params);
        if (event.target.checked) params.set("include_empty", "true");
        else params.delete("include_empty");
        go(at("/figures", params));
    };
    return html`<div class="builder-bar">
        <label>${t("Count")} <select name="measure" onChange=${(/** @type {any} */ event) => choose(event.target.value, by)}>
            ${MEASURES.map((name) => html`<option key=${name} value=${name} selected=${name === measure}>${t(name)}</option>`)}</select></label>
        <label>${t("by")} <${Dimensions} name="by" value=${by[0]} onChange=${(/** @type {string} */ value) => choose(measure, [value, by[1]])} /></label>
        <label>${t("and by")} <${Dimensions} name="by2" value=${by[1] ?? ""} isOptional=${true} without=${by[0]} onChange=${(/** @type {string} */ value) => choose(measure, [by[0], value])} /></label>
        <label class="check"><input type="checkbox" checked=${place.params.has("include_empty")} onChange=${toggleEmpty} /> ${t("with empty rows")}</label>
    </div>`;
}

/** @param {{ name: string, value: string, onChange: (value: string) => void, isOptional?: boolean, without?: string }} props */
function Dimensions({ name, value, onChange, isOptional = false, without = "" }) {
    return html`<select name=${name} onChange=${(/** @type {any} */ event) => onChange(event.target.value)}>
        ${isOptional && html`<option value="">${t("nothing else")}</option>`}
        ${DIMENSIONS.map(([group, names]) => html`<optgroup key=${group} label=${t(/** @type {string} */ (group))}>
            ${/** @type {string[]} */ (names).filter((each) => each !== without).map((each) => html`<option key=${each} value=${each} selected=${each === value}>${t(each)}</option>`)}
        </optgroup>`)}
    </select>`;
}
