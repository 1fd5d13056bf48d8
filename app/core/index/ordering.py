"""Pages of lists: the first so many rows, in any order, from any place on.

An order is an array of integers, one for each row. Which rows come first is found by partition, never by sorting all of
them, so that a page costs the same in the middle of a list as at its start.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.core.index.columns import NULL
from app.core.index.schema import Column, Kind, Link, Order, RecordKey, RootKey
from app.core.index.snapshot import Snapshot

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
            case _:
                return int(self._array(order, np.array([row]))[0])

    def _signs(self) -> list[bool]:
        return [descends != self.backward for _, descends in self.orders]

    def _values(self, number: int, rows: Ints) -> Ints:
        """What the rows are compared by, ascending."""
        order, descends = self.orders[number]
        values = self._array(order, rows).astype(np.int64)
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
