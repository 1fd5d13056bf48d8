"""The surface of the API as a text that a reviewer can read, made from the OpenAPI document.

Left out are descriptions, examples, patterns and bounds of lists.
"""

import textwrap
from collections.abc import Iterator
from typing import Any

SHORT = 8
"""How many values of a vocabulary are listed where they are used; longer lists have a block of their own."""
EMPTY: tuple[Any, ...] = (None, [], {})
"""Defaults that say no more than that a value may be left out."""


class SurfaceWriter:
    """Writes blocks: operations, the parameters that several of them share, objects, and lists of values."""

    def __init__(self, description: dict[str, Any]) -> None:
        self.paths: dict[str, Any] = description["paths"]
        self.schemas: dict[str, Any] = description["components"]["schemas"]
        self.values: dict[tuple[str, ...], str] = {}
        self.shared = self._shared_parameters()

    def text(self) -> str:
        """All blocks, each sorted."""
        blocks = [self._operation(method, path, said) for method, path, said in self._operations()]
        blocks.append(["parameters", *sorted(f"  {name}: {kind}" for name, kind in self.shared.items())])
        objects = ((name, schema) for name, schema in sorted(self.schemas.items()) if "properties" in schema)
        blocks.extend([f"object {name}", *self._fields(schema)] for name, schema in objects)
        for values, name in sorted(self.values.items(), key=lambda item: item[1]):
            lines = textwrap.wrap(" ".join(values), 118, break_on_hyphens=False)
            blocks.append([f"values {name}", *(f"  {line}" for line in lines)])
        return "\n\n".join("\n".join(block) for block in blocks) + "\n"

    def _operations(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for path, methods in sorted(self.paths.items()):
            for method, said in sorted(methods.items()):
                yield method.upper(), path, said

    def _shared_parameters(self) -> dict[str, str]:
        """Parameters that are the same wherever they are, by place and name."""
        kinds: dict[str, list[str]] = {}
        for _, _, said in self._operations():
            for parameter in said.get("parameters", ()):
                kinds.setdefault(_named(parameter), []).append(self._type(parameter["schema"], parameter["name"]))
        return {name: found[0] for name, found in kinds.items() if len(found) > 1 and len(set(found)) == 1}

    def _operation(self, method: str, path: str, said: dict[str, Any]) -> list[str]:
        lines = []
        for parameter in said.get("parameters", ()):
            name = _named(parameter)
            kind = "" if name in self.shared else f": {self._type(parameter['schema'], parameter['name'])}"
            lines.append(f"  {name}{'' if parameter['required'] else '?'}{kind}")
        body = said.get("requestBody", {})
        for media, content in body.get("content", {}).items():
            optional = "" if body.get("required") else "?"
            lines.append(f"  body {media}{optional}: {self._type(content['schema'], 'body')}")
        errors = sorted(status for status in said["responses"] if status >= "400")
        for status in sorted(said["responses"].keys() - errors):
            for media, content in said["responses"][status].get("content", {"nothing": {}}).items():
                lines.append(f"  {status} {media}: {self._type(content.get('schema', {}), media)}")
        key = " (key)" if said.get("security") else ""
        return [f"{method} {path} {said['operationId']}{key}", *sorted(lines), f"  errors: {' '.join(errors)}"]

    def _fields(self, schema: dict[str, Any]) -> list[str]:
        needed = schema.get("required", ())
        return sorted(
            f"  {name}{'' if name in needed else '?'}: {self._type(value, name)}"
            for name, value in schema["properties"].items()
        )

    def _type(self, schema: dict[str, Any], name: str) -> str:
        """A schema in a line; `name` is for its values where they are too many for one."""
        default = schema.get("default")
        return " | ".join(self._alternatives(schema, name)) + ("" if default in EMPTY else f" = {default}")

    def _alternatives(self, schema: dict[str, Any], name: str) -> list[str]:
        match schema:
            case {"$ref": reference}:
                target = reference.rpartition("/")[2]
                found = self.schemas[target]
                return [target] if "properties" in found else self._alternatives(found, target)
            case {"anyOf": several}:
                return [kind for one in several for kind in self._alternatives(one, name)]
            case {"enum": values}:
                return self._values(tuple(sorted(values)), name)
            case {"type": "array", "items": items}:
                return [f"array of {self._within(items, name)}"]
            case {"type": "object", "additionalProperties": dict(items)}:
                return [f"map of {self._within(items, name)}"]
            case {"type": str(kind)}:
                low = schema.get("minimum", schema.get("minLength"))
                high = schema.get("maximum", schema.get("maxLength"))
                return [kind if low is high is None else f"{kind}({_number(low)}..{_number(high)})"]
            case _:
                return ["any"]

    def _within(self, schema: dict[str, Any], name: str) -> str:
        kinds = self._alternatives(schema, name)
        return kinds[0] if len(kinds) == 1 else f"({' | '.join(kinds)})"

    def _values(self, values: tuple[str, ...], name: str) -> list[str]:
        if len(values) <= SHORT:
            return [f"'{value}'" for value in values]
        if values not in self.values:
            taken = self.values.values()
            self.values[values] = next(
                free for free in (name, *(f"{name}-{number}" for number in range(2, 100))) if free not in taken
            )
        return [self.values[values]]


def _named(parameter: dict[str, Any]) -> str:
    return f"{parameter['in']} {parameter['name']}"


def _number(bound: float | None) -> str:
    return "" if bound is None else str(int(bound)) if bound == int(bound) else str(bound)
