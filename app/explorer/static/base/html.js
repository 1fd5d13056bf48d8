// @ts-check
/** The one place that names the vendored library. */
export {
    html,
    render,
    useEffect,
    useErrorBoundary,
    useLayoutEffect,
    useMemo,
    useRef,
    useState,
} from "../vendor/htm-3.1.1/standalone.module.js";
