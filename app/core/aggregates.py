"""Figures that explain themselves: one engine that counts distinct records per value of one or two dimensions.

A dimension is a name, the link and column that it is read from, and the filter that narrows a list to one of its
values. Dimensions and filters of one link are read from one and the same linked record, so each row leads to a list
with the same total. Records without a value form the row `null`, as in a left join.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Date, Integer, Select, and_, case, column, func, literal, not_, null, or_, select, values
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from app.core.addresses import address
from app.core.filters import NONE, Link, Resource, Root, Selection, on_day
from app.core.listing import API
from app.core.partial_dates import UNKNOWN_DAY, Span, year_span
from app.core.problems import invalid_parameter
from app.core.threads import run_sized

Key = str | None
MAX_CELLS = 20_000
"""A figure with more cells than that is refused: nobody reads it, and it takes seconds to assemble."""
MANY_KEYS = 500
"""With more keys than that, all labels are read: a statement holds only so many values."""


@dataclass(frozen=True, eq=False)
class Years:
    """A dimension of years that is read from a record's days: it stands in each year that its days touch."""

    first_day: Any
    last_day: Any


@dataclass(frozen=True, eq=False)
class Dimension:
    """One way to split a figure."""

    name: str
    link: Link | None
    column: Any
    """The key: a column, a function of the day `as_of`, or `Years`."""
    filter: str
    """The filter parameter that keeps the records of one key."""
    noun: str
    """"theme": what follows "per" in a definition."""
    none: Callable[[], str]
    """Gives the label of the row of records without a value."""
    label: Callable[[str], str] = str
    lookup: tuple[Any, Any] | None = None
    """For an open vocabulary: the columns of its keys and labels."""
    named: Callable[[str, str], str] = lambda _key, label: label
    """For an open vocabulary: what the request's language makes of a key's label."""
    known: Sequence[str] = ()
    """The keys of a closed vocabulary."""
    member_states: Mapping[str, Span] | None = None
    """For keys that exist for a time: each with its days."""
    in_years: bool = False

    @property
    def is_spread(self) -> bool:
        """Whether one record may stand in several years."""
        return isinstance(self.column, Years)


@dataclass(frozen=True, eq=False)
class Measure:
    """What is counted: the resource's records, or the sum of one of their columns."""

    name: str
    resource: Resource
    noun: str
    """"deployments": what follows "Distinct" in a definition."""
    summed: Any = None


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

    root: Root
    measure: Measure
    by: tuple[Dimension, ...]
    selection: Selection
    include_empty: bool = False

    # -- the statement --

    @property
    def _reads_own(self) -> bool:
        """Whether every dimension is one of the counted record itself, so that nothing has to be joined."""
        return all(dimension.link is self.measure.resource.link for dimension in self.by)

    @property
    def _repeats(self) -> bool:
        """Whether a record may stand under the same keys more than once, so that counting rows is not enough.

        It doesn't where the linked records are told apart by their own keys: an action has a theme once.
        """
        if self._reads_own:
            return False
        resource = self.measure.resource
        others = {dimension.link for dimension in self.by} - {resource.link, None}
        told_apart = {
            dimension.link for dimension in self.by if dimension.link and dimension.column is dimension.link.key
        }
        return resource.is_shared or not others <= told_apart

    def _from(self, *columns: Any) -> Select[*tuple[Any, ...]]:
        """The given columns of the matching records, with the links of the dimensions joined."""
        if self._reads_own:
            return self._counted(*columns)
        own = self.measure.resource.link
        others = dict.fromkeys(dimension.link for dimension in self.by if dimension.link not in (own, None))
        # A root has few records behind two steps (its countries), and many children: joined first, the few are not
        # looked up again for each of the many.
        links = [own, *sorted(filter(None, others), key=lambda link: -len(link.steps))]
        joined = [link for link in links if link is not None]
        statement = select(*columns).select_from(self.root.entity)
        for link in joined:
            statement = link.join(statement, outer=link is not own)
        predicates = [predicate for link in joined if (predicate := self.selection.predicate(link)) is not None]
        return statement.where(*predicates, *self.selection.root_conditions(self.root, besides=joined))

    def _counted(self, *columns: Any) -> Select[*tuple[Any, ...]]:
        """The given columns of the matching records, each once."""
        resource = self.measure.resource
        # A record that no action is linked to stands in a list, but in no figure.
        conditions = replace(self.selection, linked_only=True).conditions(self.root, resource)
        return select(*columns).select_from(resource.entity).where(*conditions)

    async def rows(self, connection: AsyncConnection) -> dict[tuple[Key, ...], int]:
        """The value of each combination of keys that has records."""
        statement, repeats, columns = self._from(), self._repeats, []
        for number, dimension in enumerate(self.by):
            if dimension.is_spread:
                given = self.selection.values.get(dimension.filter)
                asked = _asked_years(given, await self._years(connection, dimension))
                parts = [(year, part) for year in sorted(asked) for part in _days_of_year(year, given)] if given else []
                repeats = repeats or len(parts) > len(asked)
                statement, key = _join_years(statement, dimension.column, asked, parts, str(number))
            else:
                key = on_day(dimension.column, self.selection.as_of)
            columns.append(key.label(f"key_{number}"))
        if self.measure.summed is not None:
            columns.append(self.measure.summed.label("summed"))
        if repeats:
            # The record stands first: it tells rows apart sooner than a key, and arrives in order.
            statement = statement.add_columns(self.measure.resource.key.label("record")).distinct()
        statement = statement.add_columns(*columns)
        records = statement.subquery()
        groups = [records.c[f"key_{number}"] for number in range(len(self.by))]
        value = func.count() if self.measure.summed is None else func.coalesce(func.sum(records.c.summed), 0)
        counted = select(*groups, value).group_by(*groups)
        return {
            tuple(None if key is None else str(key) for key in row[:-1]): int(row[-1])
            for row in (await connection.execute(counted)).all()
        }

    async def distinct(self, connection: AsyncConnection) -> int:
        """The value of the whole: of the list that is not split."""
        summed = self.measure.summed
        value = func.count() if summed is None else func.coalesce(func.sum(summed), 0)
        return int((await connection.execute(self._counted(value))).scalar_one())

    # -- keys and labels --

    async def _known_keys(self, connection: AsyncConnection, dimension: Dimension) -> list[str]:
        """Every key of the dimension that the filter of the same name lets through."""
        if dimension.in_years:
            given = self.selection.values.get(dimension.filter)
            return [str(year) for year in sorted(_asked_years(given, await self._years(connection, dimension)))]
        if dimension.member_states is not None:
            period = await self._period(connection)
            keys = [key for key, days in dimension.member_states.items() if any(map(days.intersection, period))]
        elif dimension.lookup is not None:
            keys = [str(key) for key in await connection.scalars(select(dimension.lookup[0]))]
        else:
            keys = list(dimension.known)
        given = self.selection.values.get(dimension.filter)
        return keys if given is None else [key for key in keys if key in given]

    async def _years(self, connection: AsyncConnection, dimension: Dimension) -> range:
        """The years in which the matching records begin and end; what is open runs until `as_of`."""
        if not dimension.is_spread:
            first, last = (
                await connection.execute(self._from(func.min(dimension.column), func.max(dimension.column)))
            ).one()
            return range(first, last + 1) if first is not None else range(0)
        days: Years = dimension.column
        begun = days.first_day < UNKNOWN_DAY
        ended = days.last_day < UNKNOWN_DAY
        bounds = self._from(
            func.min(days.first_day).filter(begun),
            func.max(days.first_day).filter(begun),
            func.max(days.last_day).filter(ended),
            func.count().filter(and_(begun, not_(ended))),
        )
        first, latest_start, last, open_ends = (await connection.execute(bounds)).one()
        if first is None:
            return range(0)
        known = [latest_start, last or latest_start, self.selection.as_of if open_ends else latest_start]
        return range(first.year, max(known).year + 1)

    async def _period(self, connection: AsyncConnection) -> list[Span]:
        """The days that the figure is about: those of `active_in`, else from the first start to `as_of`."""
        given = [value for value in self.selection.values.get("active_in", ()) if value != NONE]
        if given:
            return [Span.parse(value) for value in given]
        first = await connection.scalar(select(func.min(self.root.entity.start_first_day)))
        return [Span(min(first or self.selection.as_of, self.selection.as_of), self.selection.as_of)]

    @staticmethod
    async def _labels(connection: AsyncConnection, dimension: Dimension, keys: set[Key]) -> dict[Key, str]:
        """Each key's label."""
        if dimension.lookup is None:
            return {key: dimension.none() if key is None else dimension.label(key) for key in keys}
        column, label = dimension.lookup
        statement = select(column, label)
        if len(keys) <= MANY_KEYS:
            statement = statement.where(column.in_([column.type.python_type(key) for key in keys if key is not None]))
        found = {str(key): text for key, text in (await connection.execute(statement)).all()}
        return {key: dimension.none() if key is None else dimension.named(key, found[key]) for key in keys}

    # -- the answer --

    async def answer(self, connection: AsyncConnection) -> Figure:
        """Computes the figure."""
        return Figure(await self.split(connection), await self.distinct(connection), self.href(()))

    async def split(self, connection: AsyncConnection) -> list[Row]:
        """Computes the rows, in their order.

        Raises Invalid for more than `MAX_CELLS` of them.
        """
        counted = await self.rows(connection)
        _check_size(len(counted))
        if self.include_empty:
            known = [await self._known_keys(connection, dimension) for dimension in self.by]
            axes = [{*keys, *(row[number] for row in counted)} for number, keys in enumerate(known)]
            _check_size(prod(map(len, axes)))
            counted = {keys: counted.get(keys, 0) for keys in product(*axes) if keys in counted or None not in keys}
        labels = [
            await self._labels(connection, dimension, {keys[number] for keys in counted})
            for number, dimension in enumerate(self.by)
        ]
        return await run_sized(len(counted), self._in_order, counted, labels)

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
        if not values and resource.is_shared:
            parameters.append(_encoded("has_actions", ("true",)))
        path = address(API + resource.path)
        return f"{path}?{'&'.join(parameters)}" if parameters else path


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


class _YearOf(FunctionElement[int]):
    """The calendar year of a day."""

    type = Integer()
    name = "year_of"
    inherit_cache = True


@compiles(_YearOf)
def _extract_year(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST(EXTRACT(YEAR FROM {compiler.process(element.clauses, **options)}) AS INTEGER)"


@compiles(_YearOf, "sqlite")
def _cut_year(element: Any, compiler: Any, **options: Any) -> str:
    # A day is stored as its text; reading it as one (with strftime) takes four times as long.
    return f"CAST(substr({compiler.process(element.clauses, **options)}, 1, 4) AS INTEGER)"


def _join_years(
    statement: Select[*tuple[Any, ...]], days: Years, asked: set[int], parts: Sequence[tuple[int, Span]], suffix: str
) -> tuple[Select[*tuple[Any, ...]], Any]:
    """The statement with each record's years joined, of those that are asked for, and the year's column.

    With `parts` of years, the years whose part the record touches. The column is null for a record without days.
    """
    if not asked:
        return statement, null().cast(Integer)
    low, high = min(asked), max(asked)
    # An unknown day has no year: PostgreSQL keeps it as infinity.
    first = case((days.first_day < date(low, 1, 1), low), (days.first_day < UNKNOWN_DAY, _YearOf(days.first_day)))
    last = case((days.last_day > date(high, 12, 31), high), else_=_YearOf(days.last_day))
    # How many years there are is a number, and equal numbers are what a database joins quickest: comparing each
    # record's days with those of every year takes several times as long.
    steps = _steps(high - low, suffix)
    statement = statement.join(steps, steps.c.length == last - first, isouter=True)
    year = first + steps.c.step
    if not parts:
        return statement, year
    part = (
        values(column("year", Integer), column("first_day", Date), column("last_day", Date))
        .data([(number, span.first_day, span.last_day) for number, span in parts])
        .cte(f"parts_{suffix}")
    )
    overlap = and_(part.c.year == year, days.first_day <= part.c.last_day, days.last_day >= part.c.first_day)
    statement = statement.join(part, overlap, isouter=True)
    return statement.where(or_(steps.c.step.is_(None), part.c.year.is_not(None))), part.c.year


def _steps(most: int, suffix: str) -> Any:
    """For each length up to the most, the steps from 0 to it."""
    numbers = select(literal(0).label("number")).cte(f"numbers_{suffix}", recursive=True)
    numbers = numbers.union_all(select(numbers.c.number + 1).where(numbers.c.number < most))
    length, step = numbers.alias(), numbers.alias()
    return (
        select(length.c.number.label("length"), step.c.number.label("step"))
        .join_from(length, step, step.c.number <= length.c.number)
        .cte(f"steps_{suffix}")
    )
