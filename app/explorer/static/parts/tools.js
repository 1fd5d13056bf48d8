// @ts-check
/** The row below each figure: its table, files, code, citation and what embeds it. */
import { html, useState } from "../base/html.js";
import { t } from "../base/words.js";

/** Text to copy. @param {{ named: string, text: string }} props */
export function Copied({ named, text }) {
    const [isDone, setDone] = useState(false);
    const copy = async () => {
        await navigator.clipboard?.writeText(text);
        setDone(true);
    };
    return html`<div class="copied">
        <div class="copied-head"><strong>${t(named)}</strong>
            <button type="button" class="quiet" aria-label="${t("Copy")} ${named}" onClick=${copy}>${isDone ? t("Copied") : t("Copy")}</button></div>
        <pre tabindex="0" aria-label=${named}><code>${text}</code></pre>
    </div>`;
}

/** Buttons of which one at a time opens a panel below. @param {{ panels: [string, () => any][], label: string }} props */
export function Tools({ panels, label }) {
    const [open, setOpen] = useState(/** @type {string | null} */ (null));
    const shown = panels.find(([name]) => name === open);
    return html`<div class="tools" role="group" aria-label="${t("Ways to use it")}: ${label}">
            ${panels.map(([name]) => html`<button key=${name} type="button" class="quiet" aria-expanded=${open === name}
                onClick=${() => setOpen(open === name ? null : name)}>${t(name)}</button>`)}
        </div>
        ${shown && html`<div class="panel">${shown[1]()}</div>`}`;
}
