"""The database in a file: whether it is there, sound, and can be written."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from app.doctor.findings import Finding, ok, problem, warning
from app.doctor.machine import disk

OLDEST = (3, 35, 0)
"""The first version that gives back what it has written."""

_OF_A_NETWORK = ("nfs", "cifs", "smb", "afs", "9p", "sshfs", "glusterfs", "ceph")
_RESTORE = "Stop the service and put a backup in its place: mieux restore FILE."


def folder_of(file: Path) -> Iterator[Finding]:
    """Whether the file's folder is there, has room, and can be written."""
    folder = file.absolute().parent
    if not folder.is_dir():
        yield problem("database", f"There is no folder {folder}.", "Make it, or correct MIEUX_DATABASE_URL.")
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        remedy = f"Give it to the user that runs the service: chown {os.geteuid()} {folder}"
        yield problem("database", f"The folder {folder} can't be written: SQLite needs files beside its own.", remedy)
    if (kind := _file_system(folder)) and any(name in kind for name in _OF_A_NETWORK):
        remedy = "Put the file on a disk of this machine: locks don't hold over a network."
        yield warning("database", f"The file lies on a network ({kind}).", remedy)
    yield disk(folder, "the database", 2 * file.stat().st_size if file.is_file() else 0)


def _file_system(folder: Path) -> str:
    """The kind of file system that a folder lies on; empty where the system doesn't say."""
    try:
        mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text("utf-8", "replace").splitlines()]
    except OSError:
        return ""
    above = {str(parent) for parent in (folder, *folder.parents)}
    return max(((len(point), kind) for point, kind in mounts if point in above), default=(0, ""))[1]


def file_itself(file: Path) -> Iterator[Finding]:
    """Whether the file is a sound database that can be written. It isn't made when it is missing."""
    if not file.exists():
        yield warning("database", f"There is no file {file} yet.", "The first start makes it: mieux serve.")
        return
    if sqlite3.sqlite_version_info < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        remedy = f"Use a Python with SQLite {oldest} or newer."
        yield problem("database", f"The library is SQLite {sqlite3.sqlite_version}.", remedy)
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=2)) as connection:
            yield from _content(connection, file)
            yield from _writing(connection, file)
    except sqlite3.OperationalError as error:
        yield problem(
            "database", f"The file {file} can't be used: {error}.", "Check whose file it is, and its permissions."
        )
    except sqlite3.DatabaseError as error:
        yield problem("database", f"The file {file} is damaged, or no database: {error}.", _RESTORE)


def _content(connection: sqlite3.Connection, file: Path) -> Iterator[Finding]:
    encoding = connection.execute("PRAGMA encoding").fetchone()[0]
    yield ok("database", f"{file} is a database of SQLite ({sqlite3.sqlite_version}, {encoding}).")
    faults = [row[0] for row in connection.execute("PRAGMA quick_check(3)") if row[0] != "ok"]
    faults += [
        f"a row of {row[0]} refers to nothing" for row in connection.execute("PRAGMA foreign_key_check").fetchmany(3)
    ]
    if faults:
        yield problem("database", f"The file is damaged: {'; '.join(faults)}.", _RESTORE)
    else:
        yield ok("database", "The file is sound (quick_check, foreign_key_check).")


def _writing(connection: sqlite3.Connection, file: Path) -> Iterator[Finding]:
    mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    if mode != "wal":
        remedy = "Put the file on a disk of this machine that the service may write."
        yield problem("database", f"The file can't be written while it is read (its journal is '{mode}').", remedy)
    connection.isolation_level = None
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            remedy = "Find who holds it: an import that goes on, or a program that is open on the file."
            yield warning("database", "Another process has been writing for more than two seconds.", remedy)
        else:
            remedy = f"Give it to the user that runs the service: chown {os.geteuid()} {file}*"
            yield problem("database", f"The file can't be written: {error}.", remedy)
    else:
        yield ok("database", "The file can be written, also while it is read.")
