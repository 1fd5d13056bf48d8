"""Backups: written while the service writes, and put back into either kind of database."""

import sqlite3
import threading
from pathlib import Path

import httpx

from tests.conftest import Postgresql, Sqlite
from tests.running.service import mieux, serve

KEY = "mx_set-by-the-administrator"


def _everything(address: str) -> list[object]:
    lists = ("actions", "activities", "deployments", "outputs", "themes", "partners", "publications", "sources")
    found = [httpx.get(f"{address}/api/v1/{name}?limit=500").json()["items"] for name in lists]
    return [*found, httpx.get(f"{address}/api/v1/changes?limit=500").json()["items"]]


def test_a_backup_is_whole_while_the_service_is_writing(database_url: str, tmp_path: Path) -> None:
    stop = threading.Event()
    file = tmp_path / "registry.backup"
    with serve(database_url, tmp_path, bootstrap_key=KEY) as service:

        def write() -> None:
            with httpx.Client(base_url=service.address, headers={"Authorization": f"Bearer {KEY}"}) as client:
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


def test_a_backup_goes_back_into_either_kind_of_database(
    database_url: str, sqlite_server: Sqlite, postgresql_server: Postgresql, tmp_path: Path
) -> None:
    file = tmp_path / "registry.backup"
    assert mieux(database_url, "backup", str(file)).returncode == 0
    with serve(database_url, tmp_path) as service:
        before = _everything(service.address)
    for server in (sqlite_server, postgresql_server):
        url = server.create("empty")
        restored = mieux(url, "restore", str(file))
        assert restored.returncode == 0, restored.stderr
        with serve(url, tmp_path, bootstrap_key=KEY) as service:
            assert _everything(service.address) == before
            # New records get ids behind the restored ones.
            headers = {"Authorization": f"Bearer {KEY}"}
            added = httpx.post(f"{service.address}/api/v1/actions", json={"title": "New"}, headers=headers)
            assert added.json()["id"] == 18
        server.drop(url)


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
