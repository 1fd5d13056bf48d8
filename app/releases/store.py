"""Making releases, and opening them to be read with the same statements as the record itself."""

import asyncio
import gzip
import hashlib
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import uuid4

from sqlalchemy import MetaData, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.orm import undefer

from app.core.audit import State, dumped
from app.core.caching import STATE
from app.core.copying import columns_present, lacks_columns, write_copy
from app.core.database import Base, Database, Versioned, now
from app.core.database_errors import open_engine
from app.core.filters import today
from app.core.index.following import Index
from app.core.index.schema import Graph
from app.core.problems import Conflict, ErrorItem, invalid_parameter
from app.releases.models import Release
from app.releases.schemas import ReleaseCreate
from app.search.upkeep import bring_up_to_date

# What follows from the records, beside them.
_DERIVED = frozenset({"registry_state", "search_documents", "search_terms", "search_state"})


@cache
def record_tables() -> list[Table]:
    """The tables of a release, parents first: those of all records that are edited, whatever they refer to or are
    linked by, and what follows from them; not keys, history and other parts of the service itself."""
    tables = Base.metadata.sorted_tables
    edited = {mapper.local_table for mapper in Base.registry.mappers if issubclass(mapper.class_, Versioned)}
    keys = [key for table in tables for key in table.foreign_keys]
    referred = {key.column.table for key in keys if key.parent.table in edited}
    linking = {key.parent.table for key in keys if key.parent.primary_key and key.column.table in edited}
    return [table for table in tables if table in edited | referred | linking or table.name in _DERIVED]


async def make_release(session: AsyncSession, source: AsyncConnection, body: ReleaseCreate) -> Release:
    """Freezes the record as `source` sees it.

    Raises Conflict when the name was given before.
    """
    if await session.scalar(select(Release.id).where(Release.name == body.name)) is not None:
        taken = ErrorItem(pointer="/name", code="taken", message=f"there is a release '{body.name}' already")
        raise Conflict(f"There is a release '{body.name}' already; a release is never replaced.", errors=[taken])
    with tempfile.TemporaryDirectory(prefix="mieux-release-") as folder:
        file = Path(folder) / "release.db"
        metadata: MetaData = Base.metadata
        counts = await write_copy(source, file, metadata, record_tables())
        snapshot = await asyncio.to_thread(lambda: gzip.compress(file.read_bytes(), mtime=0))
    release = Release(
        name=body.name,
        description=body.description,
        created_at=now(),
        as_of=today(),
        sequence=await source.scalar(select(State.sequence)) or 0,
        checksum=await _checksum(source),
        counts={name: count for name, count in counts.items() if "_" not in name},
        snapshot=snapshot,
    )
    session.add(release)
    await session.flush()
    return release


async def _checksum(source: AsyncConnection) -> str:
    digest = hashlib.sha256()
    for table in record_tables():
        if table.name in _DERIVED:
            continue  # what follows from the records is not a part of what they say
        result = await source.stream(select(table).order_by(*table.primary_key.columns))
        async for row in result.mappings():
            digest.update(f"{table.name} {dumped(dict(row))}\n".encode())
    return digest.hexdigest()


async def _bring_up_to_date(file: Path) -> None:
    """A release may be older than today's tables: it is then copied into these, with defaults in the columns that were
    added since. And it may be older than the rules by which records are found: its words are then indexed again."""
    metadata: MetaData = Base.metadata
    engine = open_engine(f"sqlite+aiosqlite:///{file}")
    try:
        async with engine.connect() as connection:
            present = await columns_present(connection, record_tables())
            if any(lacks_columns(table, present[table.name]) for table in record_tables()):
                await write_copy(connection, file, metadata, record_tables())
        await engine.dispose()
        async with engine.begin() as connection:
            await connection.run_sync(bring_up_to_date)
    finally:
        await engine.dispose()


@dataclass(frozen=True)
class OpenRelease:
    """A release, with an engine on its records and their index."""

    release: Release
    engine: AsyncEngine
    index: Index


class OpenReleases:
    """The releases that this process reads from: files in a temporary folder, fetched from the database once. After a
    backup was restored, other releases may have the same names, so they are fetched again."""

    def __init__(self, database: Database, graph: Graph) -> None:
        self._database = database
        self._graph = graph
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        """Made for the first release, so that most processes leave none where they are killed."""
        self._epoch: str | None = None
        self._open: dict[str, OpenRelease] = {}
        self._lock = asyncio.Lock()

    async def get(self, name: str) -> OpenRelease:
        """A release, ready to be read.

        Raises Invalid, with the names that there are, for an unknown one.
        """
        epoch, _ = await self._database.read_row(STATE)
        if epoch != self._epoch or name not in self._open:
            async with self._lock:
                if epoch != self._epoch:
                    await self._forget()
                    self._epoch = epoch
                if name not in self._open:
                    self._open[name] = await self._fetch(name)
        return self._open[name]

    async def _fetch(self, name: str) -> OpenRelease:
        async with self._database.look_up() as session:
            statement = select(Release).where(Release.name == name).options(undefer(Release.snapshot))
            release = await session.scalar(statement) if name.isprintable() else None
            if release is None:
                names = list(await session.scalars(select(Release.name).order_by(Release.id.desc())))
                raise invalid_parameter("release", "unknown-value", f"there is no release '{name}'", names)
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="mieux-releases-", ignore_cleanup_errors=True)
        file = Path(self._folder.name) / f"{uuid4().hex}.db"
        snapshot = release.snapshot
        await asyncio.to_thread(lambda: file.write_bytes(gzip.decompress(snapshot)))
        await _bring_up_to_date(file)
        url = f"sqlite+aiosqlite:///file:{file}?mode=ro&immutable=1&uri=true"
        return OpenRelease(release, open_engine(url, pool_size=2, max_overflow=4), Index(self._graph))

    async def _forget(self) -> None:
        opened, self._open = self._open, {}
        for release in opened.values():
            await release.engine.dispose()

    async def close(self) -> None:
        """Closes the files and takes them away."""
        await self._forget()
        if self._folder is not None:
            self._folder.cleanup()
