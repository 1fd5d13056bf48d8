"""How a resource's records become rows and features: one declaration for each resource."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.formats.negotiation import LISTS, Offer
from app.core.formats.tables import Column, Lookups, reference_columns
from app.core.index.schema import Link
from app.core.listing import Listing

Record = TypeVar("Record", bound=BaseModel)
Point = tuple[float, float]
"""Longitude and latitude."""


@dataclass(frozen=True, eq=False)
class Unit:
    """What a row of a table stands for, in place of a record: one of its links, so that a pivot can count by it."""

    name: str
    field: str
    """The record's list of linked objects."""
    link: Link
    reference: type[BaseModel]


@dataclass(frozen=True, eq=False)
class Table(Generic[Record]):
    """How a resource's records become rows and features."""

    name: str
    """The resource's name, as its path has it."""
    columns: Sequence[Column]
    listing: Listing[Record] | None = None
    """How its records are read; None for those that no table of the database holds."""
    titles: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    """For fields with the key of another record: the columns of that key and of the record's title."""
    units: Mapping[str, Unit] = field(default_factory=dict)
    points: Callable[[Record], list[Point]] | None = None
    """Where a record lies."""
    offer: Offer = LISTS

    async def lookups(self, connection: AsyncConnection, records: Sequence[Record], wanted: set[str]) -> Lookups:
        """The titles that the columns of these records need, one statement for each kind."""
        found = {}
        for name in wanted & self.titles.keys():
            key, title = self.titles[name]
            keys = {value for record in records if (value := getattr(record, name)) is not None}
            rows = (await connection.execute(select(key, title).where(key.in_(keys)))).all() if keys else ()
            found[name] = {row[0]: row[1] for row in rows}
        return found

    @cached_property
    def _unit_columns(self) -> Mapping[str, list[Column]]:
        return {name: list(self._columns_by(unit)) for name, unit in self.units.items()}

    def _columns_by(self, unit: Unit) -> Iterator[Column]:
        """The columns with those of the linked list replaced by those of one linked object, which is read itself."""
        names = [column for column in self.columns if column.field == unit.field]
        for column in self.columns:
            if column is names[0]:
                about = f"The {unit.name} that this row stands for; a record has one row for each."
                for own in reference_columns(unit.name, unit.field, unit.reference, about):
                    part = next(iter(unit.reference.model_fields)) if own.name == unit.name else "name"
                    yield Column(
                        own.name, own.kind, own.definition, unit.field, _part(part), is_key=own.name == unit.name
                    )
            elif column not in names:
                yield column

    def columns_for(self, fields: str | None, unit: str | None) -> list[Column]:
        """The columns that are asked for, always in the same order."""
        columns = self.columns if unit is None else self._unit_columns[unit]
        named = None if fields is None else set(fields.split(","))
        return [column for column in columns if named is None or column.field in named]


def _part(name: str) -> Callable[[Any, Lookups], Any]:
    return lambda linked, _: None if linked is None else getattr(linked, name)
