// @ts-check
/** A form made from the fields of a record, with the problem of each at its place. */
import { address, useApi } from "../base/api.js";
import { html, useState } from "../base/html.js";
import { sentence, t } from "../base/words.js";
import { useVocabulary } from "../base/vocabulary.js";

/** @typedef {import("./schema.js").Field} Field */

/** Activities of the open action, which a deployment may name.
 * @typedef {{ id: any, title: string }[]} Activities */

/** @param {{ id: string, fields: Field[], values: any, errors: import("../base/api.js").FieldError[], onChange: (name: string, value: any) => void,
 * activities?: Activities }} props */
export function Form({ id, fields, values, errors, onChange, activities }) {
    return html`<div class="fields">${fields.map((field) => {
        const found = errors.filter((error) => error.pointer?.split("/")[1] === field.name);
        const named = `${id}-${field.name}`;
        const attributes = {
            id: named,
            name: field.name,
            required: field.isRequired,
            class: found.length ? "invalid" : "",
            "aria-invalid": found.length ? "true" : undefined,
            "aria-describedby": `${named}-hint${found.length ? ` ${named}-error` : ""}`,
        };
        return html`<div key=${field.name} class=${field.kind === "prose" || field.name === "title" ? "field broad" : "field"}>
            <label for=${named}>${sentence(t(field.name))}${field.isRequired && " *"}</label>
            <${Control} field=${field} value=${values[field.name]} attributes=${attributes} activities=${activities} onChange=${(/** @type {any} */ value) => onChange(field.name, value)} />
            ${found.length > 0 && html`<span class="error" id="${named}-error">${found.map((error) => error.message).join("; ")}</span>`}
            <small id="${named}-hint">${field.hint}</small>
        </div>`;
    })}</div>`;
}

/** @param {{ field: Field, value: any, attributes: any, onChange: (value: any) => void, activities?: Activities }} props */
function Control({ field, value, attributes, onChange, activities }) {
    const label = useVocabulary();
    const text = (/** @type {any} */ event) => onChange(event.target.value.trim() === "" ? null : event.target.value);
    if (field.name === "activity") {
        return html`<select ...${attributes} onChange=${(/** @type {any} */ event) => onChange(event.target.value ? Number(event.target.value) : null)}>
            <option value="">${t("for the action")}</option>
            ${(activities ?? []).map((activity) => html`<option key=${activity.id} value=${activity.id} selected=${activity.id === value}>${activity.title}</option>`)}</select>`;
    }
    switch (field.kind) {
        case "prose":
            return html`<textarea ...${attributes} maxlength=${field.most} onInput=${text} value=${value ?? ""}></textarea>`;
        case "integer":
            return html`<input ...${attributes} type="number" min="1" value=${value ?? ""} onInput=${(/** @type {any} */ event) => onChange(event.target.value === "" ? null : Number(event.target.value))} />`;
        case "date":
            return html`<input ...${attributes} placeholder="2010, 2010-05, 2010-05-17" autocomplete="off" value=${value ?? ""} onInput=${text} />`;
        case "choice":
            return html`<select ...${attributes} onChange=${text}>${!value || !field.isRequired ? html`<option value=""></option>` : null}
                ${field.choices?.map((choice) => html`<option key=${choice} value=${choice} selected=${choice === value}>${label(choice)}</option>`)}</select>`;
        case "record":
            return html`<${RecordChoice} field=${field} value=${value} attributes=${attributes} onChange=${onChange} />`;
        case "records":
            return html`<${RecordChoices} field=${field} value=${value} attributes=${attributes} onChange=${onChange} />`;
        case "words":
            return html`<input ...${attributes} value=${(value ?? []).join(", ")} onChange=${(/** @type {any} */ event) => onChange(event.target.value.split(/[\s,;]+/).filter(Boolean))} />`;
        default:
            return html`<input ...${attributes} maxlength=${field.most} value=${value ?? ""} onInput=${text} />`;
    }
}

/** The records of a list to choose from, by what names them. @param {string} from
 * @returns {{ key: any, label: string }[]} */
function useOptions(from) {
    const query = new URLSearchParams({ limit: "500", ...(from === "actions" ? { fields: "id,title", sort: "title" } : {}) });
    const list = useApi(address(`/${from}`, query));
    return (list.data?.items ?? []).map((/** @type {any} */ item) => ({ key: item.code ?? (from === "themes" ? item.slug : item.id), label: item.name ?? item.title }));
}

/** @param {string} text @param {{ key: any, label: string }[]} options the key of what a text names */
function keyNamed(text, options) {
    const typed = text.trim().toLowerCase();
    return options.find(({ key, label }) => label.toLowerCase() === typed || `${key}`.toLowerCase() === typed)?.key ?? null;
}

/** @param {{ field: Field, value: any, attributes: any, onChange: (value: any) => void }} props */
function RecordChoice({ field, value, attributes, onChange }) {
    const options = useOptions(field.from ?? "");
    // What is being typed stays when the options arrive meanwhile.
    const [typed, type] = useState(/** @type {string | null} */ (null));
    const shown = typed ?? options.find(({ key }) => key === value)?.label ?? (value === null ? "" : `${value}`);
    const choose = (/** @type {any} */ event) => {
        const key = keyNamed(event.target.value, options);
        // What is no record stays as it was typed, so that the API can say what is wrong with it.
        onChange(event.target.value.trim() === "" ? null : (key ?? event.target.value));
        type(null);
    };
    return html`<input ...${attributes} list="${attributes.id}-list" autocomplete="off" value=${shown} onInput=${(/** @type {any} */ event) => type(event.target.value)} onChange=${choose} />
        <datalist id="${attributes.id}-list">${options.map(({ key, label }) => html`<option key=${key} value=${label} />`)}</datalist>`;
}

/** @param {{ field: Field, value: any[], attributes: any, onChange: (value: any) => void }} props */
function RecordChoices({ field, value, attributes, onChange }) {
    const options = useOptions(field.from ?? "");
    const labels = new Map(options.map(({ key, label }) => [key, label]));
    const add = (/** @type {any} */ event) => {
        const key = keyNamed(event.target.value, options);
        if (key !== null && !value.includes(key)) onChange([...value, key]);
        event.target.value = "";
    };
    return html`<span class="tags">${value.map((key) => html`<button key=${key} type="button" class="chip" aria-label="${t("Remove")} ${labels.get(key) ?? key}" onClick=${() => onChange(value.filter((other) => other !== key))}>${labels.get(key) ?? key} <span aria-hidden="true">×</span></button>`)}</span>
        <input ...${attributes} required=${false} list="${attributes.id}-list" autocomplete="off" placeholder=${t("Add …")} onChange=${add} />
        <datalist id="${attributes.id}-list">${options.map(({ key, label }) => html`<option key=${key} value=${label} />`)}</datalist>`;
}
