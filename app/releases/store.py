"""Making releases, and opening them to be read with the same statements as the record itself."""

import asyncio
import gzip
import hashlib
import shutil
import tempfile
from pathlib import Path

from sqlalchemy import MetaData, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.orm import undefer

from app.core.audit import State, dumped
from app.core.copying import write_copy
from app.core.database import Base, Database, now, open_engine
from app.core.filters import today
from app.core.problems import Conflict, ErrorItem, invalid_parameter
from app.releases.models import Release
from app.releases.schemas import ReleaseCreate
from app.search.upkeep import bring_up_to_date

# What a release holds: the record and what it refers to, without keys, history and other machinery.
_DERIVED = ("search_documents", "search_terms", "search_state")
_RECORD = (
    "countries", "themes", "partners", "publications", "sources", "actions", "action_themes", "action_countries",
    "action_partners", "activities", "deployments", "outputs", "registry_state", *_DERIVED,
)  # fmt: skip


def record_tables() -> list[Table]:
    """The tables of a release, parents first."""
    return [table for table in Base.metadata.sorted_tables if table.name in _RECORD]


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
        if table.name in ("registry_state", *_DERIVED):
            continue  # what follows from the records is not a part of what they say
        result = await source.stream(select(table).order_by(*table.primary_key.columns))
        async for row in result.mappings():
            digest.update(f"{table.name} {dumped(dict(row))}\n".encode())
    return digest.hexdigest()


async def _make_searchable(file: Path) -> None:
    """A release may be older than the rules by which records are found today: its own words are then written anew."""
    engine = open_engine(f"sqlite+aiosqlite:///{file}")
    metadata: MetaData = Base.metadata
    derived = [metadata.tables[name] for name in _DERIVED]
    try:
        async with engine.begin() as connection:
            await connection.run_sync(lambda sync: metadata.create_all(sync, tables=derived))
            await connection.run_sync(bring_up_to_date)
    finally:
        await engine.dispose()


class OpenReleases:
    """The releases that this process reads from: files in a temporary folder, fetched from the database once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._folder = Path(tempfile.mkdtemp(prefix="mieux-releases-"))
        self._open: dict[str, tuple[Release, AsyncEngine]] = {}
        self._lock = asyncio.Lock()

    async def get(self, name: str) -> tuple[Release, AsyncEngine]:
        """A release and an engine on its records.

        Raises Invalid, with the names that there are, for an unknown one.
        """
        if name not in self._open:
            async with self._lock:
                if name not in self._open:
                    self._open[name] = await self._fetch(name)
        return self._open[name]

    async def _fetch(self, name: str) -> tuple[Release, AsyncEngine]:
        async with self._database.look_up() as session:
            statement = select(Release).where(Release.name == name).options(undefer(Release.snapshot))
            release = await session.scalar(statement) if name.isprintable() else None
            if release is None:
                names = list(await session.scalars(select(Release.name).order_by(Release.id.desc())))
                raise invalid_parameter("release", "unknown-value", f"there is no release '{name}'", names)
        file = self._folder / f"{release.id}.db"
        snapshot = release.snapshot
        await asyncio.to_thread(lambda: file.write_bytes(gzip.decompress(snapshot)))
        await _make_searchable(file)
        url = f"sqlite+aiosqlite:///file:{file}?mode=ro&immutable=1&uri=true"
        return release, open_engine(url, pool_size=2, max_overflow=4)

    async def close(self) -> None:
        """Closes the files and takes them away."""
        for _, engine in self._open.values():
            await engine.dispose()
        shutil.rmtree(self._folder, ignore_errors=True)
