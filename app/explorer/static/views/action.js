// @ts-check
/** One action: what it was to achieve, when what took place, who was sent for it, what came out, and where each fact is
 * from. */
import { address, awaited, signedInWith, useApi } from "../base/api.js";
import { html, useLayoutEffect, useState } from "../base/html.js";
import { href } from "../base/location.js";
import { counted, dateWords, periodWords, t } from "../base/words.js";
import { History } from "../parts/history.js";
import { Country, Sender, Status, labelled } from "../parts/records.js";
import { Failure } from "../parts/states.js";
import { Span, Years, axisFor } from "../parts/timeline.js";

/** @param {{ id: string }} props */
export default function ActionView({ id }) {
    if (id === "new" && signedInWith()) return html`<${Editor} action=${null} done=${() => undefined} />`;
    return html`<${Shown} id=${id} />`;
}

/** @param {{ id: string }} props */
function Shown({ id }) {
    const answer = useApi(address(`/actions/${encodeURIComponent(id)}`));
    const [isEditing, setEditing] = useState(false);
    if (answer.error) return html`<h1>${answer.error.status === 404 ? t("No such action") : t("Action")}</h1><${Failure} problem=${answer.error} again=${answer.again} />`;
    if (!answer.data) return null;
    const action = answer.data;
    if (isEditing) {
        const done = () => {
            setEditing(false);
            answer.again();
        };
        return html`<${Editor} action=${action} etag=${answer.etag} done=${done} />`;
    }
    return html`<article class="action">
        ${signedInWith() && html`<${Undone} action=${action.id} done=${answer.again} />`}
        <header>
            <p class="kicker">${action.countries.map(Country)} ${action.region && html`<span>${action.region.name}</span>`}</p>
            <h1>${action.title}</h1>
            <p>${Status(action.status)} <span>${statusNote(action)}</span> <b>${periodWords(action)}</b>
                ${signedInWith() && html` <button type="button" class="primary" onClick=${() => setEditing(true)}>${t("Edit")}</button>`}</p>
            <p class="tags">${action.themes.map((/** @type {any} */ theme) => html`<a key=${theme.slug} class="chip" href=${href("/actions", new URLSearchParams({ theme: theme.slug }))}>${theme.name}</a>`)}</p>
        </header>
        ${action.objective && html`<section><h2>${t("Objective")}</h2><p class="prose">${action.objective}</p></section>`}
        ${action.summary && html`<section><h2>${t("Summary")}</h2>${action.summary.split(/\n+/).map((/** @type {string} */ text) => html`<p class="prose">${text}</p>`)}</section>`}
        <${Activities} action=${action} />
        <${Deployments} action=${action} />
        <${Outputs} action=${action} />
        ${action.partners.length > 0 && html`<section><h2>${t("partners")}</h2><ul>${action.partners.map((/** @type {any} */ partner) => html`<li key=${partner.id}><a href=${href("/actions", new URLSearchParams({ partner: partner.id }))}>${partner.name}</a></li>`)}</ul></section>`}
        <${Sequence} action=${action} />
        <${Origin} action=${action} />
        <${History} action=${action} etag=${answer.etag} restored=${answer.again} />
    </article>`;
}

/** Up to when the status is known. @param {any} action */
function statusNote(action) {
    if (action.end || !action.confirmed_on) return "";
    return t("ongoing when last reported, {day}", { day: dateWords(action.confirmed_on) });
}

/** "Where is this from?" @param {{ record: any }} props */
function Quote({ record }) {
    if (!record.source_quote) return null;
    return html`<details class="quote"><summary>${t("Where is this from?")}</summary><blockquote>${record.source_quote}</blockquote></details>`;
}

/** @param {{ action: any }} props */
function Activities({ action }) {
    if (!action.activities.length) return null;
    // What is known of an action until a day is so of its activities.
    const activities = action.activities.map((/** @type {any} */ activity) => ({ ...activity, confirmed_on: action.confirmed_on }));
    const axis = axisFor([action, ...activities]);
    const lines = axis ? { backgroundSize: `${100 / axis.years.length}% 100%` } : {};
    return html`<section><h2>${counted(action.activities.length, "activity", "activities")}</h2>
        <div class="timeline">
            ${axis && html`<div class="line head"><span></span><${Years} axis=${axis} /></div>
                <div class="line own"><span class="name">${t("The action")}</span><span class="axis" style=${lines}><${Span} record=${action} axis=${axis} /></span></div>`}
            ${activities.map((/** @type {any} */ activity) => {
                const sent = action.deployments.filter((/** @type {any} */ deployment) => deployment.activity === activity.id);
                return html`<div class="line activity" key=${activity.id} data-activity=${activity.id}>
                    <span class="name"><b>${activity.title}</b>
                        <small>${labelled(activity.type)} · ${periodWords(activity)}${activity.place && ` · ${activity.place}`}${activity.country && ` · ${activity.country.name}`}${activity.sessions > 1 && ` · ${t("{n} sessions", { n: activity.sessions })}`} ${Status(activity.status)}</small>
                        ${activity.description && html`<span class="note">${activity.description}</span>`}
                        ${sent.length > 0 && html`<span class="sent">${sent.map((/** @type {any} */ deployment) => html`<span class="flag">${Sender(deployment)}</span>`)}</span>`}
                        <${Quote} record=${activity} /></span>
                    <span class="axis" style=${lines}>${axis && html`<${Span} record=${activity} axis=${axis} />`}</span>
                </div>`;
            })}
        </div></section>`;
}

/** @param {{ action: any }} props */
function Deployments({ action }) {
    if (!action.deployments.length) return null;
    const titles = new Map(action.activities.map((/** @type {any} */ activity) => [activity.id, activity.title]));
    return html`<section><h2>${counted(action.deployments.length, "deployment", "deployments")}</h2>
        <ul class="facts">${action.deployments.map((/** @type {any} */ deployment) => html`<li key=${deployment.id}>
            <b>${Sender(deployment)}</b> ${labelled(deployment.organisation_type)}${deployment.organisation && `, ${deployment.organisation}`}${deployment.experts_count && `, ${counted(deployment.experts_count, "expert", "experts")}`}
            <small>${titles.get(deployment.activity) ?? t("for the action")}</small> <${Quote} record=${deployment} /></li>`)}</ul></section>`;
}

/** @param {{ action: any }} props */
function Outputs({ action }) {
    if (!action.outputs.length) return null;
    return html`<section><h2>${counted(action.outputs.length, "output", "outputs")}</h2>
        <ul class="facts">${action.outputs.map((/** @type {any} */ output) => html`<li key=${output.id}><b>${output.title}</b> ${labelled(output.kind)}
            <small>${[dateWords(output.published), output.languages.join(", ")].filter(Boolean).join(" · ")}</small> <${Quote} record=${output} /></li>`)}</ul></section>`;
}

/** What the action follows, and what follows it. @param {{ action: any }} props */
function Sequence({ action }) {
    const before = useApi(action.follows ? address(`/actions/${action.follows}`) : null);
    const [country] = action.countries;
    // An action that follows another is about the same country; the list has no filter for it.
    const others = useApi(country ? address("/actions", new URLSearchParams({ country: country.code, fields: "id,slug,title,follows", limit: "500" })) : null);
    const after = others.data?.items.filter((/** @type {any} */ other) => other.follows === action.id) ?? [];
    if (!before.data && !after.length) return null;
    const link = (/** @type {any} */ other) => html`<a href=${href(`/actions/${other.slug}`)}>${other.title}</a>`;
    return html`<section><h2>${t("Before and after")}</h2>
        ${before.data && html`<p>${t("Follows")} ${link(before.data)}</p>`}
        ${after.map((/** @type {any} */ other) => html`<p key=${other.id}>${t("Followed by")} ${link(other)}</p>`)}</section>`;
}

/** @param {{ action: any }} props */
function Origin({ action }) {
    const source = useApi(action.source ? address(`/sources/${action.source}`) : null);
    if (!source.data) return null;
    const { title, publisher, as_of: asOf, url } = source.data;
    return html`<section><h2>${t("Source")}</h2><p>${url ? html`<a href=${url} rel="noopener">${title}</a>` : title}${publisher && `, ${publisher}`}${asOf && `, ${t("as of {day}", { day: dateWords(asOf) })}`}</p></section>`;
}

/** What only those who edit load. @param {() => Promise<any>} load @returns {(props: any) => any} */
function loaded(load) {
    return (props) => {
        const [draw, setDraw] = useState(/** @type {any} */ (null));
        useLayoutEffect(() => {
            awaited(load().then((component) => setDraw(() => component)));
        }, []);
        return draw && html`<${draw} ...${props} />`;
    };
}

const Editor = loaded(() => import("../edit/editor.js").then((module) => module.ActionEditor));
const Undone = loaded(() => import("../edit/undo.js").then((module) => module.Undo));
