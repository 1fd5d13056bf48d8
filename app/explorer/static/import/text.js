// @ts-check
/** The text of an import, with each sentence that was used, and each that was not. */
import { html, useEffect, useRef } from "../base/html.js";
import { t } from "../base/words.js";

/** @param {{ text: string, passages: any[], unread: any[], lit: string[], light: (names: string[]) => void }} props */
export function SourceText({ text, passages, unread, lit, light }) {
    const box = useRef(/** @type {HTMLElement | null} */ (null));
    useEffect(() => {
        const mark = box.current?.querySelector(".lit");
        if (mark instanceof HTMLElement && box.current && !box.current.matches(":hover")) box.current.scrollTop = mark.offsetTop - box.current.offsetTop - 80;
    }, [lit]);
    if (!text) return html`<p class="note">${t("This file has no text to show beside what was read from it.")}</p>`;
    const parts = [];
    let from = 0;
    const marked = [...passages.map((each) => ({ ...each, isRead: true })), ...unread].sort((a, b) => a.start - b.start);
    for (const { start, end, names, isRead } of marked) {
        parts.push(text.slice(from, start));
        const said = text.slice(start, end);
        const isLit = isRead && names.some((/** @type {string} */ name) => lit.includes(name));
        parts.push(isRead
            ? html`<mark class=${isLit ? "lit" : ""} onMouseEnter=${() => light(names)} onMouseLeave=${() => light([])}>${said}</mark>`
            : html`<span class="unread" title=${t("Nothing was read from this sentence.")}>${said}</span>`);
        from = end;
    }
    parts.push(text.slice(from));
    return html`<div class="import-text" ref=${box} tabindex="0" role="region" aria-label=${t("The text")}>${parts}</div>`;
}
