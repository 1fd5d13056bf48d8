// @ts-check
/** What was saved last can be taken back for ten minutes. */
import { html, useEffect, useState } from "../base/html.js";
import { t } from "../base/words.js";
import { takeBack } from "./saving.js";

const TEN_MINUTES = 600_000;
/** @type {{ action: any, steps: import("./saving.js").Step[], until: number } | null} */
let saved = null;

/** @param {any} action the id of the action @param {import("./saving.js").Step[]} steps */
export function rememberSave(action, steps) {
    saved = { action, steps, until: Date.now() + TEN_MINUTES };
}

/** @param {{ action: any, done: () => void }} props */
export function Undo({ action, done }) {
    const [, setRound] = useState(0);
    const [failure, setFailure] = useState("");
    useEffect(() => {
        const timer = setTimeout(() => setRound(1), TEN_MINUTES);
        return () => clearTimeout(timer);
    }, []);
    if (saved === null || saved.action !== action || saved.until < Date.now()) return null;
    const { steps } = saved;
    const undo = async () => {
        try {
            await takeBack(steps);
            saved = null;
            done();
        } catch (error) {
            setFailure(error.message);
        }
    };
    return html`<p class="notice" role="status">${t("Saved.")} <button type="button" onClick=${undo}>${t("Undo")}</button> <span class="error">${failure}</span></p>`;
}
