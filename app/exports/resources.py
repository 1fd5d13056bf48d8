"""The record as related tables: what the data package and the database hold, each table declared once."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import inspect

from app.actions.models import LINKS, Action, LinkList
from app.core.formats.records import Table
from app.core.formats.tables import Column, Kind, rows_of
from app.entities import ACTIONS, CHILDREN, REFERENCES
from app.exports.scope import Scope
from app.reference.exporting import COUNTRY_TABLE, REGION_TABLE
from app.reference.models import Country
from app.reference.schemas import RegionRead
from app.reference.vocabularies import Region, label_of

Rows = AsyncIterator[Sequence[Sequence[Any]]]


@dataclass(frozen=True, eq=False)
class Resource:
    """A table of the relational exports."""

    name: str
    about: str
    columns: Sequence[Column]
    primary_key: tuple[str, ...]
    read: Callable[[Scope], Rows]
    """Its rows, some at a time."""
    foreign_keys: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """For columns: the table and the column that they refer to."""

    def keys_within(self, scope: Scope) -> Mapping[str, tuple[str, str]]:
        """The foreign keys that hold: an earlier action may lie outside of what the filters keep."""
        return {name: to for name, to in self.foreign_keys.items() if scope.is_whole or to[0] != self.name}


def about(kind: type[Any]) -> str:
    """What a class says of itself, on one line."""
    return " ".join((kind.__doc__ or "").split())


def _of_records(table: Table[Any], model: Any) -> Resource:
    """A table of records, without what other tables hold: names of records that it refers to, and lists of links."""
    keys = [key for column in inspect(model).columns for key in column.foreign_keys if key.column.primary_key]
    references = {key.parent.name: (key.column.table.name, key.column.name) for key in keys}
    if "region" in inspect(model).columns:
        references["region"] = ("regions", "slug")
    linked = {link.field for link in LINKS} if model is Action else set()
    columns = [
        column
        for column in table.columns
        if column.field not in linked and (column.field not in references or column.name == column.field)
    ]
    key = next(column.name for column in columns if column.is_key)
    listing = table.listing
    assert listing is not None

    async def read(scope: Scope) -> Rows:
        async for records in scope.records(listing):
            yield list(rows_of(columns, records, {}))

    return Resource(table.name, about(model), columns, (key,), read, references)


def _of_links(link: LinkList) -> Resource:
    """A table of the links of actions to one kind of record."""
    name, key = link.column, link.target
    kind = Kind.INTEGER if key.name == "id" else Kind.TEXT
    place = "Where it stands among the action's, from 1."
    columns = [
        Column("action", Kind.INTEGER, "The id of the action.", "action", lambda row, _: row[0]),
        Column(name, kind, f"The {key.name} of the {name}.", name, lambda row, _: row[1]),
        Column("position", Kind.INTEGER, place, "position", lambda row, _: row[2]),
    ]

    async def read(scope: Scope) -> Rows:
        async for rows in scope.links(link.model.action, link.linked, link.model.position):
            yield rows

    references = {"action": ("actions", "id"), name: (key.table.name, key.name)}
    return Resource(link.model.__tablename__, about(link.model), columns, ("action", name), read, references)


async def _regions(_scope: Scope) -> Rows:
    records = [RegionRead(slug=region, name=label_of(region)) for region in Region]
    yield list(rows_of(REGION_TABLE.columns, records, {}))


RESOURCES: Sequence[Resource] = (
    Resource("regions", about(RegionRead), REGION_TABLE.columns, ("slug",), _regions),
    _of_records(COUNTRY_TABLE, Country),
    *(_of_records(entity.table, entity.model) for entity in REFERENCES.values()),
    _of_records(ACTIONS.table, Action),
    *map(_of_links, LINKS),
    *(_of_records(entity.table, entity.model) for entity in CHILDREN.values()),
)
"""Parents first."""
