// @ts-check
/** Signing in with a key, which stays in this tab alone. */
import { ask, address, signIn, signedInWith } from "../base/api.js";
import { html, useRef, useState } from "../base/html.js";
import { href } from "../base/location.js";
import { t } from "../base/words.js";

export function SignIn() {
    const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
    const [failure, setFailure] = useState("");
    if (signedInWith()) {
        const leave = () => {
            signIn(null, false);
            location.reload();
        };
        return html`<span class="signed"><a href=${href("/import")}>${t("Import")}</a>
            <button type="button" class="quiet" onClick=${leave}>${t("Sign out")}</button></span>`;
    }
    const submit = async (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
        signIn(`${form.get("key")}`.trim(), form.has("stay"));
        try {
            await ask(`${address("/imports")}?limit=1`); // only a key may read these
            dialog.current?.close();
            window.dispatchEvent(new Event("popstate"));
        } catch (error) {
            signIn(null, false);
            setFailure(error.status === 401 || error.status === 403 ? t("This key doesn't let you edit.") : error.message);
        }
    };
    return html`<button type="button" class="quiet" onClick=${() => dialog.current?.showModal()}>${t("Sign in")}</button>
        <dialog ref=${dialog} aria-labelledby="sign-in-title"><form onSubmit=${submit}>
            <h2 id="sign-in-title">${t("Sign in with a key")}</h2>
            <label>${t("Key")} <input name="key" type="password" required autocomplete="off" aria-describedby="sign-in-failure" /></label>
            <p id="sign-in-failure" class="error" role="alert">${failure}</p>
            <label class="check"><input type="checkbox" name="stay" /> ${t("Remember it in this tab when the page is loaded again")}</label>
            <p class="buttons"><button type="submit" class="primary">${t("Sign in")}</button>
                <button type="button" onClick=${() => dialog.current?.close()}>${t("Cancel")}</button></p>
        </form></dialog>`;
}
