"""The state of the data, for every request that might be answered from a cache.

An embedded database is asked directly, which takes some microseconds, and once for all requests of one turn of the
event loop: whatever came in during that turn was sent before. A server is asked once in `STALE_SECONDS`, which is how
long another process may have changed the data without being noticed here. What this process commits is known at once.
"""

import asyncio
from math import inf
from time import monotonic
from typing import Any

from sqlalchemy import Select

from app.core.database import Database

STALE_SECONDS = 0.02

Row = tuple[Any, ...]


class LatestState:
    """The row of a statement that tells the state of the data."""

    def __init__(self, database: Database, statement: Select[*Row]) -> None:
        self._database, self._statement = database, statement
        self._row: Row | None = None
        self._until = 0.0
        self._commits = 0
        """How many commits there were when the row was read, and until when it may be used."""
        self._reading: asyncio.Task[Row] | None = None
        self._reading_commits = 0

    def known(self) -> Row | None:
        """The state; None where it takes a statement to a server. Raises what the driver raises."""
        if monotonic() < self._until and self._commits == self._database.commits:
            return self._row
        row = self._database.read_row_now(self._statement)
        if row is not None:
            self._keep(row, inf, self._database.commits)
            asyncio.get_running_loop().call_soon(self._end_turn)
        return row

    async def read(self) -> Row:
        """The state. Raises what the driver raises."""
        row = self.known()
        if row is not None:
            return row
        reading, commits = self._reading, self._database.commits
        if reading is None or reading.done() or self._reading_commits != commits:
            reading = self._reading = asyncio.create_task(self._read(commits))
            reading.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._reading_commits = commits
        return await asyncio.shield(reading)

    async def _read(self, commits: int) -> Row:
        until = monotonic() + STALE_SECONDS
        row = await self._database.read_row(self._statement)
        if commits == self._database.commits:
            self._keep(row, until, commits)
        return row

    def _keep(self, row: Row, until: float, commits: int) -> None:
        self._row, self._until, self._commits = row, until, commits

    def _end_turn(self) -> None:
        self._until = 0.0
