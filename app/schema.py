"""The database's schema: whether it is the one that this version needs, and how it gets there."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.progress import Progress, silent
from app.search.upkeep import bring_up_to_date, is_up_to_date

ROOT = Path(__file__).resolve().parent.parent


class StaleSchema(RuntimeError):
    """The database has another schema than this version of the service."""


@lru_cache(maxsize=1)
def newest_revision() -> str:
    """The revision that this version of the service needs: revisions are numbered, and named so in their files."""
    return max(file.name.partition("_")[0] for file in (ROOT / "migrations" / "versions").glob("[0-9]*_*.py"))


async def current_revision(engine: AsyncEngine) -> str | None:
    """The revision of the database; None for an empty one."""

    def read(connection: Connection) -> str | None:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found

    async with engine.connect() as connection:
        return await connection.run_sync(read)


async def migrate(engine: AsyncEngine, revision: str = "head", progress: Progress = silent) -> None:
    """Brings the database to a revision, up or down, in one transaction."""
    from alembic import command
    from alembic.config import Config

    def run(connection: Connection) -> None:
        config = Config(ROOT / "alembic.ini")
        config.set_main_option("script_location", str(ROOT / "migrations"))
        config.attributes["connection"] = connection
        change: Any = command.downgrade if revision == "base" or revision.startswith("-") else command.upgrade
        change(config, revision)

    async with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # A table is rebuilt by copying; with enforcement on, dropping the old one would empty its children.
            await connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            await connection.rollback()
        await connection.run_sync(run)
        if revision == "head":
            await connection.run_sync(bring_up_to_date, progress)
        await connection.commit()
    await engine.dispose()


async def is_stale(engine: AsyncEngine) -> bool:
    """Whether `migrate` has something to do."""
    try:
        await check_schema(engine)
    except StaleSchema:
        return True
    return False


async def check_schema(engine: AsyncEngine) -> None:
    """Raises StaleSchema, with the command that mends it, when the database is not at the newest revision."""
    current, needed = await current_revision(engine), newest_revision()
    if current != needed:
        raise StaleSchema(
            f"The database is at revision {current or 'none (it is empty)'}, and this version needs {needed}. "
            "Run 'mieux migrate' first."
        )
    async with engine.connect() as connection:
        if not await connection.run_sync(is_up_to_date):
            raise StaleSchema(
                "The words that search looks through were written by other rules than those of this version. "
                "Run 'mieux migrate' first."
            )
