"""Whether the file of an embedded database is still the one that was opened.

SQLite goes on with the file that it opened, also where that was moved away, removed or replaced: what is written then
is acknowledged, and gone. The same holds for the two files beside it, the write-ahead log and its index, which exist
for as long as a connection is open.
"""

import logging
import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

log = logging.getLogger(__name__)

Identity = tuple[int, int] | None
Execute = Callable[[str], Any]


class FileReplaced(OSError):
    """The database's file, or a file that belongs to it, is not the one that was opened."""


class DatabaseFile:
    """The files of a database, as this process opened them."""

    def __init__(self, path: str) -> None:
        self.path = str(Path(path).absolute())
        self._log = tuple(f"{self.path}{ending}" for ending in ("-wal", "-shm"))
        self._opened: Identity = None
        self._opened_log: tuple[Identity, ...] = ()
        self._connections = 0
        self._is_lost = False

    def watch(self, engine: AsyncEngine) -> None:
        """Counts the connections of an engine, and refuses one to another file. `opened` has to be called by whatever
        sets a new connection up, when that has read from the database."""
        event.listen(engine.sync_engine, "do_connect", lambda *_: self.check())
        for kind in ("close", "close_detached"):
            event.listen(engine.sync_engine, kind, lambda *_: self.closed())

    def opened(self) -> None:
        """Takes account of a new connection. Raises FileReplaced when it is one to another file."""
        if not self._connections:
            self.check_file()
            self._opened = _identity(self.path)
            self._opened_log = tuple(map(_identity, self._log))
        self.check()
        self._connections += 1

    def closed(self) -> None:
        """Takes account of a connection that was closed. With the last one, SQLite removes the log and its index."""
        self._connections -= 1

    def check_file(self, execute: Execute | None = None) -> None:
        """Raises FileReplaced when another file is found under the path than the one that was opened, or none.

        `execute` runs a statement over a connection that is open. With it, all that the log holds is moved to the file
        that it belongs to, so that this is complete wherever it was moved, and the log harms no other file.
        """
        if self._opened is not None and _identity(self.path) != self._opened:
            self._refuse(execute)

    def check(self, execute: Execute | None = None) -> None:
        """Raises FileReplaced as `check_file` does, and also when the log was removed: connections that were made
        before and after that would not see what the others write."""
        self.check_file(execute)
        if self._connections and tuple(map(_identity, self._log)) != self._opened_log:
            self._refuse(execute)
        self._is_lost = False

    def _refuse(self, execute: Execute | None) -> NoReturn:
        if not self._is_lost:
            self._is_lost = True
            log.error("%s was replaced or removed while it was open: put it back, or restart the service", self.path)
        if execute is not None:
            with suppress(sqlite3.Error, DBAPIError):
                execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raise FileReplaced(
            "The database's file was replaced or removed while it was open. The service goes on when the file is back, "
            "or after a restart."
        )


def _identity(path: str) -> Identity:
    try:
        found = os.stat(path)  # noqa: PTH116 - a Path takes three times as long
    except OSError:
        return None
    return (found.st_dev, found.st_ino)
