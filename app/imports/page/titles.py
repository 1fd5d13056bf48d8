"""What a title says: the countries, and the numeral of an action that continues an earlier one."""

import re
from dataclasses import dataclass, field
from typing import Final

from app.imports.page.language.lexicon import Kind, Token, page_lexicon
from app.imports.page.language.wordsets import words
from app.reference.country_names import country_named, may_be_another

_NUMERALS: Final = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
_NUMBERED: Final = re.compile(r"\s*\(?(?:phase\s|part\s)?\s*\b(?:[IVX]{1,5}|[1-9])\)?\s*$", re.IGNORECASE)
_WITHIN_NAMES: Final = words(", ( ) . - of the")
_MAY_BELONG: Final = (Kind.WORD, Kind.NATIONALITY, Kind.GROUP)
_JOINTS: Final = words("/ , and & - the republic of *")


@dataclass(slots=True)
class Title:
    """A title as it was understood."""

    countries: list[str]
    numeral: int | None
    subject: str
    """The part after the countries, which may be empty."""
    unread: list[str] = field(default_factory=list)
    """Names in the place of a country that may mean another one than their words say."""


def read_title(title: str) -> Title:
    """The countries, the numeral and the subject of a title."""
    tokens = page_lexicon().tokens(title)
    countries, at = _leading_countries(tokens)
    numeral, at = _numeral(tokens, at)
    unread: list[str] = []
    head, colon, tail = title.partition(":")
    if colon:
        subject = tail
        ends = next((place for place, token in enumerate(tokens) if token.low == ":"), len(tokens))
        countries, unread = _countries_of(head)
        if numeral is None:
            numeral = _last_numeral(tokens[:ends])
    else:
        subject = title[tokens[at].start :] if countries and at < len(tokens) else "" if countries else head
    if not countries and not colon:
        countries = _distinct([token.value for token in tokens if token.kind is Kind.COUNTRY])
    return Title(countries, numeral, subject.strip(" -\u2013\u2014"), unread)


def _countries_of(head: str) -> tuple[list[str], list[str]]:
    """The countries before the colon, and the names that may mean another country than they say."""
    if code := country_named(_NUMBERED.sub("", head)):
        return [code], []
    countries: list[str] = []
    unread: list[str] = []
    for part in re.split("[/;]", head):
        name = _NUMBERED.sub("", part).strip(" *")
        tokens = page_lexicon().tokens(name)
        if code := country_named(name):
            countries.append(code)
        elif any(_is_doubtful(tokens, at) for at in range(len(tokens))):
            unread.append(name)
        else:
            countries += [token.value for token in tokens if token.kind is Kind.COUNTRY]
    return _distinct(countries), unread


def _is_doubtful(tokens: list[Token], at: int) -> bool:
    """Whether a country is next to a word that may make another one of it: `Guinea Ecuatorial`."""
    if tokens[at].kind is not Kind.COUNTRY or not may_be_another(tokens[at].low):
        return False
    for step in (-1, 1):
        beside = at + step
        while 0 <= beside < len(tokens) and tokens[beside].low in _WITHIN_NAMES:
            beside += step
        if 0 <= beside < len(tokens) and tokens[beside].is_capital and tokens[beside].kind in _MAY_BELONG:
            return True
    return False


def _leading_countries(tokens: list[Token]) -> tuple[list[str], int]:
    countries: list[str] = []
    after = 0
    for at, token in enumerate(tokens):
        if token.kind is Kind.COUNTRY:
            countries.append(token.value)
            after = at + 1
        elif token.low not in _JOINTS:
            break
    return _distinct(countries), after


def _numeral(tokens: list[Token], at: int) -> tuple[int | None, int]:
    """The numeral that stands next: `II`, `(II)`, `2`, `phase II`."""
    while at < len(tokens) and tokens[at].low in ("(", "*", "-", "phase", "part"):
        at += 1
    if at < len(tokens):
        token = tokens[at]
        if token.low in _NUMERALS and token.is_capital:
            return _NUMERALS[token.low], at + 1
        if token.kind is Kind.NUMBER and len(token.low) == 1 and token.low != "0":
            return int(token.low), at + 1
    return None, at


def _last_numeral(tokens: list[Token]) -> int | None:
    bare = [token for token in tokens if token.low not in ("(", ")")]
    return _NUMERALS.get(bare[-1].low) if len(bare) > 1 and bare[-1].is_capital else None


def _distinct(codes: list[str]) -> list[str]:
    return list(dict.fromkeys(codes))


REQUEST: Final = re.compile(r"\b(second|third|fourth|fifth|new|further|follow-up|another)\s+request\b", re.IGNORECASE)
