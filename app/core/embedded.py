"""Reading from the embedded database without a thread's help where that is quicker.

SQLite runs inside this process. Its driver for asyncio hands every step of a statement to a thread and waits for it;
for the short statements of a list or a record that costs several times what the statement itself does. Here a
statement is first run where it stands, for at most a few milliseconds; one that takes longer is stopped and run anew
in the connection's thread, so that it holds up nobody else.
"""

import sqlite3
import time
from collections import deque
from typing import Any

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)

SECONDS = 0.005
STEPS = 5000
"""How many of SQLite's steps lie between two looks at the clock: about 50 microseconds."""


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
        deadline = time.monotonic() + SECONDS
        connection.set_progress_handler(lambda: time.monotonic() > deadline, STEPS)
        try:
            self._run(operation, parameters)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
        else:
            return
        finally:
            connection.set_progress_handler(None, 0)
        await self._connection._execute(self._run, operation, parameters)  # noqa: SLF001

    def _run(self, operation: Any, parameters: Any) -> None:
        cursor: Any = self._cursor
        cursor.execute(operation, parameters or ())
        self._rows = deque(cursor.fetchall())


class _Connection(AsyncAdapt_aiosqlite_connection):
    """A connection that is only read from: to end its transaction is nothing to wait for."""

    __slots__ = ()

    _cursor_cls = _Cursor

    def begin(self) -> None:
        """Makes the statements that follow read one snapshot."""
        self._connection._conn.execute("BEGIN")  # noqa: SLF001

    def rollback(self) -> None:
        """Ends the snapshot."""
        self._connection._conn.rollback()  # noqa: SLF001


class ReadingDriver(AsyncAdapt_aiosqlite_dbapi):
    """The driver of an engine that only reads: `create_async_engine(url, module=ReadingDriver())`."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)  # type: ignore[no-untyped-call, unused-ignore]

    def connect(self, *arg: Any, **kw: Any) -> _Connection:
        """Opens a connection that this thread and its own take turns to use."""
        return _Connection(self, super().connect(*arg, **kw | {"check_same_thread": False})._connection)  # noqa: SLF001
