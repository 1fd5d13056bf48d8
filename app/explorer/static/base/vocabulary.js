// @ts-check
/** Labels of the closed vocabularies, in the language of labels. */
import { address, ask, awaited } from "./api.js";
import { useLayoutEffect, useState } from "./html.js";

/** @type {Map<string, string> | null} */
let labels = null;
/** @type {Promise<void> | undefined} */
let asked;

async function load() {
    const { body } = await ask(address("/vocabularies"));
    labels = new Map(Object.values(body).flat().map((/** @type {any} */ each) => [each.value, each.label]));
}

/** A function from a value to its label, which is the value itself until labels are read.
 * @returns {(value: string | null) => string} */
export function useVocabulary() {
    const [, setLoaded] = useState(labels !== null);
    useLayoutEffect(() => {
        if (labels === null) {
            asked ??= load().catch(() => (asked = undefined));
            awaited(asked.then(() => setLoaded(true)));
        }
    }, []);
    return (value) => labels?.get(value ?? "") ?? value ?? "";
}
