"""Reading from a standby, which replays the changes of the main database a little later.

A read is answered there when its snapshot has everything that the reader may expect: what this process has written,
what the request names, and what the main database had a few seconds ago. Otherwise, and when the standby fails, it is
answered by the main database. A standby is asked in the reader's own connection, since behind one address there may be
several of them, each as far as it is.
"""

import asyncio
import contextvars
import logging
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from sqlalchemy import Select, column, select, table
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.core.logs import describe
from app.core.metrics import REPLICATED_READS
from app.core.outages import DATABASE_ERRORS, outage

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5

State: TypeAlias = tuple[str, int]
"""An epoch, or the mark it begins with, and the number of a change."""

# The same as `caching.STATE`, without the models, which are built on the database.
_STATE: Select[*tuple[Any, ...]] = select(column("epoch"), column("sequence")).select_from(table("registry_state"))
_SEEN = "mieux.seen"
_CANCELED, _CONFLICT = "57014", "40001"


class SmallReads(Protocol):
    """A database, as far as it is asked for its state."""

    async def read_row(self, statement: Select[*tuple[Any, ...]]) -> tuple[Any, ...]:
        """The one row of a small statement."""
        ...


@dataclass
class Reader:
    """What a request needs of the database that it reads from, and what became of it."""

    needs_primary: bool = False
    at_least: State | None = None
    """The last change that the answer has to know of, as far as the request says."""
    written: State | None = None
    """The last change that the request made."""
    has_failed: bool = False
    """Whether a database failed that another one may stand in for."""
    failed_on_standby: bool = False


@asynccontextmanager
async def snapshot_of(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection to read one snapshot from. Where a database dies before its end, what was read was right."""
    connection, is_read = engine.connect(), False
    try:
        async with connection:
            yield connection
            is_read = True
    except DATABASE_ERRORS as error:
        if not is_read:
            raise
        log.warning("a connection is given up: %s", describe(error))
        if not connection.closed:
            await connection.invalidate()
            await connection.close()


READER: ContextVar[Reader | None] = ContextVar("reader", default=None)


class Standby:
    """Decides where reads are read."""

    def __init__(self, standby: SmallReads, primary: SmallReads, max_lag: float) -> None:
        """`max_lag` is by how many seconds an answer may be older than the main database."""
        self._standby, self._primary, self._max_lag = standby, primary, max_lag
        self._is_out = False
        self._written: State | None = None
        self._states: deque[tuple[float, State]] = deque()
        """What the main database had, and when."""
        self._poller: asyncio.Task[None] | None = None

    def note_write(self, state: State) -> None:
        """Notes a change that is about to be acknowledged: every later read here has it."""
        if self._written is None or self._written[0] != state[0] or self._written[1] < state[1]:
            self._written = state
        if (reader := READER.get()) is not None:
            reader.written = state

    @asynccontextmanager
    async def connect(self, standby: AsyncEngine, primary: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        """A connection to read one snapshot from, of one of two engines."""
        self._start()
        reader = READER.get() or Reader()
        async with AsyncExitStack() as stack:
            is_first = not self._is_out and not reader.needs_primary
            connection = await self._enter(stack, standby, reader) if is_first else None
            is_standby = connection is not None
            if connection is None:
                try:
                    connection = await stack.enter_async_context(snapshot_of(primary))
                except DATABASE_ERRORS:
                    # It may have caught up, or another one have taken its place.
                    connection = await self._enter(stack, standby, reader)
                    if connection is None:
                        raise
                    is_standby = True
            REPLICATED_READS.labels("standby" if is_standby else "primary").inc()
            try:
                yield connection
            except DATABASE_ERRORS as error:
                reader.has_failed = self._fails(error) if is_standby else outage(error) is not None
                reader.failed_on_standby = is_standby
                raise

    async def read_row(self, statement: Select[*tuple[Any, ...]]) -> tuple[Any, ...]:
        """The one row of a statement that reads an epoch and a number, by the same rules."""
        self._start()
        reader = READER.get() or Reader()
        if not self._is_out and not reader.needs_primary:
            try:
                row = await self._standby.read_row(statement)
                if self._suffices(row[:2], reader):
                    return row
            except DATABASE_ERRORS as error:
                if not self._fails(error):
                    raise
        return await self._primary.read_row(statement)

    async def close(self) -> None:
        """Ends the poller."""
        if self._poller is not None:
            self._poller.cancel()
            await asyncio.wait({self._poller})

    async def _enter(self, stack: AsyncExitStack, engine: AsyncEngine, reader: Reader) -> AsyncConnection | None:
        """A connection to the standby; None when it fails, or is not as far as it has to be."""
        async with AsyncExitStack() as own:
            try:
                connection = await own.enter_async_context(snapshot_of(engine))
                if not self._suffices(connection.info.get(_SEEN), reader):
                    connection.info[_SEEN] = tuple((await connection.execute(_STATE)).one())
                    if not self._suffices(connection.info[_SEEN], reader):
                        return None
            except DATABASE_ERRORS as error:
                if not self._fails(error):
                    raise
                return None
            stack.push_async_exit(own.pop_all())
            return connection

    def _suffices(self, seen: Any, reader: Reader) -> bool:
        """Whether a state has everything that a reader may expect."""
        expected = [state for state in (self._written, self._floor(), reader.at_least) if state is not None]
        return all(
            seen is not None and seen[0].startswith(epoch) and seen[1] >= sequence for epoch, sequence in expected
        )

    def _floor(self) -> State | None:
        """The last state that the main database is known to have had so long ago that every answer has to have it."""
        known_until = time.monotonic() - self._max_lag
        while len(self._states) > 1 and self._states[1][0] <= known_until:
            self._states.popleft()
        return self._states[0][1] if self._states and self._states[0][0] <= known_until else None

    def _fails(self, error: Exception) -> bool:
        """Notes an error of the standby, and says whether the main database may do better. A statement that takes too
        long takes as long there; one that was cancelled for the replay does not."""
        if isinstance(error, NoConnectionLeft):
            return self._is_out
        state = getattr(getattr(error, "orig", None), "sqlstate", None)
        if state == _CANCELED or outage(error) is None:
            return False
        if state != _CONFLICT:
            self._set_out(error)
        return True

    def _set_out(self, error: Exception | None) -> None:
        if self._is_out != (error is not None):
            self._is_out = error is not None
            if error is None:
                log.info("the standby answers again, and is read from")
            else:
                log.warning("the standby fails, the main database is read from: %s", describe(error))

    def _start(self) -> None:
        if self._poller is None or self._poller.done():
            # It lasts longer than the request that it begins with.
            self._poller = asyncio.create_task(self._poll(), context=contextvars.Context())

    async def _poll(self) -> None:
        while True:
            await asyncio.gather(self._look_at_primary(), self._look_at_standby())
            await asyncio.sleep(POLL_SECONDS)

    async def _look_at_primary(self) -> None:
        """What it has now, later reads must have. While it doesn't answer, it acknowledges nothing either."""
        asked, written = time.monotonic(), self._written
        try:
            epoch, sequence = await self._primary.read_row(_STATE)
        except DATABASE_ERRORS:
            return
        self._states.append((asked, (epoch, sequence)))
        if written is not None and written is self._written and written[0] != epoch:  # a backup was restored
            self._written = (epoch, sequence)

    async def _look_at_standby(self) -> None:
        try:
            await self._standby.read_row(_STATE)
        except DATABASE_ERRORS as error:
            self._set_out(error)
        else:
            self._set_out(None)
