// @ts-check
/** What is to be imported: pasted text or a file, and the source that it speaks for. */
import { address, ask, awaited } from "../base/api.js";
import { html, useState } from "../base/html.js";
import { remember, remembered } from "../base/settings.js";
import { t } from "../base/words.js";
import { Failure } from "../parts/states.js";

/** @typedef {{ title: string, publisher: string, url: string, asOf: string }} Source */

/** The form of a file and its source, as the API takes it. @param {Blob} file @param {string} name @param {Source} source */
export function formOf(file, name, source) {
    const form = new FormData();
    form.append("file", file, name);
    const fields = { source_title: source.title, source_publisher: source.publisher, source_url: source.url, source_as_of: source.asOf };
    for (const [field, value] of Object.entries(fields)) if (value.trim()) form.append(field, value.trim());
    return form;
}

/** The text of a file, where it has one to show. @param {Blob} file @param {string} name */
async function textOf(file, name) {
    if (/\.html?$/i.test(name)) return new DOMParser().parseFromString(await file.text(), "text/html").body.textContent ?? "";
    return /\.(txt|md|csv|json|ndjson)$/i.test(name) ? file.text() : "";
}

/** @param {{ planned: (given: any) => void }} props */
export function Offer({ planned }) {
    const [typed, setTyped] = useState(remembered("import") ?? "");
    const [file, setFile] = useState(/** @type {File | null} */ (null));
    const [problem, setProblem] = useState(/** @type {any} */ (null));
    const submit = (/** @type {any} */ event) => {
        event.preventDefault();
        const form = new FormData(event.target);
        const source = { title: `${form.get("title")}`, publisher: `${form.get("publisher")}`, url: `${form.get("url")}`, asOf: `${form.get("asOf")}` };
        const name = file?.name ?? "page.txt";
        const content = file ?? new Blob([typed], { type: "text/plain" });
        const plan = async () => {
            const { body } = await ask(address("/imports"), { method: "POST", body: formOf(content, name, source) });
            planned({ first: body, text: file ? await textOf(file, name) : typed, source, name });
        };
        awaited(plan().catch(setProblem));
    };
    const drop = (/** @type {DragEvent} */ event) => {
        event.preventDefault();
        setFile(event.dataTransfer?.files[0] ?? null);
    };
    const paste = (/** @type {any} */ event) => {
        setTyped(event.target.value);
        remember("import", event.target.value || null);
    };
    return html`<form class="form" onSubmit=${submit}>
        <div class="drop" onDragOver=${(/** @type {Event} */ event) => event.preventDefault()} onDrop=${drop}>
            <div class="field"><label for="import-text">${t("Paste the text of a page")}</label>
                <textarea id="import-text" name="text" value=${typed} disabled=${file !== null} onInput=${paste}></textarea></div>
            <div class="field"><label for="import-file">${t("or drop a file here, or choose one: text, HTML, XLSX, CSV, JSON")}</label>
                <input id="import-file" type="file" onChange=${(/** @type {any} */ event) => setFile(event.target.files[0] ?? null)} />
                ${file && html`<span>${file.name} <button type="button" class="quiet" onClick=${() => setFile(null)}>${t("Use the text instead")}</button></span>`}</div>
        </div>
        <fieldset><legend>${t("The source that it speaks for")}</legend><div class="fields">
            ${[["title", "Title"], ["publisher", "Publisher"], ["url", "Web address"], ["asOf", "As of"]].map(([name, label]) => html`<div class="field" key=${name}><label for="source-${name}">${t(label)}</label>
                <input id="source-${name}" name=${name} placeholder=${name === "asOf" ? "2015-12" : ""} /></div>`)}</div></fieldset>
        ${problem && html`<${Failure} problem=${problem} />`}
        <p><button type="submit" class="primary" disabled=${!file && !typed.trim()}>${t("Read it")}</button> <span class="note">${t("Nothing is recorded yet.")}</span></p>
    </form>`;
}
