"""Connections to the embedded database.

SQLite runs inside this process. Its driver for asyncio hands every step of a statement to a thread and waits for it;
for the short statements of a list or a record that costs several times what the statement itself does. So a statement
that only reads is first run where it is, for at most a few milliseconds; one that takes longer, or has to wait for a
lock, is stopped and run again in the connection's thread, so that it holds up nobody else. What writes can't be stopped
without undoing its transaction: it goes to the thread at once, in one step.
"""

import sqlite3
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy import Select, event
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.dialects.sqlite.aiosqlite import dialect as sqlite_dialect
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.database_errors import open_engine
from app.core.database_file import DatabaseFile
from app.core.statements import STATE, NotNow, Row, Rows, State, Statement
from app.core.timeouts import Timeouts

T = TypeVar("T")

SECONDS = 0.005
STEPS = 5000
"""How many of SQLite's steps lie between two looks at the clock: about 50 microseconds."""

MAPPED_BYTES = 2**31 - 65536
"""How much of the file is mapped: the most that SQLite maps by default."""


_DIALECT = sqlite_dialect()


class EmbeddedDatabase:
    """A database of SQLite, and what connects to it."""

    def __init__(self, path: str) -> None:
        self.file = DatabaseFile(path)
        self._small_reads: sqlite3.Connection | None = None

    def to_write(self, timeouts: Timeouts) -> AsyncEngine:
        """An engine to write with. There is one writer at a time: to queue for its connection is fair, where SQLite
        would have those who wait try again."""
        return self._engine(timeouts, kept=1, more=0)

    def to_read(self, timeouts: Timeouts) -> AsyncEngine:
        """An engine to read with: what a transaction reads is one snapshot."""
        return self._engine(timeouts, kept=4, more=4, reads=True)

    def to_read_at_length(self, timeouts: Timeouts) -> AsyncEngine:
        """An engine to read everything with, which keeps little of it in memory."""
        return self._engine(timeouts, kept=4, more=4, reads=True, at_length=True)

    async def read_row(self, statement: Select[*tuple[Any, ...]]) -> tuple[Any, ...]:
        """The one row of a small statement."""
        return self.read_row_now(statement)

    def read_row_now(self, statement: Select[*tuple[Any, ...]]) -> tuple[Any, ...]:
        """The one row of a small statement, which is run where it is and waits for nothing."""
        return tuple(self._reader().execute(_as_text(statement)).fetchone())

    def read_small(self, read: Callable[[Rows], T], expected: State | None) -> T:
        """What a function reads from one state, by statements that are run where they are, and wait for nothing.

        Raises NotNow when one takes longer, or would have to wait, and for another state than the expected one.
        """
        try:
            connection = self._reader()
        except sqlite3.Error as error:  # whoever reads at length says what is wrong
            raise NotNow from error
        deadline = 0.0

        def rows(statement: Statement, /, **parameters: Any) -> list[Row]:
            nonlocal deadline
            deadline = time.monotonic() + SECONDS
            compiled = statement.on(_DIALECT)
            return compiled.rows(connection.execute(*compiled.text(parameters)).fetchall())

        connection.set_progress_handler(lambda: time.monotonic() > deadline, STEPS)
        try:
            connection.execute("BEGIN")
            if expected is not None and tuple(rows(STATE)[0].values()) != expected:
                raise NotNow
            return read(rows)
        except sqlite3.Error as error:
            raise NotNow from error
        finally:
            connection.set_progress_handler(None, 0)
            connection.rollback()

    def check(self) -> None:
        """Raises FileReplaced when what is written would be lost."""
        self.file.check(None if self._small_reads is None else self._small_reads.execute)

    async def close(self) -> None:
        """Closes the connection for small reads; those of the engines are theirs."""
        if self._small_reads is not None:
            self._small_reads.close()
            self._small_reads = None
            self.file.closed()

    def _engine(
        self, timeouts: Timeouts, *, kept: int, more: int, reads: bool = False, at_length: bool = False
    ) -> AsyncEngine:
        file = self.file
        engine = open_engine(
            URL.create("sqlite+aiosqlite", database=file.path),
            connect_args={"timeout": timeouts.wait},
            pool_size=kept,
            max_overflow=more,
            pool_timeout=timeouts.queue,
            module=Driver(timeouts, reads=reads),
        )
        file.watch(engine)

        def set_up(connection: Any, _record: Any) -> None:
            _set_up(connection, reads=reads, at_length=at_length)
            file.opened()

        def begin(connection: Any) -> None:
            # A deferred transaction that reads and then writes fails at once when another one wrote in between.
            writes = connection.get_execution_options().get("writes", False)
            file.check(connection.exec_driver_sql)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

        def begin_reading(connection: Any) -> None:
            reader = connection.connection.dbapi_connection
            file.check_file(reader.run)
            reader.run("BEGIN")

        event.listen(engine.sync_engine, "connect", set_up)
        event.listen(engine.sync_engine, "begin", begin_reading if reads else begin)
        return engine

    def _reader(self) -> sqlite3.Connection:
        """The connection for small reads."""
        if self._small_reads is None:
            self._small_reads = self._connect_to_read()
        self.file.check_file(self._small_reads.execute)
        return self._small_reads

    def _connect_to_read(self) -> sqlite3.Connection:
        self.file.check_file()
        connection = sqlite3.connect(self.file.path, timeout=0, isolation_level=None)
        try:
            _set_up(connection, reads=True, at_length=False)
            self.file.opened()
        except BaseException:
            connection.close()
            raise
        return connection


@lru_cache(maxsize=8)
def _as_text(statement: Select[*tuple[Any, ...]]) -> str:
    return str(statement.compile(dialect=_DIALECT))


def _set_up(connection: Any, *, reads: bool, at_length: bool) -> None:
    # The driver's own transaction handling begins late and only for DML: we say BEGIN ourselves.
    connection.isolation_level = None
    pragmas = {
        "journal_mode": "WAL",
        "synchronous": "FULL",  # an acknowledged change survives a power cut
        "foreign_keys": "ON",
        # Pages come from one map of the file, which all connections share; each has few of its own. Who reads
        # everything once gains nothing from keeping it, and would fill the memory with it.
        "cache_size": -4096,
        "mmap_size": 0 if at_length else MAPPED_BYTES,
    }
    pragmas["busy_timeout"] = 0  # a lock is waited for in the connection's thread, never in the event loop
    if reads:
        pragmas["query_only"] = "ON"
    cursor = connection.cursor()
    for name, value in pragmas.items():
        cursor.execute(f"PRAGMA {name}={value}")
    cursor.execute("PRAGMA schema_version")  # reads from the file, and so opens the log
    cursor.close()


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    """Runs a statement here, or else in the connection's thread; either way its rows are there when it is done."""

    __slots__ = ()

    _awaitable_cursor_close = False

    def _make_new_cursor(self, connection: Any) -> Any:
        return connection._conn.cursor()  # noqa: SLF001

    def _aenter_cursor(self, cursor: Any) -> Any:
        return cursor

    async def _execute_async(self, operation: Any, parameters: Any) -> None:
        """Runs a statement and fetches its rows."""
        connection: sqlite3.Connection = self._connection._conn  # noqa: SLF001
        if not (self._adapt_connection.dbapi.reads or operation.startswith("SELECT")):
            await self._patiently(connection, self._run, operation, parameters)
            return
        deadline = time.monotonic() + SECONDS
        connection.set_progress_handler(lambda: time.monotonic() > deadline, STEPS)
        try:
            self._run(operation, parameters)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_BUSY):
                raise
        else:
            return
        finally:
            connection.set_progress_handler(None, 0)
        await self._patiently(connection, self._run, operation, parameters)

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> None:
        """Runs a statement for each of several sets of parameters."""
        connection: sqlite3.Connection = self._connection._conn  # noqa: SLF001
        await self._patiently(connection, self._cursor.executemany, operation, seq_of_parameters)

    async def _patiently(self, connection: sqlite3.Connection, run: Any, *statement: Any) -> None:
        await self._connection._execute(self._run_patiently, connection, run, *statement)  # noqa: SLF001

    def _run_patiently(self, connection: sqlite3.Connection, run: Any, *statement: Any) -> None:
        timeouts: Timeouts = self._adapt_connection.dbapi.timeouts
        connection.execute(f"PRAGMA busy_timeout={round(timeouts.wait * 1000)}")
        if timeouts.statement is not None:
            deadline = time.monotonic() + timeouts.statement
            connection.set_progress_handler(lambda: time.monotonic() > deadline, STEPS)
        try:
            run(*statement)
        finally:
            connection.set_progress_handler(None, 0)
            connection.execute("PRAGMA busy_timeout=0")

    def _run(self, operation: Any, parameters: Any) -> None:
        cursor: Any = self._cursor
        cursor.execute(operation, parameters or ())
        self._rows = deque(cursor.fetchall())


class _WritingConnection(AsyncAdapt_aiosqlite_connection):
    """A connection whose statements take one step each."""

    __slots__ = ()

    _cursor_cls = _Cursor

    def rollback(self) -> None:
        """Undoes the transaction, if there is one."""
        connection = self._connection._connection  # noqa: SLF001
        if connection is not None and connection.in_transaction:
            super().rollback()


class _ReadingConnection(_WritingConnection):
    """A connection that is only read from: to begin and end its transaction is nothing to wait for."""

    __slots__ = ()

    def run(self, statement: str) -> None:
        """Runs a statement here that has no rows and takes no time."""
        self._connection._conn.execute(statement)  # noqa: SLF001

    def rollback(self) -> None:
        """Ends the snapshot."""
        self._connection._conn.rollback()  # noqa: SLF001


class Driver(AsyncAdapt_aiosqlite_dbapi):
    """The driver of an engine. What only reads is ended by its timeout, too."""

    def __init__(self, timeouts: Timeouts, *, reads: bool) -> None:
        super().__init__(aiosqlite, sqlite3)  # type: ignore[no-untyped-call, unused-ignore]
        self.timeouts = timeouts if reads else replace(timeouts, statement=None)
        self.reads = reads

    def connect(self, *arg: Any, **kw: Any) -> AsyncAdapt_aiosqlite_connection:
        """Opens a connection that this thread and its own take turns to use."""
        kind = _ReadingConnection if self.reads else _WritingConnection
        return kind(self, super().connect(*arg, **kw | {"check_same_thread": False})._connection)  # noqa: SLF001
