"""What an export holds: the actions that the filters keep, all that belongs to them, and all that they may refer to.

The filters choose actions, and each action comes whole, so that every reference leads somewhere; themes, countries,
partners, publications and sources always come complete. Everything is read in parts, in the order of its keys.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.filters import Selection
from app.core.listing import Listing
from app.core.reading import ReadSession
from app.core.threads import paced

BATCH = 50
"""Few enough that other requests don't wait long while a part is put together."""
Record = TypeVar("Record", bound=BaseModel)


@dataclass(frozen=True)
class Scope:
    """A part of the data, as one session sees it."""

    session: ReadSession
    selection: Selection

    @property
    def connection(self) -> AsyncConnection:
        """The session's connection."""
        return self.session.connection

    @property
    def is_whole(self) -> bool:
        """Whether all actions are in it."""
        return not self.selection.values

    async def _keys(self, listing: Listing[Any]) -> list[Any]:
        """The keys of all records of a kind, in their order. Filters choose actions, and each action is complete."""
        matching, table = await self.session.matching(self.selection), listing.resource.table
        rows = matching.snapshot.of(table)
        if table.shares_records:
            key = listing.resource.key
            return list(await self.connection.scalars(select(key).order_by(key)))
        roots = matching.roots()
        chosen = rows.records if roots is None else rows.records & rows.spread(roots)
        return sorted(rows.keys[chosen].tolist())

    @paced
    async def records(self, listing: Listing[Record]) -> AsyncIterator[list[Record]]:
        """All records of a kind, some at a time, in the order of their keys."""
        for some in _parts(await self._keys(listing)):
            yield await listing.records(self.connection, self.selection.as_of, some)

    @paced
    async def links(self, action: Any, linked: Any, position: Any) -> AsyncIterator[Sequence[Any]]:
        """The rows of a table of links, some at a time: the action's id, the linked record's key, and its position."""
        snapshot, roots = await self.session.snapshot(), (await self.session.matching(self.selection)).roots()
        for some in _parts((snapshot.roots if roots is None else snapshot.roots[roots]).tolist()):
            statement = select(action, linked, position).where(action.in_(some)).order_by(action, linked)
            if rows := (await self.connection.execute(statement)).all():
                yield rows


def _parts(keys: list[Any]) -> Iterator[list[Any]]:
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))
