// @ts-check
/** An import from paste to commit. */
import { signedInWith } from "../base/api.js";
import { html, useState } from "../base/html.js";
import { t } from "../base/words.js";
import { Offer } from "../import/offer.js";
import { Review } from "../import/review.js";

export default function ImportView() {
    const [given, setGiven] = useState(/** @type {any} */ (null));
    return html`<h1>${t("Import")}</h1>
        <p class="definition">${t("A page or a workbook becomes data. Nothing is recorded before you have seen what would be, sentence by sentence.")}</p>
        ${!signedInWith() && html`<p class="notice">${t("Importing needs a key: sign in above.")}</p>`}
        ${signedInWith() && (given ? html`<${Review} ...${given} again=${() => setGiven(null)} />` : html`<${Offer} planned=${setGiven} />`)}`;
}
