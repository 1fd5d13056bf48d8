// @ts-check
/** Asks the public API. What was read is kept by the browser, and asked for again with its ETag. */
import { useLayoutEffect, useState } from "./html.js";
import { labelLanguage } from "./words.js";
import { API, remember, remembered } from "./settings.js";

/** @typedef {{ pointer?: string, parameter?: string, code: string, message: string }} FieldError */

/** A problem document, as an error. */
export class Problem extends Error {
    /** @param {number} status @param {{ title?: string, detail?: string, errors?: FieldError[] }} said */
    constructor(status, said) {
        super(said.detail || said.title || `${status}`);
        this.status = status;
        this.title = said.title ?? "";
        /** @type {FieldError[]} */
        this.errors = said.errors ?? [];
    }
}

let key = remembered("key", sessionStorage);
let pending = 0;
/** @type {Set<() => void>} */
const watchers = new Set();

/** The key of whoever is signed in. */
export const signedInWith = () => key;

/** @param {string | null} given @param {boolean} stays whether the tab remembers it when the page is loaded again */
export function signIn(given, stays) {
    key = given;
    remember("key", stays ? given : null, sessionStorage);
}

/** Whether something is being asked or loaded. */
export const isPending = () => pending > 0;

/** @param {() => void} watcher @returns {() => void} what ends it */
export function watchPending(watcher) {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
}

/** Counts a promise as something that the view waits for.
 * @template T @param {Promise<T>} promise @returns {Promise<T>} */
export async function awaited(promise) {
    pending += 1;
    for (const watcher of watchers) watcher();
    try {
        return await promise;
    } finally {
        // What follows from the answer is drawn, and asked for, before the count falls.
        setTimeout(() => {
            pending -= 1;
            for (const watcher of watchers) watcher();
        });
    }
}

/** The address of a request. @param {string} path @param {URLSearchParams} [params] */
export function address(path, params) {
    const query = params?.toString().replaceAll("%2C", ",").replaceAll("%2F", "/");
    return query ? `${API}${path}?${query}` : API + path;
}

/** Asks, and answers the body with its ETag. Raises a Problem.
 * @param {string} url @param {{ method?: string, body?: any, etag?: string, signal?: AbortSignal, once?: string }} [options]
 * @returns {Promise<{ body: any, etag: string }>} */
export async function ask(url, { method = "GET", body, etag, signal, once } = {}) {
    /** @type {Record<string, string>} */
    const headers = { "Accept-Language": labelLanguage() };
    const isForm = body instanceof FormData;
    if (body !== undefined && !isForm) headers["Content-Type"] = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    if (etag) headers["If-Match"] = etag;
    if (once) headers["Idempotency-Key"] = once;
    if (key && (method !== "GET" || url.includes("/imports"))) headers.Authorization = `Bearer ${key}`;
    let response;
    try {
        response = await fetch(url, {
            method,
            headers,
            signal,
            body: body === undefined ? undefined : isForm ? body : JSON.stringify(body),
        });
    } catch (error) {
        if (signal?.aborted) throw error;
        throw new Problem(0, { detail: "offline" });
    }
    const text = await response.text();
    const read = text && (response.headers.get("Content-Type") ?? "").includes("json") ? JSON.parse(text) : null;
    if (!response.ok) throw new Problem(response.status, read ?? {});
    return { body: read, etag: response.headers.get("ETag") ?? "" };
}

/** @typedef {{ data: any, etag: string, error: Problem | null, isLoading: boolean, again: () => void }} Answer */

/** The answer of an address; while another one is asked, the former answer stays, as loading. No address asks nothing.
 * @param {string | null} url @returns {Answer} */
export function useApi(url) {
    const [seen, setSeen] = useState(/** @type {any} */ ({ url: null, data: null, etag: "", error: null }));
    const [round, setRound] = useState(0);
    useLayoutEffect(() => {
        if (url === null) return undefined;
        const controller = new AbortController();
        awaited(
            ask(url, { signal: controller.signal }).then(
                ({ body, etag }) => setSeen({ url, data: body, etag, error: null }),
                (error) => {
                    if (!controller.signal.aborted) setSeen({ url, data: null, etag: "", error });
                },
            ),
        );
        return () => controller.abort();
    }, [url, round]);
    return { ...seen, isLoading: url !== null && seen.url !== url, again: () => setRound(round + 1) };
}
