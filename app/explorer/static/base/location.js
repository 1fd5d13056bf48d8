// @ts-check
/** The address bar as the state of the page: path and parameters, the API's own. */
import { useEffect, useState } from "./html.js";
import { API, BASE } from "./settings.js";

/** @typedef {{ path: string, params: URLSearchParams }} Place */

/** Parameters that say how a list is shown, not which records it has. */
export const SHOWING = ["sort", "limit", "offset", "cursor", "fields", "format", "lang", "unit", "measure", "by", "include_empty", "scheme", "width"];
/** The views that keep filters when one goes from one to another. */
const listeners = new Set();

/** @returns {Place} */
export function here() {
    return { path: location.pathname.slice(BASE.length) || "/", params: new URLSearchParams(location.search) };
}

function announce() {
    for (const listener of listeners) listener();
}

/** Goes to a path of the explorer, as "/actions?theme=asylum".
 * @param {string} target */
export function go(target, { replace = false } = {}) {
    if (replace) history.replaceState(null, "", BASE + target);
    else history.pushState(null, "", BASE + target);
    announce();
}

addEventListener("popstate", announce);

/** The present place; the component is drawn again when it changes.
 * @returns {Place} */
export function usePlace() {
    const [place, setPlace] = useState(here);
    useEffect(() => {
        const listener = () => setPlace(here());
        listeners.add(listener);
        return () => listeners.delete(listener);
    }, []);
    return place;
}

/** A path with parameters. @param {string} path @param {URLSearchParams} params */
export function at(path, params) {
    const query = params.toString().replaceAll("%2C", ",").replaceAll("%2F", "/");
    return query ? `${path}?${query}` : path;
}

/** The address of a view, for a link. @param {string} path @param {URLSearchParams} [params] */
export function href(path, params) {
    return BASE + at(path, params ?? new URLSearchParams());
}

/** The filters among parameters. @param {URLSearchParams} params @returns {URLSearchParams} */
export function filtersOf(params) {
    return new URLSearchParams([...params].filter(([name]) => !SHOWING.includes(name)));
}

/** Parameters with a filter's value added, or removed where it is there. `instead` replaces other values of it.
 * @param {URLSearchParams} params @param {string} name @param {string} value */
export function toggled(params, name, value, { instead = false } = {}) {
    const next = new URLSearchParams(params);
    const values = next.getAll(name);
    next.delete(name);
    const kept = values.includes(value) ? values.filter((other) => other !== value) : [...(instead ? [] : values), value];
    for (const each of kept) next.append(name, each);
    next.delete("offset");
    next.delete("cursor");
    return next;
}

/** The view of an address of the API: "/api/v1/actions?theme=asylum" is "/actions?theme=asylum"; null where it has none.
 * @param {string | null | undefined} address */
export function viewOf(address) {
    if (!address?.startsWith(API)) return null;
    const path = address.slice(API.length);
    if (path.startsWith("/aggregates/")) return null;
    if (path.startsWith("/aggregates?")) return `${BASE}/figures${path.slice("/aggregates".length)}`;
    return BASE + path;
}

/** Follows links within the explorer without loading the document again. */
export function followLinks() {
    document.addEventListener("click", (event) => {
        const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
        if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0) return;
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || link.target || link.hasAttribute("download")) return;
        if (link.origin !== location.origin || !isView(link.pathname)) return;
        event.preventDefault();
        const moved = link.pathname !== location.pathname;
        go(link.pathname.slice(BASE.length) + link.search + link.hash);
        if (moved) scrollTo(0, 0);
    });
}

const VIEWS = /^\/($|(actions|activities|deployments|outputs|partners|countries|figures|import|member-states)(\/[^/]*)?$)/;

/** @param {string} path */
function isView(path) {
    return path.startsWith(BASE) && VIEWS.test(path.slice(BASE.length));
}
