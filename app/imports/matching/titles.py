"""Whether two titles name the same thing: by the words of their subjects, and by their numbers."""

import re
from collections.abc import Iterable
from enum import Enum, auto
from functools import lru_cache
from typing import Final

from app.core.text import words
from app.core.text_search.analysis import STOP_WORDS, stem
from app.imports.page.language.lexicon import Kind, page_lexicon
from app.imports.page.themes import find_themes
from app.imports.page.titles import read_title

LONGEST: Final = 300
"""Characters of a title that are compared: as many as a record's has."""
_NUMBER: Final = re.compile(r"\b(?:[IVX]{1,5}|[0-9]{1,6})\b")
_ROMAN: Final = {"I": 1, "V": 5, "X": 10}
# What so many titles of this field have that it doesn't distinguish them.
_COMMON: Final = frozenset(stem(word) for word in ("migration", "migrant", "management", "policy", "human"))
_SMALL: Final = frozenset(("all", "between", "each", "every", "further", "other", "several", "various"))
_GENERIC: Final = (Kind.ACTIVITY, Kind.PRODUCT)

Stems = frozenset[str]


class Likeness(Enum):
    """What two titles say of each other."""

    SAME = auto()
    """They name the same thing, perhaps in other words or with more of them."""
    UNCERTAIN = auto()
    OTHER = auto()
    """They name different things."""


def likeness_of_actions(one: str, other: str) -> Likeness:
    """What the titles of two actions say of each other, beside their countries."""
    return _likeness_of_actions(one[:LONGEST], other[:LONGEST])


@lru_cache(maxsize=20_000)
def _likeness_of_actions(one: str, other: str) -> Likeness:
    if _numbers(one) - {1} != _numbers(other) - {1}:  # the first of several has a numeral or none
        return Likeness.OTHER
    first, second = _subject(one), _subject(other)
    if first == second:
        return Likeness.SAME
    likeness = _likeness(first, second) if first and second else Likeness.UNCERTAIN
    return Likeness.UNCERTAIN if likeness is Likeness.OTHER and _share_themes(one, other) else likeness


def likeness_of_names(one: str, other: str) -> Likeness:
    """What the names of two institutions say of each other."""
    first, second = _stems([one]), _stems([other])
    return Likeness.SAME if first == second else _likeness(first, second) if first and second else Likeness.UNCERTAIN


def are_apart(one: str, other: str) -> bool:
    """Whether the titles of two activities or outputs of one action speak of different things.

    Two sources never word them alike, so it takes no word in common. Words for kinds of activities and products say
    nothing: a `Workshop` may be the `Workshop on visas`.
    """
    return _are_apart(one[:LONGEST], other[:LONGEST])


@lru_cache(maxsize=20_000)
def _are_apart(one: str, other: str) -> bool:
    numbers, others = _numbers(one), _numbers(other)
    if numbers and others and numbers != others:
        return True
    first, second = _topic(one), _topic(other)
    if not first or not second or not (first & second) <= _COMMON or _share_themes(one, other):
        return False
    return _likeness(first, second) is Likeness.OTHER


def _share_themes(one: str, other: str) -> bool:
    """Whether both name a theme, and the same ones: `THB` is trafficking in human beings."""
    return bool(themes := set(find_themes(one))) and themes == set(find_themes(other))


def has_topic(title: str) -> bool:
    """Whether the title of an activity or output says more than its kind."""
    return bool(_topic(title[:LONGEST]))


def _numbers(title: str) -> frozenset[int]:
    """The numerals and years in a title."""
    return frozenset(_value(found[0]) for found in _NUMBER.finditer(title))


def _value(written: str) -> int:
    if written.isdecimal():
        return int(written)
    values = [_ROMAN[letter] for letter in written]
    return sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True))


def _stems(texts: Iterable[str]) -> Stems:
    found = (word for text in texts for word in words(_NUMBER.sub(" ", text)))
    return frozenset(stem(word) for word in found if word not in STOP_WORDS and word not in _SMALL)


@lru_cache(maxsize=20_000)
def _subject(title: str) -> Stems:
    return _stems([read_title(title).subject])


@lru_cache(maxsize=20_000)
def _topic(title: str) -> Stems:
    tokens = page_lexicon().tokens(title)
    return _stems(title[token.start : token.end] for token in tokens if token.kind not in _GENERIC)


def _likeness(first: Stems, second: Stems) -> Likeness:
    more, fewer = _unshared(first - second, second - first)
    shared = first & second
    count = len(first) - len(more)
    share = count / (count + len(more) + len(fewer))
    if not more or not fewer:
        is_specific = share >= 0.5 and not (share < 1 and shared and shared <= _COMMON)
        return Likeness.SAME if is_specific else Likeness.UNCERTAIN
    if share >= 0.5 or (share >= 1 / 3 and not shared <= _COMMON):
        return Likeness.UNCERTAIN
    return Likeness.OTHER


def _unshared(first: Stems, second: Stems) -> tuple[set[str], set[str]]:
    """The words that only one has; two that differ by a slip of the pen are one."""
    more, fewer = set(first), set(second)
    for word in first:
        twin = next((other for other in sorted(fewer) if _is_slip(word, other)), None)
        if twin is not None:
            more.discard(word)
            fewer.discard(twin)
    return more, fewer


def _is_slip(one: str, other: str) -> bool:
    """`boarder` for border; but `illegal` is not legal, nor `immigration` emigration."""
    from rapidfuzz.distance import OSA

    shorter = min(len(one), len(other))
    return one[0] == other[0] and shorter >= 5 and OSA.distance(one, other) <= (1 if shorter < 9 else 2)
