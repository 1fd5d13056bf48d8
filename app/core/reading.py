"""One read: a connection that sees one state of the data, and the index at that same state."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol, TypeVar

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.caching import STATE, Validator, data_validator, state_validator
from app.core.filters import Selection
from app.core.index.following import Index
from app.core.index.matching import Matching
from app.core.index.snapshot import Snapshot, State
from app.core.statements import NotNow, Rows, read_over

T = TypeVar("T")


class ReadSmall(Protocol):
    """Reads little, as quickly as possible; raises NotNow where more is needed."""

    async def __call__(self, read: Callable[[Rows], T], /, expected: State | None = None) -> T:
        """What the function reads from one state: the expected one, if it expects one and doesn't read it itself."""
        ...


@dataclass(frozen=True)
class Moment:
    """One state of the data, and the index at that state, for a function that reads from both."""

    rows: Rows
    snapshot: Snapshot

    def validator(self, request: Request, *parts: object) -> Validator:
        """The validator of an answer that depends on all data, and on what the request's address doesn't say."""
        return data_validator(request, self.snapshot.state, *parts)

    def matching(self, selection: Selection) -> Matching:
        """What a selection keeps. Raises Invalid for a value that an open vocabulary does not have."""
        selection.check(self.snapshot)
        return Matching(self.snapshot, selection)


class ReadSession:
    """What answers a request for lists or figures."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[AsyncConnection]],
        index: Index,
        read_small: ReadSmall | None = None,
    ) -> None:
        """`connect` gives the connection, once one is needed: for what `read_small` can't read."""
        self.index = index
        self._connect, self._read_small = connect, read_small
        self._connection: AsyncConnection | None = None
        self._state: State | None = None
        self._snapshot: Snapshot | None = None

    @property
    def connection(self) -> AsyncConnection:
        """The connection, once there is one."""
        assert self._connection is not None
        return self._connection

    async def connect(self) -> AsyncConnection:
        """The connection, whose transaction sees one state."""
        if self._connection is None:
            self._connection = await self._connect()
        return self._connection

    async def read(self, read: Callable[[Rows], T]) -> T:
        """What a function reads from one state of the data."""
        if self._read_small is not None and self._connection is None:
            with suppress(NotNow):
                return await self._read_small(read)
        connection = await self.connect()
        return await read_over(connection, read)

    async def read_at(self, selection: Selection, read: Callable[[Moment], T]) -> T:
        """What a function reads from one state of the data, and from the index at that state, for a selection."""
        newest = self.index.newest
        if self._read_small is not None and self._connection is None and newest and not selection.asks_database:
            with suppress(NotNow):
                return await self._read_small(lambda rows: read(Moment(rows, newest)), newest.state)
        snapshot, connection = await self.snapshot(), self.connection
        await selection.find(connection, snapshot)
        return await read_over(connection, lambda rows: read(Moment(rows, snapshot)))

    async def begin(self, request: Request, selection: Selection, *parts: object) -> tuple[Validator, Matching | None]:
        """The validator of an answer that needs only the index, and what the selection keeps there; None for a client
        that has the answer.

        Raises Invalid for a value that an open vocabulary does not have.
        """

        def read(moment: Moment) -> tuple[Validator, Matching | None]:
            validator = moment.validator(request, *parts)
            return validator, None if validator.is_known else moment.matching(selection)

        return await self.read_at(selection, read)

    async def validator(self, request: Request, *parts: object) -> Validator:
        """The validator of an answer that depends on all data, and on what the request's address doesn't say."""
        validator = await state_validator(request, await self.connect(), *parts)
        self._state = State(*request.state.answered_from)
        return validator

    async def snapshot(self) -> Snapshot:
        """The index at the state that the connection sees."""
        if self._snapshot is None:
            connection = await self.connect()
            if self._state is None:
                self._state = State(*(await connection.execute(STATE)).one())
            self._snapshot = await self.index.at(connection, self._state)
        return self._snapshot

    async def matching(self, selection: Selection) -> Matching:
        """What a selection keeps.

        Raises Invalid for a value that an open vocabulary does not have.
        """
        snapshot = await self.snapshot()
        await selection.find(self.connection, snapshot)
        selection.check(snapshot)
        return Matching(snapshot, selection)
