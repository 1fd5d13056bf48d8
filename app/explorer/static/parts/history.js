// @ts-check
/** The versions of an action, as differences in words, with the way back. */
import { address, ask, signedInWith, useApi } from "../base/api.js";
import { html, useState } from "../base/html.js";
import { dateWords, t } from "../base/words.js";
import { Failure } from "./states.js";

/** A recorded value in words. @param {any} value */
export function valueWords(value) {
    if (value === null || value === undefined || value === "") return "—";
    if (Array.isArray(value)) return value.length ? value.map(valueWords).join(", ") : "—";
    if (typeof value === "object") return `${value.name ?? value.title ?? value.code ?? value.slug ?? JSON.stringify(value)}`;
    return `${value}`;
}

/** Differences as lines "field: before → after". @param {{ differences: any[] }} props */
export function Differences({ differences }) {
    return html`<ul class="differences">${differences.map(({ field, before, after }) => html`<li key=${field}><b>${t(field)}</b>: <del>${valueWords(before)}</del> → <ins>${valueWords(after)}</ins></li>`)}</ul>`;
}

/** @param {{ action: any, etag: string, restored: () => void }} props */
export function History({ action, etag, restored }) {
    const [isOpen, setOpen] = useState(false);
    const history = useApi(isOpen ? address(`/actions/${action.id}/history`) : null);
    const [problem, setProblem] = useState(/** @type {any} */ (null));
    const restore = async (/** @type {number} */ version) => {
        try {
            await ask(address(`/actions/${action.id}/history/${version}/restore`), { method: "POST", etag });
            restored();
        } catch (error) {
            setProblem(error);
        }
    };
    return html`<details class="history" open=${isOpen} onToggle=${(/** @type {any} */ event) => setOpen(event.target.open)}>
        <summary><h2>${t("History")}</h2> <small>${t("Version {n}", { n: action.version })}, ${dateWords(action.updated_at)}</small></summary>
        ${problem && html`<${Failure} problem=${problem} />`}
        ${history.error && html`<${Failure} problem=${history.error} again=${history.again} />`}
        <ol>${history.data?.items.map((/** @type {any} */ revision) => html`<li key=${revision.version}>
            <b>${t("Version {n}", { n: revision.version })}</b> <time datetime=${revision.instant}>${dateWords(revision.instant)}</time> ${revision.key && html`<small>${revision.key}</small>`}
            ${signedInWith() && revision.version !== action.version && html` <button type="button" class="quiet" onClick=${() => restore(revision.version)}>${t("Restore")}</button>`}
            ${revision.changes.map((/** @type {any} */ change) => html`<div key=${change.entity + change.id}><small>${t(change.entity)} ${change.id}: ${t(change.operation)}</small>
                ${change.operation === "create" ? null : html`<${Differences} differences=${change.differences} />`}</div>`)}
        </li>`)}</ol>
    </details>`;
}
