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

    @property
    def is_key(self) -> bool:
        """Whether it names the linked record, of which a root has each once."""
        return isinstance(self.column, Column) and self.column.expression is self.link.key


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
    is_root_each: bool = False
    """Whether the rows are the roots themselves, and nothing else is read from them."""

    def coded(self, strides: Sequence[int]) -> Ints:
        """The places of each row as one number, given by how much a place on each axis counts in it."""
        code = np.zeros(len(self.parents), np.int64)
        for number, places in self.places.items():
            code += places * strides[number]
        return code


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
        others = [self._pairs(link) for link in self._others]
        own = self._own(aggregated=not any(axis.link is self._link for axis in self._axes))
        sizes = [len(keys) + 1 for keys in self._keys]
        strides = [prod(sizes[number + 1 :]) for number in range(len(sizes))]
        # Where roots are counted, the pairs of another link have them already.
        first, *others = [own, *others] if not (others and own.is_root_each) else others
        parents, code = first.parents, first.coded(strides)
        weights, counts, records = own.weights, own.counts, own.records
        for number, other in enumerate(others):
            times, matched = _matched(parents, other.parents, len(self._snapshot.roots))
            code = np.repeat(code, times) + other.coded(strides)[matched]
            weights, counts, records = (
                None if each is None else np.repeat(each, times) for each in (weights, counts, records)
            )
            if number + 1 < len(others):
                parents = np.repeat(parents, times)
        if records is not None:
            words = len(self._snapshot.vocabulary[self._link])
            code = _distinct(code * words + records, prod(sizes) * words) // words
        values = np.bincount(code, weights, minlength=prod(sizes))
        present = values if counts is None else np.bincount(code, counts, minlength=prod(sizes))
        found = np.flatnonzero(present)
        places = np.unravel_index(found, sizes) if sizes else ()
        return Cells(self._keys, places, values[found].astype(np.int64))

    # -- rows and their places --

    def _pairs(self, link: Link) -> _Pairs:
        """The distinct pairs of root and places of a link that is not the counted one."""
        rows = self._snapshot.rows[link]
        parents, places = self._placed(link)
        if rows.is_one_each or any(self._axes[number].is_key for number in places):
            return _Pairs(parents, places)
        sizes = [len(self._keys[number]) + 1 for number in places]
        code = parents
        for size, each in zip(sizes, places.values(), strict=True):
            code = code * size + each
        code = _distinct(code, len(self._snapshot.roots) * prod(sizes))
        found = {}
        for number, size in [*zip(places, sizes, strict=True)][::-1]:
            rest = code // size
            code, found[number] = rest, code - rest * size
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
            is_root_each = rows.is_one_each and aggregated and numbers is None
            return _Pairs(parents, places, numbers, counts, is_root_each=is_root_each)
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
        until = np.where(begun, np.minimum(last // 10000, high), low - 1)
        times = np.maximum(until - since + 1, 0)
        repeated = np.repeat(np.arange(len(chosen)), times)
        places = _ranges(since - (low - 1), times)
        complete, partial = _complete(parts, low, high)
        if not all(complete):
            kept = complete[places]
            for place, begin, end in partial:
                kept |= (places == place) & (first[repeated] <= end) & (last[repeated] >= begin)
            repeated, places = repeated[kept], places[kept]
        return repeated, places


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


def _ranges(begins: Ints, lengths: Ints) -> Ints:
    """Ranges of integers, one after the other."""
    ends = np.cumsum(lengths)
    shifts = np.repeat(begins - (ends - lengths), lengths)
    shifts += np.arange(len(shifts))
    return shifts


def _matched(left: Ints, right: Ints, roots: int) -> tuple[Ints, Ints]:
    """How many rows of the right side have the root of each row of the left side, and which ones."""
    counts = np.bincount(right, minlength=roots)
    begins = np.cumsum(counts) - counts
    times = counts[left]
    return times, _ranges(begins[left], times)


def _distinct(codes: Ints, bound: int) -> Ints:
    """The codes, each once and in order; `bound` lies above all of them."""
    if bound > min(MOST_FLAGS, 64 * len(codes)):
        return np.unique(codes)
    flags = np.zeros(bound, np.bool_)
    flags[codes] = True
    return np.flatnonzero(flags)


def _complete(
    parts: Sequence[tuple[int, Span]], low: int, high: int
) -> tuple[NDArray[np.bool_], list[tuple[int, int, int]]]:
    """Whether each place from that of no days on counts with all its days; for others the days that count."""
    complete = np.zeros(high - low + 2, np.bool_)
    complete[0] = True
    partial = []
    for year, days in parts:
        if (days.first_day.month, days.first_day.day, days.last_day.month, days.last_day.day) == (1, 1, 12, 31):
            complete[year - low + 1] = True
        else:
            partial.append((year - low + 1, day_number(days.first_day), day_number(days.last_day)))
    return complete, partial
