"""An OpenAPI document for people who generate clients: short names, and what recurs stands once, under `components`.

Most operations take the same filters and give the same errors. Written out at each of them, they are nine tenths of the
document, and generators make a type of each.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any

Schema = dict[str, Any]
Place = tuple[Any, Any]
"""What holds a part of the document, and the key or position of the part."""
LONG = 100
"""Schemas with a name for a title that are longer than this, and recur, have a place of their own."""
_SCHEMAS = "#/components/schemas/"


def tidy(document: Schema) -> None:
    """Gives schemas their short names, leaves out titles that only repeat a name, and shares what recurs."""
    components = document["components"]
    components["schemas"] = {_short(name): schema for name, schema in components["schemas"].items()}
    assert len({*components["schemas"]}) == len(components["schemas"])
    for schema in _schemas(document):
        if (reference := schema.get("$ref", "")).startswith(_SCHEMAS):
            schema["$ref"] = _SCHEMAS + _short(reference.removeprefix(_SCHEMAS))
    for schema in components["schemas"].values():
        schema.pop("title", None)
    _drop_titles(document)
    for kind, parts in (("parameters", _parameters(document)), ("responses", _errors(document))):
        components[kind] = {}
        _share(components[kind], f"#/components/{kind}/", parts)
    _share(components["schemas"], _SCHEMAS, _named_values(document))


def _short(name: str) -> str:
    """The name of a schema: an `ActionPage`, where the framework says `Page_ActionRead_`."""
    return re.sub(r"^([A-Za-z]+)_([A-Za-z]+?)(?:Read|Create)_$", r"\2\1", name)


def _operations(document: Schema) -> Iterator[Schema]:
    for methods in document["paths"].values():
        yield from methods.values()


def _parameters(document: Schema) -> Iterator[tuple[str, Place]]:
    for operation in _operations(document):
        parameters = operation.get("parameters", [])
        for place, parameter in enumerate(parameters):
            if parameter["in"] != "path":
                yield parameter["name"], (parameters, place)


def _errors(document: Schema) -> Iterator[tuple[str, Place]]:
    for operation in _operations(document):
        for status in filter(lambda status: status >= "400", operation["responses"]):
            yield re.sub(r"\W", "", HTTPStatus(int(status)).phrase.title()), (operation["responses"], status)


def _named_values(document: Schema) -> Iterator[tuple[str, Place]]:
    """Schemas of single values that have a name for a title: `CountryCode`."""
    for holder in _schemas(document):
        for key, value in holder.items():
            if isinstance(value, dict) and _is_named_value(value):
                yield value["title"], (holder, key)
        several = holder.get("anyOf", [])
        yield from ((value["title"], (several, place)) for place, value in enumerate(several) if _is_named_value(value))


def _is_named_value(schema: Schema) -> bool:
    title = schema.get("title")
    return (
        isinstance(title, str)
        and re.fullmatch("([A-Z][a-z]+){2,}", title) is not None
        and schema.get("type") == "string"
        and len(json.dumps(schema)) > LONG
    )


def _schemas(part: Any) -> Iterator[Schema]:
    """Every object of the document, inner ones last."""
    if isinstance(part, dict):
        yield part
        for value in list(part.values()):
            yield from _schemas(value)
    elif isinstance(part, list):
        for value in part:
            yield from _schemas(value)


def _drop_titles(document: Schema) -> None:
    for schema in _schemas(document):
        for name, value in schema.get("properties", {}).items():
            _drop_title(name, value)
    for operation in _operations(document):
        for parameter in operation.get("parameters", ()):
            _drop_title(parameter["name"], parameter["schema"])


def _drop_title(name: str, schema: Any) -> None:
    if isinstance(schema, dict) and str(schema.get("title", "")).lower() == re.sub("[_-]", " ", name).lower():
        del schema["title"]


def _share(components: Schema, prefix: str, parts: Iterable[tuple[str, Place]]) -> None:
    """Moves what recurs. Where parts of one name differ, the most frequent one is shared."""
    found: defaultdict[tuple[str, str], list[Place]] = defaultdict(list)
    for name, (holder, key) in parts:
        found[name, json.dumps(holder[key], sort_keys=True)].append((holder, key))
    for (name, _), places in sorted(found.items(), key=lambda item: -len(item[1])):
        if name not in components and len(places) > 1:
            holder, key = places[0]
            components[name] = holder[key]
            for holder, key in places:
                holder[key] = {"$ref": prefix + name}
