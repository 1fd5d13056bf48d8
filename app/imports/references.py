"""Themes, partners, publications and sources of a file, and the partners and sources that its actions name."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.text import slugify
from app.imports.drafts import Draft, Finding
from app.imports.entities import ENTITIES
from app.imports.matching.signs import folded
from app.imports.matching.titles import Likeness, likeness_of_names
from app.imports.record import Known, Recorded
from app.imports.schemas import ImportSource, Operation
from app.imports.validation import check
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
        self.themes = {slug: slug for slug in known.references["themes"]}
        """The slug of each theme, by itself and by what its name makes of it."""
        for slug, theme in known.references["themes"].items():
            self.themes.setdefault(slugify(theme.values["name"], otherwise="theme"), slug)
        self.names: dict[str | None, Partner] = {}
        """Partners by folded name."""
        self._acronyms: defaultdict[str | None, list[Partner]] = defaultdict(list)
        self.partners: dict[int, Partner] = {}
        for key, partner in known.references["partners"].items():
            values = partner.values
            self.partners[key] = self.keep(Partner(key, values["name"], values["acronym"], values["country"]))
        sources = self._recorded_sources = known.references["sources"]
        self._sources = {(folded(row.values["title"]), row.values["as_of"]): key for key, row in sources.items()}
        self._titles = {folded(row.values["title"]): key for key, row in sources.items()}

    def keep(self, partner: Partner) -> Partner:
        """A partner that rows and actions may name from now on."""
        self.names.setdefault(folded(partner.name), partner)
        if partner.acronym:
            self._acronyms[folded(partner.acronym)].append(partner)
        return partner

    # -- sources --

    def source(self, stated: ImportSource) -> ImportSource:
        """The recorded source that is meant, or the stated one, which will be added."""
        key = stated.id
        if key is None and stated.as_of is not None:
            key = self._sources.get((folded(stated.title), stated.as_of))
        elif key is None:
            key = self._titles.get(folded(stated.title))
        if key is None or key not in self._recorded_sources:
            return stated.model_copy(update={"id": None})
        values = self._recorded_sources[key].values
        return ImportSource(id=key, **{name: values[name] for name in ImportSource.model_fields if name in values})

    def source_of(self, named: Any) -> ImportSource | None:
        """The source that a row names by id or title; None for one that isn't there and has no title."""
        if not isinstance(named, dict):
            return None
        title, key = named.get("title"), named.get("id")
        if isinstance(title, str) and title.strip():
            recorded = self._recorded_sources.get(key) if isinstance(key, int) else None
            if recorded is None or folded(recorded.values["title"]) != folded(title):
                key = None
            fields = {name: named[name] for name in ImportSource.model_fields if name in named and name != "id"}
            checked, found = check(ENTITIES["sources"], Draft(values=fields))
            return None if found else self.source(ImportSource(id=key, **{name: checked[name] for name in fields}))
        if isinstance(key, int) and key in self._recorded_sources:
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
        if isinstance(named, str) and (called := self._acronyms.get(folded(name))) and folded(name) not in self.names:
            return called[0] if len(called) == 1 else f"several partners are called '{name}': write out which is meant"
        found = self._called(name, country) or self._abbreviated(name, values.get("acronym"), country)
        return found or self._add({"name": name, "acronym": values.get("acronym"), "country": country})

    def _abbreviated(self, name: str, acronym: Any, country: Any) -> Partner | None:
        """The partner of an acronym and a country, whose name is much the same: a ministry of the interior is not that
        of information."""
        for partner in self._acronyms.get(folded(acronym), ()) if acronym else ():
            if partner.country == country and likeness_of_names(partner.name, name) is Likeness.SAME:
                return partner
        return None

    def _called(self, name: str, country: Any) -> Partner | None:
        """The partner of a name, which is no other country's: every country has a ministry of labour."""
        for spelling in spellings_of(name, country):
            partner = self.names.get(folded(spelling))
            if partner is not None and (None in (partner.country, country) or partner.country == country):
                return partner
        return None

    def _add(self, values: Values) -> Partner | str:
        checked, found = check(ENTITIES["partners"], Draft(values=values))
        if found:
            return found[0].message
        if folded(checked["name"]) in self.names:
            *_, checked["name"] = spellings_of(checked["name"], checked["country"])
        self.planned.append(planned_row("partners", Operation.CREATE, None, None, checked, [], []))
        return self.keep(Partner(None, checked["name"], checked["acronym"], checked["country"]))


def spellings_of(name: str, country: Any) -> list[str]:
    """A name, and the same name with its country."""
    if country not in COUNTRIES:
        return [name]
    its_name = COUNTRIES[country].name
    return [name, f"{name} of {its_name}", f"{name} of the {its_name}", f"{name} ({its_name})"[:300]]


def planned_row(
    entity: str,
    operation: Operation,
    draft: Draft | None,
    before: Recorded | None,
    values: Values,
    differences: Sequence[Values],
    problems: Iterable[Finding],
) -> Values:
    """What happens to a row, as a plan shows it."""
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
