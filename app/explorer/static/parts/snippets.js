// @ts-check
/** The call of a view in the languages of scripts, each of which asks for exactly what is shown. */

/** @param {string} url the address of the API, absolute @param {string} rows the member of the answer with the rows */
export function snippetsOf(url, rows) {
    const csv = `${url}${url.includes("?") ? "&" : "?"}format=csv`;
    return [
        ["curl", `curl -s '${url}'`],
        ["Python", `import pandas\n\ntable = pandas.read_csv("${csv}")\nprint(table)`],
        ["R", `table <- read.csv("${csv}", encoding = "UTF-8")\nprint(table)`],
        ["JavaScript", `const answer = await fetch("${url}");\nconst { ${rows} } = await answer.json();\nconsole.table(${rows});`],
    ];
}

/** What to quote a figure by. @param {{ title: string, url: string, asOf: string, release?: string | null }} cited */
export function citationsOf({ title, url, asOf, release }) {
    const state = release ? `release ${release}` : `as of ${asOf}`;
    const year = asOf.slice(0, 4);
    return [
        ["Text", `MIEUX Registry, “${title}”, ${state}. ${url}`],
        ["BibTeX", `@misc{mieux-${asOf},\n  author = {{MIEUX Registry}},\n  title = {${title}},\n  year = {${year}},\n  note = {${state}},\n  url = {${url}}\n}`],
    ];
}
