"""How the history is read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.audit import Change, ChangeOperation
from app.core.facts import complete_facts, kind_of, required_facts
from app.core.problems import NotFound
from app.history.schemas import FieldDifference, RecordChange, Revision

_ID = re.compile("[1-9][0-9]{0,8}")
ACTIONS = "actions"


@dataclass
class Snapshot:
    """An action and what belongs to it as they stood at a version: the facts of each record by its id."""

    version: RowMapping
    records: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)

    def of(self, entity: str) -> dict[int, dict[str, Any]]:
        """The records of one kind."""
        return self.records.get(entity, {})


async def resolve(connection: AsyncConnection, action: str) -> int:
    """The id of an action that is or was, by its id or slug.

    Raises NotFound.
    """
    statement = select(Change.root).where(Change.entity == ACTIONS)
    if _ID.fullmatch(action):
        statement = statement.where(Change.record == action)
    else:
        statement = statement.where(Change.facts["slug"].as_string() == action)
    key = await connection.scalar(statement.order_by(Change.sequence.desc()).limit(1)) if action.isprintable() else None
    if key is None:
        raise NotFound(f"There is and was no action '{action}'.")
    return int(key)


async def revisions(connection: AsyncConnection, action: int, limit: int, offset: int) -> tuple[list[Revision], int]:
    """A page of an action's revisions, the newest first, and how many there are."""
    versions = select(Change.root_version).where(Change.root == action).distinct()
    total = await connection.scalar(select(func.count()).select_from(versions.subquery())) or 0
    page = versions.order_by(Change.root_version.desc()).limit(limit).offset(offset)
    wanted = list(await connection.scalars(page))
    statement = (
        select(Change)
        .where(Change.root == action, Change.root_version.in_(wanted))
        .order_by(Change.root_version.desc(), Change.sequence)
    )
    rows = (await connection.execute(statement)).mappings().all()
    return [_revision([row for row in rows if row["root_version"] == version]) for version in wanted], total


def _revision(rows: Sequence[RowMapping]) -> Revision:
    own = next((row for row in rows if row["entity"] == ACTIONS), rows[0])
    changes = [
        RecordChange(
            entity=row["entity"],
            id=row["record"],
            operation=row["operation"],
            differences=[FieldDifference(**difference) for difference in row["differences"]],
            provenance=row["provenance"],
        )
        for row in rows
        if row["differences"] or row["provenance"]
    ]
    return Revision(
        version=own["root_version"],
        instant=own["instant"],
        key=own["key_name"],
        operation=own["operation"],
        changes=changes,
    )


async def snapshot(connection: AsyncConnection, action: int, version: int) -> Snapshot:
    """An action as it stood at a version, with the facts that today's tables have.

    Raises NotFound when it has no such version, was deleted at it, or states too little for today's tables.
    """
    statement = select(Change).where(Change.root == action, Change.root_version <= version).order_by(Change.sequence)
    rows = (await connection.execute(statement)).mappings().all()
    own = [row for row in rows if row["entity"] == ACTIONS]
    if not own or own[-1]["root_version"] != version:
        raise NotFound(f"Action {action} has no version {version}.")
    if own[-1]["operation"] == ChangeOperation.DELETE:
        raise NotFound(f"Action {action} was deleted at version {version}.")
    found = Snapshot(own[-1])
    for row in rows:
        records, facts = found.records.setdefault(row["entity"], {}), row["facts"]
        # A record that moved to another action left this one.
        stays = facts is not None and (row["entity"] == ACTIONS or facts.get("action") == action)
        if stays:
            records[int(row["record"])] = complete_facts(kind_of(row["entity"]), facts)
        else:
            records.pop(int(row["record"]), None)
    for entity, records in found.records.items():
        for key, facts in records.items():
            if missing := required_facts(kind_of(entity)) - facts.keys():
                raise NotFound(f"Version {version} was recorded without {', '.join(missing)} of {entity} {key}.")
    return found
