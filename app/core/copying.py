"""Copies of tables in a SQLite file of their own: for a release, and for a backup of either database.

A copy is read from one snapshot while others go on writing, and it is written beside its place and moved there when it
is whole.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, bindparam, cast, func, insert, inspect, select, text, update
from sqlalchemy.dialects.postgresql import REGCLASS
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.database_errors import open_engine
from app.core.progress import Progress, silent

BATCH = 1000


def _stored(table: Table) -> list[Column[Any]]:
    """The columns that are stored: those that the database computes come by themselves."""
    return [column for column in table.columns if column.computed is None]


def _self_references(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns for key in column.foreign_keys if key.column.table is table]


async def columns_present(connection: AsyncConnection, tables: Sequence[Table]) -> dict[str, set[str]]:
    """The names of the columns that a database has of each of the tables, by the table's name."""

    def look(sync: Connection) -> dict[str, set[str]]:
        inspector = inspect(sync)
        found: dict[str, set[str]] = {table.name: set() for table in tables}
        for name in found.keys() & set(inspector.get_table_names()):
            found[name].update(column["name"] for column in inspector.get_columns(name))
        return found

    return await connection.run_sync(look)


def lacks_columns(table: Table, present: set[str]) -> bool:
    """Whether a stored column isn't among those that are present."""
    return any(column.name not in present for column in _stored(table))


async def copy_tables(
    source: AsyncConnection, target: AsyncConnection, tables: Sequence[Table], progress: Progress = silent
) -> dict[str, int]:
    """Copies all rows of the tables, parents first, into empty ones; gives how many rows each has.

    Columns that an older source lacks have their default.
    """
    copied = {}
    present = await columns_present(source, tables)
    for number, table in enumerate(tables):
        progress(f"copying {table.name}", number, len(tables))
        columns = [column for column in _stored(table) if column.name in present[table.name]]
        within = [column for column in _self_references(table) if column in columns]
        if not columns:
            copied[table.name] = 0
            continue
        later: list[dict[str, Any]] = []
        count = 0
        result = await source.stream(select(*columns).order_by(*table.primary_key.columns))
        async for part in result.mappings().partitions(BATCH):
            rows = [dict(row) for row in part]
            for row in rows:
                for column in within:  # what a row refers to may stand further down in the same table
                    if row[column.name] is not None:
                        later.append({"its_key": row["id"], "its_value": row[column.name]})
                        row[column.name] = None
            await target.execute(insert(table), rows)
            count += len(rows)
        for column in within:
            if later:
                statement = update(table).where(table.c.id == bindparam("its_key"))
                # What marks an edit with its moment must not take this for one.
                untouched = {other.name: other for other in table.columns if other.onupdate is not None}
                await target.execute(statement.values({**untouched, column.name: bindparam("its_value")}), later)
        copied[table.name] = count
    return copied


async def write_copy(
    source: AsyncConnection,
    file: Path,
    metadata: MetaData,
    tables: Sequence[Table],
    progress: Progress = silent,
    *,
    revision: str | None = None,
) -> dict[str, int]:
    """Writes the tables into a new SQLite file, which appears when it is whole; `revision` is the schema's, to be found
    in the file as in a database."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}.part")
    unfinished.unlink(missing_ok=True)
    engine = open_engine(f"sqlite+aiosqlite:///{unfinished}")
    try:
        async with engine.connect() as target:
            await target.run_sync(lambda sync: metadata.create_all(sync, tables=list(tables)))
            copied = await copy_tables(source, target, tables, progress)
            if revision is not None:
                await target.exec_driver_sql(
                    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"
                )
                await target.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})
            await target.commit()
            await target.exec_driver_sql("PRAGMA optimize")
        await engine.dispose()
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        unfinished.replace(file)
    finally:
        await engine.dispose()
        unfinished.unlink(missing_ok=True)
    return copied


async def replace_tables(
    source: AsyncConnection,
    target: AsyncConnection,
    tables: Sequence[Table],
    given: Mapping[str, int],
    progress: Progress = silent,
) -> dict[str, int]:
    """Replaces all rows of the target's tables by the source's, in the target's transaction.

    New rows get ids that neither database ever gave, so that whoever noted an id never finds another record under it.
    `given` is the highest id that the source is known to have given, by the name of the table, where that may be higher
    than those that it has.
    """
    for table in reversed(tables):
        for column in _self_references(table):
            await target.execute(update(table).values({column.name: None}))
        await target.execute(table.delete())
    copied = await copy_tables(source, target, tables, progress)
    for table in tables:
        await _continue_ids(target, table, given.get(table.name, 0))
    return copied


async def _continue_ids(target: AsyncConnection, table: Table, given: int) -> None:
    """New ids begin behind the copied ones and the given ones; a counter never goes back."""
    if not table.dialect_options["sqlite"]["autoincrement"]:
        return
    key = table.c.id
    last = max(await target.scalar(select(func.max(key))) or 0, given)
    if target.dialect.name == "postgresql":
        counter = await target.scalar(select(func.pg_get_serial_sequence(table.name, key.name)))
        used = await target.scalar(select(func.pg_sequence_last_value(cast(counter, REGCLASS))))
        if last > (used or 0):
            await target.execute(select(func.setval(counter, last)))
    elif last:
        named = {"name": table.name, "last": last}
        moved = text("UPDATE sqlite_sequence SET seq = max(seq, :last) WHERE name = :name")
        if not (await target.execute(moved, named)).rowcount:
            await target.execute(text("INSERT INTO sqlite_sequence VALUES (:name, :last)"), named)
