"""Engines, connections and sessions, for SQLite (embedded) and PostgreSQL (production).

Reading goes through plain connections: a read takes one snapshot, so that a page agrees with its total, and loads
rows, not objects. Writing goes through an ORM session that the request's end commits, before the answer leaves.
"""

import sqlite3
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import DateTime, MetaData, Select, String, event
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

from app.core.database_errors import hide_values
from app.core.embedded import ReadingDriver
from app.core.partial_dates import keep_days
from app.core.pools import MeasuredPool, pool_of


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
        """Every UPDATE and DELETE of the ORM names the version that was read."""
        return {"version_id_col": cls.version}


def database_url(written: str) -> URL:
    """The URL with the driver that this service uses: people write `sqlite:///` and `postgresql://`.

    Raises ValueError for another database.
    """
    url = make_url(written)
    match url.get_backend_name():
        case "sqlite":
            return url.set(drivername="sqlite+aiosqlite")
        case "postgresql" | "postgres":
            return url.set(drivername="postgresql+asyncpg")
        case other:
            raise ValueError(f"the database is SQLite or PostgreSQL, not {other}")


def create_engine(written: str, *, reads: bool = False, at_length: bool = False) -> AsyncEngine:
    """An engine with what each database needs to be correct under simultaneous writers; one that `reads` does no more
    than that, and one that reads `at_length` keeps little of it in memory."""
    url = database_url(written)
    if url.get_backend_name() == "sqlite":
        # A writer waits for the other one; a busy database is an error only after that time.
        driver = {"module": ReadingDriver()} if reads else {}
        engine = open_engine(url, connect_args={"timeout": 30}, pool_size=4, max_overflow=4, **driver)
        event.listen(engine.sync_engine, "connect", _set_up_sqlite)
        if reads:
            event.listen(engine.sync_engine, "connect", _forbid_writing)
        if at_length:
            event.listen(engine.sync_engine, "connect", _keep_little)
        event.listen(engine.sync_engine, "begin", _begin_reading if reads else _begin_sqlite)
        return engine
    kept, more = (1, 5) if at_length else (4, 8)
    return open_engine(url, pool_size=kept, max_overflow=more, pool_pre_ping=True)


def open_engine(url: str | URL, **options: Any) -> AsyncEngine:
    """An engine whose errors don't quote what was stored or asked for; the URL names the driver, too."""
    engine = create_async_engine(url, hide_parameters=True, poolclass=MeasuredPool, **options)
    event.listen(engine.sync_engine, "handle_error", hide_values)
    return engine


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling begins late and only for DML: we say BEGIN ourselves.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # an acknowledged change survives a power cut
        "foreign_keys=ON",
        "cache_size=-65536",
        "mmap_size=268435456",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _forbid_writing(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA query_only=ON")


def _keep_little(connection: Any, _record: Any) -> None:
    # Who reads everything once gains nothing from keeping it, and would fill the memory with it.
    connection.execute("PRAGMA cache_size=-4096")
    connection.execute("PRAGMA mmap_size=0")


def _begin_sqlite(connection: Any) -> None:
    # A deferred transaction that reads and then writes fails at once when another one wrote in between.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_reading(connection: Any) -> None:
    connection.connection.dbapi_connection.begin()


class Database:
    """The engines of a service: one to write, and one to read, which may be a replica."""

    def __init__(self, url: str, read_url: str | None = None) -> None:
        self.engine = create_engine(url)
        self.is_embedded = self.engine.dialect.name == "sqlite"
        apart = read_url or self.is_embedded
        self.read_engine = create_engine(read_url or url, reads=True) if apart else self.engine
        # Files take as long as their readers do: they have connections of their own, so that nobody waits for those.
        self.file_engine = create_engine(read_url or url, reads=True, at_length=True)
        self.pools = {
            "write": pool_of(self.engine),
            "read": pool_of(self.read_engine),
            "file": pool_of(self.file_engine),
        }
        for name, pool in self.pools.items():
            pool.show_as(name)
        self._writer = self.engine.execution_options(writes=True)
        self._glancer = self.read_engine.execution_options(isolation_level="AUTOCOMMIT")
        self._glances: sqlite3.Connection | None = None
        # One snapshot for all statements of a read. SQLite's WAL gives that by itself.
        self._reader, self._file_reader = (
            engine
            if engine.dialect.name == "sqlite"
            else engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            for engine in (self.read_engine, self.file_engine)
        )

    def read(self) -> AsyncConnection:
        """A connection to read from, used as `async with`."""
        return self._reader.connect()

    def read_at_length(self) -> AsyncConnection:
        """A connection to read everything from, for as long as that takes, used as `async with`."""
        return self._file_reader.connect()

    async def glance(self, statement: Select[*tuple[Any, ...]]) -> tuple[Any, ...]:
        """The one row of a small statement, from where reads read, with as little ado as possible."""
        if self.read_engine.dialect.name != "sqlite":
            async with self._glancer.connect() as connection:
                return tuple((await connection.execute(statement)).one())
        if self._glances is None:
            assert self.read_engine.url.database is not None
            self._glances = sqlite3.connect(self.read_engine.url.database, isolation_level=None)
        row = self._glances.execute(_as_text(statement)).fetchone()
        return tuple(row)

    def read_primary(self) -> AsyncConnection:
        """A connection to read one snapshot of the main database itself, never of a replica that may lag behind."""
        if self.is_embedded:
            return self.read_engine.connect() if self.read_engine.url == self.engine.url else self.engine.connect()
        return self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True).connect()

    def write(self) -> AsyncSession:
        """A session to write with, used as `async with`; whoever opened it commits."""
        return AsyncSession(self._writer, expire_on_commit=False, autoflush=False)

    def look_up(self) -> AsyncSession:
        """A session that reads objects from the main database, never from a replica that may lag behind."""
        return AsyncSession(self.engine, expire_on_commit=False)

    async def close(self) -> None:
        """Closes every connection."""
        if self._glances is not None:
            self._glances.close()
            self._glances = None
        await self.engine.dispose()
        await self.read_engine.dispose()
        await self.file_engine.dispose()


@lru_cache(maxsize=8)
def _as_text(statement: Select[*tuple[Any, ...]]) -> str:
    return str(statement.compile(dialect=sqlite_dialect()))


async def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


DatabaseDep = Annotated[Database, Depends(_database)]
