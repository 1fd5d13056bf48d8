"""Labels in other languages: the words of this registry from a table, names of countries from the Unicode CLDR.

English labels stand where the things themselves are declared. A theme that editors have named anew, or added, has its
one name in every language.
"""

import csv
from functools import lru_cache
from pathlib import Path
from typing import Final

from babel import Locale

from app.core.languages import LabelLanguage, language
from app.core.text import words

_WORDS: Final = Path(__file__).with_name("words.csv")


@lru_cache(maxsize=1)
def _words() -> dict[tuple[str, str], dict[str, str]]:
    with _WORDS.open(encoding="utf-8", newline="") as file:
        return {(row["kind"], row["key"]): row for row in csv.DictReader(file)}


def translated(kind: str, key: str, english: str) -> str:
    """A word of the table in the language of the request; the English one where the table doesn't have just that."""
    wanted = language()
    if wanted is LabelLanguage.EN:
        return english
    row = _words().get((kind, key))
    return row[wanted] if row is not None and row["en"] == english else english


def keys_translated(kind: str) -> dict[str, str]:
    """The keys of the table that have labels of a kind, with the English ones."""
    return {key: row["en"] for (its_kind, key), row in _words().items() if its_kind == kind}


def labels_of(kind: str, key: str) -> list[str]:
    """The labels of a value in every language."""
    row = _words().get((kind, key), {})
    return [row[wanted] for wanted in LabelLanguage if wanted in row]


@lru_cache(maxsize=4)
def _labelled(kind: str) -> dict[tuple[str, ...], list[str]]:
    found: dict[tuple[str, ...], list[str]] = {}
    for (its_kind, key), row in _words().items():
        if its_kind == kind:
            for wanted in LabelLanguage:
                keys = found.setdefault(tuple(words(row[wanted])), [])
                if key not in keys:
                    keys.append(key)
    return found


def values_labelled(kind: str, label: str) -> list[str]:
    """The values of the table that have a label in any language, however it is spelled: several vocabularies have an
    `Other`."""
    return _labelled(kind).get(tuple(words(label)), [])


def theme_name(slug: str, name: str) -> str:
    """A theme's name in the language of the request."""
    return translated("theme", slug, name)


@lru_cache(maxsize=len(LabelLanguage))
def _territories(wanted: LabelLanguage) -> dict[str, str]:
    return dict(Locale.parse(wanted.value).territories)


def territory(code: str, english: str) -> str:
    """A country (ISO 3166-1 alpha-2) or an area (UN M49) in the language of the request."""
    wanted = language()
    return english if wanted is LabelLanguage.EN else _territories(wanted).get(code, english)
