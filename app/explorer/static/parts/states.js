// @ts-check
/** What stands in the place of data that aren't there: failed, empty, unknown. */
import { html } from "../base/html.js";
import { t } from "../base/words.js";

/** @param {{ problem: any, again?: () => void }} props */
export function Failure({ problem, again }) {
    const isOffline = problem.status === 0;
    return html`<div class="failure" role="alert">
        <p>${isOffline ? t("The registry can't be reached. What you typed is still here.") : problem.message}</p>
        ${again && html`<button type="button" onClick=${again}>${t("Try again")}</button>`}
    </div>`;
}

/** @param {{ children: any }} props */
export const Empty = ({ children }) => html`<p class="empty">${children}</p>`;
