// @ts-check
/** What was done, where, on what and with whom, on one page. */
import { address, useApi } from "../base/api.js";
import { html } from "../base/html.js";
import { filtersOf, href, viewOf } from "../base/location.js";
import { count, dateWords, share, t } from "../base/words.js";
import { Figure } from "../parts/figure.js";
import { Failure } from "../parts/states.js";
import { DATED, Timeline } from "../parts/timeline.js";

const LINES = 20;
const CHANGES = 6;

/** @param {{ place: import("../base/location.js").Place }} props */
export default function Overview({ place }) {
    const filters = filtersOf(place.params);
    return html`<h1 class="hidden">${t("Overview")}</h1>
        <${Headline} filters=${filters} />
        <div class="grid">
            <${Figure} title=${t("Actions by country")} measure="actions" by=${["country"]} params=${filters} kind="map" />
            <${Figure} title=${t("Themes")} measure="actions" by=${["theme"]} params=${filters} kind="bars" />
            <${Times} filters=${filters} />
            <${Figure} title=${t("Who sends whom where")} measure="actions" by=${["member_state", "country"]} params=${filters} kind="matrix" />
            <${Figure} title=${t("Deployments by member state")} measure="deployments" by=${["member_state"]} params=${filters} kind="bars" />
            <${Changes} filters=${filters} />
        </div>`;
}

/** @param {{ filters: URLSearchParams }} props */
function Headline({ filters }) {
    const headline = useApi(address("/headline", filters));
    if (headline.error) return html`<${Failure} problem=${headline.error} again=${headline.again} />`;
    const figures = Object.entries(headline.data?.figures ?? {});
    return html`<ul class="headline" aria-busy=${headline.isLoading}>
        ${figures.map(([name, figure]) => {
            const shown = figure.whole === undefined ? count(figure.value) : figure.value === null ? "–" : share(figure.value);
            const target = name === "member_states" ? href("/figures", new URLSearchParams([["measure", "deployments"], ["by", "member_state"], ...filters])) : viewOf(figure.href);
            return html`<li key=${name}>
                <a class="figure-value" href=${target} data-figure=${name} aria-label="${shown} ${t(name)}">${shown}</a>
                <span aria-hidden="true">${t(name)}</span>
                <details><summary>${t("Definition")}<span class="hidden">: ${t(name)}</span></summary><p>${figure.definition}</p></details>
            </li>`;
        })}
    </ul>`;
}

/** @param {{ filters: URLSearchParams }} props */
function Times({ filters }) {
    const dated = filters.has("started_in") ? [] : [DATED];
    const params = new URLSearchParams([...filters, ...dated, ["sort", "-start"], ["limit", `${LINES}`]]);
    const actions = useApi(address("/actions", params));
    const left = actions.data ? actions.data.total - actions.data.items.length : 0;
    return html`<figure class="figure times">
        <figcaption><h2><a href=${href("/actions", filters)}>${t("Actions over time")}</a></h2>
            <p class="definition">${t("Each bar is an action, as precisely as its source dates it. A click on a year keeps the actions that ran then.")}</p></figcaption>
        <${Figure} title=${t("Actions per year")} measure="actions" by=${["active_year"]} params=${filters} kind="columns" />
        ${actions.error && html`<${Failure} problem=${actions.error} again=${actions.again} />`}
        ${actions.data?.items.length > 0 && html`<${Timeline} records=${actions.data.items} title=${(/** @type {any} */ action) => html`<a href=${href(`/actions/${action.slug}`)}>${action.title}</a>`} />`}
        ${left > 0 && html`<p class="note">${t("The {n} that began last.", { n: LINES })} <a href=${href("/actions", filters)}>${t("{n} more in the list", { n: count(left) })}</a></p>`}
    </figure>`;
}

/** @param {{ filters: URLSearchParams }} props */
function Changes({ filters }) {
    const params = new URLSearchParams([...filters, ["sort", "-updated_at"], ["limit", `${CHANGES}`], ["fields", "id,slug,title,version,updated_at"]]);
    const actions = useApi(address("/actions", params));
    return html`<section class="figure broad"><h2>${t("Latest changes")}</h2>
        <ul class="changes">${actions.data?.items.map((/** @type {any} */ action) => html`<li key=${action.id}>
            <a href=${href(`/actions/${action.slug}`)}>${action.title}</a>
            <small>${action.version === 1 ? t("added") : t("changed")} <time datetime=${action.updated_at}>${dateWords(action.updated_at)}</time></small>
        </li>`)}</ul></section>`;
}
