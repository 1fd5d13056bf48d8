"""What is wrong with the database when it does not do what it was asked to, for those who have to try again."""

import errno
import logging
import sqlite3

from fastapi import Request, Response
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from app.core.database_file import FileReplaced
from app.core.logs import describe
from app.core.problems import Unavailable, problem_response

log = logging.getLogger(__name__)

DATABASE_ERRORS = (SQLAlchemyError, sqlite3.Error, OSError)
"""What a database that fails raises; a server that can't be reached is an OSError of its driver."""

_LOCKED = ("Somebody else is changing the same records, or the database as a whole.", 2)
_SLOW = ("The database did not answer in time.", 5)
_FULL = ("The database has no space left on its disk.", 30)
_READ_ONLY = ("The database can't be written to at the moment.", 30)
_BROKEN = ("The database's file can't be read or written.", 30)
_UNREACHABLE = ("The database can't be reached.", 5)
_BUSY = ("All connections to the database are in use.", 2)
_LOST = ("The connection to the database was lost.", 1)

# By SQLSTATE or its class, the longer ones first.
_SERVER = {
    "25006": _READ_ONLY,
    "25P03": _LOST,
    "53100": _FULL,
    "55P03": _LOCKED,
    "57014": _SLOW,
    "08": _LOST,
    "28": ("The database does not accept the service.", 30),
    "3D": ("The database does not exist.", 30),
    "40": ("Another change was made at the same moment.", 1),
    "53": ("The database has no connections or memory left.", 5),
    "57": ("The database is being stopped or started.", 5),
    "58": _BROKEN,
}
_EMBEDDED = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_INTERRUPT: _SLOW,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_IOERR: _BROKEN,
    sqlite3.SQLITE_CANTOPEN: _BROKEN,
    sqlite3.SQLITE_CORRUPT: _BROKEN,
    sqlite3.SQLITE_NOTADB: _BROKEN,
}


def outage(error: Exception) -> Unavailable | None:
    """The problem of a database that can't do its work at the moment; None where the fault is the service's own."""
    found = _reason(error)
    if found is None:
        return None
    detail, seconds = found
    return Unavailable(detail, headers={"Retry-After": str(seconds)})


def refuse(request: Request, error: Exception) -> Response | None:
    """That problem as an answer, with a line in the log; None as above."""
    problem = outage(error)
    if problem is None:
        return None
    log.error("database unavailable", extra={"fields": {"error": describe(error)}})
    return problem_response(request, problem)


def _reason(error: BaseException | None) -> tuple[str, int] | None:
    match error:
        case DBAPIError():
            return _of_driver(error)
        case sqlite3.Error():
            return _EMBEDDED.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
        case NoConnectionLeft():
            return _BUSY
        case FileReplaced():
            return str(error), 30
        case OSError():
            return _of_system(error)
    return None


def _of_system(error: OSError) -> tuple[str, int]:
    if isinstance(error, TimeoutError):
        return _SLOW
    return _FULL if error.errno in (errno.ENOSPC, errno.EDQUOT) else _UNREACHABLE


def _of_driver(error: DBAPIError) -> tuple[str, int] | None:
    if isinstance(error.orig, sqlite3.Error):
        return _reason(error.orig) or (_LOST if error.connection_invalidated else None)
    state = str(getattr(error.orig, "sqlstate", None) or "")
    for start, reason in _SERVER.items():
        if state.startswith(start):
            return reason
    if error.connection_invalidated:
        return _LOST
    # No statement and no answer of the server: there is no connection that could be made.
    return _UNREACHABLE if error.statement is None and not state else None
