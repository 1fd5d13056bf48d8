"""Connections to a PostgreSQL server: no wait is without end, and one that was cut is made again.

The server ends what takes too long, as long as it runs at all. A server that was stopped in its tracks, and a network
that swallows everything, end nothing: what takes longer than the server would allow is given up from this side, too.
"""

import time
from asyncio import CancelledError
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Select, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import await_only, greenlet_spawn

from app.core.database_errors import open_engine
from app.core.database_url import Server
from app.core.problems import Problem
from app.core.statements import STATE, NotNow, Row, Rows, State, Statement
from app.core.timeouts import Timeouts

T = TypeVar("T")

RESTED_SECONDS = 5.0
"""A connection that was not used for longer is tried before it is: a firewall on the way may have dropped it."""
TRIAL_SECONDS = 1.0
GRACE_SECONDS = 0.5
"""By how much the server's own bound comes first."""
SMALL_READS = Timeouts(wait=0.75, statement=1.0, idle=None)

_READ_ONLY = "25006"
_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class ServerDatabase:
    """A database of a PostgreSQL server, and what connects to it.

    A process has up to 26 connections, or 44 when it reads from a replica.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._is_closing = False
        self.small_reads = self._engine(SMALL_READS, kept=1, more=1, isolation_level="AUTOCOMMIT")

    def to_write(self, timeouts: Timeouts) -> AsyncEngine:
        """An engine to write with."""
        return self._engine(timeouts, kept=2, more=4)

    def to_write_at_length(self, timeouts: Timeouts) -> AsyncEngine:
        """An engine for what takes its time."""
        return self._engine(timeouts, kept=1, more=1)

    def to_read(self, timeouts: Timeouts) -> AsyncEngine:
        """An engine to read with: what a transaction reads is one snapshot."""
        return self._engine(timeouts, kept=4, more=6).execution_options(**_SNAPSHOT)

    def to_read_at_length(self, timeouts: Timeouts) -> AsyncEngine:
        """An engine to read everything with."""
        return self._engine(timeouts, kept=1, more=5).execution_options(**_SNAPSHOT)

    async def read_row(self, statement: Select[*tuple[Any, ...]]) -> tuple[Any, ...]:
        """The one row of a small statement, over connections for nothing else."""
        async with self.small_reads.connect() as connection:
            return tuple((await connection.execute(statement)).one())

    async def read_small(self, engine: AsyncEngine, read: Callable[[Rows], T], expected: State | None) -> T:
        """What a function reads from one state, without a transaction: to begin and end one takes longer than to read.

        Each statement says which state it saw. Raises NotNow when that is not the same for all, or not the expected
        one, and when the server refuses a statement.
        """
        return await greenlet_spawn(_read_small, engine, read, expected)

    def read_row_now(self, _statement: Select[*tuple[Any, ...]]) -> None:
        """A server has to be waited for."""

    def check(self) -> None:
        """A server looks after its own files."""

    async def close(self) -> None:
        """Closes the connections for small reads. Those of the engines are theirs, but from now on they are closed
        without waiting for a server that may not answer."""
        self._is_closing = True
        await self.small_reads.dispose()

    def _engine(self, timeouts: Timeouts, *, kept: int, more: int, **options: Any) -> AsyncEngine:
        engine = open_engine(
            "postgresql+asyncpg://",
            connect_args=_connect_args(self._server, timeouts),
            pool_size=kept,
            max_overflow=more,
            pool_timeout=timeouts.queue,
            **options,
        )
        event.listen(engine.sync_engine, "checkin", _note_use)
        event.listen(engine.sync_engine, "checkout", _replace_if_lost)
        event.listen(engine.sync_engine, "handle_error", _give_up)
        event.listen(engine.sync_engine, "close", self._end)
        return engine

    def _end(self, connection: Any, _record: Any) -> None:
        if self._is_closing:
            connection.driver_connection.terminate()


_SEEN = "SELECT q.*, (SELECT epoch || ' ' || sequence FROM registry_state) FROM ({}) AS q"


def _read_small(engine: AsyncEngine, read: Callable[[Rows], T], expected: State | None) -> T:
    connection = engine.sync_engine.raw_connection()
    driver: Any = connection.driver_connection
    errors: Any = engine.dialect.loaded_dbapi
    seen: set[str] = set()

    def rows(statement: Statement, /, **parameters: Any) -> list[Row]:
        compiled = statement.on(engine.dialect)
        text, values = compiled.text(parameters)
        found = await_only(driver.fetch(_SEEN.format(text), *values))
        seen.update(record[-1] for record in found[:1])
        return compiled.rows([record[:-1] for record in found])

    def check() -> None:
        if not seen:
            rows(STATE)
        if len(seen) > 1 or (expected is not None and seen != {f"{expected[0]} {expected[1]}"}):
            raise NotNow

    try:
        try:
            result = read(rows)
        except Problem:
            check()  # what follows from two states is no reason to refuse
            raise
        check()
    except (errors.asyncpg.PostgresError, errors.asyncpg.InterfaceError) as error:
        raise NotNow from error
    except (TimeoutError, CancelledError):
        driver.terminate()
        connection.invalidate()
        raise
    finally:
        connection.close()
    return result


def _connect_args(server: Server, timeouts: Timeouts) -> dict[str, Any]:
    bounds = {
        "lock_timeout": timeouts.wait,
        "statement_timeout": timeouts.statement or 0,
        "idle_in_transaction_session_timeout": timeouts.idle or 0,
    }
    connect_timeout = timeouts.wait if server.connect_timeout is None else server.connect_timeout
    return {
        "dsn": server.dsn,
        "ssl": True if server.verify_by_system else None,
        "timeout": connect_timeout or None,
        "command_timeout": None if timeouts.statement is None else timeouts.statement + GRACE_SECONDS,
        "server_settings": {
            "application_name": server.application_name,
            # Of two options of one name, the last one counts: the URL's own.
            "options": " ".join(
                [*(f"-c {name}={round(seconds * 1000)}" for name, seconds in bounds.items()), server.options]
            ).strip(),
        },
    }


def _note_use(_connection: Any, record: Any) -> None:
    record.info["used"] = time.monotonic()


def _replace_if_lost(connection: Any, record: Any, _proxy: Any) -> None:
    """Has a connection made again that was cut, or that doesn't answer after a rest.

    That a server closed it is known here without asking, so that this costs a connection in constant use nothing.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError
    used = record.info.get("used")
    if used is None or time.monotonic() - used < RESTED_SECONDS:
        return
    try:
        connection.run_async(lambda driver: driver.execute(";", timeout=TRIAL_SECONDS))
    except Exception as error:
        connection.driver_connection.terminate()
        raise DisconnectionError from error


def _give_up(context: Any) -> None:
    """Drops a connection over which no answer came: to wait for the end of what it does would be to wait again. Drops
    all of them when the server takes no changes: another one may have taken its place."""
    used = context.connection
    if getattr(context.original_exception, "sqlstate", None) == _READ_ONLY:
        context.is_disconnect = True
    if isinstance(context.original_exception, TimeoutError) and used is not None and not used.invalidated:
        used.connection.driver_connection.terminate()
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = False
