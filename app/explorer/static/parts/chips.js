// @ts-check
/** The active filters, each to be removed, with the number of actions that they leave. */
import { address, useApi } from "../base/api.js";
import { html, useEffect } from "../base/html.js";
import { at, filtersOf, go, here, href, toggled } from "../base/location.js";
import { count, counted, dateWords, t } from "../base/words.js";
import { useLabels } from "./labels.js";

/** Views on which filters make sense. */
const FILTERED = ["/", "/actions", "/activities", "/deployments", "/outputs", "/partners", "/countries", "/figures"];

/** @param {{ place: import("../base/location.js").Place }} props */
export function Chips({ place }) {
    const filters = filtersOf(place.params);
    const isShown = FILTERED.includes(place.path) && filters.size > 0;
    const label = useLabels(isShown ? filters : null);
    const total = useApi(isShown ? address("/actions", new URLSearchParams([...filters, ["limit", "1"], ["fields", "id"]])) : null);
    useEffect(() => {
        const clearLast = (/** @type {KeyboardEvent} */ event) => {
            const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLSelectElement;
            const last = [...filtersOf(here().params)].pop();
            if (event.key !== "Escape" || event.defaultPrevented || isTyping || !last || document.querySelector("dialog[open]")) return;
            go(at(here().path, toggled(here().params, ...last)));
        };
        document.addEventListener("keydown", clearLast);
        return () => document.removeEventListener("keydown", clearLast);
    }, []);
    if (!isShown) return null;
    return html`<div class="chips" role="region" aria-label=${t("Active filters")}>
        ${[...filters].map(([name, value]) => html`<button key=${name + value} type="button" class="chip" data-facet=${name} data-value=${value} aria-pressed="true"
            title=${t("Remove this filter")} onClick=${() => go(at(place.path, toggled(place.params, name, value)))}>
            <small>${t(name)}</small> ${label(name, value) ?? dateWords(value)} <span aria-hidden="true">×</span></button>`)}
        <span class="left">
            ${total.data && html`<b>${counted(total.data.total, "action", "actions")}</b>`}
            ${total.error && html`<span class="error">${total.error.message}</span>`}
            <a href=${href(place.path)}>${t("Clear all")}</a>
        </span>
    </div>`;
}
