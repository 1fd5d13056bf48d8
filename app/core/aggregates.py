"""Figures that explain themselves: one engine that counts distinct records per value of one or two dimensions.

A dimension is a name, the column of the index that it is read from, and the filter that narrows a list to one of its
values. Dimensions and filters of one link are read from one and the same linked record, so each row leads to a list
with the same total. Records without a value form the row `null`, as in a left join.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Any
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray

from app.core.addresses import address
from app.core.dimensions import Dimension, Key, Measure
from app.core.figure import Category, Figure, FigureAxis
from app.core.filters import NONE, Selection
from app.core.index.columns import day_number
from app.core.index.counting import Axis, Cells, Count
from app.core.index.matching import Matching
from app.core.index.snapshot import Snapshot
from app.core.listing import API
from app.core.partial_dates import Span, year_span
from app.core.problems import invalid_parameter
from app.core.text import fold

Ints = NDArray[np.int64]
MAX_CELLS = 20_000
"""A figure with more cells than that is refused: nobody reads it, and it takes seconds to assemble."""
COUNTED_AT_ONCE = 100
"""Counting so many records takes as long as assembling one row."""


@dataclass(frozen=True)
class AggregateSpec:
    """A figure that is asked for."""

    measure: Measure
    by: tuple[Dimension, ...]
    selection: Selection
    include_empty: bool = False

    def effort(self, matching: Matching) -> int:
        """How many rows take about as long to assemble as this takes to count, for `run_sized`."""
        roots = len(matching.snapshot.roots)
        return MAX_CELLS if self.include_empty and len(self.by) > 1 else roots // COUNTED_AT_ONCE * len(self.by) ** 2

    def distinct(self, matching: Matching) -> int:
        """The figure that is not split: the total of the list, or the sum over it."""
        return int(self._cells(matching, ()).values.sum())

    # -- counting --

    def _cells(self, matching: Matching, by: Sequence[Dimension]) -> Cells:
        """The value of each combination of keys. It is remembered while the data are the same."""
        columns = tuple(dimension.column for dimension in by)
        asked = self.measure.link, self.measure.summed, columns, self.selection.key
        return matching.snapshot.found.of(asked, lambda: self._count(matching, by).cells())

    def _count(self, matching: Matching, by: Sequence[Dimension]) -> Count:
        axes = [Axis(dimension.column, self._years_of(dimension) if dimension.in_years else None) for dimension in by]
        day = day_number(self.selection.as_of)
        return Count(matching, self.measure.link, axes, day, self.measure.summed)

    def _years_of(self, dimension: Dimension) -> Callable[[range], list[tuple[int, Span]]]:
        given = self.selection.values.get(dimension.filter)

        def years(known: range) -> list[tuple[int, Span]]:
            asked = sorted(_asked_years(given, known))
            return [(year, days) for year in asked for days in _days_of_year(year, given)]

        return years

    # -- keys and labels --

    def _all_keys(self, matching: Matching) -> list[Sequence[str]]:
        """For each dimension the keys that its filter lets through."""
        count = self._count(matching, self.by)
        return [
            self._known_keys(matching.snapshot, each, count.years(number) if each.in_years else range(0))
            for number, each in enumerate(self.by)
        ]

    def _known_keys(self, snapshot: Snapshot, dimension: Dimension, years: range) -> list[str]:
        given = self.selection.values.get(dimension.filter)
        if dimension.in_years:
            return [str(year) for year in sorted(_asked_years(given, years))]
        if dimension.known_to is not None:
            keys = dimension.known_to(snapshot, self.selection)
        elif dimension.lookup is not None:
            keys = list(snapshot.beside.tables[dimension.lookup])
        else:
            keys = dimension.known
        return [key for key in keys if given is None or key in given]

    # -- the answer --

    def figure(self, matching: Matching) -> Figure:
        """Computes the figure.

        Raises Invalid for more than `MAX_CELLS` rows.
        """
        cells = self._cells(matching, self.by)
        check_size(len(cells.values))
        known: list[Sequence[str]] = [()] * len(self.by)
        if self.include_empty or not len(cells.values):
            known = self._all_keys(matching)
        axes, ranks = [], []
        for number, dimension in enumerate(self.by):
            axis, rank = _axis(matching.snapshot, dimension, cells, number, known[number])
            axes.append(axis)
            ranks.append(rank)
        sizes = [len(axis.categories) for axis in axes]
        code = np.zeros(len(cells.values), np.int64)
        for rank, size in zip(ranks, sizes, strict=True):
            code = code * size + rank
        code, values = self._in_order(code, cells.values, axes, sizes)
        places = [each.tolist() for each in np.unravel_index(code, sizes)] if len(code) else [[]] * len(axes)
        hrefs = self._hrefs([[each.key for each in axis.categories] for axis in axes], places)
        return Figure(tuple(axes), places, values.tolist(), hrefs, self.distinct(matching), self.href())

    def _in_order(
        self, code: Ints, values: Ints, axes: Sequence[FigureAxis], sizes: Sequence[int]
    ) -> tuple[Ints, Ints]:
        """The rows by the places of their keys, and those without a record where they are asked for: every combination
        of keys; what has no value only where there is such a record."""
        if not self.include_empty:
            order = np.argsort(code)
            return code[order], values[order]
        check_size(prod(sizes))
        shown = np.zeros(sizes, np.bool_)
        shown[tuple(slice(sum(each.key is not None for each in axis.categories)) for axis in axes)] = True
        shown, filled = shown.ravel(), np.zeros(prod(sizes), np.int64)
        shown[code], filled[code] = True, values
        return np.flatnonzero(shown), filled[shown]

    # -- the lists behind it --

    def href(self) -> str:
        """The list behind the figure that is not split."""
        return "".join(self._href(()))

    def _hrefs(self, keys: Sequence[Sequence[Key]], places: Sequence[Sequence[int]]) -> list[str]:
        """The list behind each row: for each dimension the keys that it may have, and which of them each row has."""
        parameters = [
            [_encoded(each.filter, _narrowed(each, key, self.selection.values.get(each.filter))) for key in given]
            for each, given in zip(self.by, keys, strict=True)
        ]
        # The parameters are in the order of their names.
        order = sorted(range(len(self.by)), key=lambda number: self.by[number].filter)
        parts = self._href([self.by[number].filter for number in order])
        match [(parameters[number], places[number]) for number in order]:
            case [(some, at)]:
                before, after = parts
                return [f"{before}{some[place]}{after}" for place in at]
            case [(some, at), (others, beside)]:
                before, between, after = parts
                return [
                    f"{before}{some[place]}{between}{others[other]}{after}"
                    for place, other in zip(at, beside, strict=True)
                ]
            case _:
                raise AssertionError("a figure has one or two dimensions")

    def _href(self, left_out: Sequence[str]) -> list[str]:
        """The address of the list, in the parts before, between and after the parameters that are left out."""
        selection, resource = self.selection, self.measure.resource
        names = sorted({*selection.values, *left_out})
        given = [None if name in left_out else _encoded(name, selection.values[name]) for name in names]
        if selection.as_of_is_given or any(selection.filters[name].by_day for name in names):
            given.append(_encoded("as_of", (selection.as_of.isoformat(),)))
        if selection.release is not None:
            given.append(_encoded("release", (selection.release,)))
        if selection.lang is not None:
            given.append(_encoded("lang", (selection.lang,)))
        if not names and resource.linked_only is not None:
            given.append(_encoded(resource.linked_only, ("true",)))
        parts = [address(API + resource.path)]
        for number, parameter in enumerate(given):
            parts[-1] += "&" if number else "?"
            if parameter is None:
                parts.append("")
            else:
                parts[-1] += parameter
        return parts


def _axis(
    snapshot: Snapshot, dimension: Dimension, cells: Cells, number: int, empty: Sequence[str]
) -> tuple[FigureAxis, Ints]:
    """The categories of a dimension in their order, with those that have no record, and which of them each cell has.

    Years run; other keys come by what their rows add up to, then by label, in whose order accents and case make no
    difference; what is apart or has no value comes last.
    """
    present, at = np.unique(cells.places[number], return_inverse=True)
    weights = np.bincount(at, cells.values, len(present)).tolist()
    words = cells.keys[number]
    weighted: dict[Key, float] = {
        None if place == 0 else words[place - 1]: weight
        for place, weight in zip(present.tolist(), weights, strict=True)
    }
    keys = {key: place for place, key in enumerate(weighted)}
    weighted |= {key: 0 for key in empty if key not in weighted}
    categories = [
        Category(key, label, key in (None, dimension.apart)) for key, label in labels(snapshot, dimension, weighted)
    ]

    def order(category: Category) -> Any:
        weight = 0 if dimension.in_years else -weighted[category.key]
        return category.key is None, category.is_apart, weight, fold(category.label), category.key or ""

    categories.sort(key=order)
    ranks = np.empty(len(present), np.int64)
    for rank, category in enumerate(categories):
        if category.key in keys:
            ranks[keys[category.key]] = rank
    return FigureAxis(dimension, categories), ranks[at]


def labels(snapshot: Snapshot, dimension: Dimension, keys: Iterable[Key]) -> Iterator[tuple[Key, str]]:
    """Each key with its label in the language of the request."""
    known = {} if dimension.lookup is None else snapshot.beside.tables[dimension.lookup]
    for key in keys:
        if key is None:
            yield key, dimension.none()
        elif dimension.lookup is None:
            yield key, dimension.label(key)
        else:
            yield key, dimension.named(key, known[key][1] or "")


def check_size(cells: int) -> None:
    """Refuses a figure with too many cells.

    Raises Invalid.
    """
    if cells > MAX_CELLS:
        message = (
            f"the figure would have {cells:,} cells, and {MAX_CELLS:,} are the most: ask for fewer values by a filter, "
            "for one dimension, or without `include_empty`"
        )
        raise invalid_parameter("by", "too-many-cells", message)


def _asked_years(given: Sequence[str] | None, known: range) -> set[int]:
    """The years that a filter's intervals touch; where one is open, it reaches as far as the data do."""
    if given is None:
        return set(known)
    asked: set[int] = set()
    for span in (Span.parse(value) for value in given if value != NONE):
        first, last = span.first_day.year, span.last_day.year
        if span.is_open_before:
            first = min([last, *known[:1]])
        if span.is_open_after:
            last = max([first, *known[-1:]])
        asked.update(range(first, last + 1))
    return asked


def _days_of_year(year: int, given: Sequence[str] | None) -> list[Span]:
    """The days of a year, as far as a filter's intervals let them count."""
    whole = year_span(year)
    if given is None:
        return [whole]
    parts = (Span.parse(value).intersection(whole) for value in given if value != NONE)
    return list(dict.fromkeys(days for days in parts if days is not None))


@lru_cache(1024)
def _narrowed(dimension: Dimension, key: Key, given: tuple[str, ...] | None) -> tuple[str, ...]:
    """The filter's values that keep one row of the figure."""
    if key is None:
        return (NONE,)
    return tuple(map(str, _days_of_year(int(key), given))) if dimension.in_years else (key,)


@lru_cache(1024)
def _encoded(name: str, given: tuple[str, ...]) -> str:
    """A parameter as a URL has it, repeated for each value."""
    return urlencode([(name, value) for value in given], safe="/")
