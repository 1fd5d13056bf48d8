"""Starting, stopping and preparing the service, as its administrator does."""

import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

from support.commands import free_port
from tests.conftest import Postgresql
from tests.running.service import mieux, serve
from tests.waiting import BOUND, until_blocking


def test_first_start_on_the_embedded_database_migrates_seeds_and_prints_one_key(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    with serve(url, tmp_path) as first:
        assert first.get("/api/v1/actions").json()["total"] == 17
        created = first.post(
            "/api/v1/actions",
            json={"title": "Armenia: Asylum"},
            headers={"Authorization": f"Bearer {first.key}"},
        )
        assert created.status_code == 201
        assert first.log.count("mx_") == 1
    with serve(url, tmp_path) as second:
        assert second.get("/api/v1/actions").json()["total"] == 18
        assert "mx_" not in second.log
        assert "Seeded" not in second.log


def test_a_start_imports_nothing_that_few_requests_need() -> None:
    """Libraries that write and read files, and the reader of pages, wait for the first request that needs them."""
    few = "alembic lxml python_calamine rapidfuzz rich vl_convert xlsxwriter yaml app.doctor app.exports.iati"
    code = "import sys, app.main, app.schema, app.seeding, app.keys.bootstrap, uvicorn; print(*sys.modules)"
    started = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = {*started.stdout.split()}
    assert "app.main" in imported
    assert not imported & {*few.split(), "app.imports.page.reader"}
    code = "import sys, app.cli; print(*sys.modules)"
    helped = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {*helped.stdout.split()} & {"fastapi", "sqlalchemy", "uvicorn"}


def test_no_seed_leaves_the_record_empty_but_for_reference_data(tmp_path: Path) -> None:
    with serve(f"sqlite:///{tmp_path / 'new.db'}", tmp_path, "--no-seed") as service:
        assert service.get("/api/v1/actions").json()["total"] == 0
        assert service.get("/api/v1/themes").json()["total"] == 21
        assert service.get("/api/v1/countries").json()["total"] == 250


def test_a_bootstrap_key_is_an_admin_key_and_none_is_printed(tmp_path: Path) -> None:
    key = "mx_set-by-the-administrator"
    with serve(f"sqlite:///{tmp_path / 'new.db'}", tmp_path, bootstrap_key=key) as service:
        created = service.post("/api/v1/partners", json={"name": "IOM"}, headers={"Authorization": f"Bearer {key}"})
        assert created.status_code == 201
        assert "mx_" not in service.log


def test_a_server_database_with_an_old_schema_is_refused_with_the_command_that_mends_it(
    postgresql_server: Postgresql,
) -> None:
    url = postgresql_server.create("")
    refused = mieux(url, "serve", "--port", str(free_port()))
    assert refused.returncode == 1
    assert "mieux migrate" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert mieux(url, "migrate").returncode == 0
    assert mieux(url, "seed").returncode == 0
    postgresql_server.drop(url)


def test_seeding_twice_changes_nothing(make_database) -> None:
    url = make_database("empty")
    first, second = mieux(url, "seed"), mieux(url, "seed")
    assert re.search(r"17 actions\b", first.stdout), first
    assert second.stdout == "Added: nothing was missing.\n"


def test_sigterm_finishes_the_running_request(database_url: str, tmp_path: Path) -> None:
    key = "mx_set-by-the-administrator"
    body = json.dumps({"title": "Georgia: Return and Readmission"}).encode()
    with serve(database_url, tmp_path, bootstrap_key=key) as service:
        with socket.create_connection(("127.0.0.1", service.port), timeout=BOUND) as connection:
            head = (
                f"POST /api/v1/actions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
            )
            connection.sendall(head.encode())
            assert connection.recv(100).startswith(b"HTTP/1.1 100 ")  # it is being read when the signal comes
            connection.sendall(body[:5])
            service.process.send_signal(signal.SIGTERM)
            until_blocking(lambda: "Shutting down" in service.log)
            connection.sendall(body[5:])
            answer = connection.recv(65536)
        assert answer.startswith(b"HTTP/1.1 201"), answer
        service.process.wait(BOUND)
    with serve(database_url, tmp_path) as again:
        assert again.get("/api/v1/actions?q=readmission").json()["total"] >= 1
        found = again.get("/api/v1/actions/georgia-return-and-readmission")
        assert found.status_code == 200


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    unreachable = mieux(f"sqlite:///{tmp_path}/no/such/folder/x.db", "migrate")
    assert unreachable.returncode == 1
    assert "Traceback" not in unreachable.stderr
