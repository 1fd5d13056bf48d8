"""The record as related tables: what the data package and the database hold, each table declared once."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.actions.exporting import ACTION_TABLE
from app.actions.models import ActionCountry, ActionPartner, ActionTheme
from app.activities.exporting import ACTIVITY_TABLE
from app.core.formats.records import Table
from app.core.formats.tables import Column, Kind, rows_of
from app.deployments.exporting import DEPLOYMENT_TABLE
from app.exports.scope import Scope
from app.outputs.exporting import OUTPUT_TABLE
from app.reference.exporting import (
    COUNTRY_TABLE,
    PARTNER_TABLE,
    PUBLICATION_TABLE,
    REGION_TABLE,
    SOURCE_TABLE,
    THEME_TABLE,
)
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


def _of_records(table: Table[Any], about: str, **foreign_keys: str) -> Resource:
    """A table of records, without what other tables hold: names of records that it refers to, and lists of links."""
    references = {name: (to, _NAMED_BY.get(to, "id")) for name, to in foreign_keys.items()}
    linked = {"countries", "themes", "partners"} if table is ACTION_TABLE else set()
    columns = [
        column
        for column in table.columns
        if column.field not in linked and (column.field not in references or column.name == column.field)
    ]
    key = next(column.name for column in columns if column.is_key)

    async def read(scope: Scope) -> Rows:
        listing = table.listing
        assert listing is not None
        async for records in scope.records(listing):
            yield list(rows_of(columns, records, {}))

    return Resource(table.name, about, columns, (key,), read, references)


def _of_links(model: Any, name: str, to: str, about: str) -> Resource:
    """A table of the links of actions to one kind of record."""
    linked = getattr(model, name)
    key = _NAMED_BY.get(to, "id")
    kind = Kind.INTEGER if key == "id" else Kind.TEXT
    columns = [
        Column("action", Kind.INTEGER, "The id of the action.", "action", lambda row, _: row[0]),
        Column(name, kind, f"The {key} of the {name}.", name, lambda row, _: row[1]),
        Column(
            "position", Kind.INTEGER, "Where it stands among the action's, from 0.", "position", lambda row, _: row[2]
        ),
    ]

    async def read(scope: Scope) -> Rows:
        async for rows in scope.links(model.action, linked, model.position):
            yield rows

    return Resource(
        model.__tablename__, about, columns, ("action", name), read, {"action": ("actions", "id"), name: (to, key)}
    )


async def _regions(_scope: Scope) -> Rows:
    records = [RegionRead(slug=region, name=label_of(region)) for region in Region]
    yield list(rows_of(REGION_TABLE.columns, records, {}))


_NAMED_BY = {"countries": "code", "themes": "slug", "regions": "slug"}

RESOURCES: Sequence[Resource] = (
    Resource("regions", "The facility's own regions.", REGION_TABLE.columns, ("slug",), _regions),
    _of_records(COUNTRY_TABLE, "Countries of ISO 3166-1, with EU membership by date."),
    _of_records(THEME_TABLE, "What actions are about, under pillars."),
    _of_records(PARTNER_TABLE, "Authorities and organisations that take part in actions.", country="countries"),
    _of_records(SOURCE_TABLE, "Where the facts of the record were read."),
    _of_records(PUBLICATION_TABLE, "Documents of the facility itself.", region="regions"),
    _of_records(
        ACTION_TABLE,
        "What was agreed with partner countries.",
        region="regions",
        follows="actions",
        source="sources",
    ),
    _of_links(ActionCountry, "country", "countries", "The partner countries of actions."),
    _of_links(ActionTheme, "theme", "themes", "The themes of actions."),
    _of_links(ActionPartner, "partner", "partners", "The partners of actions."),
    _of_records(
        ACTIVITY_TABLE,
        "The missions, trainings, study visits and so on of which actions are made.",
        action="actions",
        country="countries",
    ),
    _of_records(
        DEPLOYMENT_TABLE,
        "The experts that were sent: from where, by what kind of organisation, how many. Never by name.",
        action="actions",
        activity="activities",
        sending_country="countries",
    ),
    _of_records(OUTPUT_TABLE, "The products of actions.", action="actions"),
)
"""Parents first."""
