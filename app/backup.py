"""Backups: everything that the database holds, in one SQLite file, from either kind of database into either."""

from pathlib import Path

from sqlalchemy import Integer, cast, func, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.asyncio import AsyncConnection

from app import schema
from app.core.audit import Change
from app.core.copying import replace_tables, write_copy
from app.core.database import Database
from app.core.database_errors import open_engine
from app.core.epochs import begin_epoch, keep_writers_out, read_epoch
from app.core.facts import kind_of
from app.core.progress import Progress, silent
from app.search.upkeep import bring_up_to_date
from app.tables import metadata


class BackupRefused(RuntimeError):
    """The file or the database is not what a restore needs."""


async def backup(database: Database, file: Path, progress: Progress = silent) -> dict[str, int]:
    """Writes everything into a new file, as of one moment, while others go on writing; gives the rows per table.

    Raises BackupRefused when the file exists.
    """
    if file.exists():
        raise BackupRefused(f"{file} exists already; a backup never replaces a file.")
    await schema.check_schema(database.engine)
    async with database.read_primary() as source:
        tables = metadata.sorted_tables
        return await write_copy(source, file, metadata, tables, progress, revision=schema.newest_revision())


async def restore(database: Database, file: Path, progress: Progress = silent, *, replace: bool) -> dict[str, int]:
    """Puts a backup's content in the place of the database's, in one transaction; gives the rows per table.

    Raises BackupRefused when the file is no backup of this version's schema, or when the database has records and
    `replace` is not set.
    """
    if not file.is_file():
        raise BackupRefused(f"There is no file {file}.")
    if await schema.current_revision(database.engine) is None:
        await schema.migrate(database.engine)
    await schema.check_schema(database.engine)
    backup_engine = open_engine(f"sqlite+aiosqlite:///file:{file.resolve()}?mode=ro&uri=true")
    try:
        async with backup_engine.connect() as source, database.write() as session:
            _check(await _revision(source), file)
            target = await session.connection()
            await keep_writers_out(target)
            actions = metadata.tables["actions"]
            if not replace and await target.scalar(select(func.count()).select_from(actions)):
                raise BackupRefused("The database has records; say --replace to put the backup in their place.")
            replaced = await read_epoch(target)
            copied = await replace_tables(source, target, metadata.sorted_tables, await _given_ids(source), progress)
            await begin_epoch(target, replaced)
            await target.run_sync(bring_up_to_date, progress)
            await session.commit()
            return copied
    finally:
        await backup_engine.dispose()


async def renew_epoch(database: Database) -> None:
    """Begins a new epoch in a database that was put back to an earlier state by other means than `restore`."""
    await schema.check_schema(database.engine)
    async with database.write() as session:
        connection = await session.connection()
        await keep_writers_out(connection)
        await begin_epoch(connection, None)
        await session.commit()


async def _given_ids(source: AsyncConnection) -> dict[str, int]:
    """The highest id that the history knows of each kind of record: one that was deleted may have had it."""
    names = [table.name for table in metadata.sorted_tables if kind_of(table.name) is not None and "id" in table.c]
    highest = select(Change.entity, func.max(cast(Change.record, Integer)))
    rows = await source.execute(highest.where(Change.entity.in_(names)).group_by(Change.entity))
    return dict(rows.all())


async def _revision(source: AsyncConnection) -> str | None:
    try:
        found = await source.scalar(text("SELECT version_num FROM alembic_version"))
    except DatabaseError:
        return None
    return None if found is None else str(found)


def _check(revision: str | None, file: Path) -> None:
    needed = schema.newest_revision()
    if revision is None:
        raise BackupRefused(f"{file} is no backup of a registry.")
    if revision != needed:
        raise BackupRefused(
            f"{file} has revision {revision}, and this version needs {needed}: restore it with the version that "
            "made it, then migrate."
        )
