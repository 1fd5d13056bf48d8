// @ts-check
/** The interface in English and French. Labels of the record come from the API, in four languages. */
import { ENGLISH } from "./english.js";
import { FRENCH } from "./french.js";
import { remember, remembered } from "./settings.js";

export const LANGUAGES = { en: "English", fr: "Français", de: "Deutsch", es: "Español" };

/** @returns {string} the language of labels: "en", "fr", "de" or "es" */
export function labelLanguage() {
    const chosen = new URLSearchParams(location.search).get("lang") ?? remembered("lang") ?? document.documentElement.lang;
    return chosen in LANGUAGES ? chosen : "en";
}

/** @param {string} language */
export function chooseLanguage(language) {
    remember("lang", language);
    const here = new URL(location.href);
    here.searchParams.delete("lang");
    location.replace(here.href);
}

const language = labelLanguage() === "fr" ? "fr" : "en";

/** A phrase of the interface in its language, with `{name}` filled in. English phrases are their own keys.
 * @param {string} phrase @param {Record<string, string | number>} [values] */
export function t(phrase, values = {}) {
    const said = (language === "fr" ? FRENCH[phrase] : ENGLISH[phrase]) ?? phrase;
    return said.replace(/\{(\w+)\}/g, (_, name) => `${values[name] ?? ""}`);
}

/** Dates and numbers as they are written in Europe. */
const locale = labelLanguage() === "en" ? "en-GB" : labelLanguage();
const number = new Intl.NumberFormat(locale);
const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
const month = new Intl.DateTimeFormat(locale, { year: "numeric", month: "short", timeZone: "UTC" });
const day = new Intl.DateTimeFormat(locale, { year: "numeric", month: "short", day: "numeric", timeZone: "UTC" });

/** @param {number} value */
export const count = (value) => number.format(value);
/** @param {number} share */
export const share = (share) => percent.format(share);

/** A partial date in words: "2010", "May 2010", "17 May 2010"; anything else stays as it is. @param {string | null | undefined} date */
export function dateWords(date) {
    if (!date) return "";
    const parts = date.slice(0, 10).split("-").map(Number);
    if (parts.length === 1 || !parts.every(Number.isInteger)) return date;
    const instant = Date.UTC(parts[0], parts[1] - 1, parts[2] ?? 1);
    return (parts.length === 2 ? month : day).format(instant);
}

/** @param {{ start?: string | null, end?: string | null, status?: string | null, confirmed_on?: string | null }} record */
export function periodWords({ start, end, confirmed_on }) {
    if (!start) return t("no dates");
    if (end === start) return dateWords(start);
    if (end) return `${dateWords(start)} – ${dateWords(end)}`;
    return confirmed_on ? t("{start} – open, confirmed to {day}", { start: dateWords(start), day: dateWords(confirmed_on) }) : `${dateWords(start)} – …`;
}

/** A phrase that begins as a sentence does. @param {string} phrase */
export const sentence = (phrase) => phrase.charAt(0).toUpperCase() + phrase.slice(1);
/** A phrase within a sentence; what begins with several capitals keeps them. @param {string} phrase */
export const within = (phrase) => (/^[A-Z]{2}/.test(phrase) ? phrase : phrase.charAt(0).toLowerCase() + phrase.slice(1));

/** One or many. @param {number} value @param {string} one @param {string} many */
export const counted = (value, one, many) => `${count(value)} ${t(value === 1 ? one : many)}`;
