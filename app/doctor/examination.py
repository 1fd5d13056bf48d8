"""All checks, in the order in which one would look."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from app.core.audit import State
from app.core.database import Database
from app.core.database_url import EmbeddedFile, read_url
from app.doctor import embedded, machine, record, server
from app.doctor.findings import Finding, Status, ok, problem, warning, worst
from app.settings import Settings, WrongSettings, read_settings

PATIENCE = 5.0
"""How many seconds a database may take to answer."""

_UNREACHABLE = (DBAPIError, OSError, TimeoutError)


async def examine() -> list[Finding]:
    """Everything that is found; without settings that can be used, not much can be looked at."""
    try:
        settings = read_settings()
    except WrongSettings as error:
        remedy = "docs/operations.md has a table of all settings."
        wrong = [problem("settings", line, remedy) for line in str(error).splitlines()]
        return [*wrong, *machine.texts(), machine.temporary_folder()]
    given = ", ".join(f"MIEUX_{name.upper()}" for name in sorted(settings.model_fields_set))
    findings = [ok("settings", f"Nothing is wrong with {given or 'the settings, which all have their defaults'}.")]
    findings += [*machine.texts(), machine.temporary_folder(), *machine.ports(settings)]
    place = read_url(settings.database_url)
    if isinstance(place, EmbeddedFile):
        file = Path(place.path)
        findings += embedded.folder_of(file)
        if not file.absolute().parent.is_dir():
            return findings
        of_file = list(embedded.file_itself(file))
        findings += of_file
        if not file.exists() or worst(of_file) is Status.PROBLEM:
            return findings
    database = Database(settings.database_url, settings.database_read_url)
    try:
        return findings + [finding async for finding in _database(database, settings)]
    finally:
        await database.close()


async def _database(database: Database, settings: Settings) -> AsyncIterator[Finding]:
    try:
        async with asyncio.timeout(PATIENCE), database.engine.connect() as connection:
            if not database.is_embedded:
                connections = _connections(database) * settings.workers
                for finding in await connection.run_sync(lambda sync: list(server.examine(sync, connections))):
                    yield finding
        revision = await record.revision(database.engine, migrates_itself=database.is_embedded)
        yield revision
        if revision.status is not Status.OK:
            return
        async with database.engine.connect() as connection:
            for finding in await connection.run_sync(
                lambda sync: list(record.content(sync, has_bootstrap_key=settings.bootstrap_key is not None))
            ):
                yield finding
            main = (await connection.execute(select(State.epoch, State.sequence))).one()
    except _UNREACHABLE as error:
        yield server.unreachable("MIEUX_DATABASE_URL", error)
        return
    if settings.database_read_url:
        replica = Database(settings.database_read_url)
        try:
            yield await _replica(replica, *main)
        finally:
            await replica.close()


def _connections(database: Database) -> int:
    """How many connections to the main database a process may open."""
    return sum(pool.limit for pool in database.pools.values())


async def _replica(replica: Database, epoch: str, sequence: int) -> Finding:
    try:
        async with asyncio.timeout(PATIENCE):
            its_epoch, its_sequence = await replica.probe(select(State.epoch, State.sequence))
    except _UNREACHABLE as error:
        return server.unreachable("MIEUX_DATABASE_READ_URL", error)
    if its_epoch != epoch:
        remedy = "Let MIEUX_DATABASE_READ_URL name a replica of the database of MIEUX_DATABASE_URL."
        return problem("replica", "The database to read from is no replica: it has another history.", remedy)
    behind = sequence - its_sequence
    if behind > 0:
        return warning("replica", f"The replica is {behind} changes behind.", "Look at the replication of the servers.")
    return ok("replica", "The replica has every change.")
