"""The database locked, slow or full: the service answers in time, says why, and goes on by itself."""

import asyncio
import resource
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.core.database import DatabaseDep
from app.core.listing import API
from tests.conftest import serving
from tests.waiting import BOUND, until

pytestmark = pytest.mark.anyio

WAIT, STATEMENT = 1.0, 3.0
FRESH = {"Cache-Control": "no-cache"}
SLOW = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1e10) SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(600)",
}


@pytest.fixture
async def impatient(database_url: str) -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient]]:
    """The application with little patience, and a client with an admin's key."""
    async with serving(database_url, database_wait_timeout=WAIT, database_statement_timeout=STATEMENT) as (app, client):
        yield app, client


def kind(url: str) -> str:
    return url.partition(":")[0]


def path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


@asynccontextmanager
async def locked(url: str) -> AsyncIterator[None]:
    """Somebody else has begun to change the first action, and takes their time."""
    if kind(url) == "sqlite":
        connection = sqlite3.connect(path(url), isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.close()
        return
    other = await asyncpg.connect(url)
    try:
        await other.execute("BEGIN")
        await other.execute("SELECT * FROM actions WHERE id = 1 FOR UPDATE")
        yield
    finally:
        await other.close()


async def rename(client: httpx.AsyncClient, title: str) -> httpx.Response:
    return await client.patch(f"{API}/actions/1", json={"title": title}, headers={"If-Match": "*"})


async def timed(request: Any) -> tuple[httpx.Response, float]:
    started = time.monotonic()
    return await request, time.monotonic() - started


async def test_reads_go_on_while_writers_wait_for_a_lock(database_url: str) -> None:
    patience = {"database_wait_timeout": 10 * BOUND, "database_statement_timeout": 10 * BOUND}
    async with serving(database_url, **patience) as (app, client):
        pool = app.state.database.pools["write"]
        async with locked(database_url):
            writers = asyncio.gather(*(rename(client, f"Title {number}") for number in range(20)))
            await until(lambda: pool.checkedout() == pool.limit)
            for url in (f"{API}/actions", f"{API}/actions/1", f"{API}/aggregates/actions-per-theme", "/readyz"):
                assert (await client.get(url, headers=FRESH)).status_code == 200
            assert not writers.done()
        assert {answer.status_code for answer in await writers} == {200}


async def test_writers_who_wait_for_a_lock_are_answered_in_time(
    impatient: tuple[FastAPI, httpx.AsyncClient], database_url: str
) -> None:
    client = impatient[1]
    before = (await client.get(f"{API}/actions/1")).json()
    async with locked(database_url):
        answers = await asyncio.gather(*(timed(rename(client, f"Title {number}")) for number in range(20)))
        for answer, seconds in answers:
            assert answer.status_code == 503
            assert int(answer.headers["Retry-After"]) > 0
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert seconds < BOUND
        detail = {answer.json()["detail"] for answer, _ in answers}
        assert any("somebody else" in said.lower() for said in detail), detail
        assert (await client.get(f"{API}/actions/1")).json() == before
    assert (await rename(client, "Title")).status_code == 200


async def test_a_slow_statement_is_ended_and_long_work_is_not(
    impatient: tuple[FastAPI, httpx.AsyncClient], database_url: str
) -> None:
    app, client = impatient

    @app.get("/slow")
    async def read_slowly(database: DatabaseDep) -> None:
        async with database.read() as connection:
            await connection.execute(text(SLOW[kind(database_url)]))

    answer, seconds = await timed(client.get("/slow"))
    assert (answer.status_code, answer.json()["detail"]) == (503, "The database did not answer in time.")
    assert seconds < BOUND
    assert (await client.get(f"{API}/actions", headers=FRESH)).status_code == 200
    if kind(database_url) == "sqlite":
        return
    longer = text(f"SELECT pg_sleep({1.25 * STATEMENT})")
    async with app.state.database.read_at_length() as connection, app.state.database.write(at_length=True) as session:
        await asyncio.gather(connection.execute(longer), session.execute(longer))


@contextmanager
def no_space(url: str) -> Iterator[None]:
    """A disk on which the database's files can't grow."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    files = [file for file in path(url).parent.glob(f"{path(url).name}*") if not file.name.endswith("-shm")]
    resource.setrlimit(resource.RLIMIT_FSIZE, (min(file.stat().st_size for file in files) + 4096, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@asynccontextmanager
async def full(url: str) -> AsyncIterator[None]:
    """A database that can't grow; a server's says so in the middle of a change."""
    if kind(url) == "sqlite":
        with no_space(url):
            yield
        return
    administrator = await asyncpg.connect(url)
    try:
        await administrator.execute(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;"
            "CREATE TRIGGER full_disk BEFORE INSERT ON changes EXECUTE FUNCTION full_disk()"
        )
        yield
        await administrator.execute("DROP TRIGGER full_disk ON changes")
    finally:
        await administrator.close()


async def test_a_full_disk_refuses_changes_and_leaves_none_half_written(
    client: httpx.AsyncClient, database_url: str
) -> None:
    body = {"title": "Georgia: Asylum", "countries": ["GE"], "themes": ["asylum"], "summary": "x" * 20_000}
    before = [(await client.get(f"{API}/{name}")).json() for name in ("actions", "changes")]
    async with full(database_url):
        answer = await client.post(f"{API}/actions", json=body)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert "disk" in answer.json()["detail"] or "file" in answer.json()["detail"]
        assert (await client.get("/readyz")).status_code == 200
        assert [(await client.get(f"{API}/{name}", headers=FRESH)).json() for name in ("actions", "changes")] == before
    assert (await client.post(f"{API}/actions", json=body)).status_code == 201
    assert (await client.get(f"{API}/actions")).json()["total"] == before[0]["total"] + 1


async def test_a_database_without_a_registry_is_not_ready(client: httpx.AsyncClient, database_url: str) -> None:
    if kind(database_url) == "sqlite":
        with sqlite3.connect(path(database_url)) as connection:
            connection.execute("ALTER TABLE registry_state RENAME TO gone")
        connection.close()
    else:
        other = await asyncpg.connect(database_url)
        await other.execute("ALTER TABLE registry_state RENAME TO gone")
        await other.close()
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["detail"]) == (503, "The database does not hold a registry.")
