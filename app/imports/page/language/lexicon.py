"""The words that the reader knows, and how a text is cut into them.

A text becomes tokens: a phrase that is known (a country, a month, a kind of activity ...) is one token with its
reading, everything else is a token for each word, number or sign. The longest phrase wins. Phrases stand under their
first word, so that a text costs one look-up for each word, whatever the size of the lexicon.
"""

import csv
import re
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from importlib import resources
from typing import Any, Final

from babel import Locale

from app.core.text import fold
from app.reference.countries import COUNTRIES
from app.reference.country_names import spellings

# One branch for each first character and no repetition within a repetition: the time grows with the text alone.
_PIECE: Final = re.compile(r"([^\W\d_]+|\d+|[^\w\s]|_)")
_SAME_LENGTH: Final = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u00b4`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    }
)
"""Signs that mean the same; each has one for one, so that places in the text stay the same."""


class Kind(Enum):
    """What a token is."""

    __hash__ = object.__hash__  # an enum's own hash is computed in Python, and sets of kinds are asked all the time

    WORD = "word"
    NUMBER = "number"
    SIGN = "sign"
    MONTH = "month"
    COUNTRY = "country"
    NATIONALITY = "nationality"
    CITY = "city"
    GROUP = "group"
    ACTIVITY = "activity"
    PRODUCT = "product"
    EXPERT = "expert"
    PERSON = "person"
    ADMINISTRATION = "administration"
    BODY = "body"
    INSTITUTION = "institution"


@dataclass(slots=True)
class Token:
    """A known phrase, or a word, number or sign."""

    kind: Kind
    low: str
    """As written, in lower case, with plain quotes and hyphens."""
    start: int
    end: int
    value: Any = None
    """What the phrase stands for, by kind: a code, a month's number, a type ..."""
    is_plural: bool = False
    is_capital: bool = False


_WORD, _NUMBER, _SIGN = Kind.WORD, Kind.NUMBER, Kind.SIGN


@dataclass(slots=True)
class _Phrase:
    rest: tuple[str, ...]
    kind: Kind
    value: Any
    is_plural: bool
    case: str
    """`any`, `capital` or `lower` (the first letter), or the exact spelling."""


@dataclass(slots=True)
class _Piece:
    """A word, number or sign as written, and what is known of it by itself."""

    low: str
    kind: Kind
    is_capital: bool
    alone: list[_Phrase]
    """The phrases that it is."""
    longer: dict[str, list[_Phrase]]
    """The phrases that it begins, by their second word, the longest first."""
    begins: bool = False
    """Whether there are any of either."""


_MOST_PIECES: Final = 50_000
"""Spellings that are remembered: a page of invented words must not fill the memory."""


@dataclass
class Lexicon:
    """Known phrases by their first word."""

    by_first: dict[str, list[_Phrase]] = field(default_factory=dict)
    _pieces: dict[str, _Piece] = field(default_factory=dict)

    def add(self, phrase: str, kind: Kind, value: Any, *, is_plural: bool = False, case: str = "any") -> None:
        """One more phrase, with any hyphens also written as spaces."""
        for spelling in {phrase, phrase.replace("-", " ")}:
            first, *rest = [_folded(piece) for piece in _PIECE.findall(spelling.translate(_SAME_LENGTH))]
            exact = spelling if case == "exact" else case
            self.by_first.setdefault(first, []).append(_Phrase(tuple(rest), kind, value, is_plural, exact))

    def close(self) -> "Lexicon":
        """Puts the longest phrases first; of equal ones, what was added first."""
        for phrases in self.by_first.values():
            phrases.sort(key=lambda phrase: -len(phrase.rest))
        return self

    def tokens(self, text: str) -> list[Token]:
        """The text as tokens."""
        plain = text.translate(_SAME_LENGTH)
        # What stands between pieces, and the pieces, in turn: cheaper than a match object for each.
        parts = _PIECE.split(plain)
        found: list[Token] = []
        add, known, learn = found.append, self._pieces.get, self._learn
        pairs = zip(parts[::2], parts[1::2], strict=False)
        at, start = 1, 0
        for gap, written in pairs:
            piece = known(written) or learn(written)
            start += len(gap)
            end = start + len(written)
            phrase = self._longest(piece, parts, at) if piece.begins else None
            if phrase is None:
                add(Token(piece.kind, piece.low, start, end, None, False, piece.is_capital))
            else:
                for _ in phrase.rest:
                    gap, written = next(pairs)  # noqa: PLW2901 - the phrase takes what follows
                    end += len(gap) + len(written)
                    at += 2
                low = plain[start:end].lower()
                add(Token(phrase.kind, low, start, end, phrase.value, phrase.is_plural, piece.is_capital))
            start = end
            at += 2
        return found

    def _learn(self, written: str) -> _Piece:
        """A spelling that was not met before."""
        if len(self._pieces) >= _MOST_PIECES:
            self._pieces.clear()
        low = _folded(written)
        is_word = low.isalpha()
        piece = _Piece(
            low, _WORD if is_word else _NUMBER if low.isdigit() else _SIGN, is_word and written[0].isupper(), [], {}
        )
        for phrase in self.by_first.get(low, ()):
            if phrase.rest:
                piece.longer.setdefault(phrase.rest[0], []).append(phrase)
            else:
                piece.alone.append(phrase)
        piece.begins = bool(piece.alone or piece.longer)
        self._pieces[written] = piece
        return piece

    def _longest(self, piece: _Piece, parts: list[str], at: int) -> _Phrase | None:
        """The longest phrase that stands at a place, written as it has to be."""
        if piece.longer and at + 2 < len(parts):
            following = self._pieces.get(parts[at + 2]) or self._learn(parts[at + 2])
            for phrase in piece.longer.get(following.low, ()):
                behind = parts[at + 2 : at + 2 + 2 * len(phrase.rest) : 2]
                if tuple([self._low(part) for part in behind]) == phrase.rest and _is_written(phrase, parts, at):
                    return phrase
        return next((phrase for phrase in piece.alone if _is_written(phrase, parts, at)), None)

    def _low(self, written: str) -> str:
        return (self._pieces.get(written) or self._learn(written)).low


def _folded(piece: str) -> str:
    return piece.lower() if piece.isascii() else fold(piece)


def _is_written(phrase: _Phrase, parts: list[str], at: int) -> bool:
    case = phrase.case
    if case == "any":
        return True
    if case == "capital":
        return parts[at][0].isupper()
    if case == "lower":
        return parts[at][0].islower()
    return "".join(parts[at : at + 2 * len(phrase.rest) + 1]) == case


MONTHS: Final = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_SHORT_MONTHS: Final = {"sept": 9} | {name[:3]: number for number, name in enumerate(MONTHS, 1) if name != "may"}


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a table beside this module."""
    text = resources.files("app.imports.page.language").joinpath(name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def _plural(phrase: str) -> str:
    return f"{phrase}s"


def _add_countries(lexicon: Lexicon) -> None:
    for code, row in COUNTRIES.items():
        for name in spellings(code):
            bare = name.removeprefix("The ").removeprefix("the ")
            # An abbreviation has to be written as it is: "us" is no country.
            case = "exact" if bare.isupper() or len(bare) <= 3 else "any" if bare[0].islower() else "capital"
            lexicon.add(bare, Kind.COUNTRY, code, case=case)
        for name in row.demonyms:
            lexicon.add(name, Kind.NATIONALITY, code, case="capital")


def _add_phrases(lexicon: Lexicon) -> None:
    found = rows("phrases.csv")
    # With a capital, "Ministry" or "Border Police" is part of a name.
    in_names = {row["phrase"].lower() for row in found if row["reading"] == "institution"}
    for row in found:
        kind, phrase = Kind(row["reading"]), row["phrase"]
        capitals = kind in (Kind.GROUP, Kind.BODY, Kind.INSTITUTION) and phrase[0].isupper()
        case = "exact" if phrase.isupper() or phrase == "ToT" else "capital" if capitals else "any"
        if kind is Kind.ADMINISTRATION and phrase.islower() and phrase.split()[-1] in in_names:
            case = "lower"
        lexicon.add(phrase, kind, row["value"] or None, case=case)
        if kind is Kind.ACTIVITY and " " in phrase:
            lexicon.add(phrase.replace(" ", "-"), kind, row["value"], case=case)
        if row["plural"] != "-":
            plural = row["plural"] or _plural(phrase)
            case = plural if case == "exact" else case
            spellings_ = {plural, plural.replace(" ", "-")} if kind is Kind.ACTIVITY else {plural}
            for spelling in spellings_:
                case = "exact" if case == plural else case
                lexicon.add(spelling, kind, row["value"] or None, is_plural=True, case=case)


def _add_cities(lexicon: Lexicon) -> None:
    """Towns, each with the countries that have one of its name: a capital first, then by their size."""
    codes: dict[str, list[str]] = {}
    for row in rows("cities.csv"):
        known = codes.setdefault(fold(row["name"]).removeprefix("the "), [])
        known.insert(0 if row["capital"] else len(known), row["country"])
    for name, found in codes.items():
        lexicon.add(name, Kind.CITY, tuple(dict.fromkeys(found)), case="capital")


@cache
def capitals() -> dict[str, str]:
    """The capital of each country, by the country's code."""
    return {row["country"]: row["name"] for row in rows("cities.csv") if row["capital"]}


@cache
def languages() -> frozenset[str]:
    """The names of languages, which are no towns: `materials in Sesotho and English`."""
    return frozenset(name.lower() for name in Locale("en").languages.values())


@cache
def page_lexicon() -> Lexicon:
    """The words that say who, what, when and where; made once."""
    lexicon = Lexicon()
    for number, name in enumerate(MONTHS, 1):
        lexicon.add(name, Kind.MONTH, number, case="capital")
    for name, number in _SHORT_MONTHS.items():
        lexicon.add(name, Kind.MONTH, number, case="capital")
    for language in ("fr", "es"):
        for number, name in Locale(language).months["format"]["wide"].items():
            lexicon.add(name, Kind.MONTH, number, case="lower")
    _add_countries(lexicon)
    _add_phrases(lexicon)
    _add_cities(lexicon)
    return lexicon.close()


@cache
def theme_lexicon() -> Lexicon:
    """The words by which a text names a theme; made once."""
    lexicon = Lexicon()
    for row in rows("themes.csv"):
        lexicon.add(row["phrase"], Kind.WORD, row["theme"], case="exact" if row["phrase"].isupper() else "any")
    return lexicon.close()
