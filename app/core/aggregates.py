"""Figures that explain themselves: one engine that counts distinct records per value of one or two dimensions.

A dimension is a name, the column of the index that it is read from, and the filter that narrows a list to one of its
values. Dimensions and filters of one link are read from one and the same linked record, so each row leads to a list
with the same total. Records without a value form the row `null`, as in a left join.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any
from urllib.parse import urlencode

from app.core.addresses import address
from app.core.filters import NONE, Resource, Selection
from app.core.index.columns import day_number
from app.core.index.counting import Axis, Count
from app.core.index.matching import Matching
from app.core.index.schema import Coded, Column, Link, Lookup, Period
from app.core.index.snapshot import Snapshot
from app.core.listing import API
from app.core.partial_dates import Span, year_span
from app.core.problems import invalid_parameter

Key = str | None
MAX_CELLS = 20_000
"""A figure with more cells than that is refused: nobody reads it, and it takes seconds to assemble."""
COUNTED_AT_ONCE = 100
"""Counting so many records takes as long as assembling one row."""


@dataclass(frozen=True, eq=False)
class Dimension:
    """One way to split a figure."""

    name: str
    column: Coded | Period
    """What gives the key; a period gives each year that it touches."""
    filter: str
    """The filter parameter that keeps the records of one key."""
    noun: str
    """"theme": what follows "per" in a definition."""
    none: Callable[[], str]
    """Gives the label of the row of records without a value."""
    label: Callable[[str], str] = str
    lookup: Lookup | None = None
    """For an open vocabulary: what has its keys and labels."""
    named: Callable[[str, str], str] = lambda _key, label: label
    """For an open vocabulary: what the request's language makes of a key's label."""
    known: Sequence[str] = ()
    """The keys of a closed vocabulary."""
    known_to: Callable[[Snapshot, Selection], Sequence[str]] | None = None
    """For keys that exist for a time: those that a selection is about."""

    @property
    def link(self) -> Link:
        """The link of the records that have the value."""
        return self.column.link

    @property
    def in_years(self) -> bool:
        """Whether its keys are years."""
        return isinstance(self.column, Period)

    @property
    def is_spread(self) -> bool:
        """Whether one record may stand in several years."""
        return isinstance(self.column, Period) and not self.column.in_one_year


@dataclass(frozen=True, eq=False)
class Measure:
    """What is counted: the resource's records, or the sum of one of their columns."""

    name: str
    resource: Resource
    noun: str
    """"deployments": what follows "Distinct" in a definition."""
    summed: Column | None = None

    @property
    def link(self) -> Link:
        """The link of the records that are counted."""
        assert self.resource.link is not None
        return self.resource.link


@dataclass(frozen=True)
class Cell:
    """The value of one dimension in a row."""

    key: Key
    label: str


@dataclass(frozen=True)
class Row:
    """One row of a figure, with the address of the list behind it."""

    cells: tuple[Cell, ...]
    value: int
    href: str


@dataclass(frozen=True)
class Figure:
    """A computed figure."""

    rows: list[Row]
    distinct: int
    href: str
    """The list behind the figure as a whole."""

    @property
    def sum_of_rows(self) -> int:
        """The sum of all rows; a record with several values is in several of them."""
        return sum(row.value for row in self.rows)

    @property
    def unassigned(self) -> int:
        """The sum of the rows without a value."""
        return sum(row.value for row in self.rows if any(cell.key is None for cell in row.cells))


@dataclass(frozen=True)
class Question:
    """A figure that is asked for."""

    measure: Measure
    by: tuple[Dimension, ...]
    selection: Selection
    include_empty: bool = False

    def effort(self, matching: Matching) -> int:
        """How many rows take about as long to put together as this takes to count, for `run_sized`."""
        if len(self.by) > 1:
            return MAX_CELLS if self.include_empty else len(matching.snapshot.roots)
        return len(matching.snapshot.roots) // COUNTED_AT_ONCE

    def distinct(self, matching: Matching) -> int:
        """The value of the figure as a whole: of the list that is not split."""
        return self._count(matching, ()).cells().get((), 0)

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

    def _known_keys(self, snapshot: Snapshot, dimension: Dimension, years: range) -> list[str]:
        """Every key of the dimension that the filter of the same name lets through; of years, those given."""
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

    def answer(self, matching: Matching) -> Figure:
        """Computes the figure."""
        return Figure(self.split(matching), self.distinct(matching), self.href(()))

    def split(self, matching: Matching) -> list[Row]:
        """Computes the rows, in their order.

        Raises Invalid for more than `MAX_CELLS` of them.
        """
        count = self._count(matching, self.by)
        counted = count.cells()
        _check_size(len(counted))
        if self.include_empty:
            known = [
                self._known_keys(matching.snapshot, each, count.years(number) if each.in_years else range(0))
                for number, each in enumerate(self.by)
            ]
            axes = [{*keys, *(row[number] for row in counted)} for number, keys in enumerate(known)]
            _check_size(prod(map(len, axes)))
            counted = _with_zeros(counted, axes)
        labels = [
            _labels(matching.snapshot, dimension, {keys[number] for keys in counted})
            for number, dimension in enumerate(self.by)
        ]
        return self._in_order(counted, labels)

    def _in_order(self, counted: Mapping[tuple[Key, ...], int], labels: Sequence[Mapping[Key, str]]) -> list[Row]:
        axes = [
            _ordered(dimension, labels[number], _weights(counted, number)) for number, dimension in enumerate(self.by)
        ]
        # Where a key is on its axis decides where its rows are, so no row is compared by its labels.
        places = [{cell.key: place for place, cell in enumerate(axis)} for axis in axes]
        cells = [{cell.key: cell for cell in axis} for axis in axes]
        return [
            Row(tuple(map(dict.__getitem__, cells, keys)), counted[keys], self.href(keys))
            for keys in sorted(counted, key=lambda keys: [*map(dict.__getitem__, places, keys)])
        ]

    def href(self, keys: Sequence[Key]) -> str:
        """The list behind a row; without keys, the list behind the whole."""
        selection, resource = self.selection, self.measure.resource
        values = dict(selection.values)
        for dimension, key in zip(self.by, keys, strict=False):
            values[dimension.filter] = _narrowed(dimension, key, selection.values.get(dimension.filter))
        parameters = [_encoded(name, values[name]) for name in sorted(values)]
        if selection.as_of_is_given or any(selection.filters[name].by_day for name in values):
            parameters.append(_encoded("as_of", (selection.as_of.isoformat(),)))
        if selection.release is not None:
            parameters.append(_encoded("release", (selection.release,)))
        if selection.lang is not None:
            parameters.append(_encoded("lang", (selection.lang,)))
        if not values and self.measure.link.shares_records:
            parameters.append(_encoded("has_actions", ("true",)))
        path = address(API + resource.path)
        return f"{path}?{'&'.join(parameters)}" if parameters else path


def _labels(snapshot: Snapshot, dimension: Dimension, keys: set[Key]) -> dict[Key, str]:
    """Each key's label."""
    if dimension.lookup is None:
        return {key: dimension.none() if key is None else dimension.label(key) for key in keys}
    known = snapshot.beside.tables[dimension.lookup]
    return {key: dimension.none() if key is None else dimension.named(key, known[key][1] or "") for key in keys}


def _with_zeros(counted: Mapping[tuple[Key, ...], int], axes: Sequence[set[Key]]) -> dict[tuple[Key, ...], int]:
    """Every combination of keys that are known; what has no value only where there is such a record."""
    return {keys: counted.get(keys, 0) for keys in product(*axes) if keys in counted or None not in keys}


def _check_size(cells: int) -> None:
    """Raises Invalid."""
    if cells > MAX_CELLS:
        message = (
            f"the figure would have {cells:,} cells, and {MAX_CELLS:,} are the most: ask for fewer values by a filter, "
            "for one dimension, or without `include_empty`"
        )
        raise invalid_parameter("by", "too-many-cells", message)


def _weights(counted: Mapping[tuple[Key, ...], int], number: int) -> Mapping[Key, int]:
    """What the rows of each key add up to."""
    weights: defaultdict[Key, int] = defaultdict(int)
    for keys, value in counted.items():
        weights[keys[number]] += value
    return weights


def _ordered(dimension: Dimension, labels: Mapping[Key, str], weights: Mapping[Key, int]) -> list[Cell]:
    """Years run; other keys stand by their weight, then by label; what has no value comes last."""

    def place(cell: Cell) -> Any:
        return cell.key is None, 0 if dimension.in_years else -weights[cell.key], cell.label, cell.key or ""

    return sorted((Cell(key, label) for key, label in labels.items()), key=place)


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
