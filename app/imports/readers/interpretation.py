"""Cells as people write them: names and demonyms for codes, several values in one cell, words that say nothing."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from app.core.text import fold
from app.imports.entities import Entity
from app.imports.naming import COUNTRY, THEME, reader_of_names, vocabulary_of
from app.imports.page.language.lexicon import Kind, page_lexicon
from app.imports.page.themes import find_themes
from app.reference.countries import COUNTRIES
from app.reference.labels import keys_translated
from app.reference.vocabularies import VOCABULARIES

# As English, French, German and Spanish tables say that something is not known, or not known yet.
_NOTHING: Final = frozenset(
    (
        "-", "--", "–", "—", "?", "??", "/", "n/a", "n.a.", "n.a", "none", "null", "tbc", "tbd", "t.b.c.", "t.b.d.",
        "unknown", "not known", "not available", "s/o", "s.o.", "n/d", "n.d.", "inconnu", "inconnue",
        "non disponible", "à confirmer", "k.a.", "k. a.", "keine angabe", "unbekannt", "entfällt", "sin datos",
        "no disponible", "desconocido", "por confirmar",
    )
)  # fmt: skip
_OPEN: Final = frozenset(
    (
        "present", "to present", "today", "now", "ongoing", "to date", "current", "continuing",
        "présent", "à ce jour", "aujourd'hui", "en cours",
        "heute", "bis heute", "laufend", "andauernd",
        "presente", "actualidad", "actual", "hoy", "en curso",
    )
)  # fmt: skip
_TOTALS: Final = frozenset(
    fold(word)
    for word in (
        "total", "totals", "grand total", "subtotal", "sub-total", "sum",
        "totaux", "total général", "sous-total", "somme",
        "summe", "gesamt", "gesamtsumme", "zwischensumme", "insgesamt",
        "total general", "totales", "suma",
    )
)  # fmt: skip
_LONGEST_WORD: Final = 30
_NUMBER: Final = re.compile(r"[\s\d.,%€$+-]*")
_JOINTS: Final = re.compile(r"\s*(?:[,/\n\r]|\s(?:and|et|und|y)\s|\s&\s)\s*", re.IGNORECASE)


def says_nothing(text: str) -> bool:
    """Whether a cell only says that its value isn't known."""
    return len(text) <= _LONGEST_WORD and text.strip().casefold() in _NOTHING


def is_open_end(text: str) -> bool:
    """Whether the cell of an end says that there is none yet."""
    return len(text) <= _LONGEST_WORD and text.strip().strip(".").casefold() in _OPEN


def is_totals(cells: Sequence[Any]) -> bool:
    """Whether a row only sums up those above it: a word for totals, and nothing but numbers beside it."""
    first, *others = cells
    is_word = isinstance(first, str) and len(first) <= _LONGEST_WORD and fold(first).strip(" :") in _TOTALS
    return is_word and bool(others) and all(_NUMBER.fullmatch(str(cell)) for cell in others)


def value_of(entity: Entity, field: str, text: str) -> tuple[str, bool]:
    """The value that a text names, and whether it was interpreted: found by something else than its code or its name.
    What names nothing stays as it is, for the check to refuse."""
    vocabulary, named = vocabulary_of(entity, field), reader_of_names(entity, field)
    if vocabulary is None or named is None or _is_code(vocabulary, text):
        return text, False
    loosely = _LOOSELY.get(vocabulary, _nothing)
    if vocabulary == THEME:  # whose names are an open list
        slug = named(text) or text
        found = None if slug in _theme_slugs() else loosely(text)
        return (found, True) if found else (slug, False)
    if found := named(text):
        return found, False
    found = loosely(text)
    return (found, True) if found else (text, False)


def values_of(entity: Entity, field: str, text: str) -> tuple[list[str], bool]:
    """The values of a list in one cell. Semicolons separate them; where there are none, commas, slashes, line breaks
    and words for `and` do, unless the whole is one name, like `Korea, Dem. Rep.`."""
    parts = [part.strip() for part in text.split(";") if part.strip()]
    if len(parts) > 1 or vocabulary_of(entity, field) is None:
        read = [value_of(entity, field, part) for part in parts]
        return list(dict.fromkeys(value for value, _ in read)), any(remark for _, remark in read)
    value, is_interpreted = value_of(entity, field, text)
    pieces = [piece for piece in _JOINTS.split(text) if piece]
    if len(pieces) == 1 or _is_value(entity, field, value):
        return [value], is_interpreted
    return list(dict.fromkeys(_greedily(entity, field, pieces))), True


def _greedily(entity: Entity, field: str, pieces: list[str]) -> Iterator[str]:
    """The values of pieces, of which some belong together: `Congo`, `Dem. Rep.`."""
    while pieces:
        for count in range(min(len(pieces), 3), 0, -1):
            value, _ = value_of(entity, field, ", ".join(pieces[:count]))
            if count == 1 or _is_value(entity, field, value):
                yield value
                pieces = pieces[count:]
                break


def _is_value(entity: Entity, field: str, value: str) -> bool:
    vocabulary = vocabulary_of(entity, field)
    return vocabulary is not None and (value in _theme_slugs() if vocabulary == THEME else _is_code(vocabulary, value))


def _is_code(vocabulary: str, text: str) -> bool:
    if vocabulary == COUNTRY:
        return text in COUNTRIES
    return vocabulary in VOCABULARIES and text in _codes(vocabulary)


@cache
def _codes(vocabulary: str) -> frozenset[str]:
    return frozenset(VOCABULARIES[vocabulary])


@cache
def _theme_slugs() -> frozenset[str]:
    return frozenset(keys_translated("theme"))


def _nothing(_text: str) -> str | None:
    return None


@cache
def _demonyms() -> dict[str, str]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for code, row in COUNTRIES.items():
        for demonym in row.demonyms:
            found[fold(demonym)].add(code)
    return {demonym: min(codes) for demonym, codes in found.items() if len(codes) == 1}


def _country(text: str) -> str | None:
    return _demonyms().get(fold(text).strip())


def _theme(text: str) -> str | None:
    found = find_themes(text)
    return found[0] if len(found) == 1 else None


def _phrase_of(vocabulary: str, *kinds: Kind) -> Callable[[str], str | None]:
    """What pages call a value."""

    def read(text: str) -> str | None:
        values = {token.value for token in page_lexicon().tokens(text) if token.kind in kinds}
        known = values & set(VOCABULARIES[vocabulary])
        return str(next(iter(known))) if len(values) == len(known) == 1 else None

    return read


_LOOSELY: Final[Mapping[str, Callable[[str], str | None]]] = {
    COUNTRY: _country,
    THEME: _theme,
    "activity_type": _phrase_of("activity_type", Kind.ACTIVITY),
    "output_kind": _phrase_of("output_kind", Kind.PRODUCT),
    "organisation_type": _phrase_of("organisation_type", Kind.ADMINISTRATION, Kind.INSTITUTION),
}
