"""The feed of changes, and what its cursors mean after a backup was restored.

A restored database goes back to an earlier change and counts on from there, so the same numbers come again for other
changes. A cursor therefore carries the epoch that its number belongs to. A number alone, which older clients send, is
accepted where it means the same in every epoch that this database had (`State.ambiguous_after`, `ambiguous_until`).
"""

from dataclasses import dataclass
from typing import Self

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.addresses import address
from app.core.audit import Change, State
from app.core.database import Database
from app.core.epochs import epoch_mark
from app.core.facts import complete_facts, kind_of
from app.core.listing import API
from app.core.problems import Gone
from app.history.schemas import Change as ChangeRead

PATH = f"{API}/changes"
CURSOR = "^([0-9a-f]{8}-)?[0-9]{1,16}$"
LATEST = select(State.epoch, State.sequence, State.ambiguous_after, State.ambiguous_until)


@dataclass(frozen=True)
class Place:
    """A place in the feed, behind a change: `<epoch>-<number>`, or the number alone."""

    sequence: int
    epoch: str | None = None

    @classmethod
    def parse(cls, written: str) -> Self:
        """Reads what matches `CURSOR`."""
        epoch, _, sequence = written.rpartition("-")
        return cls(int(sequence), epoch or None)

    def __str__(self) -> str:
        return f"{self.epoch}-{self.sequence}" if self.epoch else str(self.sequence)

    def is_in(self, latest: RowMapping) -> bool:
        """Whether the changes up to this place are those that a database with this state has."""
        if self.sequence > latest["sequence"]:
            return False
        if self.epoch is None:
            return not latest["ambiguous_after"] < self.sequence <= latest["ambiguous_until"]
        return self.epoch == epoch_mark(latest["epoch"])


@dataclass(frozen=True)
class Changes:
    """Changes that follow each other."""

    items: list[ChangeRead]
    end: Place
    """Behind the last one."""
    latest: int
    """The number of the last change that there is."""


async def read_changes(database: Database, after: Place | None, limit: int) -> Changes:
    """At most `limit` changes behind a place; None is the end of the feed.

    Raises Gone for a place that this database doesn't have, or no more.
    """
    try:
        async with database.read() as connection:
            return await _read(connection, after, limit)
    except Gone:  # or not yet there: a replica may lag behind the place, and the main database decides
        async with database.read_primary() as connection:
            return await _read(connection, after, limit)


async def _read(connection: AsyncConnection, after: Place | None, limit: int) -> Changes:
    latest = (await connection.execute(LATEST)).mappings().one()
    start = Place(latest["sequence"]) if after is None else after
    if after is not None and not after.is_in(latest):
        raise Gone(
            f"The changes after '{after}' are not those of this history, or there is no such change: a backup was "
            "restored. Discard your copy, and read the feed from its beginning.",
            begin_again=f"{address(PATH)}?after=0",
            epoch=epoch_mark(latest["epoch"]),
            latest=latest["sequence"],
        )
    statement = select(Change).where(Change.sequence > start.sequence).order_by(Change.sequence).limit(limit)
    rows = (await connection.execute(statement)).mappings().all()
    end = Place(rows[-1]["sequence"] if rows else start.sequence, epoch_mark(latest["epoch"]))
    return Changes([_change(row) for row in rows], end, latest["sequence"])


def _change(row: RowMapping) -> ChangeRead:
    facts = row["facts"]
    return ChangeRead.model_validate(
        {
            **row,
            "key": row["key_name"],
            "id": row["record"],
            "action": row["root"],
            "record": None if facts is None else complete_facts(kind_of(row["entity"]), facts),
        }
    )
