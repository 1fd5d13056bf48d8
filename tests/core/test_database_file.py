"""The file of an embedded database moved, removed or replaced under the service: nothing is acknowledged that is then
gone, and nothing that was acknowledged is lost with the file that it is in."""

import hashlib
import logging
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event

from app.core.listing import API
from tests.conftest import Sqlite, serving
from tests.running.service import serve
from tests.waiting import BOUND

pytestmark = pytest.mark.anyio

FRESH = {"Cache-Control": "no-cache"}


@pytest.fixture
def url(sqlite_server: Sqlite) -> Iterator[str]:
    """A seeded database of the test's own."""
    made = sqlite_server.create("seeded")
    yield made
    sqlite_server.drop(made)


@pytest.fixture
def file(url: str) -> Path:
    """Its file."""
    return Path(url.removeprefix("sqlite:///"))


@pytest.fixture
async def service(url: str) -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient]]:
    """The application on it, and a client with an admin's key."""
    async with serving(url) as (app, client):
        for path in ("/actions", "/partners"):  # some connections are open, and some responses cached
            assert (await client.get(API + path)).status_code == 200
        yield app, client


@pytest.fixture
def client(service: tuple[FastAPI, httpx.AsyncClient]) -> httpx.AsyncClient:
    """The client."""
    return service[1]


async def add(client: httpx.AsyncClient, name: str) -> httpx.Response:
    return await client.post(f"{API}/partners", json={"name": name})


def copy(file: Path, target: str) -> None:
    """Copies a file in a process of its own: when this one closes a file, it loses its locks on it."""
    subprocess.run(["cp", file, target], check=True)


def names(file: Path) -> set[str]:
    """The partners in a file alone, without its log."""
    copy(file, f"{file}.looked-at")
    with closing(sqlite3.connect(f"{file}.looked-at")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {name for (name,) in connection.execute("SELECT name FROM partners")}


def remove(file: Path) -> None:
    file.unlink()


def move_away(file: Path) -> None:
    file.rename(f"{file}.away")


def replace(file: Path) -> None:
    """By a copy that was made without the log, as it was before."""
    copy(file, f"{file}.copy")
    file.rename(f"{file}.away")
    Path(f"{file}.copy").rename(file)


def replace_with_log(file: Path) -> None:
    """With all that belongs to it."""
    replace(file)
    for ending in ("-wal", "-shm"):
        Path(f"{file}{ending}").rename(f"{file}.away{ending}")


@pytest.mark.parametrize("fault", [remove, move_away, replace, replace_with_log])
async def test_without_its_file_the_service_says_so_and_acknowledges_nothing(
    client: httpx.AsyncClient, file: Path, fault: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    assert (await add(client, "Before")).status_code == 201
    fault(file)
    before = hashlib.sha256(file.read_bytes()).digest() if file.exists() else b""
    with caplog.at_level(logging.ERROR, "app.core.database_file"):
        for headers in ({}, FRESH):
            for path in ("/readyz", *(f"{API}/{name}" for name in ("actions", "actions/1", "actions?format=csv"))):
                answer = await client.get(path, headers=headers)
                assert answer.status_code == 503, path
                assert "replaced or removed" in answer.json()["detail"]
                assert int(answer.headers["Retry-After"]) > 0
        assert (await add(client, "Meanwhile")).status_code == 503
    assert str(file) in caplog.text
    assert caplog.text.count("put it back") == 1
    # The other file is not touched, and none is made where there is none.
    assert (hashlib.sha256(file.read_bytes()).digest() if file.exists() else b"") == before


@pytest.mark.parametrize("fault", [move_away, replace, replace_with_log])
async def test_with_its_file_back_the_service_goes_on(
    client: httpx.AsyncClient, file: Path, fault: Callable[[Path], None]
) -> None:
    assert (await add(client, "Before")).status_code == 201
    fault(file)
    assert (await add(client, "Meanwhile")).status_code == 503
    # What was acknowledged is in the file, wherever that is, and without its log.
    assert "Before" in names(Path(f"{file}.away"))
    for ending in ("", "-wal", "-shm"):
        if (away := Path(f"{file}.away{ending}")).exists():
            away.rename(f"{file}{ending}")
    assert (await client.get("/readyz")).status_code == 200
    found = {item["name"] for item in (await client.get(f"{API}/partners?limit=500")).json()["items"]}
    assert "Before" in found
    assert "Meanwhile" not in found
    assert (await add(client, "After")).status_code == 201


async def test_another_file_is_served_after_a_restart(url: str, file: Path) -> None:
    async with serving(url) as (_, client):
        assert (await add(client, "Before")).status_code == 201
        replace(file)
        assert (await client.get("/readyz")).status_code == 503
    async with serving(url) as (_, client):
        found = {item["name"] for item in (await client.get(f"{API}/partners?limit=500")).json()["items"]}
        assert "Before" not in found
        assert (await add(client, "After")).status_code == 201
    assert "After" in names(file)


async def test_a_removed_log_loses_nothing_of_what_was_acknowledged(url: str, file: Path) -> None:
    async with serving(url) as (_, client):
        assert (await add(client, "Before")).status_code == 201
        for ending in ("-wal", "-shm"):
            Path(f"{file}{ending}").unlink()
        for _ in range(2):
            refused = await add(client, "Meanwhile")
            assert (refused.status_code, "replaced or removed" in refused.json()["detail"]) == (503, True)
            assert (await client.get("/readyz")).status_code == 503
        assert "Before" in names(file)
    async with serving(url) as (_, client):
        assert "Before" in (await client.get(f"{API}/partners?limit=500")).text
        assert (await add(client, "After")).status_code == 201


async def test_a_file_replaced_in_the_middle_of_a_change_acknowledges_nothing(
    service: tuple[FastAPI, httpx.AsyncClient], file: Path
) -> None:
    app, client = service
    event.listen(app.state.database.engine.sync_engine, "commit", lambda _: move_away(file), once=True)
    assert (await add(client, "Meanwhile")).status_code == 503
    assert not file.exists()


def test_workers_agree(url: str, file: Path, tmp_path: Path) -> None:
    with serve(url, tmp_path, workers="2") as service, httpx.Client(base_url=service.address, timeout=BOUND) as client:
        for _ in range(10):
            assert client.get(f"{API}/actions").status_code == 200
        replace(file)
        answers = {client.get(path).status_code for _ in range(10) for path in ("/readyz", f"{API}/actions")}
        assert answers == {503}
