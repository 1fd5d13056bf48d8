// @ts-check
/** A plan with what the editor left out and corrected, as records that the API reads and plans again: so what is shown
 * is always a plan of the registry's own. */

export const CHILDREN = ["activities", "deployments", "outputs"];
/** What a plan says of an item beside its fields. */
const ABOUT = ["item", "operation", "excluded", "line", "differences", "conflicts", "activity_id"];

/** What names an item of the first plan: "2" for its third action, "2/activities/0" for that one's first activity.
 * @param {number} action @param {string} [list] @param {number} [place] */
export const nameOf = (action, list, place) => (list === undefined ? `${action}` : `${action}/${list}/${place}`);

/** @typedef {{ out: Set<string>, edits: Map<string, Record<string, any>> }} Decisions */

/** @param {any} fields */
const filled = (fields) => Object.fromEntries(Object.entries(fields).filter(([name, value]) => !ABOUT.includes(name) && value !== null));

/** The records that remain. @param {any} plan the first one @param {Decisions} decisions */
export function recordsOf(plan, { out, edits }) {
    return plan.actions.flatMap((/** @type {any} */ planned, /** @type {number} */ at) => {
        if (out.has(nameOf(at)) || planned.operation === "reject") return [];
        const keptActivities = planned.activities.map((/** @type {any} */ _, /** @type {number} */ place) => !out.has(nameOf(at, "activities", place)));
        // Deployments name activities by their places, which move up where one before them is left out.
        const moved = (/** @type {number | null} */ place) => (place && keptActivities[place - 1] ? keptActivities.slice(0, place).filter(Boolean).length : null);
        const children = CHILDREN.map((list) => [
            list,
            planned[list].flatMap((/** @type {any} */ child, /** @type {number} */ place) => {
                const name = nameOf(at, list, place);
                if (out.has(name)) return [];
                const fields = { ...child, ...edits.get(name) };
                if (list === "deployments") fields.activity = child.activity_id ?? moved(child.activity);
                return [filled(fields)];
            }),
        ]);
        const { source: _, ...action } = planned.action;
        return [{ ...filled({ ...action, ...edits.get(nameOf(at)) }), ...Object.fromEntries(children) }];
    });
}

/** Where sentences of a plan are in a text.
 * @param {string} text @param {Iterable<[string, string]>} quotes names of items with the sentences that they are from
 * @returns {{ start: number, end: number, names: string[] }[]} without overlaps, in order */
export function passagesOf(text, quotes) {
    const found = new Map();
    for (const [name, quote] of quotes) {
        const words = quote.trim().split(/\s+/).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
        const match = new RegExp(words.join("\\s+")).exec(text);
        if (!match) continue;
        const key = `${match.index}-${match[0].length}`;
        const passage = found.get(key) ?? { start: match.index, end: match.index + match[0].length, names: [] };
        passage.names.push(name);
        found.set(key, passage);
    }
    const ordered = [...found.values()].sort((a, b) => a.start - b.start || b.end - a.end);
    return ordered.filter((passage, place) => {
        const holder = ordered.slice(0, place).find((other) => other.end > passage.start && other.end >= passage.end);
        if (holder) holder.names.push(...passage.names);
        return !holder && !ordered.slice(0, place).some((other) => other.end > passage.start);
    });
}

const LABELS = /^\s*(Objective|Duration|Countr(y|ies)|Region|Partners?|Summary)\s*:\s*/i;

/** @param {string} line */
const plain = (line) => line.trim().split(/\s+/).join(" ").toLowerCase();

/** The sentences between passages that nothing was read from. Titles, objectives and durations are read in full.
 * @param {string} text @param {{ start: number, end: number }[]} passages @param {string[]} titles of the actions */
export function unreadOf(text, passages, titles) {
    const known = new Set(titles.map(plain));
    const unread = [];
    let start = 0;
    for (const line of text.split("\n")) {
        const label = LABELS.exec(line);
        const isProse = label ? /summary/i.test(label[1]) : !known.has(plain(line));
        if (isProse && line.trim().split(/\s+/).length > 6) {
            const offset = start + (label?.[0].length ?? 0);
            for (const sentence of line.slice(label?.[0].length ?? 0).matchAll(/[^.!?]+(?:[.!?]+(?=\s|$)|[.!?](?=\S)|$)+/g)) {
                const from = offset + sentence.index + (sentence[0].length - sentence[0].trimStart().length);
                const to = offset + sentence.index + sentence[0].trimEnd().length;
                if (to > from + 3 && !passages.some((passage) => passage.start < to && passage.end > from)) unread.push({ start: from, end: to });
            }
        }
        start += line.length + 1;
    }
    return unread;
}
