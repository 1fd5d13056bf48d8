"""Engines, connections and sessions, for SQLite (embedded) and PostgreSQL (production).

Reading goes through plain connections: a read takes one snapshot, so that a page agrees with its total, and loads
rows, not objects. Writing goes through an ORM session that the request's end commits, before the answer leaves.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from sqlalchemy import DateTime, MetaData, Select, String
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, PassiveFlag, declared_attr, mapped_column
from sqlalchemy.orm.attributes import History, instance_state
from sqlalchemy.types import TypeDecorator

from app.core.database_url import EmbeddedFile, Server, read_url
from app.core.embedded import EmbeddedDatabase
from app.core.partial_dates import keep_days
from app.core.pools import pool_of
from app.core.server import ServerDatabase
from app.core.session_state import are_installed, state_of
from app.core.standby import Standby, State, snapshot_of
from app.core.statements import NotNow, Rows
from app.core.timeouts import COMMANDS, Timeouts

PROBE_SECONDS = 1.5

T = TypeVar("T")


class Base(DeclarativeBase):
    """All tables. Constraints have names, so that migrations can change them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


keep_days(Base)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no time zone: what is stored is UTC, and it comes back as such."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """What values are: a page's place in an order is read back as this."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Stores UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Gives UTC back."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


def text_column(length: int) -> String:
    """A line of text that sorts the same on both databases: by code point, whatever the server's locale."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def history_of(record: Any, name: str) -> History:
    """What an attribute of a record was and is, as far as that is loaded."""
    return instance_state(record).get_history(name, PassiveFlag.PASSIVE_NO_INITIALIZE)


def now() -> datetime:
    """This moment in UTC, to the second: finer than that means nothing to a reader."""
    return datetime.now(UTC).replace(microsecond=0)


class Versioned:
    """A record that is edited: its version decides between two editors, in the database, at the moment of writing."""

    version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(Instant, default=now)
    updated_at: Mapped[datetime] = mapped_column(Instant, default=now, onupdate=now)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - SQLAlchemy calls it on the class
        """Every UPDATE and DELETE of the ORM names the version that was read. What the database computes is read from
        there, so that an INSERT needs no answer."""
        return {"version_id_col": cls.version, "eager_defaults": False}


def _connect(written: str) -> EmbeddedDatabase | ServerDatabase:
    match read_url(written):
        case EmbeddedFile(path):
            return EmbeddedDatabase(path)
        case Server() as server:
            return ServerDatabase(server)


def create_engine(written: str) -> AsyncEngine:
    """An engine for a command, on the database at a URL. Raises ValueError for a URL that can't be used."""
    return _connect(written).to_write(COMMANDS)


class Database:
    """The engines of a service: to write, and to read, which may be from a replica.

    Each kind of work has connections of its own, so that none waits for another one's: reads go on while every writer
    waits for a lock, and lists while every file has a slow reader.
    """

    def __init__(
        self,
        url: str,
        read_url: str | None = None,
        timeouts: Timeouts = COMMANDS,
        long: Timeouts = COMMANDS,
        max_lag: float = 5,
    ) -> None:
        """`timeouts` are those of requests, `long` those of what takes its time: exports and imports. `max_lag` is by
        how many seconds what is read from a replica may be older than the main database."""
        self._primary = _connect(url)
        self._replica = self._primary if read_url in (None, url) else _connect(read_url)
        self.is_embedded = isinstance(self._primary, EmbeddedDatabase)
        self.engine = self._primary.to_write(timeouts)
        self.long_engine = (
            self._primary.to_write_at_length(long) if isinstance(self._primary, ServerDatabase) else self.engine
        )
        self.read_engine, self.file_engine = self._replica.to_read(timeouts), self._replica.to_read_at_length(long)
        self.primary_read_engine, self.primary_file_engine = self.read_engine, self.file_engine
        self._standby: Standby | None = None
        if self._replica is not self._primary:
            self.primary_read_engine = self._primary.to_read(timeouts)
            self.primary_file_engine = self._primary.to_read_at_length(long)
            self._standby = Standby(self._replica, self._primary, max_lag)
        self.pools = {name: pool_of(engine) for name, engine in self._engines().items()}
        for name, pool in self.pools.items():
            pool.show_as(name)
        self._probe: asyncio.Task[tuple[Any, ...]] | None = None
        self.commits = 0
        """How many there were of this process."""

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection to read one snapshot from, used as `async with`."""
        return self._reading(self.read_engine, self.primary_read_engine)

    def read_at_length(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection to read everything from, for as long as that takes, used as `async with`."""
        return self._reading(self.file_engine, self.primary_file_engine)

    def _reading(self, engine: AsyncEngine, primary: AsyncEngine) -> AbstractAsyncContextManager[AsyncConnection]:
        return snapshot_of(engine) if self._standby is None else self._standby.connect(engine, primary)

    def read_primary(self) -> AsyncConnection:
        """A connection to read one snapshot of the main database itself, never of a replica that may lag behind, for as
        long as that takes."""
        return self.primary_file_engine.connect()

    async def read_row(self, statement: Select[*tuple[Any, ...]]) -> tuple[Any, ...]:
        """The epoch and the number of the last change, by a small statement for these alone, from where reads read, as
        quickly as possible."""
        return await (self._standby or self._primary).read_row(statement)

    def read_row_now(self, statement: Select[*tuple[Any, ...]]) -> tuple[Any, ...] | None:
        """The same without waiting; None where that can't be done."""
        return self._primary.read_row_now(statement) if self._standby is None else None

    async def read_small(self, read: Callable[[Rows], T], /, expected: State | None = None) -> T:
        """What a function reads from one state, by few small statements. Raises NotNow where that can't be done so, and
        when that state is another one than the expected."""
        if self._standby is not None:
            raise NotNow
        if isinstance(self._primary, EmbeddedDatabase):
            return self._primary.read_small(read, expected)
        return await self._primary.read_small(self.read_engine, read, expected)

    async def probe(self, statement: Select[*tuple[Any, ...]]) -> tuple[Any, ...]:
        """The same within two seconds, or what the driver raises.

        Who asks while another one waits, waits for the same answer: a server that hangs is not asked again and again.
        """
        self._primary.check()
        probe = self._probe
        if probe is None or probe.done():
            probe = self._probe = asyncio.create_task(self.read_row(statement))
            probe.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.wait({probe}, timeout=PROBE_SECONDS)
        if not probe.done():
            raise TimeoutError
        return probe.result()

    def write(self, *, at_length: bool = False) -> AsyncSession:
        """A session to write with, used as `async with`; whoever opened it commits. What is written `at_length` has the
        timeouts of what takes its time."""
        engine = self.long_engine if at_length else self.engine
        return _WriteSession(engine.execution_options(writes=True), self._note_commit)

    def look_up(self) -> AsyncSession:
        """A session that reads objects from the main database, never from a replica that may lag behind."""
        return AsyncSession(self.primary_read_engine, expire_on_commit=False)

    async def close(self) -> None:
        """Closes every connection."""
        if self._probe is not None:
            self._probe.cancel()
            await asyncio.wait({self._probe})
        if self._standby is not None:
            await self._standby.close()
        for part in {self._primary, self._replica}:
            await part.close()
        for engine in self._engines().values():
            await engine.dispose()

    def _note_commit(self, last: State | None) -> None:
        """Notes a commit with the last change it made, before it is acknowledged."""
        self.commits += 1
        self._primary.check()
        if last is not None and self._standby is not None:
            self._standby.note_write(last)

    def _engines(self) -> dict[str, AsyncEngine]:
        """All engines with connections of their own, by the name of their pool."""
        engines = {"write": self.engine, "read": self.read_engine, "file": self.file_engine}
        if self.long_engine is not self.engine:
            engines["long_write"] = self.long_engine
        if self._replica is not self._primary:
            engines |= {"primary_read": self.primary_read_engine, "primary_file": self.primary_file_engine}
        if isinstance(self._replica, ServerDatabase):
            engines["state"] = self._replica.small_reads
        if self._replica is not self._primary and isinstance(self._primary, ServerDatabase):
            engines["primary_state"] = self._primary.small_reads
        return engines


class _WriteSession(AsyncSession):
    """A session whose commit is one only when what was written can be found afterwards."""

    def __init__(self, engine: AsyncEngine, committed: Callable[[State | None], None]) -> None:
        if not are_installed():
            raise RuntimeError("nothing would write the history: call app.listeners.install_listeners first")
        super().__init__(engine, expire_on_commit=False, autoflush=False)
        self._committed = committed

    async def commit(self) -> None:
        """Commits. Raises FileReplaced when the change went to a file that is gone."""
        await super().commit()
        state = state_of(self)
        last, state.last_change = state.last_change, None
        self._committed(last)


async def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


DatabaseDep = Annotated[Database, Depends(_database)]
