// @ts-check
/** How the records of each list are shown as rows. */
import { html } from "../base/html.js";
import { href } from "../base/location.js";
import { useVocabulary } from "../base/vocabulary.js";
import { count, dateWords, periodWords, t } from "../base/words.js";

/** @param {any} record */
const link = (record) => html`<a href=${href(`/actions/${record.slug ?? record.action}`)}>${record.title ?? t("Action {id}", { id: record.action })}</a>`;
/** @param {any} country */
export const Country = (country) => country && html`<a href=${href(`/countries/${country.code}`)}>${country.name}</a>`;
/** @param {any[]} things */
const names = (things) => things.map((thing, place) => html`${place > 0 && ", "}${thing.code ? Country(thing) : thing.name}`);
/** A value of a vocabulary by its label. @param {{ value: string | null }} props */
export function Label({ value }) {
    return useVocabulary()(value);
}
/** @param {string | null} value */
export const labelled = (value) => html`<${Label} value=${value} />`;
/** The status, in words and as a mark. @param {string | null} status */
export const Status = (status) => status && html`<span class="status is-${status}">${labelled(status)}</span>`;

/** The sending country of a deployment, or what the source says instead. @param {any} deployment */
export function Sender(deployment) {
    const { sending_country: country, origin, is_eu_member_state: isMember } = deployment;
    if (!country) return origin ?? t("not stated");
    return isMember ? html`<a href=${href(`/member-states/${country.code}`)}>${country.name}</a>` : country.name;
}

/** Per list: the API's orders to choose from, and columns as [heading, cell, class]. A column without an order is fixed. */
export const LISTS = {
    actions: {
        one: "action", many: "actions", sorts: ["-start", "start", "-end", "title", "-updated_at"],
        columns: [
            ["title", link, "title"],
            ["countries", (/** @type {any} */ row) => names(row.countries)],
            ["themes", (/** @type {any} */ row) => names(row.themes), "wide"],
            ["period", periodWords, "period"],
            ["status", (/** @type {any} */ row) => Status(row.status)],
            ["activities", (/** @type {any} */ row) => count(row.counts.activities), "number wide"],
            ["deployments", (/** @type {any} */ row) => count(row.counts.deployments), "number wide"],
        ],
    },
    activities: {
        one: "activity", many: "activities", sorts: ["-start", "start", "title"],
        columns: [
            ["title", (/** @type {any} */ row) => html`<a href=${href(`/actions/${row.action}`)}>${row.title}</a>`, "title"],
            ["type", (/** @type {any} */ row) => labelled(row.type)],
            ["period", periodWords, "period"],
            ["place", (/** @type {any} */ row) => html`${row.place}${row.place && row.country && ", "}${Country(row.country)}`],
            ["status", (/** @type {any} */ row) => Status(row.status)],
        ],
    },
    deployments: {
        one: "deployment", many: "deployments", sorts: ["action", "id"],
        columns: [
            ["sending_country", Sender, "title"],
            ["organisation_type", (/** @type {any} */ row) => labelled(row.organisation_type)],
            ["organisation", (/** @type {any} */ row) => row.organisation],
            ["experts", (/** @type {any} */ row) => row.experts_count ?? t("not stated"), "number"],
            ["action", (/** @type {any} */ row) => html`<a href=${href(`/actions/${row.action}`)}>${t("Action {id}", { id: row.action })}</a>`],
        ],
    },
    outputs: {
        one: "output", many: "outputs", sorts: ["title", "-published", "action"],
        columns: [
            ["title", (/** @type {any} */ row) => html`<a href=${href(`/actions/${row.action}`)}>${row.title}</a>`, "title"],
            ["output_kind", (/** @type {any} */ row) => labelled(row.kind)],
            ["languages", (/** @type {any} */ row) => row.languages.join(", ")],
            ["published", (/** @type {any} */ row) => dateWords(row.published)],
        ],
    },
    partners: {
        one: "partner", many: "partners", sorts: ["name"],
        columns: [
            ["name", (/** @type {any} */ row) => html`<a href=${href("/actions", new URLSearchParams({ partner: row.id }))}>${row.name}</a>${row.acronym && ` (${row.acronym})`}`, "title"],
            ["country", (/** @type {any} */ row) => Country(row.country)],
        ],
    },
    countries: {
        one: "country", many: "countries", sorts: ["name", "code"],
        columns: [
            ["name", Country, "title"],
            ["code", (/** @type {any} */ row) => row.code],
            ["subregion", (/** @type {any} */ row) => row.subregion?.name ?? row.subregion],
        ],
    },
};
