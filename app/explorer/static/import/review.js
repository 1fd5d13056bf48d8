// @ts-check
/** The text on one side, what was read from it on the other; items are left out or corrected, and the plan that is shown
 * is the one that is committed. */
import { address, ask, awaited } from "../base/api.js";
import { html, useMemo, useRef, useState } from "../base/html.js";
import { href } from "../base/location.js";
import { remember } from "../base/settings.js";
import { counted, t } from "../base/words.js";
import { useFields } from "../edit/schema.js";
import { Failure } from "../parts/states.js";
import { formOf } from "./offer.js";
import { CHILDREN, nameOf, passagesOf, recordsOf, unreadOf } from "./plan.js";
import { Planned } from "./planned.js";
import { SourceText } from "./text.js";

/** @param {any} plan @returns {[string, string][]} */
function quotesOf(plan) {
    return plan.actions.flatMap((/** @type {any} */ planned, /** @type {number} */ at) =>
        CHILDREN.flatMap((list) =>
            planned[list].flatMap((/** @type {any} */ child, /** @type {number} */ place) => (child.source_quote ? [[nameOf(at, list, place), child.source_quote]] : [])),
        ),
    );
}

/** @param {{ first: any, text: string, source: import("./offer.js").Source, name: string, again: () => void }} props */
export function Review({ first, text, source, name, again }) {
    const fields = useFields();
    const [decisions, setDecisions] = useState(/** @type {import("./plan.js").Decisions} */ ({ out: new Set(), edits: new Map() }));
    const [plan, setPlan] = useState(first);
    const [isPlanning, setPlanning] = useState(false);
    const [choices, setChoices] = useState(/** @type {Record<string, string>} */ ({}));
    const [problem, setProblem] = useState(/** @type {any} */ (null));
    const [committed, setCommitted] = useState(/** @type {any} */ (null));
    const [lit, setLit] = useState(/** @type {string[]} */ ([]));
    const latest = useRef(0);
    const passages = useMemo(() => passagesOf(text, quotesOf(first)), [first, text]);
    const unread = useMemo(() => unreadOf(text, passages, first.actions.map((/** @type {any} */ each) => each.action.title ?? "")), [text, passages]);
    const replan = async (/** @type {import("./plan.js").Decisions} */ next) => {
        const round = ++latest.current;
        setPlanning(true);
        try {
            const file = new Blob([JSON.stringify(recordsOf(first, next))], { type: "application/json" });
            const titled = { ...source, title: source.title || name };
            const { body } = await ask(address("/imports"), { method: "POST", body: formOf(file, `${name}.json`, titled) });
            if (round === latest.current) setPlan(body);
        } catch (error) {
            if (round === latest.current) setProblem(error);
        }
        if (round === latest.current) setPlanning(false);
    };
    const decide = (/** @type {import("./plan.js").Decisions} */ next) => {
        setProblem(null);
        setDecisions(next);
        if (!next.out.size && !next.edits.size) setPlan(first);
        else if (recordsOf(first, next).length) awaited(replan(next));
        else setPlan({ ...first, summary: { create: 0, update: 0, unchanged: 0, reject: 0, conflicts: 0 }, actions: [] });
    };
    const commit = async () => {
        try {
            const body = { choices, prefer: "ask", on_reject: "skip" };
            setCommitted((await ask(address(`/imports/${plan.id}/commit`), { method: "POST", body, once: `commit-${plan.id}` })).body);
            remember("import", null);
        } catch (error) {
            setProblem(error);
        }
    };
    if (committed) return html`<${Committed} plan=${committed} again=${again} />`;
    const { create, update, unchanged, reject } = plan.summary;
    const action = [create && t("create {n}", { n: counted(create, "action", "actions") }), update && t("update {n}", { n: counted(update, "action", "actions") })].filter(Boolean).join(", ");
    const warnings = first.actions.reduce((/** @type {number} */ sum, /** @type {any} */ each) => sum + each.problems.length, first.problems.length);
    return html`<div class="save-bar" role="region" aria-label=${t("What will be done")}>
            <button type="button" class="primary" disabled=${!action || isPlanning} onClick=${() => awaited(commit())}>${action ? action.charAt(0).toUpperCase() + action.slice(1) : t("Nothing to record")}</button>
            <button type="button" onClick=${again}>${t("Start again")}</button>
            <span class="note" aria-live="polite">${[unchanged && t("{n} unchanged", { n: unchanged }), reject && t("{n} can't be imported", { n: reject }), warnings && counted(warnings, "remark", "remarks"), unread.length && counted(unread.length, "sentence was not used", "sentences were not used"), decisions.out.size && t("{n} left out", { n: decisions.out.size })].filter(Boolean).join(" · ")}</span>
        </div>
        ${problem && html`<${Failure} problem=${problem} />`}
        <ul class="remarks">${first.problems.map((/** @type {any} */ remark) => html`<li class="warning">${remark.message}</li>`)}</ul>
        <div class="import-sides">
            <${SourceText} text=${text} passages=${passages} unread=${unread} lit=${lit} light=${setLit} />
            <div>${first.actions.map((/** @type {any} */ planned, /** @type {number} */ at) => html`<${Planned} key=${at} planned=${planned} at=${at} decisions=${decisions} decide=${decide} fields=${fields}
                lit=${lit} light=${setLit} now=${plan.actions.find((/** @type {any} */ each) => each.action.slug === planned.action.slug)} choices=${choices} choose=${setChoices} />`)}</div>
        </div>`;
}

/** @param {{ plan: any, again: () => void }} props */
function Committed({ plan, again }) {
    const { create, update } = plan.summary;
    return html`<section class="form" role="status"><h2>${t("Recorded")}</h2>
        <p>${counted(create, "action created", "actions created")}, ${counted(update, "updated", "updated")}.</p>
        <ul>${plan.actions.filter((/** @type {any} */ each) => each.operation !== "reject").map((/** @type {any} */ each) => html`<li key=${each.action.slug}><a href=${href(`/actions/${each.action.slug}`)}>${each.action.title}</a></li>`)}</ul>
        <p><button type="button" onClick=${again}>${t("Import something else")}</button></p></section>`;
}
