"""The record as a SQLite database: related tables with their keys, and nothing of the service's own machinery."""

import sqlite3
import tempfile
from asyncio import to_thread
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from app.core.formats.tables import Kind
from app.exports.resources import RESOURCES, Resource
from app.exports.scope import Scope

_TYPES = {
    Kind.TEXT: "TEXT",
    Kind.INTEGER: "INTEGER",
    Kind.BOOLEAN: "INTEGER",
    Kind.DATE: "TEXT",
    Kind.INSTANT: "TEXT",
}


async def database_file(scope: Scope, metadata: Mapping[str, str]) -> IO[bytes]:
    """The database, as an open file that no folder lists any more."""
    with tempfile.TemporaryDirectory(prefix="mieux-export-") as folder:
        path = Path(folder) / "registry.sqlite"
        # Statements run in threads, one after the other.
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode=OFF")
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("BEGIN")
            for resource in RESOURCES:
                connection.execute(_table(resource, scope))
            for resource in RESOURCES:
                marks = ", ".join("?" * len(resource.columns))
                statement = f'INSERT INTO "{resource.name}" VALUES ({marks})'  # noqa: S608 - names of our own
                async for rows in resource.read(scope):
                    await to_thread(connection.executemany, statement, [_stored(row) for row in rows])
            await to_thread(_finish, connection, scope, metadata)
        finally:
            connection.close()
        return path.open("rb")


def _stored(row: Sequence[Any]) -> list[Any]:
    return [value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value for value in row]


def _table(resource: Resource, scope: Scope) -> str:
    references = resource.keys_within(scope)
    lines = []
    for column in resource.columns:
        line = f'"{column.name}" {_TYPES[column.kind]}'
        if column.name in resource.primary_key:
            line += " NOT NULL"
        if column.name in references:
            table, key = references[column.name]
            line += f' REFERENCES "{table}" ("{key}")'
        lines.append(line)
    keys = ", ".join(f'"{name}"' for name in resource.primary_key)
    return f'CREATE TABLE "{resource.name}" ({", ".join([*lines, f"PRIMARY KEY ({keys})"])})'


def _finish(connection: sqlite3.Connection, scope: Scope, metadata: Mapping[str, str]) -> None:
    """Adds indexes, what each column means, and what the file is."""
    for resource in RESOURCES:
        for name in resource.keys_within(scope):
            if name != resource.primary_key[0]:
                connection.execute(f'CREATE INDEX "ix_{resource.name}_{name}" ON "{resource.name}" ("{name}")')
    connection.execute('CREATE TABLE "codebook" ("table" TEXT, "column" TEXT, "type" TEXT, "definition" TEXT)')
    connection.executemany(
        "INSERT INTO codebook VALUES (?, ?, ?, ?)",
        [
            (resource.name, column.name, column.kind.value, column.definition)
            for resource in RESOURCES
            for column in resource.columns
        ],
    )
    connection.execute('CREATE TABLE "about" ("name" TEXT PRIMARY KEY, "value" TEXT)')
    connection.executemany("INSERT INTO about VALUES (?, ?)", list(metadata.items()))
    connection.execute("COMMIT")
    connection.execute("ANALYZE")
