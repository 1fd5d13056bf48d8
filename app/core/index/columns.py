"""How the index holds values: texts as small integers, days as integers that compare like days."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.core.partial_dates import UNKNOWN_DAY

Codes: TypeAlias = NDArray[np.int32]
Mask: TypeAlias = NDArray[np.bool_]
Positions: TypeAlias = NDArray[np.int64]
NULL = -1
"""The code of no value."""


def day_number(day: date) -> int:
    """A day as a number that compares like it, and whose year is `// 10000`: 20191130."""
    return day.year * 10000 + day.month * 100 + day.day


UNKNOWN = day_number(UNKNOWN_DAY)


class Words:
    """The values of a column and their codes. It only grows, so that the codes of older snapshots stay valid."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self.texts: list[str] = []
        self._by_text: dict[str, int] = {}
        self._codes: dict[Any, int] = {None: NULL}
        self._ranks: Codes = np.empty(0, np.int32)
        self._sorted: list[str] = []
        for text in known:
            self._add(text)

    def __len__(self) -> int:
        return len(self.texts)

    def _add(self, value: Any) -> None:
        text = str(value)
        if text not in self._by_text:
            self._by_text[text] = len(self.texts)
            self.texts.append(text)
        self._codes[value] = self._by_text[text]

    def encode(self, values: Sequence[Any]) -> Codes:
        """The codes of values as the database gives them."""
        codes = self._codes
        for value in set(values) - codes.keys():
            self._add(value)
        return np.fromiter(map(codes.__getitem__, values), np.int32, len(values))

    @property
    def ranks(self) -> Codes:
        """For each code, twice its place in the order of the texts; the last one is that of no value."""
        if len(self._ranks) <= len(self.texts):
            order = sorted(range(len(self.texts)), key=self.texts.__getitem__)
            self._ranks = np.full(len(order) + 1, -1, np.int32)
            self._ranks[order] = np.arange(0, 2 * len(order), 2)
            self._sorted = [self.texts[code] for code in order]
        return self._ranks

    def rank(self, text: str) -> int:
        """Where a text is in the order of `ranks`; odd where none is the same."""
        ranks = self.ranks
        place = bisect_left(self._sorted, text)
        is_known = place < len(ranks) - 1 and self._sorted[place] == text
        return 2 * place if is_known else 2 * place - 1

    def find(self, texts: Iterable[str]) -> list[int]:
        """The codes of those texts that occur."""
        return [code for text in texts if (code := self._by_text.get(text)) is not None]


class _DayNumbers(dict[Any, int]):
    """Numbers of days, as either driver gives them: a date, or its text."""

    def __missing__(self, day: Any) -> int:
        number = UNKNOWN if day is None else day_number(date.fromisoformat(day) if isinstance(day, str) else day)
        self[day] = number
        return number


_days = _DayNumbers()


def encode_days(values: Sequence[Any]) -> Codes:
    """Days as numbers; those that are not known lie after all others."""
    return np.fromiter(map(_days.__getitem__, values), np.int32, len(values))


def encode_numbers(values: Sequence[Any]) -> Codes:
    """Numbers; one that is not stated adds nothing."""
    return np.fromiter((value or 0 for value in values), np.int32, len(values))


def encode_instants(values: Sequence[Any]) -> NDArray[np.int64]:
    """Instants as seconds since 1970, as either driver gives them: with a zone, or as UTC's text."""
    return np.fromiter(map(_seconds, values), np.int64, len(values))


def _seconds(value: Any) -> int:
    if value is None:
        return 0
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    return int((instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp())
