"""What a reader makes of a file: records as they were read, before anything is compared with the registry.

A draft's values have the names and the JSON types of the write models, with three differences, since ids aren't known
yet: `follows` is the slug of the earlier action, a partner is an object with name, acronym and country, and the
`activity` of a deployment is the position of an activity in the same draft, from 1. A child doesn't name its action.
What a source doesn't say is absent from the values: absent never overwrites anything, null does.

Tables of the registry's own know more: an `id` and a `version`, partners and sources by their ids, and what isn't in
the same file as `{"id": 7}`.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How much a problem matters."""

    ERROR = "error"
    """What it is about can't be imported."""
    WARNING = "warning"
    """It was repaired or is ambiguous: the message says what was read, and how."""
    NOTE = "note"
    """Worth knowing."""


@dataclass(slots=True, kw_only=True)
class Finding:
    """A problem of a file, at the place where it was met."""

    severity: Severity
    code: str
    """A kebab-case name for the kind of problem."""
    message: str
    line: int | None = None
    """The line of a text, or the row of a table, from 1."""
    quote: str | None = None
    """What stands there, word for word."""
    sheet: str | None = None
    column: str | None = None
    pointer: str | None = None
    """JSON Pointer into the file, or into the record that is meant."""
    item: str | None = None
    """The item of the plan that it is about."""


@dataclass(slots=True, kw_only=True)
class Draft:
    """A record as it was read."""

    values: dict[str, Any]
    line: int | None = None
    """The line of a text, or the row of a table, from 1."""
    sheet: str | None = None
    pointer: str | None = None
    """Where it stands in a JSON document."""
    problems: list[Finding] = field(default_factory=list)

    def finding(
        self, severity: Severity, code: str, message: str, column: str | None = None, quote: str | None = None
    ) -> Finding:
        """A problem of this record, at its place in the file."""
        return Finding(
            severity=severity,
            code=code,
            message=message,
            line=self.line,
            quote=quote,
            sheet=self.sheet,
            column=column,
            pointer=self.pointer,
        )


CHILDREN = ("activities", "deployments", "outputs")
"""The lists of an action, in the order in which they are written."""


@dataclass(slots=True, kw_only=True)
class ActionDraft(Draft):
    """An action as it was read, with what belongs to it."""

    activities: list[Draft] = field(default_factory=list)
    deployments: list[Draft] = field(default_factory=list)
    outputs: list[Draft] = field(default_factory=list)
    complete_lists: frozenset[str] = frozenset(CHILDREN)
    """The lists that are stated in full: what is recorded beside them is missing from the file."""


@dataclass(slots=True, kw_only=True)
class ParsedFile:
    """A file as a reader understood it."""

    format: str
    """`page`, `csv`, `xlsx`, `json` or `ndjson`."""
    actions: list[ActionDraft] = field(default_factory=list)
    publications: list[Draft] = field(default_factory=list)
    themes: list[Draft] = field(default_factory=list)
    partners: list[Draft] = field(default_factory=list)
    sources: list[Draft] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)
    """What is about the file, and not about one of its actions."""
