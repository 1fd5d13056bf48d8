"""Countries by their names, however lists and titles write them: `Korea, Dem. Rep.`, `Sudan (South)`, `Türkei`.

A name is known by all of its words in any order, so that `Guinea, Equatorial` is never Guinea.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final

from babel import Locale

from app.core.languages import LabelLanguage
from app.core.text import words
from app.reference.countries import COUNTRIES

_ABBREVIATIONS: Final = {
    "dem": "democratic",
    "fed": "federated",
    "is": "islands",
    "rep": "republic",
    "st": "saint",
    "sts": "states",
}
_SMALL: Final = frozenset(("the", "of", "and"))

Key = tuple[str, ...]


def _key(name: str) -> Key:
    return tuple(sorted(_ABBREVIATIONS.get(word, word) for word in words(name) if word not in _SMALL))


def _names_of(code: str) -> Iterator[str]:
    """The names of a country: in English, as prose has them, and in the languages of labels."""
    row = COUNTRIES[code]
    yield row.name
    yield from row.aliases
    for language in LabelLanguage:
        if name := Locale.parse(language.value).territories.get(code):
            yield name


@cache
def _codes() -> dict[Key, str]:
    """Countries by the words of their names; words that two countries share name none."""
    found: defaultdict[Key, set[str]] = defaultdict(set)
    for code in COUNTRIES:
        for name in _names_of(code):
            found[_key(name)].add(code)
    own = {_key(row.name): code for code, row in COUNTRIES.items()}
    return {key: min(codes) for key, codes in found.items() if len(codes) == 1} | own


@lru_cache(maxsize=10_000)
def country_named(name: str) -> str | None:
    """The code of the country that a text names and nothing else; None for any other text.

    A code (ISO 3166-1 alpha-2) names its country, too.
    """
    written = name.strip()
    return written if written in COUNTRIES else _codes().get(_key(written))


def spellings(code: str) -> Iterator[str]:
    """The English names of a country, and the same with a shortened `Rep.`, and as lists put it: `Korea (North)`."""
    for name in (COUNTRIES[code].name, *COUNTRIES[code].aliases):
        yield name
        if "Republic" in name:
            yield name.replace("Republic", "Rep.").replace("Democratic", "Dem.")
        before, _, last = name.rpartition(" ")
        if before and may_be_another(last):
            yield f"{last} ({before})"


@lru_cache(maxsize=10_000)
def may_be_another(name: str) -> bool:
    """Whether a name is part of that of another country, as Guinea is of Equatorial Guinea: next to a word that isn't
    known, it may not be the country that it is alone."""
    code = country_named(name)
    own = _key(name)
    return len(own) == 1 and any(own[0] in key for key, other in _codes().items() if other != code)
