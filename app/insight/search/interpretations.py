"""What the words of a query mean as filters: countries by any of their names as sender or as partner, themes, kinds of
activity and of organisation, partners, regions, years and status."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, product

from sqlalchemy import Connection, select

from app.core.index.snapshot import Found
from app.core.languages import LabelLanguage, language, speaking
from app.core.text_search.analysis import STOP_WORDS, stem, words_of
from app.reference.countries import COUNTRIES, MEMBER_STATES, SUBREGIONS, country_name, subregion_name
from app.reference.labels import theme_name
from app.reference.models import Partner, Theme
from app.reference.vocabularies import ActivityType, OrganisationType, OutputKind, Pillar, Region, Status, label_of

Stems = tuple[str, ...]

LONGEST = 8
"""How many words a name may have."""
MOST_WORDS = 30
MOST_NAMES = 6
"""How many names are understood: each is counted by itself."""
MOST_READINGS = 8
BYTES_OF_NAME = 500
VOCABULARIES = {
    "activity_type": ActivityType,
    "organisation_type": OrganisationType,
    "output_kind": OutputKind,
    "region": Region,
    "pillar": Pillar,
    "status": Status,
}
FROM = frozenset(("from", "by", "de", "von"))
TO = frozenset(("to", "in", "for", "with", "en", "au", "aux", "nach"))
"""Words before a country that say whether it sends or receives."""
SAYING_NOTHING = STOP_WORDS | FROM | TO | {"action", "actions", "expert", "experts"}
"""Words that name no filter, and narrow nothing."""
_YEAR = re.compile(r"(19|20)\d\d")


@dataclass(frozen=True)
class Meaning:
    """A filter, as one or more words of a query name it."""

    parameter: str
    value: str


@dataclass(frozen=True)
class Reading:
    """One way to understand a query: the filters that it names, and the words that remain."""

    meanings: tuple[Meaning, ...]
    rest: str

    def filters(self) -> dict[str, list[str]]:
        """The values of each parameter."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for meaning in self.meanings:
            found[meaning.parameter].append(meaning.value)
        return dict(found)


def read(connection: Connection, typed: str, found: Found) -> list[Reading]:
    """The ways to understand a query that names a filter, the likeliest first; none for one that names none. `found` is
    what was found at the state that the connection sees."""
    typed_words = words_of(typed)[:MOST_WORDS]
    edited = found.of(("terms", language()), lambda: EditedTerms(_edited_terms(connection)))
    terms = [_fixed_terms(), edited.meanings]
    parts: list[Sequence[Meaning]] = []
    rest: list[str] = []
    place = 0
    while place < len(typed_words):
        length, meanings = _longest(typed_words, place, terms)
        if meanings and len(parts) < MOST_NAMES:
            parts.append(meanings)
        elif meanings:
            rest += typed_words[place : place + length]
        elif typed_words[place] not in SAYING_NOTHING:
            rest.append(typed_words[place])
        place += length
    if not parts:
        return []
    return [Reading(tuple(chosen), " ".join(rest)) for chosen in islice(product(*parts), MOST_READINGS)]


def _longest(
    typed: Sequence[str], place: int, terms: Sequence[Mapping[Stems, Sequence[Meaning]]]
) -> tuple[int, Sequence[Meaning]]:
    """The longest name that begins at a place: how many words it has, and what it may mean."""
    for length in range(min(LONGEST, len(typed) - place), 0, -1):
        name = tuple(map(stem, typed[place : place + length]))
        found = [meaning for each in terms for meaning in each.get(name, ())]
        if found:
            return length, _directed(found, typed[place - 1] if place else "")
    if _YEAR.fullmatch(typed[place]):
        return 1, [Meaning("active_in", typed[place])]
    return 1, []


def _directed(meanings: Sequence[Meaning], before: str) -> Sequence[Meaning]:
    """The meanings of a country that the word before it leaves."""
    if before not in FROM | TO:
        return meanings
    kept = [meaning for meaning in meanings if (meaning.parameter == "country") == (before in TO)]
    return kept if any(meaning.parameter.endswith(("country", "state")) for meaning in kept) else meanings


def _stems(text: str) -> Stems:
    return tuple(map(stem, words_of(text)))


@cache
def _fixed_terms() -> dict[Stems, list[Meaning]]:
    """What only this software changes, in all languages of labels."""
    found: defaultdict[Stems, list[Meaning]] = defaultdict(list)

    def add(text: str, *meanings: Meaning) -> None:
        known = found[_stems(text)]
        known += [meaning for meaning in meanings if meaning not in known]

    for spoken in LabelLanguage:
        with speaking(spoken):
            for code in COUNTRIES:
                add(country_name(code), *_of_country(code))
            for parameter, vocabulary in VOCABULARIES.items():
                for value in vocabulary:
                    if value not in ("other", "unspecified"):
                        add(label_of(value), Meaning(parameter, value))
            for code in SUBREGIONS:
                add(subregion_name(code), Meaning("subregion", code))
    for code, row in COUNTRIES.items():
        for name in (row.name, *row.aliases, *row.demonyms):
            add(name, *_of_country(code))
    found.pop((), None)
    return dict(found)


def _of_country(code: str) -> tuple[Meaning, ...]:
    as_partner = Meaning("country", code)
    if code in MEMBER_STATES:
        return Meaning("member_state", code), as_partner
    return as_partner, Meaning("sending_country", code)


@dataclass(frozen=True)
class EditedTerms:
    """What the names of themes and partners mean."""

    meanings: Mapping[Stems, Sequence[Meaning]]

    @property
    def nbytes(self) -> int:
        """About how many bytes it takes."""
        return BYTES_OF_NAME * len(self.meanings)


def _edited_terms(connection: Connection) -> dict[Stems, list[Meaning]]:
    """Themes and partners, which editors change."""
    found: defaultdict[Stems, list[Meaning]] = defaultdict(list)
    for name, meaning in _edited_names(connection):
        if meaning not in (known := found[_stems(name)]):
            known.append(meaning)
    found.pop((), None)
    return found


def _edited_names(connection: Connection) -> Iterator[tuple[str, Meaning]]:
    for slug, name in connection.execute(select(Theme.slug, Theme.name)):
        yield name, Meaning("theme", slug)
        yield theme_name(slug, name), Meaning("theme", slug)
        yield slug.replace("-", " "), Meaning("theme", slug)
    for key, name, acronym in connection.execute(select(Partner.id, Partner.name, Partner.acronym)):
        yield name, Meaning("partner", str(key))
        if acronym:
            yield acronym, Meaning("partner", str(key))


def labels(connection: Connection, meanings: Sequence[Meaning]) -> list[str]:
    """The values of filters for people, in the language of the request."""
    return [_label(connection, meaning) for meaning in meanings]


def _label(connection: Connection, meaning: Meaning) -> str:
    match meaning.parameter:
        case "country" | "member_state" | "sending_country":
            return country_name(meaning.value)
        case "subregion":
            return subregion_name(meaning.value)
        case "theme":
            name = connection.scalar(select(Theme.name).where(Theme.slug == meaning.value))
            return theme_name(meaning.value, name or meaning.value)
        case "partner":
            return connection.scalar(select(Partner.name).where(Partner.id == int(meaning.value))) or meaning.value
        case "active_in":
            return meaning.value
        case _:
            return label_of(meaning.value)
