"""Backups: written while the service writes, and put back into either kind of database."""

import asyncio
import sqlite3
import threading
from pathlib import Path

import httpx
import pytest

from tests.conftest import Postgresql, Sqlite, serving
from tests.running.service import mieux, serve
from tests.waiting import BOUND

KEY = "mx_set-by-the-administrator"


async def _everything(client: httpx.AsyncClient) -> list[object]:
    lists = ("actions", "activities", "deployments", "outputs", "themes", "partners", "publications", "sources")
    return [(await client.get(f"/api/v1/{name}?limit=500")).json()["items"] for name in (*lists, "changes")]


def test_a_backup_is_whole_while_the_service_is_writing(database_url: str, tmp_path: Path) -> None:
    stop = threading.Event()
    file = tmp_path / "registry.backup"
    with serve(database_url, tmp_path, bootstrap_key=KEY) as service:

        def write() -> None:
            headers = {"Authorization": f"Bearer {KEY}"}
            with httpx.Client(base_url=service.address, headers=headers, timeout=BOUND) as client:
                number = 0
                while not stop.is_set():
                    number += 1
                    body = {"action": 1, "type": "training", "title": f"Training {number}"}
                    assert client.post("/api/v1/activities", json=body).status_code == 201

        writer = threading.Thread(target=write)
        writer.start()
        try:
            made = mieux(database_url, "backup", str(file))
        finally:
            stop.set()
            writer.join()
        assert made.returncode == 0, made.stderr
    with sqlite3.connect(file) as copy:
        (activities,) = copy.execute("SELECT count(*) FROM activities").fetchone()
        (told,) = copy.execute("SELECT count(*) FROM changes WHERE entity = 'activities'").fetchone()
        (last,) = copy.execute("SELECT sequence FROM registry_state").fetchone()
        (newest,) = copy.execute("SELECT max(sequence) FROM changes").fetchone()
    assert activities == told
    assert last == newest


@pytest.mark.anyio
async def test_a_backup_goes_back_into_either_kind_of_database(
    database_url: str, sqlite_server: Sqlite, postgresql_server: Postgresql, tmp_path: Path
) -> None:
    file = tmp_path / "registry.backup"
    assert (await asyncio.to_thread(mieux, database_url, "backup", str(file))).returncode == 0
    async with serving(database_url) as (_, client):
        before = await _everything(client)
    for server in (sqlite_server, postgresql_server):
        url = await asyncio.to_thread(server.create, "empty")
        restored = await asyncio.to_thread(mieux, url, "restore", str(file))
        assert restored.returncode == 0, restored.stderr
        async with serving(url) as (_, client):
            assert await _everything(client) == before
            # New records get ids behind the restored ones.
            added = await client.post("/api/v1/actions", json={"title": "New"})
            assert added.json()["id"] == 18
        await asyncio.to_thread(server.drop, url)


def test_nothing_is_replaced_unasked(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "registry.backup"
    assert mieux(database_url, "backup", str(file)).returncode == 0
    again = mieux(database_url, "backup", str(file))
    assert again.returncode == 1
    assert "exists already" in again.stderr
    refused = mieux(database_url, "restore", str(file))
    assert refused.returncode == 1
    assert "--replace" in refused.stderr
    assert mieux(database_url, "restore", str(file), "--replace").returncode == 0
    (tmp_path / "text").write_text("no database")
    assert "no backup" in mieux(database_url, "restore", str(tmp_path / "text"), "--replace").stderr
