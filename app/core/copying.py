"""Copies of tables in a SQLite file of their own: for a release, and for a backup of either database.

A copy is read from one snapshot while others go on writing, and it is written beside its place and moved there when it
is whole.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Column, MetaData, Table, bindparam, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.database import open_engine

BATCH = 1000


def _stored(table: Table) -> list[Column[Any]]:
    """The columns that are stored: those that the database computes come by themselves."""
    return [column for column in table.columns if column.computed is None]


def _self_references(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns for key in column.foreign_keys if key.column.table is table]


async def copy_tables(source: AsyncConnection, target: AsyncConnection, tables: Sequence[Table]) -> dict[str, int]:
    """Copies all rows of the tables, parents first, into empty ones; gives how many rows each has."""
    copied = {}
    for table in tables:
        columns = _stored(table)
        within = _self_references(table)
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
    source: AsyncConnection, file: Path, metadata: MetaData, tables: Sequence[Table], *, revision: str | None = None
) -> dict[str, int]:
    """Writes the tables into a new SQLite file, which appears when it is whole; `revision` is the schema's, to be found
    in the file as in a database."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}.part")
    unfinished.unlink(missing_ok=True)
    engine = open_engine(f"sqlite+aiosqlite:///{unfinished}")
    try:
        async with engine.connect() as target:
            await target.run_sync(lambda sync: metadata.create_all(sync, tables=list(tables)))
            copied = await copy_tables(source, target, tables)
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


async def replace_tables(source: AsyncConnection, target: AsyncConnection, tables: Sequence[Table]) -> dict[str, int]:
    """Replaces all rows of the target's tables by the source's, in the target's transaction."""
    for table in reversed(tables):
        for column in _self_references(table):
            await target.execute(update(table).values({column.name: None}))
        await target.execute(table.delete())
    copied = await copy_tables(source, target, tables)
    if target.dialect.name == "postgresql":
        for table in tables:
            await _move_sequence(target, table)
    return copied


async def _move_sequence(target: AsyncConnection, table: Table) -> None:
    """New ids begin behind the copied ones."""
    key = table.primary_key.columns.values()[0]
    if not key.autoincrement or key.autoincrement == "ignore_fk" or key.name != "id":
        return
    sequence = await target.scalar(select(func.pg_get_serial_sequence(table.name, key.name)))
    if sequence is not None:
        highest = await target.scalar(select(func.max(key)))
        await target.execute(
            text("SELECT setval(:sequence, :value, :used)"),
            {"sequence": sequence, "value": highest or 1, "used": highest is not None},
        )
