// @ts-check
/** Partial dates as spans of days: "2010-05" covers its month. */

const DAY = 86_400_000;

/** @param {string} date @returns {number} its first moment */
export function firstMoment(date) {
    const [year, month = 1, day = 1] = date.split("-").map(Number);
    return Date.UTC(year, month - 1, day);
}

/** @param {string} date @returns {number} the moment after its last day */
export function lastMoment(date) {
    const [year, month, day] = date.split("-").map(Number);
    if (day) return Date.UTC(year, month - 1, day) + DAY;
    return month ? Date.UTC(year, month, 1) : Date.UTC(year + 1, 0, 1);
}

/** How precisely a date is known: "year", "month" or "day". @param {string} date */
export const precisionOf = (date) => ["year", "month", "day"][date.split("-").length - 1];

/** The days of an axis that has these moments, from January to December.
 * @param {number[]} moments @returns {{ first: number, last: number, years: number[] }} */
export function axisOf(moments) {
    const first = new Date(Math.min(...moments)).getUTCFullYear();
    const last = new Date(Math.max(...moments) - 1).getUTCFullYear();
    const years = Array.from({ length: last - first + 1 }, (_, place) => first + place);
    return { first: Date.UTC(first, 0, 1), last: Date.UTC(last + 1, 0, 1), years };
}
