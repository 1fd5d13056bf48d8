// @ts-check
/** What the document says of the service, and what was chosen in this browser. */

const said = document.documentElement.dataset;

/** The path below which the service is reached, as "/registry"; often empty. */
export const BASE = said.base ?? "";
export const API = `${BASE}/api/v1`;
/** The address of the shapes of countries. */
export const WORLD = said.world ?? "";

/** @param {string} name @returns {string | null} */
export function remembered(name, storage = localStorage) {
    try {
        return storage.getItem(`mieux-${name}`);
    } catch {
        return null;
    }
}

/** Remembers a value in this browser, or forgets it with null; without storage, nothing happens.
 * @param {string} name @param {string | null} value */
export function remember(name, value, storage = localStorage) {
    try {
        if (value === null) storage.removeItem(`mieux-${name}`);
        else storage.setItem(`mieux-${name}`, value);
    } catch {
        // The choice then lasts as long as the page.
    }
}
