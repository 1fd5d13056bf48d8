"""What tables say in words for people: names of countries and themes, labels of vocabularies, in any language that the
registry answers in."""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import Any, Final

from app.core.formats.tables import plain_type
from app.core.text import fold, slugify
from app.imports.entities import Entity
from app.reference.countries import COUNTRIES, CountryRef
from app.reference.country_names import country_named, spellings
from app.reference.labels import keys_translated, labels_of, values_labelled
from app.reference.schemas import RegionRef, ThemeRef
from app.reference.vocabularies import VOCABULARIES

_LONGEST_SHOWN: Final = 60
NameReader = Callable[[str], str | None]
THEME: Final = "theme"
COUNTRY: Final = "country"
_NAMES: Final[Mapping[Any, str]] = {
    CountryRef: COUNTRY,
    ThemeRef: THEME,
    RegionRef: "region",
    **{vocabulary: name for name, vocabulary in VOCABULARIES.items()},
}


@cache
def vocabulary_of(entity: Entity, field: str) -> str | None:
    """The name of the vocabulary that a field's values are of, which may be that of countries or of themes."""
    info = entity.recorded.read.model_fields.get(field)
    return None if info is None else _NAMES.get(plain_type(info.annotation)[0])


def is_closed(entity: Entity, field: str) -> bool:
    """Whether the names of a field's values don't change, so that another name means another value."""
    return vocabulary_of(entity, field) not in (None, THEME, "status")


def _labelled(vocabulary: type[StrEnum]) -> NameReader:
    allowed = {member.value for member in vocabulary}

    def read(label: str) -> str | None:
        return next((value for value in values_labelled("vocabulary", label) if value in allowed), None)

    return read


def _theme(name: str) -> str | None:
    """The slug of a theme; where no label is so, the slug that is made of such a name, which may not be there."""
    return next(iter(values_labelled("theme", name)), None) or slugify(name, otherwise="theme")


_READERS: Final[Mapping[str, NameReader]] = {
    COUNTRY: country_named,
    THEME: _theme,
    **{name: _labelled(vocabulary) for name, vocabulary in VOCABULARIES.items()},
}


@cache
def reader_of_names(entity: Entity, field: str) -> NameReader | None:
    """What makes a field's value of one name, or None of a name that nothing has; None for a field that can't be read
    by names."""
    vocabulary = vocabulary_of(entity, field)
    if vocabulary is not None:
        return _READERS[vocabulary]
    return str if field in ("partners", "source") else None


def _candidates(vocabulary: str) -> Iterator[tuple[str, str]]:
    """The values of a vocabulary by themselves, and by their names in every language."""
    if vocabulary == COUNTRY:
        for code in COUNTRIES:
            yield from ((name, code) for name in spellings(code))
        return
    kind = THEME if vocabulary == THEME else "vocabulary"
    values = keys_translated(kind) if vocabulary == THEME else VOCABULARIES[vocabulary]
    for value in values:
        yield value, value
        yield from ((label, str(value)) for label in labels_of(kind, value))


@cache
def _folded_candidates(vocabulary: str) -> dict[str, str]:
    return {fold(name): value for name, value in _candidates(vocabulary)}


def unknown_value(vocabulary: str, text: str) -> str:
    """What is said of a text that names none of a vocabulary: the value that is likely meant, or how to find one."""
    from rapidfuzz import fuzz, process

    noun, candidates = vocabulary.replace("_", " "), _folded_candidates(vocabulary)
    text = text[:_LONGEST_SHOWN]
    found = process.extractOne(fold(text), list(candidates), scorer=fuzz.ratio, score_cutoff=70)
    if found is not None:
        return f"no {noun} '{text}': did you mean `{candidates[found[0]]}`?"
    return f"no {noun} '{text}': {_WHERE.get(vocabulary, 'the codebook of the template')} lists what there is"


_WHERE: Final = {COUNTRY: "/countries", THEME: "/themes"}
