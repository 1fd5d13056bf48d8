"""Figures: how many distinct records there are per value of some columns.

The linked records of each column's link are reduced to distinct pairs of root and value, sorted by root; pairs of
several links are joined on the root, and what comes out is counted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.index.columns import UNKNOWN, day_number
from app.core.index.matching import Matching
from app.core.index.rows import Rows
from app.core.index.schema import Coded, Column, Link, Period
from app.core.partial_dates import Span

Ints = NDArray[np.int64]
MOST_FLAGS = 32_000_000
"""Above so many possible pairs, distinct ones are found by sorting instead of by a flag for each."""


@dataclass(frozen=True, eq=False)
class Axis:
    """One way to split a count."""

    column: Coded | Period
    years: Callable[[range], Sequence[tuple[int, Span]]] | None = None
    """For a period: the years to count in, given those in which records are, each with the days of it that count. A
    year may come more than once."""

    @property
    def link(self) -> Link:
        """The link of the records that it is read from."""
        return self.column.link


@dataclass(frozen=True)
class _Pairs:
    """Rows sorted by root, with their place on each axis that is read from them; place 0 is that of no value."""

    parents: Ints
    places: Mapping[int, Ints]
    """By the number of the axis."""
    weights: NDArray[Any] | None = None
    """What each row counts; 1 by default."""
    counts: NDArray[Any] | None = None
    """How many records each row stands for, where that is not its weight."""
    records: Ints | None = None
    """For records that roots share: the code of each."""


@dataclass(frozen=True, eq=False)
class Cells:
    """The value of each combination of keys that has records."""

    keys: Sequence[Sequence[str]]
    """For each axis, the keys of the places from 1 on; place 0 is that of no value."""
    places: Sequence[Ints]
    """For each axis, the place of each combination."""
    values: Ints

    @property
    def nbytes(self) -> int:
        """How many bytes they take."""
        return self.values.nbytes * (1 + len(self.places))


class Count:
    """A count of one link's records, split by some axes."""

    def __init__(
        self, matching: Matching, link: Link, axes: Sequence[Axis], day: int, summed: Column | None = None
    ) -> None:
        self._snapshot, self._link, self._axes, self._day, self._summed = matching.snapshot, link, axes, day, summed
        others = dict.fromkeys(axis.link for axis in axes if axis.link is not link)
        self._rows = _remaining(matching, link, [*others])
        self._others = [*others]
        self._keys: list[list[str]] = [[] for _ in axes]

    def years(self, number: int) -> range:
        """The years in which the records of a period's axis are; what has no end runs until the day of the question."""
        first, last = self._period(number)
        begun = first[first < UNKNOWN]
        if not len(begun):
            return range(0)
        ended = last[last < UNKNOWN]
        known = [int(begun.max())]
        if len(ended):
            known.append(int(ended.max()))
        if len(ended) < len(begun):
            known.append(self._day)
        return range(int(begun.min()) // 10000, max(known) // 10000 + 1)

    def cells(self) -> Cells:
        """The value of each combination of keys that has records."""
        pairs = [self._pairs(link) for link in self._others]
        joined = self._own(aggregated=not any(axis.link is self._link for axis in self._axes))
        for other in pairs:
            joined = _join(joined, other, len(self._snapshot.roots))
        sizes = [len(keys) + 1 for keys in self._keys]
        code = np.zeros(len(joined.parents), np.int64)
        for number, size in enumerate(sizes):
            code = code * size + joined.places[number]
        weights = joined.weights
        if joined.records is not None:
            words = len(self._snapshot.vocabulary[self._link])
            code = _distinct(code * words + joined.records, prod(sizes) * words) // words
        values = np.bincount(code, weights, minlength=prod(sizes))
        present = values if joined.counts is None else np.bincount(code, joined.counts, minlength=prod(sizes))
        found = np.flatnonzero(present)
        places = np.unravel_index(found, sizes) if sizes else ()
        return Cells(self._keys, places, values[found].astype(np.int64))

    # -- rows and their places --

    def _pairs(self, link: Link) -> _Pairs:
        """The distinct pairs of root and places of a link that is not the counted one."""
        rows = self._snapshot.rows[link]
        parents, places = self._placed(link)
        if rows.is_one_each:
            return _Pairs(parents, places)
        sizes = [len(self._keys[number]) + 1 for number in places]
        code = parents
        for size, each in zip(sizes, places.values(), strict=True):
            code = code * size + each
        code = _distinct(code, len(self._snapshot.roots) * prod(sizes))
        found = {}
        for number, size in [*zip(places, sizes, strict=True)][::-1]:
            code, found[number] = np.divmod(code, size)
        return _Pairs(code, found)

    def _own(self, *, aggregated: bool) -> _Pairs:
        """The counted records; those of a root as one where no axis is read from them."""
        rows = self._snapshot.rows[self._link]
        if self._link.shares_records:
            parents, places, chosen = self._placed_rows(self._link)
            return _Pairs(parents, places, records=rows.keys[chosen])
        parents, places, chosen = self._placed_rows(self._link)
        numbers = None if self._summed is None else rows.columns[self._summed][chosen].astype(np.float64)
        counts = None if numbers is None else np.ones(len(parents))
        if not aggregated or rows.is_one_each:
            return _Pairs(parents, places, numbers, counts)
        roots = np.bincount(parents, minlength=len(self._snapshot.roots)).astype(np.float64)
        present = np.flatnonzero(roots)
        if numbers is None:
            return _Pairs(present.astype(np.int64), {}, roots[present])
        sums = np.bincount(parents, numbers, minlength=len(self._snapshot.roots))
        return _Pairs(present, {}, sums[present], roots[present])

    def _placed(self, link: Link) -> tuple[Ints, dict[int, Ints]]:
        parents, places, _ = self._placed_rows(link)
        return parents, places

    def _placed_rows(self, link: Link) -> tuple[Ints, dict[int, Ints], Ints]:
        """The root, the places and the row of each remaining row of a link; once for each year that it touches."""
        rows, chosen = self._snapshot.rows[link], self._rows[link]
        places: dict[int, Ints] = {}
        for number, axis in enumerate(self._axes):
            if axis.link is not link:
                continue
            if isinstance(axis.column, Period):
                repeated, years = self._in_years(number, chosen)
                places = {other: each[repeated] for other, each in places.items()} | {number: years}
                chosen = chosen[repeated]
            else:
                words = self._snapshot.vocabulary[axis.column]
                self._keys[number] = words.texts
                places[number] = self._snapshot.codes(axis.column, self._day)[chosen].astype(np.int64) + 1
        return rows.parents[chosen] if not rows.is_one_each else chosen, places, chosen

    def _period(self, number: int, chosen: Ints | None = None) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        period = self._axes[number].column
        assert isinstance(period, Period)
        rows = self._snapshot.rows[period.link]
        chosen = self._rows[period.link] if chosen is None else chosen
        return rows.columns[period.first][chosen], rows.columns[period.last][chosen]

    def _in_years(self, number: int, chosen: Ints) -> tuple[Ints, Ints]:
        """Which of the chosen rows, and the place of the year, for each year that they touch and that counts."""
        first, last = self._period(number, chosen)
        asked = self._axes[number].years
        assert asked is not None
        parts = asked(self.years(number))
        if not parts:
            return np.arange(len(chosen)), np.zeros(len(chosen), np.int64)
        low, high = min(year for year, _ in parts), max(year for year, _ in parts)
        self._keys[number] = [str(year) for year in range(low, high + 1)]
        begun = first < UNKNOWN
        since = np.where(begun, np.maximum(first // 10000, low), low - 1).astype(np.int64)
        until = np.where(begun, np.minimum(last // 10000, high), low - 1).astype(np.int64)
        repeated, within = _repeated(np.maximum(until - since + 1, 0))
        years = since[repeated] + within
        kept = _counts(years - low, parts, low, high, first[repeated], last[repeated])
        return repeated[kept], years[kept] - (low - 1)


def _remaining(matching: Matching, link: Link, others: Sequence[Link]) -> dict[Link, Ints]:
    """The rows of the counted link and of others that are left when each root has one of all."""
    snapshot, links = matching.snapshot, (link, *others)
    roots = matching.roots(besides=links)
    kept = {}
    for each in links:
        rows = snapshot.rows[each]
        mask = matching.rows(each)
        if each is link:
            mask = rows.records if mask is None else rows.records & mask
        kept[each] = mask
        if mask is not None:
            carried = rows.carry(mask)
            roots = carried if roots is None else roots & carried
    return {each: _chosen(snapshot.rows[each], mask, roots) for each, mask in kept.items()}


def _chosen(rows: Rows, mask: NDArray[np.bool_] | None, roots: NDArray[np.bool_] | None) -> Ints:
    if roots is not None:
        mask = rows.spread(roots) if mask is None else mask & rows.spread(roots)
    return np.arange(len(rows)) if mask is None else np.flatnonzero(mask)


def _repeated(counts: Ints) -> tuple[Ints, Ints]:
    """Each index as often as its count says, and which time it is."""
    repeated = np.repeat(np.arange(len(counts)), counts)
    begins = np.cumsum(counts) - counts
    return repeated, np.arange(len(repeated)) - begins[repeated]


def _join(left: _Pairs, right: _Pairs, roots: int) -> _Pairs:
    """Each row of the left side with each row of the right side of the same root."""
    counts = np.bincount(right.parents, minlength=roots)
    begins = np.cumsum(counts) - counts
    repeated, within = _repeated(counts[left.parents])
    matched = begins[left.parents][repeated] + within

    def taken(values: NDArray[Any] | None) -> NDArray[Any] | None:
        return None if values is None else values[repeated]

    places = {number: each[repeated] for number, each in left.places.items()}
    places |= {number: each[matched] for number, each in right.places.items()}
    return _Pairs(left.parents[repeated], places, taken(left.weights), taken(left.counts), taken(left.records))


def _distinct(codes: Ints, bound: int) -> Ints:
    """The codes, each once and in order; `bound` lies above all of them."""
    if bound > min(MOST_FLAGS, 64 * len(codes)):
        return np.unique(codes)
    flags = np.zeros(bound, np.bool_)
    flags[codes] = True
    return np.flatnonzero(flags)


def _counts(
    offsets: Ints,
    parts: Sequence[tuple[int, Span]],
    low: int,
    high: int,
    first: NDArray[np.int32],
    last: NDArray[np.int32],
) -> NDArray[np.bool_]:
    """Whether each row counts in its year, which is so many years after `low`: its days touch a part that counts. What
    has no days has the offset -1, and always counts."""
    complete = np.zeros(high - low + 2, np.bool_)
    complete[-1] = True
    partial = []
    for year, days in parts:
        if (days.first_day.month, days.first_day.day, days.last_day.month, days.last_day.day) == (1, 1, 12, 31):
            complete[year - low] = True
        else:
            partial.append((year - low, day_number(days.first_day), day_number(days.last_day)))
    kept: NDArray[np.bool_] = complete[offsets]
    for offset, since, until in partial:
        kept |= (offsets == offset) & (first <= until) & (last >= since)
    return kept
