"""What the benchmarks run: databases with many records, servers on free ports, and the load from another core."""

import asyncio
import json
import os
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import asyncpg
from sqlalchemy import insert, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app import schema, seeding
from app.actions.models import Action, ActionCountry, ActionPartner, ActionTheme
from app.core.database import Database
from app.listeners import install_listeners
from support import postgres
from support.commands import COMMAND, ROOT, free_port
from support.generated import generate

CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
SERVER_CORE, CLIENT_CORE = (CORES[0], CORES[1]) if len(CORES) > 1 else (None, None)


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, str]]:
    """The URL of a new database of each kind: SQLite in a folder, and PostgreSQL in a cluster of its own, when the
    machine has one."""
    has_server = postgres.find_binaries() is not None
    with postgres.cluster() if has_server else nullcontext() as cluster:
        urls = {"SQLite": f"sqlite:///{folder / 'registry.db'}"}
        if cluster is not None:
            asyncio.run(_create_database(cluster.url.format(name="postgres")))
            urls["PostgreSQL"] = cluster.url.format(name="registry")
        yield urls


async def _create_database(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE DATABASE registry")
    await connection.close()


async def make_record(url: str, actions: int, *, times: int = 1, seeded: bool = False) -> None:
    """A migrated database with the reference data, the seed on demand, and that many made-up actions, each of them
    `times` times."""
    install_listeners()
    database = Database(url)
    try:
        await schema.migrate(database.engine)
        async with database.write() as session:
            await seeding.load_reference(session)
            if seeded:
                await seeding.load_seed(session)
            await session.commit()
        async with database.engine.begin() as connection:
            if actions:
                await generate(connection, actions)
            for number in range(1, times):
                await _copy_actions(connection, actions, number)
        autocommit = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        async with autocommit.connect() as connection:
            tidy = "PRAGMA wal_checkpoint(TRUNCATE)" if database.is_embedded else "VACUUM ANALYZE"
            await connection.exec_driver_sql(tidy)
    finally:
        await database.close()


async def _copy_actions(connection: AsyncConnection, actions: int, number: int) -> None:
    """The first actions once more, under other ids, with their themes, countries and partners."""
    for model, key in ((Action, "id"), (ActionTheme, "action"), (ActionCountry, "action"), (ActionPartner, "action")):
        table = model.__table__
        columns = {column.name: column for column in table.columns if column.computed is None}
        changed = {key: columns[key] + number * actions}
        if model is Action:
            changed |= {"slug": columns["slug"] + f"-{number}", "follows": null()}
        rows = select(*({**columns, **changed}).values()).where(columns[key] <= actions)
        await connection.execute(insert(table).from_select(list(columns), rows))


@dataclass(frozen=True)
class Measured:
    """What one server did under load."""

    per_second: float
    median_ms: float
    p99_ms: float
    kilobytes: float


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    process: int
    """Its id."""
    ready_seconds: float = 0.0
    """From its start until it answered."""

    def get(self, path: str) -> object:
        """The JSON at a path."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as answer:
            return json.load(answer)

    def load(
        self, paths: Sequence[str], *, connections: int, seconds: float, requests: int = 5000, anew: bool = False
    ) -> Measured:
        """Asks the paths in turn, from a process on another core. `anew` lets no answer be given that was kept."""
        options = ["--connections", str(connections), "--seconds", str(seconds), "--requests", str(requests)]
        options += [] if CLIENT_CORE is None else ["--core", str(CLIENT_CORE)]
        options += ["--anew"] if anew else []
        finished = subprocess.run(
            [sys.executable, "-m", "benchmarks.load", str(self.port), *options],
            input="\n".join(paths),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return Measured(**json.loads(finished.stdout))


@contextmanager
def running(command: Sequence[str | Path], port: int, ready: str, log: Path, **environment: str) -> Iterator[Server]:
    """A server on the servers' core, from when its path `ready` answers; it is stopped at the end."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("MIEUX_")}
    begun = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=own | environment, stdout=output, stderr=output)
    try:
        if SERVER_CORE is not None:
            os.sched_setaffinity(process.pid, {SERVER_CORE})
        server = Server(port, process.pid)
        deadline = begun + 120
        while True:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} did not start:\n{log.read_text('utf-8', 'replace')}")
            try:
                server.get(ready)
                break
            except OSError:
                time.sleep(0.02)
        yield replace(server, ready_seconds=time.monotonic() - begun)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def registry(url: str, log: Path, **more: str) -> Iterator[Server]:
    """`mieux serve` with one worker, and with more settings."""
    port = free_port()
    settings = {
        "MIEUX_DATABASE_URL": url,
        "MIEUX_PORT": str(port),
        "MIEUX_WORKERS": "1",
        "MIEUX_BOOTSTRAP_KEY": f"mx_{secrets.token_urlsafe(32)}",
        **more,
    }
    with running([COMMAND, "serve", "--no-seed"], port, "/readyz", log, **settings) as server:
        yield server
