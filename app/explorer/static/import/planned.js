// @ts-check
/** One action of a plan, with what belongs to it: each to be left out or corrected. */
import { html, useState } from "../base/html.js";
import { periodWords, t } from "../base/words.js";
import { Form } from "../edit/forms.js";
import { changedFields, written } from "../edit/schema.js";
import { valueWords } from "../parts/history.js";
import { Label } from "../parts/records.js";
import { CHILDREN, nameOf } from "./plan.js";

/** What a plan does with a record. */
const PLANNED = { create: "new", update: "changes", unchanged: "as recorded", reject: "can't be imported" };

/** @param {any} props */
export function Planned({ planned, at, decisions, decide, fields, lit, light, now, choices, choose }) {
    const name = nameOf(at);
    const isOut = decisions.out.has(name);
    const { action } = planned;
    const shown = { ...action, ...decisions.edits.get(name) };
    const item = { fields: fields?.actions, name, record: action, title: action.title, decisions, decide };
    return html`<section class=${isOut ? "planned out" : "planned"} data-planned=${action.slug}>
        <div class="item"><span><b>${shown.title}</b> <small>${t(PLANNED[planned.operation])} · ${periodWords(shown)}</small></span><${Controls} ...${item} /></div>
        <p class="note">${action.countries.map((/** @type {any} */ each) => each.name).join(", ")} · ${action.themes.map((/** @type {any} */ each) => each.name).join(", ")}</p>
        ${planned.problems.map((/** @type {any} */ remark) => html`<p class="warning">${remark.message}${remark.quote && html` <q>${remark.quote}</q>`}</p>`)}
        ${!isOut && CHILDREN.map((list) => planned[list].map((/** @type {any} */ child, /** @type {number} */ place) => {
            const childName = nameOf(at, list, place);
            return html`<${Child} key=${childName} list=${list} child=${child} name=${childName} decisions=${decisions} decide=${decide} fields=${fields?.[list]} isLit=${lit.includes(childName)} light=${light} />`;
        }))}
        ${!isOut && now && html`<${Conflicts} planned=${now} choices=${choices} choose=${choose} />`}
    </section>`;
}

/** @param {any} props */
function Child({ list, child, name, decisions, decide, fields, isLit, light }) {
    const shown = { ...child, ...decisions.edits.get(name) };
    const title = shown.title ?? shown.sending_country?.name ?? shown.sending_country ?? shown.origin ?? "—";
    const kind = shown.type ?? shown.kind ?? shown.organisation_type;
    const isOut = decisions.out.has(name);
    return html`<div class="item ${isOut ? "out" : ""} ${isLit ? "lit" : ""}" data-item=${name} onMouseEnter=${() => light([name])} onMouseLeave=${() => light([])} onFocusIn=${() => light([name])}>
        <span>${title} <small><${Label} value=${kind} />${list === "activities" && ` · ${periodWords(shown)}`}${shown.place && ` · ${shown.place}`}${shown.experts_count && ` · ${shown.experts_count}`} · ${t(PLANNED[child.operation])}</small></span>
        <${Controls} fields=${fields} name=${name} record=${child} title=${title} decisions=${decisions} decide=${decide} /></div>`;
}

/** Leave out, edit; and the form, where it is open. @param {any} props */
function Controls({ fields, name, record, title, decisions, decide }) {
    const [isOpen, setOpen] = useState(false);
    const before = fields ? written(record, fields) : {};
    const [values, setValues] = useState(/** @type {any} */ (null));
    const isOut = decisions.out.has(name);
    const leave = () => {
        const out = new Set(decisions.out);
        if (!out.delete(name)) out.add(name);
        decide({ ...decisions, out });
    };
    const apply = () => {
        const edits = new Map(decisions.edits);
        const changed = changedFields(before, values ?? before);
        if (changed.length) edits.set(name, Object.fromEntries(changed.map((field) => [field, values[field]])));
        else edits.delete(name);
        decide({ ...decisions, edits });
        setOpen(false);
    };
    // Deployments name activities by their place in the plan, and an action's partners may be new: neither is a choice.
    const shown = fields?.filter((/** @type {any} */ field) => !["activity", "partners", "source", "follows"].includes(field.name));
    return html`<span class="buttons">
            <button type="button" class="quiet" aria-pressed=${isOut} aria-label="${t("Leave out")}: ${title}" onClick=${leave}>${isOut ? t("Take in") : t("Leave out")}</button>
            ${!isOut && html`<button type="button" class="quiet" aria-expanded=${isOpen} aria-label="${t("Edit")}: ${title}" onClick=${() => setOpen(!isOpen)}>${t("Edit")}</button>`}</span>
        ${isOpen && fields && html`<div class="form">
            <${Form} id=${`edit-${name.replaceAll("/", "-")}`} fields=${shown} values=${values ?? { ...before, ...decisions.edits.get(name) }} errors=${[]} onChange=${(/** @type {string} */ field, /** @type {any} */ value) => setValues({ ...before, ...decisions.edits.get(name), ...values, [field]: value })} />
            <p class="buttons"><button type="button" class="primary" onClick=${apply}>${t("Apply")}</button></p></div>`}`;
}

/** Where the record and the file disagree. @param {any} props */
function Conflicts({ planned, choices, choose }) {
    const found = [...planned.conflicts, ...CHILDREN.flatMap((list) => planned[list].flatMap((/** @type {any} */ child) => child.conflicts))];
    if (!found.length) return null;
    return html`<details><summary class="warning">${t("{n} fields in which the record says something else", { n: found.length })}</summary>
        ${found.map((conflict) => html`<fieldset key=${conflict.choice}><legend>${t(conflict.field)}</legend>
            ${[["recorded", conflict.recorded], ["new", conflict.new]].map(([choice, said]) => html`<label class="check"><input type="radio" name=${conflict.choice} value=${choice} checked=${choices[conflict.choice] === choice}
                onChange=${() => choose({ ...choices, [conflict.choice]: choice })} /> <span><small>${t(choice === "new" ? "In the file" : "Recorded")}</small> ${valueWords(said.value)}</span></label>`)}</fieldset>`)}
    </details>`;
}
