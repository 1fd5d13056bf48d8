// @ts-check
/** Where the data come from, and the same view as a call of the API. */
import { address, useApi } from "../base/api.js";
import { html } from "../base/html.js";
import { filtersOf } from "../base/location.js";
import { BASE } from "../base/settings.js";
import { dateWords, t } from "../base/words.js";

/** The call that answers what a view shows. @param {any} view @param {import("../base/location.js").Place} place */
function callOf(view, place) {
    if (view.name === "overview") return address("/headline", filtersOf(place.params));
    if (view.name === "figures") return address("/aggregates", withDefaults(place.params));
    if (view.name === "member-state") return address("/deployments", new URLSearchParams([["member_state", view.key.toUpperCase()]]));
    if (view.name === "country") return address("/actions", new URLSearchParams([["country", view.key.toUpperCase()]]));
    if (view.name === "import") return address("/imports");
    return address(place.path, place.params);
}

/** @param {URLSearchParams} params */
function withDefaults(params) {
    const query = new URLSearchParams(params);
    if (!query.has("measure")) query.set("measure", "actions");
    if (!query.has("by")) query.append("by", "theme");
    return query;
}

/** @param {{ place: import("../base/location.js").Place, view: any }} props */
export function Footer({ place, view }) {
    const sources = useApi(address("/sources", new URLSearchParams({ limit: "1" })));
    const [source] = sources.data?.items ?? [];
    return html`<footer>
        ${source && html`<p>${t("Source")}: ${source.title}${source.publisher && `, ${source.publisher}`}${source.as_of && `, ${t("as of {day}", { day: dateWords(source.as_of) })}`}.
            ${source.funder && ` ${t("Funded by {funder}.", { funder: source.funder })}`}
            ${sources.data.total > 1 && ` ${t("{n} sources in all.", { n: sources.data.total })}`}</p>`}
        <p>${t("Borders imply no opinion on the legal status of any territory.")} ${t("Names of experts are stored nowhere.")}</p>
        <p><a data-api="" href=${callOf(view, place)}>${t("API call of this view")}</a>
            <a href=${`${BASE}/docs`}>${t("Documentation")}</a>
            <a href=${address("/exports/registry.xlsx")} download>${t("Whole record (XLSX)")}</a>
            <a href=${`${BASE}/redoc`}>${t("Reference")}</a>
            <span>${t("Software licence")}: EUPL-1.2</span></p>
    </footer>`;
}
