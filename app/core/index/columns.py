"""How the index holds values: texts as small integers, days as integers that compare like days."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.core.partial_dates import UNKNOWN_DAY

Codes: TypeAlias = NDArray[np.int32]
Mask: TypeAlias = NDArray[np.bool_]
Positions: TypeAlias = NDArray[np.int64]
Keys: TypeAlias = NDArray[np.int64]
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
        self._ordered = np.empty(0, np.object_), np.empty(0, np.int32)
        self._ranks: Codes = np.empty(0, np.int32)
        self.encode(known)

    def __len__(self) -> int:
        return len(self.texts)

    def encode(self, values: Iterable[Any]) -> Codes:
        """The codes of values as the database gives them."""
        given = list(values)
        distinct = dict.fromkeys(given)
        distinct.pop(None, None)
        written = {value: str(value) for value in distinct}
        self._add(written.values())
        codes: dict[Any, int] = {value: self._code(text) for value, text in written.items()}
        codes[None] = NULL
        return np.fromiter(map(codes.__getitem__, given), np.int32, len(given))

    def _add(self, texts: Iterable[str]) -> None:
        ordered, codes = self._ordered
        new = [text for text in texts if self._code(text) == NULL]
        if new:
            first = len(self.texts)
            self.texts += new
            by_text = sorted(range(len(new)), key=new.__getitem__)
            added = np.array([new[place] for place in by_text], np.object_)
            places = [bisect_left(ordered, text) for text in added]
            # Set at once: another thread may be looking.
            self._ordered = np.insert(ordered, places, added), np.insert(codes, places, first + np.array(by_text))

    def _code(self, text: str) -> int:
        ordered, codes = self._ordered
        place = bisect_left(ordered, text)
        return int(codes[place]) if place < len(ordered) and ordered[place] == text else NULL

    @property
    def ranks(self) -> Codes:
        """For each code, twice its place in the order of the texts; the last one is that of no value."""
        _, codes = self._ordered
        ranks = self._ranks
        if len(ranks) <= len(codes):
            ranks = np.full(len(codes) + 1, -1, np.int32)
            ranks[codes] = np.arange(0, 2 * len(codes), 2)
            self._ranks = ranks
        return ranks

    def rank(self, text: str) -> int:
        """Where a text is in the order of `ranks`; odd where none is the same."""
        ordered, _ = self._ordered
        place = bisect_left(ordered, text)
        return 2 * place if place < len(ordered) and ordered[place] == text else 2 * place - 1

    def find(self, texts: Iterable[str]) -> list[int]:
        """The codes of those texts that occur."""
        return [code for text in texts if (code := self._code(text)) != NULL]


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
