// @ts-check
/** Two versions of a record, field by field: theirs, yours, and which one it is to be. */
import { html, useState } from "../base/html.js";
import { t } from "../base/words.js";
import { valueWords } from "../parts/history.js";
import { changedFields } from "./schema.js";

/** @param {{ conflict: import("./saving.js").Conflict, merged: (values: any, before: any, etag: string) => void, cancel: () => void }} props */
export function Merge({ conflict, merged, cancel }) {
    const { item, theirs, etag } = conflict;
    const mine = changedFields(item.before, item.after);
    const others = changedFields(item.before, theirs);
    const names = [...new Set([...mine, ...others])];
    const [chosen, setChosen] = useState(/** @type {Record<string, string>} */ ({}));
    const choiceOf = (/** @type {string} */ name) => chosen[name] ?? (mine.includes(name) && !others.includes(name) ? "yours" : others.includes(name) && !mine.includes(name) ? "theirs" : "");
    const isDecided = names.every((name) => choiceOf(name));
    const apply = () => {
        const values = { ...theirs };
        for (const name of names) if (choiceOf(name) === "yours") values[name] = item.after[name];
        merged(values, theirs, etag);
    };
    const option = (/** @type {string} */ name, /** @type {string} */ side, /** @type {any} */ value) => html`<label class="check"><input type="radio" name="merge-${name}" value=${side} checked=${choiceOf(name) === side}
        onChange=${() => setChosen({ ...chosen, [name]: side })} /> ${valueWords(value)}</label>`;
    return html`<section class="form" role="alertdialog" aria-labelledby="merge-title">
        <h2 id="merge-title">${t("Somebody else changed this meanwhile")}</h2>
        <p class="note">${t("Choose for each field that both of you changed. Nothing is saved yet.")}</p>
        <table class="merge"><thead><tr><th scope="col">${t("Field")}</th><th scope="col">${t("Before")}</th><th scope="col">${t("Theirs")}</th><th scope="col">${t("Yours")}</th></tr></thead>
            <tbody>${names.map((name) => html`<tr key=${name}><th scope="row">${t(name)}</th><td>${valueWords(item.before[name])}</td>
                <td>${option(name, "theirs", theirs[name])}</td><td>${option(name, "yours", item.after[name])}</td></tr>`)}</tbody></table>
        <p class="buttons"><button type="button" class="primary" disabled=${!isDecided} onClick=${apply}>${t("Use this")}</button>
            <button type="button" onClick=${cancel}>${t("Back to the form")}</button></p>
    </section>`;
}
