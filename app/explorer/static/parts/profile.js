// @ts-check
/** What the profiles of partner countries and of member states have in common. */
import { address, useApi } from "../base/api.js";
import { html } from "../base/html.js";
import { href, viewOf } from "../base/location.js";
import { count, dateWords, t } from "../base/words.js";
import { Failure } from "./states.js";

/** The head of the printed page: source and date. @param {{ title: string }} props */
export function PrintHead({ title }) {
    return html`<p class="print-head"><b>MIEUX Registry</b> · ${title} · ${dateWords(new Date().toISOString().slice(0, 10))} · ${location.href}</p>
        <p class="actions-line"><button type="button" class="quiet" onClick=${() => window.print()}>${t("Print as a brief")}</button></p>`;
}

/** Some of the headline figures, of what the filters keep. @param {{ filters: URLSearchParams, names: string[] }} props */
export function ProfileFigures({ filters, names }) {
    const headline = useApi(address("/headline", filters));
    if (headline.error) return html`<${Failure} problem=${headline.error} again=${headline.again} />`;
    if (!headline.data) return null;
    return html`<ul class="headline">${names.map((name) => {
        const figure = headline.data.figures[name];
        const target = viewOf(figure.href) ?? href("/figures", new URLSearchParams([["measure", "deployments"], ["by", "member_state"], ...filters]));
        return html`<li key=${name}><a class="figure-value" href=${target} data-figure=${name} aria-label="${count(figure.value)} ${t(name)}">${count(figure.value)}</a><span aria-hidden="true">${t(name)}</span>
            <details><summary>${t("Definition")}<span class="hidden">: ${t(name)}</span></summary><p>${figure.definition}</p></details></li>`;
    })}</ul>`;
}

/** The way to the rest of a list. @param {{ total: number, shown: number, to: string }} props */
export const More = ({ total, shown, to }) => (total > shown ? html`<p class="note"><a href=${to}>${t("{n} more in the list", { n: count(total - shown) })}</a></p>` : null);
