// @ts-check
/** Saving what an editor changed, one record after the other, each only where nobody was first; and taking it back. */
import { address, ask } from "../base/api.js";
import { changedFields, written } from "./schema.js";

/** One record as it was read and as it is to be.
 * @typedef {{ list: string, id: any, before: any, after: any, isNew?: boolean, isDeleted?: boolean, etag?: string }} Item */
/** What takes a save back. @typedef {{ list: string, id: any, method: string, body?: any, etag: string }} Step */

/** Somebody else changed the record since it was read. */
export class Conflict extends Error {
    /** @param {Item} item @param {any} theirs @param {string} etag */
    constructor(item, theirs, etag) {
        super("conflict");
        this.item = item;
        this.theirs = theirs;
        this.etag = etag;
    }
}

/** What a save consists of. @param {Item} item */
export const isChanged = (item) => (item.isNew ? !item.isDeleted : item.isDeleted || changedFields(item.before, item.after).length > 0);

/** @param {any} values @param {string[]} names */
const only = (values, names) => Object.fromEntries(names.map((name) => [name, values[name]]));

/** The record as it is now. Raises Conflict where somebody changed what the editor saw.
 * @param {Item} item @param {import("./schema.js").Field[]} fields */
async function current(item, fields) {
    const { body, etag } = await ask(address(`/${item.list}/${item.id}`));
    const theirs = written(body, fields);
    if (changedFields(item.before, theirs).length) throw new Conflict(item, theirs, etag);
    return etag;
}

/** Saves an item. @param {Item} item @param {import("./schema.js").Field[]} fields @param {any} parent the id of the action
 * @returns {Promise<{ id: any, undo: Step }>} Raises Problem, and Conflict on a 412. */
export async function save(item, fields, parent) {
    const path = address(`/${item.list}/${item.id}`);
    if (item.isNew) {
        const filled = Object.fromEntries(Object.entries(item.after).filter(([, value]) => value !== null));
        const body = item.list === "actions" ? filled : { ...filled, action: parent };
        const made = await ask(address(`/${item.list}`), { method: "POST", body, once: crypto.randomUUID() });
        return { id: made.body.id, undo: { list: item.list, id: made.body.id, method: "DELETE", etag: made.etag } };
    }
    const etag = item.etag || (await current(item, fields));
    if (item.isDeleted) {
        await ask(path, { method: "DELETE", etag });
        return { id: item.id, undo: { list: item.list, id: item.id, method: "POST", body: { ...item.before, action: parent }, etag: "" } };
    }
    const names = changedFields(item.before, item.after);
    try {
        const saved = await ask(path, { method: "PATCH", body: only(item.after, names), etag });
        return { id: item.id, undo: { list: item.list, id: item.id, method: "PATCH", body: only(item.before, names), etag: saved.etag } };
    } catch (error) {
        if (error.status !== 412) throw error;
        const now = await ask(path);
        throw new Conflict(item, written(now.body, fields), now.etag);
    }
}

/** Takes steps back, the last one first. @param {Step[]} steps */
export async function takeBack(steps) {
    for (const { list, id, method, body } of [...steps].reverse()) {
        if (method === "POST") {
            const filled = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
            await ask(address(`/${list}`), { method, body: filled });
        } else {
            // A later step of the same save may have given the record another version.
            const { etag } = await ask(address(`/${list}/${id}`));
            await ask(address(`/${list}/${id}`), { method, body, etag });
        }
    }
}
