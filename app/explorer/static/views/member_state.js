// @ts-check
/** A member state: where it sent experts, on what, of which organisations, over time, and its rank and share. */
import { address, useApi } from "../base/api.js";
import { html } from "../base/html.js";
import { href } from "../base/location.js";
import { count, share, t } from "../base/words.js";
import { Figure } from "../parts/figure.js";
import { More, PrintHead, ProfileFigures } from "../parts/profile.js";
import { Status } from "../parts/records.js";
import { Empty, Failure } from "../parts/states.js";
import { periodWords } from "../base/words.js";

const MOST = 15;

/** @param {{ id: string }} props */
export default function MemberStateProfile({ id }) {
    const code = id.toUpperCase();
    const country = useApi(address(`/countries/${code}`));
    const filters = new URLSearchParams({ member_state: code });
    const actions = useApi(address("/actions", new URLSearchParams([...filters, ["sort", "-start"], ["limit", `${MOST}`]])));
    if (country.error) return html`<${Failure} problem=${country.error} />`;
    if (!country.data) return null;
    const total = actions.data?.total ?? 0;
    return html`<article class="profile">
        <${PrintHead} title=${country.data.name} />
        <header><p class="kicker">${t("Member state")}</p>
            <h1>${country.data.name}</h1></header>
        <${ProfileFigures} filters=${filters} names=${["deployments", "actions", "countries", "activities", "experts"]} />
        ${actions.data && !total && html`<${Empty}>${t("No deployment from this country is recorded.")} <a href=${href("/figures", new URLSearchParams([["measure", "deployments"], ["by", "member_state"]]))}>${t("Member states that sent experts")}</a><//>`}
        ${total > 0 && html`<${Rank} code=${code} />
            <div class="grid">
                <${Figure} title=${t("Where it sent experts")} measure="deployments" by=${["country"]} params=${filters} kind="map" />
                <${Figure} title=${t("On what")} measure="deployments" by=${["theme"]} params=${filters} kind="bars" shown=${8} />
                <${Figure} title=${t("Of which kinds of organisation")} measure="deployments" by=${["organisation_type"]} params=${filters} kind="bars" />
                <${Figure} title=${t("Over time")} measure="actions" by=${["active_year"]} params=${filters} kind="columns" />
            </div>
            <section class="figure"><h2><a href=${href("/actions", filters)}>${t("Actions to which it sent experts")}</a></h2>
                <ul class="objectives">${actions.data.items.map((/** @type {any} */ action) => html`<li key=${action.id}><a href=${href(`/actions/${action.slug}`)}>${action.title}</a> <small>${periodWords(action)}</small> ${Status(action.status)}</li>`)}</ul>
                <${More} total=${total} shown=${actions.data.items.length} to=${href("/actions", filters)} />
            </section>`}
    </article>`;
}

/** Its place among all that sent experts, each as a bar. @param {{ code: string }} props */
function Rank({ code }) {
    const figure = useApi(address("/aggregates", new URLSearchParams([["measure", "deployments"], ["by", "member_state"]])));
    const rows = figure.data?.rows.filter((/** @type {any} */ row) => row.member_state.key && row.member_state.key !== "outside-eu") ?? [];
    const own = rows.find((/** @type {any} */ row) => row.member_state.key === code);
    if (!own) return null;
    const rank = 1 + rows.filter((/** @type {any} */ row) => row.value > own.value).length;
    const sum = rows.reduce((/** @type {number} */ total, /** @type {any} */ row) => total + row.value, 0);
    const most = rows[0].value;
    return html`<section class="figure rank"><h2>${t("Rank and share")}</h2>
        <p><b>${t("{rank} of {n}", { rank: count(rank), n: count(rows.length) })}</b>, ${t("{share} of the deployments from member states", { share: share(own.value / sum) })}</p>
        <ol class="ranks" aria-label=${t("Member states by deployments")}>${rows.map((/** @type {any} */ row) => html`<li key=${row.member_state.key} class=${row === own ? "own" : ""}>
            <a href=${href(`/member-states/${row.member_state.key}`)} title="${row.member_state.label}, ${count(row.value)}" aria-current=${row === own ? "page" : undefined}>
                <span class="fill" style=${{ height: `${Math.max(2, (72 * row.value) / most)}px` }}></span><small>${row.member_state.key}</small><span class="hidden">, ${row.member_state.label}, ${count(row.value)}</span></a></li>`)}</ol>
    </section>`;
}
