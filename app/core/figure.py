"""A computed figure: what it is split by, its rows in their order, and the lists behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from app.core.dimensions import Dimension, Key


@dataclass(frozen=True)
class Category:
    """A value of a dimension."""

    key: Key
    """None for records without a value."""
    label: str
    is_apart: bool = False
    """Whether it is none of the values that are compared: no value, or what the dimension has beside them."""


@dataclass(frozen=True)
class FigureAxis:
    """A dimension with the values that have rows, in the order of the rows; with all that could, if none has."""

    dimension: Dimension
    categories: Sequence[Category]


@dataclass(frozen=True)
class Row:
    """One row of a figure, with the address of the list behind it."""

    cells: tuple[Category, ...]
    value: int
    href: str


@dataclass(frozen=True)
class Figure:
    """The rows as columns: a figure may have thousands of them, of a few dozen categories."""

    axes: tuple[FigureAxis, ...]
    """One or two."""
    places: Sequence[Sequence[int]]
    """For each axis, the category of each row."""
    values: Sequence[int]
    hrefs: Sequence[str]
    """The list behind each row."""
    distinct: int
    """The figure that is not split: each record once."""
    href: str
    """The list behind it."""

    @cached_property
    def sum_of_rows(self) -> int:
        """The sum of all rows; a record with several values is in several of them."""
        return sum(self.values)

    @property
    def counted_more_than_once(self) -> int:
        """By how much the rows add up to more."""
        return self.sum_of_rows - self.distinct

    @cached_property
    def unassigned(self) -> int:
        """The sum of the rows without a value."""
        known = [[category.key is not None for category in axis.categories] for axis in self.axes]
        assigned = [map(each.__getitem__, places) for each, places in zip(known, self.places, strict=True)]
        return sum(value for value, *all_known in zip(self.values, *assigned, strict=True) if not all(all_known))

    @cached_property
    def rows(self) -> list[Row]:
        """The rows one by one."""
        columns = [
            map(axis.categories.__getitem__, places) for axis, places in zip(self.axes, self.places, strict=True)
        ]
        return [*map(Row, zip(*columns, strict=True), self.values, self.hrefs)]
