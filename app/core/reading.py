"""One read: a connection that sees one state of the data, and the index at that same state."""

from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.caching import STATE, Validator, state_validator
from app.core.filters import Selection
from app.core.index.following import Index
from app.core.index.matching import Matching
from app.core.index.snapshot import Snapshot, State


@dataclass
class ReadSession:
    """What answers a request for lists or figures."""

    connection: AsyncConnection
    index: Index
    _state: State | None = None
    _snapshot: Snapshot | None = None

    async def validator(self, request: Request, *parts: object) -> Validator:
        """The validator of an answer that depends on all data, and on what the request's address doesn't say."""
        validator = await state_validator(request, self.connection, *parts)
        self._state = State(*request.state.answered_from)
        return validator

    async def snapshot(self) -> Snapshot:
        """The index at the state that the connection sees."""
        if self._snapshot is None:
            if self._state is None:
                self._state = State(*(await self.connection.execute(STATE)).one())
            self._snapshot = await self.index.at(self.connection, self._state)
        return self._snapshot

    async def matching(self, selection: Selection) -> Matching:
        """What a selection keeps.

        Raises Invalid for a value that an open vocabulary does not have.
        """
        snapshot = await self.snapshot()
        await selection.check(self.connection, snapshot)
        return Matching(snapshot, selection)
