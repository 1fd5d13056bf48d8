// @ts-check
/** A partner country: what was asked for, when, by which authorities, and who came. A brief of one or two pages. */
import { address, useApi } from "../base/api.js";
import { html } from "../base/html.js";
import { href } from "../base/location.js";
import { count, dateWords, sentence, t } from "../base/words.js";
import { Figure } from "../parts/figure.js";
import { More, PrintHead, ProfileFigures } from "../parts/profile.js";
import { Status, labelled } from "../parts/records.js";
import { Empty, Failure } from "../parts/states.js";
import { DATED, Timeline } from "../parts/timeline.js";

const MOST = 30;
const OBJECTIVES = 10;

/** @param {{ id: string }} props */
export default function CountryProfile({ id }) {
    const code = id.toUpperCase();
    const country = useApi(address(`/countries/${code}`));
    const filters = new URLSearchParams({ country: code });
    const actions = useApi(address("/actions", new URLSearchParams([...filters, ["sort", "-start"], ["limit", `${OBJECTIVES}`]])));
    const dated = useApi(address("/actions", new URLSearchParams([...filters, DATED, ["sort", "-start"], ["limit", `${MOST}`]])));
    const partners = useApi(address("/partners", new URLSearchParams([...filters, ["limit", `${OBJECTIVES}`]])));
    const outputs = useApi(address("/outputs", new URLSearchParams([...filters, ["limit", `${OBJECTIVES}`]])));
    const themes = actions.data?.items.flatMap((/** @type {any} */ action) => action.themes.map((/** @type {any} */ theme) => theme.slug)) ?? [];
    if (country.error) return html`<${Failure} problem=${country.error} />`;
    if (!country.data) return null;
    const name = country.data.name;
    return html`<article class="profile">
        <${PrintHead} title=${name} />
        <header><p class="kicker">${t("Partner country")}</p>
            <h1>${name}</h1>
            <p class="note">${country.data.subregion?.name}</p></header>
        <${ProfileFigures} filters=${filters} names=${["actions", "activities", "deployments", "member_states", "experts", "partners"]} />
        ${actions.data && !actions.data.total && html`<${Empty}>${t("No action with this country is recorded.")} <a href=${href("/countries", new URLSearchParams({ has_actions: "true" }))}>${t("Countries with actions")}</a><//>`}
        ${actions.data?.total > 0 && html`<section class="figure"><h2><a href=${href("/actions", filters)}>${t("What was asked for")}</a></h2>
            ${dated.data?.total > 0 && html`<${Timeline} records=${dated.data.items} title=${(/** @type {any} */ action) => html`<a href=${href(`/actions/${action.slug}`)}>${action.title}</a>`} />`}
            <ul class="objectives">${actions.data.items.map((/** @type {any} */ action) => html`<li key=${action.id}><a href=${href(`/actions/${action.slug}`)}>${action.title}</a> ${Status(action.status)}<br /><span class="note">${action.objective}</span></li>`)}</ul>
            <${More} total=${actions.data.total} shown=${actions.data.items.length} to=${href("/actions", filters)} />
        </section>
        <div class="grid">
            <${Figure} title=${t("Who came")} measure="deployments" by=${["sending_country"]} params=${filters} kind="bars" shown=${8} />
            <${Figure} title=${t("Of which kinds of organisation")} measure="deployments" by=${["organisation_type"]} params=${filters} kind="bars" />
            <${Figure} title=${t("Themes")} measure="actions" by=${["theme"]} params=${filters} kind="bars" shown=${8} />
            <${Figure} title=${t("Kinds of activity")} measure="activities" by=${["activity_type"]} params=${filters} kind="bars" shown=${8} />
        </div>
        <div class="grid">
            <section class="figure"><h2>${t("By which authorities")}</h2>
                ${partners.data?.total ? html`<ul>${partners.data.items.map((/** @type {any} */ partner) => html`<li key=${partner.id}><a href=${href("/actions", new URLSearchParams({ partner: partner.id }))}>${partner.name}</a></li>`)}</ul><${More} total=${partners.data.total} shown=${partners.data.items.length} to=${href("/partners", filters)} />` : html`<p class="note">${t("The sources name none.")}</p>`}</section>
            <section class="figure"><h2><a href=${href("/outputs", filters)}>${sentence(t("outputs"))}</a></h2>
                ${outputs.data?.total ? html`<ul>${outputs.data.items.map((/** @type {any} */ output) => html`<li key=${output.id}><a href=${href(`/actions/${output.action}`)}>${output.title}</a> <small>${labelled(output.kind)} ${dateWords(output.published)}</small></li>`)}</ul><${More} total=${outputs.data.total} shown=${outputs.data.items.length} to=${href("/outputs", filters)} />` : html`<p class="note">${t("The sources name none.")}</p>`}</section>
            <${Similar} code=${code} themes=${[...new Set(themes)]} />
        </div>`}
    </article>`;
}

/** Other countries with actions on the same themes. @param {{ code: string, themes: any[] }} props */
function Similar({ code, themes }) {
    const query = new URLSearchParams([["measure", "actions"], ["by", "country"], ...themes.map((theme) => ["theme", theme])]);
    const figure = useApi(themes.length ? address("/aggregates", query) : null);
    const rows = figure.data?.rows.filter((/** @type {any} */ row) => row.country.key && row.country.key !== code).slice(0, 8) ?? [];
    if (!rows.length) return null;
    return html`<section class="figure"><h2>${t("Countries with similar themes")}</h2>
        <ul class="inline">${rows.map((/** @type {any} */ row) => html`<li key=${row.country.key}><a href=${href(`/countries/${row.country.key}`)}>${row.country.label}</a> <small>${count(row.value)}</small></li>`)}</ul></section>`;
}
