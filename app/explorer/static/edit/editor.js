// @ts-check
/** Editing an action and what belongs to it: forms, what will change, problems at the field, drafts, merges. */
import { address, ask, awaited } from "../base/api.js";
import { html, useLayoutEffect, useState } from "../base/html.js";
import { go } from "../base/location.js";
import { remember, remembered } from "../base/settings.js";
import { counted, t } from "../base/words.js";
import { Differences } from "../parts/history.js";
import { Form } from "./forms.js";
import { Merge } from "./merge.js";
import { Conflict, isChanged, save } from "./saving.js";
import { changedFields, useFields, written } from "./schema.js";
import { rememberSave } from "./undo.js";

/** @typedef {import("./saving.js").Item} Item */

const CHILDREN = ["activities", "deployments", "outputs"];
const ONE = { actions: "action", activities: "activity", deployments: "deployment", outputs: "output" };

/** @param {any} action @param {Record<string, any>} fields @param {string} etag @returns {Item[]} */
function itemsOf(action, fields, etag) {
    if (!action) return [{ list: "actions", id: "new", before: {}, after: written({}, fields.actions), isNew: true }];
    const item = (/** @type {string} */ list, /** @type {any} */ record) => ({ list, id: record.id, before: written(record, fields[list]), after: written(record, fields[list]) });
    return [{ ...item("actions", action), etag }, ...CHILDREN.flatMap((list) => action[list].map((/** @type {any} */ record) => item(list, record)))];
}

/** @param {{ action: any, etag?: string, done: () => void }} props */
export function ActionEditor(props) {
    const fields = useFields();
    return fields && html`<${Editor} ...${props} fields=${fields} />`;
}

/** @param {{ action: any, etag?: string, done: () => void, fields: Record<string, import("./schema.js").Field[]> }} props */
function Editor({ action, etag = "", done, fields }) {
    const named = `draft-${action?.id ?? "new"}`;
    const [isDraft, setDraft] = useState(() => remembered(named) !== null);
    const [items, setItems] = useState(() => /** @type {Item[]} */ (JSON.parse(remembered(named) ?? "null") ?? itemsOf(action, fields, etag)));
    const [problem, setProblem] = useState(/** @type {{ item: Item, problem: any } | null} */ (null));
    const [conflict, setConflict] = useState(/** @type {Conflict | null} */ (null));
    const [isSaving, setSaving] = useState(false);
    const changed = items.filter(isChanged);
    useLayoutEffect(() => remember(named, changed.length ? JSON.stringify(items) : null), [items]);
    const update = (/** @type {Item} */ item, /** @type {Partial<Item>} */ values) => setItems(items.map((other) => (other === item ? { ...item, ...values } : other)));
    const discard = () => {
        remember(named, null);
        setItems(itemsOf(action, fields, etag));
        setDraft(false);
    };
    const submit = async (/** @type {Event} */ event) => {
        event.preventDefault();
        setProblem(null);
        setSaving(true);
        await awaited(saveAll());
        setSaving(false);
    };
    const saveAll = async () => {
        const steps = [];
        let parent = action?.id;
        let rest = [...items];
        for (const item of changed) {
            try {
                // Saving what belongs to an action gives it another version, so that its tag holds for the first one only.
                const { id, undo } = await save(item, fields[item.list], parent);
                parent ??= id;
                steps.push(undo);
                rest = rest.map((other) => (other === item ? { ...item, id, before: item.after, isNew: false, etag: "" } : other));
            } catch (error) {
                setItems(rest);
                if (error instanceof Conflict) setConflict(error);
                else setProblem({ item, problem: error });
                return;
            }
        }
        remember(named, null);
        rememberSave(parent, steps);
        if (action) done();
        else go(`/actions/${(await ask(address(`/actions/${parent}`))).body.slug}`, { replace: true });
    };
    if (conflict) {
        const merged = (/** @type {any} */ values, /** @type {any} */ before, /** @type {string} */ newTag) => {
            setItems(items.map((item) => (item.list === conflict.item.list && item.id === conflict.item.id ? { ...item, before, after: values, etag: newTag } : item)));
            setConflict(null);
        };
        return html`<${Merge} conflict=${conflict} merged=${merged} cancel=${() => setConflict(null)} />`;
    }
    const activities = items.filter((item) => item.list === "activities" && !item.isNew && !item.isDeleted).map((item) => ({ id: item.id, title: item.after.title }));
    const add = (/** @type {string} */ list) => setItems([...items, { list, id: `new-${Date.now()}`, before: {}, after: { ...written({}, fields[list]), ...(list === "activities" ? { sessions: 1 } : {}) }, isNew: true }]);
    const form = (/** @type {Item} */ item) => html`<${Form} id="${item.list}-${item.id}" fields=${fields[item.list]} values=${item.after} activities=${activities}
        errors=${problem && problem.item.list === item.list && problem.item.id === item.id ? problem.problem.errors : []}
        onChange=${(/** @type {string} */ name, /** @type {any} */ value) => update(item, { after: { ...item.after, [name]: value } })} />`;
    return html`<form class="form" onSubmit=${submit} noValidate>
        <h1>${action ? action.title : t("New action")}</h1>
        ${isDraft && html`<p class="notice" role="status">${t("This is a draft that was not saved.")} <button type="button" onClick=${discard}>${t("Discard it")}</button></p>`}
        ${form(items[0])}
        ${CHILDREN.map((list) => html`<section key=${list} class="form"><h2>${t(list)}</h2>
            ${items.filter((item) => item.list === list && !(item.isNew && item.isDeleted)).map((item) => html`<${Child} key=${item.id} item=${item} form=${form} update=${update} hasProblem=${problem?.item.id === item.id && problem?.item.list === list} />`)}
            <p><button type="button" onClick=${() => add(list)}>${t("Add")}: ${t(ONE[list])}</button></p></section>`)}
        <${SaveBar} changed=${changed} problem=${problem} isSaving=${isSaving} cancel=${() => { remember(named, null); if (action) done(); else go("/actions"); }} />
    </form>`;
}

/** @param {{ item: Item, form: (item: Item) => any, update: (item: Item, values: Partial<Item>) => void, hasProblem: boolean }} props */
function Child({ item, form, update, hasProblem }) {
    const [isOpen, setOpen] = useState(Boolean(item.isNew));
    const name = item.after.title ?? item.after.sending_country ?? item.after.origin ?? t(ONE[item.list]);
    return html`<fieldset data-item="${item.list}-${item.id}"><legend>${item.isDeleted ? html`<del>${name}</del>` : name}</legend>
        ${(isOpen || hasProblem) && !item.isDeleted && form(item)}
        <p class="buttons">${!item.isDeleted && html`<button type="button" class="quiet" aria-expanded=${isOpen} aria-label="${isOpen ? t("Close") : t("Edit")}: ${name}" onClick=${() => setOpen(!isOpen)}>${isOpen ? t("Close") : t("Edit")}</button>`}
            <button type="button" class="quiet" aria-label="${item.isDeleted ? t("Keep") : t("Delete")}: ${name}" onClick=${() => update(item, { isDeleted: !item.isDeleted })}>${item.isDeleted ? t("Keep") : t("Delete")}</button></p></fieldset>`;
}

/** @param {{ changed: Item[], problem: any, isSaving: boolean, cancel: () => void }} props */
function SaveBar({ changed, problem, isSaving, cancel }) {
    const differences = changed.flatMap((item) => changedFields(item.before, item.after).map((field) => ({ field, before: item.before[field], after: item.after[field] })));
    const parts = [];
    const own = changed.find((item) => item.list === "actions");
    if (own) parts.push(...changedFields(own.before, own.after).filter((name) => own.after[name] !== null).map((name) => t(name)));
    for (const list of CHILDREN) {
        const some = changed.filter((item) => item.list === list).length;
        if (some) parts.push(counted(some, ONE[list], list));
    }
    return html`<div class="save-bar" role="region" aria-label=${t("Changes")}>
        <button type="submit" class="primary" disabled=${!changed.length || isSaving}>${t("Save")}</button>
        <button type="button" onClick=${cancel}>${t("Cancel")}</button>
        <details><summary>${changed.length ? `${counted(changed.length, "record changes", "records change")}: ${parts.join(", ")}` : t("Nothing changed yet.")}</summary>
            <${Differences} differences=${differences.slice(0, 40)} /></details>
        ${problem && html`<span class="error" role="alert">${problem.problem.message}</span>`}
    </div>`;
}
