"""Themes, partners, publications and sources of a file, and the partners and sources that its actions name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.text import slugify
from app.imports.checking import check
from app.imports.drafts import Draft, Finding, Reading, Severity
from app.imports.entities import ENTITIES, Entity
from app.imports.matching import folded
from app.imports.record import Known, Recorded
from app.imports.schemas import ImportSource, Operation
from app.reference.countries import COUNTRIES

Values = dict[str, Any]


@dataclass(eq=False, slots=True)
class Partner:
    """A partner that is recorded, or that will be."""

    id: int | None
    name: str
    acronym: str | None
    country: str | None

    def shown(self) -> Values:
        """As a plan shows it in an action."""
        return {"id": self.id, "name": self.name, "acronym": self.acronym}


class References:
    """What the actions of a file may refer to: what is recorded, and what the file adds to it."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.planned: list[Values] = []
        self.themes = dict.fromkeys(known.themes)
        self._names: dict[str | None, Partner] = {}
        self._acronyms: dict[tuple[str | None, str | None], Partner] = {}
        self.partners: dict[int, Partner] = {}
        for key, partner in known.partners.items():
            values = partner.values
            self.partners[key] = self._keep(Partner(key, values["name"], values["acronym"], values["country"]))
        self._sources = {(folded(row.values["title"]), row.values["as_of"]): key for key, row in known.sources.items()}
        self._titles = {folded(row.values["title"]): key for key, row in known.sources.items()}

    def _keep(self, partner: Partner) -> Partner:
        self._names.setdefault(folded(partner.name), partner)
        if partner.acronym:
            self._acronyms.setdefault((folded(partner.acronym), partner.country), partner)
        return partner

    # -- sources --

    def source(self, stated: ImportSource) -> ImportSource:
        """The recorded source that is meant, or the stated one, which will be added."""
        key = stated.id
        if key is None and stated.as_of is not None:
            key = self._sources.get((folded(stated.title), stated.as_of))
        elif key is None:
            key = self._titles.get(folded(stated.title))
        if key is None or key not in self.known.sources:
            return stated.model_copy(update={"id": None})
        values = self.known.sources[key].values
        return ImportSource(
            id=key,
            title=values["title"],
            publisher=values["publisher"],
            url=values["url"],
            as_of=values["as_of"],
        )

    def source_of(self, named: Any) -> ImportSource | None:
        """The source that a row names by id or title; None for one that isn't there and has no title."""
        if not isinstance(named, dict):
            return None
        title, key = named.get("title"), named.get("id")
        if isinstance(title, str) and title.strip():
            recorded = self.known.sources.get(key) if isinstance(key, int) else None
            if recorded is None or folded(recorded.values["title"]) != folded(title):
                key = None
            fields = {name: named[name] for name in ("title", "publisher", "url", "as_of") if name in named}
            checked, found = check(ENTITIES["sources"], Draft(values=fields))
            checked.pop("funder")
            return None if found else self.source(ImportSource(id=key, **checked))
        if isinstance(key, int) and key in self.known.sources:
            return self.source(ImportSource.model_construct(id=key, title=""))
        return None

    # -- partners --

    def partner(self, named: Any) -> Partner | str:
        """The partner that is meant by an id, a name, an acronym or an object; one that isn't there will be added.
        Otherwise what is wrong."""
        if isinstance(named, int) and not isinstance(named, bool):
            return self.partners.get(named) or f"there is no partner {named}"
        values = {"name": named} if isinstance(named, str) else named
        if not isinstance(values, dict) or not isinstance(values.get("name", ""), str):
            return "a partner is named by its id, or by an object with its name"
        name, key = values.get("name"), values.get("id")
        if not name:
            return self.partners.get(key, f"there is no partner {key}") if isinstance(key, int) else "it has no name"
        by_id = self.partners.get(key) if isinstance(key, int) else None
        if by_id is not None and folded(by_id.name) == folded(name):
            return by_id
        country = values.get("country")
        country = country.get("code") if isinstance(country, dict) else country
        found = self._called(name, country) or self._acronyms.get((folded(values.get("acronym")), country))
        if found is None and isinstance(named, str):
            found = next((partner for (sign, _), partner in self._acronyms.items() if sign == folded(name)), None)
        return found or self._add({"name": name, "acronym": values.get("acronym"), "country": country})

    def _called(self, name: str, country: Any) -> Partner | None:
        """The partner of a name, which is no other country's: every country has a ministry of labour."""
        for spelling in _spellings(name, country):
            partner = self._names.get(folded(spelling))
            if partner is not None and (None in (partner.country, country) or partner.country == country):
                return partner
        return None

    def _add(self, values: Values) -> Partner | str:
        checked, found = check(ENTITIES["partners"], Draft(values=values))
        if found:
            return found[0].message
        if folded(checked["name"]) in self._names:
            *_, checked["name"] = _spellings(checked["name"], checked["country"])
        self.planned.append(_planned("partners", Operation.CREATE, None, None, checked, [], []))
        return self._keep(Partner(None, checked["name"], checked["acronym"], checked["country"]))

    # -- the tables of a file --

    def plan(self, reading: Reading) -> None:
        """Plans the rows of themes, partners, publications and sources."""
        for name, drafts, recorded in (
            ("themes", reading.themes, self.known.themes),
            ("partners", reading.partners, self.known.partners),
            ("publications", reading.publications, self.known.publications),
            ("sources", reading.sources, self.known.sources),
        ):
            entity = ENTITIES[name]
            taken: set[int | str] = set()
            keys = _by_name(name, recorded)
            for draft in drafts:
                self._plan_row(entity, draft, recorded, keys, taken)

    def _plan_row(
        self, entity: Entity, draft: Draft, recorded: Any, keys: dict[str | None, Any], taken: set[int | str]
    ) -> None:
        key = _find(entity.name, draft.values, recorded, keys)
        before: Recorded | None = recorded.get(key) if key not in taken else None
        values, found = check(entity, draft, None if before is None else before.values)
        problems = [*draft.problems, *found]
        if entity.name == "themes":
            values["slug"] = key or values["slug"] or slugify(values["name"] or "", otherwise="theme")
        if any(problem.severity is Severity.ERROR for problem in problems):
            self.planned.append(_planned(entity.name, Operation.REJECT, draft, before, values, [], problems))
            return
        if before is None and (sign := _sign(entity.name, values)) in keys:
            message = f"it is there already, further up in the file: '{sign}'"
            problems.append(Finding(severity=Severity.NOTE, code="repeated", message=message, line=draft.line))
            operation: Operation = Operation.UNCHANGED
        elif before is None:
            keys[_sign(entity.name, values)] = None
            operation = Operation.CREATE
            self._note_new(entity.name, values)
        else:
            operation = Operation.UNCHANGED
            taken.add(key)
        differences = [] if before is None else _differences(before.values, values)
        if differences:
            operation = Operation.UPDATE
        self.planned.append(_planned(entity.name, operation, draft, before, values, differences, problems))

    def _note_new(self, name: str, values: Values) -> None:
        if name == "themes":
            self.themes[values["slug"]] = None
        elif name == "partners":
            self._keep(Partner(None, values["name"], values["acronym"], values["country"]))


def _spellings(name: str, country: Any) -> list[str]:
    """A name, and the same name with its country."""
    if country not in COUNTRIES:
        return [name]
    its_name = COUNTRIES[country].name
    return [name, f"{name} of {its_name}", f"{name} of the {its_name}", f"{name} ({its_name})"[:300]]


def _sign(name: str, values: Values) -> str | None:
    return folded(values.get("name") if name in ("themes", "partners") else values.get("title"))


def _by_name(name: str, recorded: dict[Any, Recorded]) -> dict[str | None, Any]:
    return {_sign(name, row.values): key for key, row in reversed(recorded.items())}


def _find(name: str, values: Values, recorded: dict[Any, Recorded], keys: dict[str | None, Any]) -> Any:
    """The key of the recorded row: its id or slug, where the name is not another one's, or its name."""
    slug = values.get("slug")
    if name == "themes" and isinstance(slug, str) and slug in recorded:
        return slug
    by_name = keys.get(_sign(name, values))
    its_id = values.get("id")
    if by_name is None and isinstance(its_id, int) and its_id in recorded and "version" in values:
        return its_id  # a row of ours whose name was corrected
    return by_name


def _differences(before: Values, after: Values) -> list[Values]:
    return [
        {"field": name, "before": before.get(name), "after": value}
        for name, value in after.items()
        if before.get(name) != value
    ]


def _planned(
    entity: str,
    operation: Operation,
    draft: Draft | None,
    before: Recorded | None,
    values: Values,
    differences: Sequence[Values],
    problems: Iterable[Finding],
) -> Values:
    key = None if before is None else before.values.get("slug", before.id)
    return {
        "entity": entity,
        "operation": operation,
        "line": None if draft is None else draft.line,
        "sheet": None if draft is None else draft.sheet,
        "key": key,
        "version": None if before is None else before.version,
        "record": values,
        "differences": list(differences),
        "problems": list(problems),
    }
