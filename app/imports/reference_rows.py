"""The tables of a file that actions refer to: its themes, partners, publications and sources, row by row."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from app.core.text import slugify
from app.imports.drafts import Draft, Finding, ParsedFile, Severity
from app.imports.entities import ENTITIES
from app.imports.matching.signs import Values, bare, folded
from app.imports.matching.titles import Likeness, likeness_of_names
from app.imports.record import Recorded
from app.imports.references import Partner, References, planned_row, spellings_of
from app.imports.schemas import Operation
from app.imports.validation import check

# What parts two records of one name: every country has a ministry of labour, every year a report.
_PARTED_BY: Final = {"partners": "country", "sources": "as_of", "publications": "region"}


def plan_rows(reading: ParsedFile, references: References) -> None:
    """Plans the rows of themes, partners, publications and sources."""
    for name, recorded in references.known.references.items():
        table = _Table(name, recorded, references)
        for draft in getattr(reading, name):
            table.plan(draft)


class _Table:
    """One table, while its rows are planned."""

    def __init__(self, name: str, recorded: Mapping[Any, Recorded], references: References) -> None:
        self.entity = ENTITIES[name]
        self.recorded = recorded
        self.references = references
        self.by_name: defaultdict[str | None, list[Any]] = defaultdict(list)
        for key, row in recorded.items():
            self.by_name[self._sign(row.values)].append(key)
        self.added: defaultdict[str | None, set[Any]] = defaultdict(set)
        """By folded name, what parts the rows that the file adds."""
        self.taken: set[Any] = set()

    def plan(self, draft: Draft) -> None:
        """Plans one row."""
        name, key = self.entity.name, self._find(draft.values)
        before = self.recorded.get(key) if key not in self.taken else None
        values, found = check(self.entity, draft, None if before is None else before.values)
        problems, operation = [*draft.problems, *found], Operation.UNCHANGED
        if name == "themes":
            values["slug"] = key or values["slug"] or slugify(values["name"] or "", otherwise="theme")
        differences = [] if before is None else _differences(before.values, values)
        if any(problem.severity is Severity.ERROR for problem in problems):
            differences, operation = [], Operation.REJECT
        elif before is not None:
            self.taken.add(key)
            operation = Operation.UPDATE if differences else Operation.UNCHANGED
        elif key in self.taken or self._is_added(values):
            problems.append(draft.finding(Severity.NOTE, "repeated", "it is further up in the file already"))
        else:
            self.added[self._sign(values)].add(self._part(values))
            problems += self._add(draft, values)
            operation = Operation.CREATE
        self.references.planned.append(planned_row(name, operation, draft, before, values, differences, problems))

    def _add(self, draft: Draft, values: Values) -> Iterator[Finding]:
        """Adds a new row, and says what is strange about it: an id or a name that another one has."""
        its_id, references = draft.values.get("id"), self.references
        if isinstance(its_id, int) and (other := self.recorded.get(its_id)) is not None:
            yield draft.finding(Severity.NOTE, "unknown-id", f"{its_id} is '{_name(other.values)}' here")
        match self.entity.name:
            case "themes":
                references.themes[values["slug"]] = values["slug"]
            case "partners":
                if folded(values["name"]) in references.names:
                    *_, values["name"] = spellings_of(values["name"], values["country"])
                    message = f"a partner of another country has this name: read as '{values['name']}'"
                    yield draft.finding(Severity.WARNING, "name-of-another", message)
                references.keep(Partner(None, values["name"], values["acronym"], values["country"]))

    def _sign(self, values: Values) -> str | None:
        return folded(_name(values))

    def _find(self, values: Values) -> Any:
        """The key of the recorded row: its slug; its id, where the name is much the same; or its name, where nothing
        else parts the two."""
        slug, its_id = values.get("slug"), values.get("id")
        if self.entity.name == "themes" and isinstance(slug, str) and slug in self.recorded:
            return slug
        named = self.by_name.get(self._sign(values), [])
        its_own = self.recorded.get(its_id) if isinstance(its_id, int) else None
        if its_id in named:
            return its_id
        part = self._part(values)
        found = next(
            (key for key in named if None in (part, its := self._part(self.recorded[key].values)) or part == its), None
        )
        return its_id if found is None and its_own is not None and _is_renamed(its_own.values, values) else found

    def _part(self, values: Values) -> Any:
        """What parts a row from others of its name; None parts it from none."""
        return bare(values.get(_PARTED_BY.get(self.entity.name, "")))

    def _is_added(self, values: Values) -> bool:
        parts, part = self.added[self._sign(values)], self._part(values)
        return bool(parts) and (part is None or None in parts or part in parts)


def _name(values: Values) -> Any:
    return values.get("name") or values.get("title")


def _is_renamed(before: Values, values: Values) -> bool:
    """Whether a row that has the id of a record means it: by its version, or by a name that is much the same."""
    one, other = (name if isinstance(name := _name(row), str) else "" for row in (before, values))
    return "version" in values or likeness_of_names(one, other) is Likeness.SAME


def _differences(before: Values, after: Values) -> list[Values]:
    return [
        {"field": name, "before": before.get(name), "after": value}
        for name, value in after.items()
        if before.get(name) != value
    ]
