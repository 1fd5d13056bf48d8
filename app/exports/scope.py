"""What an export holds: the actions that the filters keep, all that belongs to them, and all that they may refer to.

The filters choose actions, and each action comes whole, so that every reference leads somewhere; themes, countries,
partners, publications and sources always come complete. Everything is read in parts, in the order of its keys.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from app.actions.models import Action
from app.core.filters import Resource, Selection
from app.core.listing import Listing
from app.selection.graph import ACTION

BATCH = 200
"""Few enough that other requests don't wait long while a part is put together."""
Record = TypeVar("Record", bound=BaseModel)


@dataclass(frozen=True)
class Scope:
    """A part of the record, as one connection sees it."""

    connection: AsyncConnection
    selection: Selection

    @cached_property
    def _of_actions(self) -> list[ColumnElement[bool]]:
        return self.selection.root_conditions(ACTION)

    @property
    def is_whole(self) -> bool:
        """Whether all actions are in it."""
        return not self._of_actions

    def _of_children(self, parent: Any) -> list[ColumnElement[bool]]:
        """The conditions on records that name their action in the column `parent`."""
        return [] if self.is_whole else [parent.in_(select(Action.id).where(*self._of_actions))]

    def _conditions(self, resource: Resource) -> list[ColumnElement[bool]]:
        if resource.key is ACTION.key:
            return self._of_actions
        return [] if resource.parent is None else self._of_children(resource.parent)

    async def records(self, listing: Listing[Record]) -> AsyncIterator[list[Record]]:
        """All records of a kind, some at a time, in the order of their keys."""
        key = listing.resource.key
        statement = (
            listing.select(self.selection.as_of).where(*self._conditions(listing.resource)).order_by(key).limit(BATCH)
        )
        part = statement
        while rows := (await self.connection.execute(part)).mappings().all():
            yield await listing.assemble(self.connection, rows)
            if len(rows) < BATCH:
                return
            part = statement.where(key > rows[-1][key.key])

    async def links(self, action: Any, linked: Any, position: Any) -> AsyncIterator[Sequence[Any]]:
        """The rows of a table of links, some at a time: the action's id, the linked record's key, and its position."""
        statement = (
            select(action, linked, position).where(*self._of_children(action)).order_by(action, linked).limit(BATCH)
        )
        part = statement
        while rows := (await self.connection.execute(part)).all():
            yield rows
            if len(rows) < BATCH:
                return
            part = statement.where(tuple_(action, linked) > (rows[-1][0], rows[-1][1]))
