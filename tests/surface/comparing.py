"""Which changes of the surface break a client.

Two surfaces are compared by what goes over the wire: each parameter and each field of a body at its place in an
operation. So a schema may have another name, but nothing that a client sends or reads may go. docs/versions.md has the
rules in words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf

Place = tuple[str, ...]
"""An operation, what is sent or answered, and the way down to a field."""


@dataclass
class Facts:
    """What may be at a place."""

    is_sent: bool
    is_required: bool
    types: set[str] = field(default_factory=set)
    """Names of types, and single values in quotes."""
    bounds: dict[str, tuple[float, float]] = field(default_factory=dict)
    default: str = ""


class Surface:
    """A surface as its text has it."""

    def __init__(self, text: str) -> None:
        self.facts: dict[Place, Facts] = {}
        """Everything that is sent and answered, by its place."""
        self.operations: dict[str, str] = {}
        """What is said of an operation itself, by method and path."""
        self._blocks = {lines[0]: lines[1:] for lines in map(str.splitlines, _without_comments(text).split("\n\n"))}
        self._shared = dict(line.strip().split(": ", 1) for line in self._blocks["parameters"])
        for head, lines in self._blocks.items():
            if " /" in head:
                method, path, described = head.split(" ", 2)
                self.operations[f"{method} {path}"] = described
                self._read_operation(f"{method} {path}", lines)

    def has_parent(self, place: Place) -> bool:
        """Whether there is what a place would be in: an operation, or an object or list."""
        *outer, _ = place
        return tuple(outer) in self.facts or (len(outer) == 1 and outer[0] in self.operations)

    def _read_operation(self, operation: str, lines: list[str]) -> None:
        for name, is_required, kind in map(_read_line, lines):
            if name != "errors":
                is_sent = not name[0].isdigit()
                self._add((operation, name), kind or self._shared[name], is_sent=is_sent, is_required=is_required)

    def _add(
        self, place: Place, text: str, *, is_sent: bool, is_required: bool, within: frozenset[str] = frozenset()
    ) -> None:
        kinds, _, default = text.partition(" = ")
        facts = self.facts.setdefault(place, Facts(is_sent, is_required, default=default))
        for kind in re.split(r" \| (?![^(]*\))", kinds):
            if kind.startswith(("array of ", "map of ")):
                outer, _, inner = kind.partition(" of ")
                if " | " in inner:
                    inner = inner.removeprefix("(").removesuffix(")")
                facts.types.add(outer)
                self._add((*place, outer), inner, is_sent=is_sent, is_required=False, within=within)
            elif f"object {kind}" in self._blocks:
                facts.types.add("object")
                fields = self._blocks[f"object {kind}"] if kind not in within else []
                for name, needed, inner in map(_read_line, fields):
                    self._add((*place, name), inner, is_sent=is_sent, is_required=needed, within=within | {kind})
            elif f"values {kind}" in self._blocks:
                facts.types.update(f"'{value}'" for value in " ".join(self._blocks[f"values {kind}"]).split())
            else:
                name, _, bounds = kind.removesuffix(")").partition("(")
                facts.types.add(name)
                if bounds:
                    low, high = bounds.split("..")
                    facts.bounds[name] = (float(low or -inf), float(high or inf))


def breaking_changes(published: str, present: str) -> list[str]:
    """Each change between two texts that a client would notice as a fault."""
    old, new = Surface(published), Surface(present)
    return [*_of_operations(old, new), *_of_facts(old, new)]


def _of_operations(old: Surface, new: Surface) -> Iterator[str]:
    for operation, described in old.operations.items():
        if operation not in new.operations:
            yield f"{operation} is gone"
            continue
        name, _, key = described.partition(" ")
        new_name, _, new_key = new.operations[operation].partition(" ")
        if name != new_name:
            yield f"{operation} has the id {new_name} in place of {name}"
        if new_key and not key:
            yield f"{operation} needs a key"


def _of_facts(old: Surface, new: Surface) -> Iterator[str]:
    for place, facts in old.facts.items():
        if place in new.facts:
            compare = _of_what_is_sent if facts.is_sent else _of_what_is_answered
            yield from (f"{' '.join(place)} {change}" for change in compare(facts, new.facts[place]))
        elif new.has_parent(place):
            yield f"{' '.join(place)} is gone"
    for place, facts in new.facts.items():
        if facts.is_sent and facts.is_required and place not in old.facts and old.has_parent(place):
            yield f"{' '.join(place)} is new and required"


def _of_what_is_sent(old: Facts, new: Facts) -> Iterator[str]:
    lost = {kind for kind in old.types - new.types if not (kind.startswith("'") and "string" in new.types)}
    if lost:
        yield f"no longer takes {', '.join(sorted(lost))}"
    if new.is_required and not old.is_required:
        yield "is required"
    if new.default != old.default:
        yield f"has the default {new.default or 'none'} in place of {old.default or 'none'}"
    for kind, (low, high) in new.bounds.items():
        before = old.bounds.get(kind, (-inf, inf))
        if kind in old.types and (low > before[0] or high < before[1]):
            yield f"has narrower bounds as {kind}"


def _of_what_is_answered(old: Facts, new: Facts) -> Iterator[str]:
    gained = {kind for kind in new.types - old.types if not (kind.startswith("'") and _has_values(old))}
    if gained:
        yield f"may be {', '.join(sorted(gained))}"
    if old.is_required and not new.is_required:
        yield "may be left out"


def _has_values(facts: Facts) -> bool:
    return "string" in facts.types or any(kind.startswith("'") for kind in facts.types)


def _read_line(line: str) -> tuple[str, bool, str]:
    """Name, whether it is required, and type."""
    name, _, kind = line.strip().partition(": ")
    return name.removesuffix("?"), not name.endswith("?"), kind


def _without_comments(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not line.startswith("#")).strip("\n")
