// @ts-check
/** Spans of time at their true precision: where a month or year is all that is known, that end is soft; an end that
 * nobody confirmed is hatched. */
import { axisOf, firstMoment, lastMoment } from "../base/dates.js";
import { html } from "../base/html.js";
import { periodWords, t } from "../base/words.js";

/** @typedef {{ start: string | null, end: string | null, confirmed_on?: string | null, status?: string | null }} Dated */

/** The filter of what has a start, and so a place on an axis. */
export const DATED = ["started_in", "1900/2100"];

/** The last moment up to which something is known to run. @param {Dated} record */
function knownUntil({ end, confirmed_on }) {
    return end ? lastMoment(end) : confirmed_on ? lastMoment(confirmed_on) : Date.now();
}

/** An axis for records. @param {Dated[]} records */
export function axisFor(records) {
    const dated = records.filter((record) => record.start);
    if (!dated.length) return null;
    const ends = dated.map((record) => knownUntil(record) + (record.end || !record.confirmed_on ? 0 : 366 * 86_400_000));
    return axisOf([...dated.map((record) => firstMoment(/** @type {string} */ (record.start))), ...ends]);
}

/** The years above a timeline. @param {{ axis: any }} props */
export function Years({ axis }) {
    const every = Math.ceil(axis.years.length / 12);
    return html`<div class="years" aria-hidden="true">
        ${axis.years.map((/** @type {number} */ year, /** @type {number} */ place) => html`<span key=${year}>${place % every === 0 ? year : ""}</span>`)}
    </div>`;
}

/** One span on the axis. @param {{ record: Dated, axis: any }} props */
export function Span({ record, axis }) {
    if (!record.start) return html`<span class="undated note">${t("no dates")}</span>`;
    const whole = axis.last - axis.first;
    const place = (/** @type {number} */ moment) => (100 * (Math.min(moment, axis.last) - axis.first)) / whole;
    const startsBy = lastMoment(record.start);
    const from = firstMoment(record.start);
    const until = Math.max(knownUntil(record), from);
    const endsFrom = record.end ? firstMoment(record.end) : until;
    /** @type {[string, number, number][]} */
    const parts = [];
    const isOneSpan = record.end === record.start || startsBy >= endsFrom;
    if (isOneSpan) parts.push([record.start.length === 10 ? "point" : "soft-both", from, until]);
    else {
        if (record.start.length < 10) parts.push(["soft-start", from, startsBy]);
        parts.push(["solid", record.start.length < 10 ? startsBy : from, record.end && record.end.length === 10 ? until : endsFrom]);
        if (record.end && record.end.length < 10) parts.push(["soft-end", endsFrom, until]);
    }
    if (!record.end) parts.push([record.confirmed_on ? "hatched" : "open", until, record.confirmed_on ? axis.last : until]);
    // What was only planned is known until its source's last word, and not confirmed from there on.
    const known = record.end && record.status === "unconfirmed" && record.confirmed_on ? Math.max(from, lastMoment(record.confirmed_on)) : Infinity;
    /** @type {[string, number, number][]} */
    const drawn = parts.filter(([, start]) => start < known).map(([kind, start, end]) => [kind, start, Math.min(end, known)]);
    if (known < until) drawn.push(["hatched", known, until]);
    return html`<span class="span" title=${periodWords(record)}>
        ${drawn.map(([kind, start, end]) => html`<i class=${kind} style=${{ left: `${place(start)}%`, width: `${place(end) - place(start)}%` }}></i>`)}
    </span>`;
}

/** Records below each other on one axis. @param {{ records: any[], title: (record: any) => any }} props */
export function Timeline({ records, title }) {
    const axis = axisFor(records);
    if (!axis) return html`<p class="note">${t("no dates")}</p>`;
    const lines = { backgroundSize: `${100 / axis.years.length}% 100%` };
    return html`<div class="timeline">
            <div class="line head"><span></span><${Years} axis=${axis} /></div>
            ${records.map((record) => html`<div class="line" key=${record.id}>
                <span class="name">${title(record)}</span>
                <span class="axis" style=${lines}><${Span} record=${record} axis=${axis} /></span>
                <span class="hidden">${periodWords(record)}</span>
            </div>`)}
        </div>
        <p class="legend"><span><i class="swatch solid"></i> ${t("known")}</span>
            <span><i class="swatch soft"></i> ${t("known to the month or year")}</span>
            <span><i class="swatch hatched"></i> ${t("end not confirmed")}</span></p>`;
}
