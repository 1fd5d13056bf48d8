"""Pages of lists: the first so many rows, in any order, from any place on.

An order is an array of integers, one for each row. Which rows come first is found by partition, never by sorting all of
them, so that a page costs the same in the middle of a list as at its start.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.core.index.columns import NULL
from app.core.index.schema import ByName, Column, Kind, Link, Order, RecordKey, RootKey
from app.core.index.snapshot import Snapshot
from app.core.languages import language
from app.core.text import fold

Ints = NDArray[np.int64]
Directed: TypeAlias = tuple[Order, bool]
"""An order, with whether it descends."""


@dataclass(frozen=True, eq=False)
class Ordered:
    """The rows of a table in an order."""

    snapshot: Snapshot
    table: Link
    orders: Sequence[Directed]
    """What rows are compared by, one after the other; the last one tells any two apart."""
    backward: bool = False
    """Whether the last row comes first."""

    def first(self, rows: Ints, count: int) -> Ints:
        """The first of the rows, in order."""
        chosen = self._least(rows, count, 0) if len(rows) > count else rows
        return chosen[np.lexsort([self._values(number, chosen) for number in reversed(range(len(self.orders)))])]

    def _least(self, rows: Ints, count: int, number: int) -> Ints:
        """So many of the rows that come first, in any order."""
        if not count:
            return rows[:0]
        values = self._values(number, rows)
        edge = np.partition(values, count - 1)[count - 1]
        before, equal = rows[values < edge], rows[values == edge]
        missing = count - len(before)
        if len(equal) == missing:
            return np.concatenate([before, equal])
        return np.concatenate([before, self._least(equal, missing, number + 1)])

    def beyond(self, rows: Ints, place: Sequence[int]) -> Ints:
        """Those of the rows that come after a place, which `placed` gives."""
        after, equal = np.zeros(len(rows), np.bool_), np.ones(len(rows), np.bool_)
        for number, value in enumerate(place):
            values = self._values(number, rows)
            after |= equal & (values > value)
            equal &= values == value
        return rows[after]

    def placed(self, values: Sequence[int]) -> list[int]:
        """The place of a row by the values that it has in the orders."""
        return [-value if sign else value for value, sign in zip(values, self._signs(), strict=True)]

    def value(self, order: Order, row: int) -> Any:
        """What a row has in an order: a text, or a number."""
        match order:
            case Column(kind=Kind.TEXT):
                code = self.snapshot.of(self.table).columns[order][row]
                return "" if code == NULL else self.snapshot.vocabulary[order].texts[code]
            case ByName():
                return self._names(order).keys[row]
            case _:
                return int(self._array(order, np.array([row]))[0])

    def rank(self, order: Order, value: Any) -> int:
        """Where what `value` gave, of any state of the data, is among the values of an order."""
        match order:
            case ByName():
                return self._names(order).rank(value)
            case Column(kind=Kind.TEXT):
                return self.snapshot.vocabulary[order].rank(value)
            case _:
                return int(value)

    def _names(self, order: ByName) -> "_Names":
        return self.snapshot.found.of((order, language()), lambda: _names(self.snapshot, self.table, order))

    def _signs(self) -> list[bool]:
        return [descends != self.backward for _, descends in self.orders]

    def _values(self, number: int, rows: Ints) -> NDArray[np.signedinteger[Any]]:
        """What the rows are compared by, ascending."""
        order, descends = self.orders[number]
        values = self._array(order, rows)
        return -values if descends != self.backward else values

    def _array(self, order: Order, chosen: Ints) -> NDArray[Any]:
        rows = self.snapshot.of(self.table)
        match order:
            case RecordKey():
                return rows.keys[chosen]
            case RootKey():
                return self.snapshot.roots[rows.parents[chosen]]
            case Column(kind=Kind.TEXT):
                return self.snapshot.vocabulary[order].ranks[rows.columns[order][chosen]]
            case Column():
                return rows.columns[order][chosen]
            case ByName():
                return self._names(order).ranks[chosen]


@dataclass(frozen=True, eq=False)
class _Names:
    """The names of a table's records."""

    keys: Sequence[str]
    """What each row is sorted by."""
    ordered: Sequence[str]
    ranks: Ints

    @property
    def nbytes(self) -> int:
        return self.ranks.nbytes + 200 * len(self.keys)

    def rank(self, key: str) -> int:
        """Twice the place of a key in their order; odd where none is the same."""
        place = bisect_left(self.ordered, key)
        return 2 * place if place < len(self.ordered) and self.ordered[place] == key else 2 * place - 1


def _names(snapshot: Snapshot, table: Link, order: ByName) -> _Names:
    texts = [
        ["" if code == NULL else snapshot.vocabulary[column].texts[code] for code in snapshot.of(table).columns[column]]
        for column in order.columns
    ]
    keys = [f"{fold(name)}\n{name}" for name in map(order.name, *texts)]
    ordered = sorted(set(keys))
    places = {key: 2 * place for place, key in enumerate(ordered)}
    return _Names(keys, ordered, np.array([places[key] for key in keys], np.int64))
