// @ts-check
/** What the API's own description says of the fields of a record: which there are, of what kind, and what may be chosen. */
import { useApi } from "../base/api.js";
import { useMemo } from "../base/html.js";
import { BASE } from "../base/settings.js";

/** @typedef {"line" | "prose" | "integer" | "date" | "choice" | "record" | "records" | "words"} Kind */
/** @typedef {{ name: string, kind: Kind, hint: string, isRequired: boolean, choices?: string[], from?: string, most?: number }} Field */

/** The list that the values of a field are records of. */
const RECORDS = {
    countries: "countries", country: "countries", sending_country: "countries", themes: "themes", partners: "partners",
    source: "sources", follows: "actions",
};
/** Fields that are never edited by hand: the parent is the open action, and a slug stays for good. */
const FIXED = ["action", "slug", "position"];
const LONG = 1000;

/** The kinds of records that are edited, and the model of each. */
const MODELS = { actions: "ActionCreate", activities: "ActivityCreate", deployments: "DeploymentCreate", outputs: "OutputCreate" };

/** @param {any} schemas @param {any} schema @returns {any} the schema behind references and `null` */
function resolved(schemas, schema) {
    if (schema.$ref) return { ...resolved(schemas, schemas[schema.$ref.split("/").pop()]), name: schema.$ref.split("/").pop() };
    const real = schema.anyOf?.find((/** @type {any} */ each) => each.type !== "null");
    return real ? resolved(schemas, real) : schema;
}

/** @param {any} schemas @param {string} name @param {any} schema @param {boolean} isRequired @returns {Field} */
function fieldOf(schemas, name, schema, isRequired) {
    const type = resolved(schemas, schema);
    const field = { name, hint: schema.description ?? "", isRequired, most: type.maxLength };
    if (type.type === "array") return name in RECORDS ? { ...field, kind: "records", from: RECORDS[name] } : { ...field, kind: "words" };
    if (name in RECORDS) return { ...field, kind: "record", from: RECORDS[name] };
    if (type.enum) return { ...field, kind: "choice", choices: type.enum };
    if (type.type === "integer") return { ...field, kind: "integer" };
    if (type.name === "PartialDate" || type.format === "date") return { ...field, kind: "date" };
    return { ...field, kind: (type.maxLength ?? 0) > LONG ? "prose" : "line" };
}

/** The fields of each kind of record, once the description is read; else null.
 * @returns {Record<string, Field[]> | null} */
export function useFields() {
    const { data } = useApi(`${BASE}/openapi.json`);
    return useMemo(() => {
        if (!data) return null;
        const schemas = data.components.schemas;
        const fieldsOf = (/** @type {string} */ model) => {
            const { properties, required = [] } = schemas[model];
            const names = Object.keys(properties).filter((name) => !FIXED.includes(name));
            // What names a record comes first, whatever it inherits.
            names.sort((a, b) => Number(b === "title") - Number(a === "title"));
            return names.map((name) => fieldOf(schemas, name, properties[name], required.includes(name)));
        };
        return Object.fromEntries(Object.entries(MODELS).map(([list, model]) => [list, fieldsOf(model)]));
    }, [data]);
}

/** A record's fields as they are written: codes and ids in the place of what is embedded.
 * @param {any} record @param {Field[]} fields @returns {Record<string, any>} */
export function written(record, fields) {
    const bare = (/** @type {any} */ value) => (value && typeof value === "object" ? (value.code ?? value.slug ?? value.id) : value);
    return Object.fromEntries(
        fields.map(({ name, kind }) => {
            const value = record?.[name];
            if (kind === "records" || kind === "words") return [name, (value ?? []).map(bare)];
            return [name, bare(value) ?? null];
        }),
    );
}

/** The fields that differ. @param {any} before @param {any} after @returns {string[]} */
export const changedFields = (before, after) =>
    Object.keys(after).filter((name) => JSON.stringify(before[name] ?? null) !== JSON.stringify(after[name] ?? null));
