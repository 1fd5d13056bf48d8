// @ts-check
/** The search field: as one types, the filters that the words mean, and the records that have them. */
import { address, useApi } from "../base/api.js";
import { html, useEffect, useRef, useState } from "../base/html.js";
import { filtersOf, go, at } from "../base/location.js";
import { count, t } from "../base/words.js";

const WAIT = 150;

/** @typedef {{ path: string, name: any, note: string }} Offer */

/** What the API understood, as offers to choose from: all of it, then each part in each of its meanings.
 * @param {any} found @returns {Offer[]} */
function offersOf(found) {
    if (!found) return [];
    const offers = [];
    const interpretations = found.interpretations ?? [];
    for (const reading of interpretations) {
        const name = reading.filters.map((/** @type {any} */ filter) => html`<span class="part"><small>${t(filter.parameter)}</small> ${filter.label}</span>`);
        const params = new URLSearchParams(reading.filters.map((/** @type {any} */ filter) => [filter.parameter, filter.value]));
        if (reading.rest) {
            params.set("q", reading.rest);
            name.push(html`<span class="part"><small>${t("words")}</small> ${reading.rest}</span>`);
        }
        offers.push({ path: at("/actions", params), name, note: reading.total === undefined ? "" : count(reading.total) });
    }
    for (const hit of found.items.slice(0, 6)) {
        const fragment = hit.fragments.find((/** @type {any} */ each) => each.field !== "title");
        offers.push({
            path: hit.action ? `/actions/${hit.action.slug}` : `/actions?partner=${hit.id}`,
            name: html`<span>${hit.title}</span>${fragment && html` <small class="fragment"><${Marked} html=${fragment.html} /></small>`}`,
            note: t(hit.kind),
        });
    }
    return offers;
}

/** A fragment of text with its marks, from the API's escaped HTML. @param {{ html: string }} props */
export function Marked({ html: text }) {
    const read = new DOMParser().parseFromString(text, "text/html").body;
    return [...read.childNodes].map((node) => (node.nodeName === "MARK" ? html`<mark>${node.textContent}</mark>` : node.textContent));
}

/** @param {{ place: import("../base/location.js").Place }} props */
export function Search({ place }) {
    const [typed, setTyped] = useState(place.params.get("q") ?? "");
    const [asked, setAsked] = useState("");
    const [isOpen, setOpen] = useState(false);
    const [chosen, setChosen] = useState(-1);
    const field = useRef(/** @type {HTMLInputElement | null} */ (null));
    useEffect(() => setTyped(place.params.get("q") ?? ""), [place.params.get("q")]);
    useEffect(() => {
        const timer = setTimeout(() => setAsked(isOpen ? typed.trim() : ""), WAIT);
        return () => clearTimeout(timer);
    }, [typed, isOpen]);
    const found = useApi(asked.length > 1 ? address("/search", new URLSearchParams({ q: asked, limit: "6" })) : null);
    const offers = isOpen && asked.length > 1 ? offersOf(found.data) : [];
    const choose = (/** @type {Offer | undefined} */ offer) => {
        setOpen(false);
        setChosen(-1);
        if (offer) {
            setTyped("");
            go(offer.path);
        } else if (typed.trim()) {
            const params = filtersOf(place.params);
            params.set("q", typed.trim());
            go(at("/actions", params));
        }
        field.current?.blur();
    };
    const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (step && offers.length) {
            event.preventDefault();
            // Beside the offers there is the text itself, at -1.
            setChosen(((chosen + 1 + step + offers.length + 1) % (offers.length + 1)) - 1);
        }
        if (event.key === "Escape") setOpen(false);
    };
    const close = (/** @type {FocusEvent} */ event) => {
        const inside = event.relatedTarget instanceof Node && /** @type {Node} */ (event.currentTarget).contains(event.relatedTarget);
        if (!inside) setOpen(false);
    };
    return html`<form class="search" role="search" onFocusOut=${close} onSubmit=${(/** @type {any} */ event) => {
        event.preventDefault();
        choose(offers[chosen]);
    }}>
        <input ref=${field} type="search" name="q" autocomplete="off" value=${typed} aria-label=${t("Search")}
            placeholder=${t("Search: italy kyrgyzstan trainings 2013")} role="combobox" aria-expanded=${offers.length > 0}
            aria-controls="offers" aria-autocomplete="list" aria-activedescendant=${chosen < 0 ? undefined : `offer-${chosen}`}
            onInput=${(/** @type {any} */ event) => {
                setTyped(event.target.value);
                setOpen(true);
                setChosen(-1);
            }} onKeyDown=${onKeyDown} />
        <ul id="offers" role="listbox" aria-label=${t("Offers")} hidden=${!offers.length}>
            ${offers.map((offer, place) => html`<li key=${offer.path} id="offer-${place}" role="option" aria-selected=${place === chosen}
                onMouseDown=${(/** @type {Event} */ event) => event.preventDefault()} onClick=${() => choose(offer)}>
                <span class="offer">${offer.name}</span> <small>${offer.note}</small></li>`)}
        </ul>
        ${isOpen && found.data?.suggestion && html`<p class="suggestion">${t("Did you mean")} <button type="button" onClick=${() => setTyped(found.data.suggestion)}>${found.data.suggestion}</button>?</p>`}
    </form>`;
}
