"""What `mieux doctor` finds: each fault with its remedy, and nothing where nothing is wrong."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from app import schema
from support.commands import COMMAND, free_port
from support.postgres import as_plain_user
from tests.conftest import Postgresql, Sqlite
from tests.running.service import environment, mieux, serve
from tests.running.test_log import change_database

KEY = "mx_set-by-the-administrator"


class Found(NamedTuple):
    """What a doctor said."""

    exit_code: int
    findings: list[Mapping[str, Any]]

    def bad(self) -> list[tuple[str, str]]:
        """The checks that found something, with its status."""
        return [(found["check"], found["status"]) for found in self.findings if found["status"] != "ok"]

    def of(self, check: str) -> Mapping[str, Any]:
        """The first finding of a check that is no good news."""
        return next(found for found in self.findings if found["check"] == check and found["status"] != "ok")


def examine(url: str, **settings: str) -> Found:
    """What the doctor finds, with an administrator's key and a free port unless others are set."""
    settings = {"bootstrap_key": KEY, "port": str(free_port())} | settings
    done = mieux(url, "doctor", "--json", **settings)
    assert done.stderr == ""
    return read(done.returncode, done.stdout)


def read(exit_code: int, written: str) -> Found:
    """Reads what the doctor wrote; whatever is wrong has a remedy, and the exit code says so."""
    said = json.loads(written)
    findings = said["findings"]
    statuses = [found["status"] for found in findings]
    assert said["status"] == next(status for status in ("problem", "warning", "ok") if status in statuses)
    assert (exit_code != 0) == ("problem" in statuses)
    assert all((found["remedy"] is None) == (found["status"] == "ok") for found in findings)
    return Found(exit_code, findings)


@pytest.fixture
def url(database_url: str) -> str:
    """A seeded database of the test's own."""
    return database_url


def test_a_healthy_registry_has_nothing_wrong(url: str) -> None:
    found = examine(url)
    assert (found.exit_code, found.bad()) == (0, [])
    checks = {"settings", "locale", "disk", "port", "database", "schema", "search", "history", "keys"}
    assert {one["check"] for one in found.findings} == checks | ({"clock"} if url.startswith("postgresql") else set())


def test_as_text_each_finding_has_a_line_and_a_remedy_below_it(url: str) -> None:
    done = mieux(url, "doctor", port=str(free_port()))
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert any(line.startswith("ok       schema    The schema is at revision") for line in lines)
    where = next(number for number, line in enumerate(lines) if line.startswith("warning  keys"))
    assert "mieux keys create --role admin" in lines[where + 1]


def test_wrong_settings_are_findings_and_end_with_2(url: str) -> None:
    found = examine(url, port="none", prot="80")
    assert found.exit_code == 2
    wrong = [one["message"] for one in found.findings if one["check"] == "settings"]
    assert [message.partition(":")[0] for message in wrong] == ["MIEUX_PROT", "MIEUX_PORT"]


@pytest.mark.parametrize("revision", ["0001", "9999"])
def test_another_schema_is_found(url: str, revision: str) -> None:
    statement = f"UPDATE alembic_version SET version_num = '{revision}'"
    change_database(url, statement, statement)
    found = examine(url)
    behind, embedded = revision == "0001", url.startswith("sqlite")
    assert found.bad() == [("schema", "warning" if behind and embedded else "problem")]
    assert schema.newest_revision() in found.of("schema")["message"] or not behind
    assert ("newer version" in found.of("schema")["message"]) != behind


def test_a_database_without_tables_is_found(make_database: Any) -> None:
    url = make_database("")
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).touch()
    found = examine(url)
    assert [check for check, _ in found.bad()] == ["schema"]
    assert "empty" in found.of("schema")["message"]


def test_old_words_of_the_search_are_found(url: str) -> None:
    statement = "UPDATE search_state SET rules = 'of another version'"
    change_database(url, statement, statement)
    assert examine(url).bad() == [("search", "problem")]


def test_a_clock_before_the_latest_change_is_found(url: str) -> None:
    statement = "UPDATE changes SET instant = '2199-01-01 00:00:00' WHERE sequence = 5"
    change_database(url, statement, statement)
    found = examine(url)
    assert found.bad() == [("clock", "problem")]
    assert "2199-01-01" in found.of("clock")["message"]


def test_a_history_that_was_tampered_with_is_found(url: str) -> None:
    statement = "DELETE FROM changes WHERE sequence = (SELECT max(sequence) FROM changes)"
    change_database(url, statement, statement)
    assert examine(url).bad() == [("history", "problem")]


def test_a_full_disk_is_found(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")
    for free, status in ((50 * 2**20, "problem"), (500 * 2**20, "warning")):
        monkeypatch.setattr("shutil.disk_usage", lambda _, free=free: usage._replace(free=free))
        assert set(examine(url).bad()) == {("disk", status)}


def test_a_port_that_is_taken_is_found(url: str, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = str(other.getsockname()[1])
        assert examine(url, port=taken).bad() == [("port", "problem")]
        assert "MIEUX_METRICS_PORT" in examine(url, metrics_port=taken).of("port")["remedy"]
    same = str(free_port())
    assert examine(url, port=same, metrics_port=same).bad() == [("port", "problem")]
    assert examine(url, host="203.0.113.1").bad() == [("port", "problem")]
    with serve(url, tmp_path, bootstrap_key=KEY) as service:
        assert examine(url, port=str(service.port)).bad() == []


def test_a_database_to_read_from_that_is_no_replica_is_found(url: str, make_database: Any) -> None:
    assert examine(url, database_read_url=url).bad() == []
    other = make_database("empty")
    statement = "UPDATE registry_state SET epoch = 'of another registry'"
    change_database(other, statement, statement)
    assert examine(url, database_read_url=other).bad() == [("replica", "problem")]
    statement = "UPDATE registry_state SET sequence = sequence - 3"
    behind = make_database("seeded")
    change_database(behind, statement, statement)
    found = examine(url, database_read_url=behind)
    assert found.bad() == [("replica", "warning")]
    assert "3 changes behind" in found.of("replica")["message"]


# -- SQLite --


@pytest.fixture
def file(sqlite_server: Sqlite) -> Iterator[Path]:
    """The file of a seeded database of the test's own."""
    url = sqlite_server.create("seeded")
    yield Path(url.removeprefix("sqlite:///"))
    sqlite_server.drop(url)


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    found = examine(f"sqlite:///{tmp_path}/new.db")
    assert (found.exit_code, found.bad()) == (0, [("database", "warning")])
    assert list(tmp_path.iterdir()) == []
    assert "no folder" in examine(f"sqlite:///{tmp_path}/nothing/new.db").of("database")["message"]


def test_a_damaged_file_is_found(file: Path) -> None:
    content = bytearray(file.read_bytes())
    for page in range(20, 60):  # rows and pointers in the middle of it
        content[page * 4096 : page * 4096 + 2000] = os.urandom(2000)
    file.write_bytes(content)
    found = examine(f"sqlite:///{file}")
    assert found.bad() == [("database", "problem")]
    assert "damaged" in found.of("database")["message"]
    assert "mieux restore" in found.of("database")["remedy"]


def test_a_row_that_refers_to_nothing_is_found(file: Path) -> None:
    change_database(f"sqlite:///{file}", "PRAGMA foreign_keys=OFF; DELETE FROM actions WHERE id = 1", "")
    assert "refers to nothing" in examine(f"sqlite:///{file}").of("database")["message"]


def test_a_file_of_another_kind_is_found(tmp_path: Path) -> None:
    file = tmp_path / "notes.db"
    file.write_text("These are notes. " * 100)
    assert "no database" in examine(f"sqlite:///{file}").of("database")["message"]
    assert file.read_text().startswith("These are notes.")


def test_a_writer_that_never_ends_is_found(file: Path) -> None:
    code = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('BEGIN IMMEDIATE'); print(); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        found = examine(f"sqlite:///{file}")
        writer.communicate(b"\n")
    assert found.bad() == [("database", "warning")]
    assert "Another process" in found.of("database")["message"]


def test_a_file_that_may_not_be_written_is_found(file: Path) -> None:
    file.chmod(0o444)
    folder = file.parent / f"locked-{file.stem}"
    folder.mkdir()
    locked = file.rename(folder / file.name)
    folder.chmod(0o555)
    try:
        done = subprocess.run(
            [*as_plain_user(), COMMAND, "doctor", "--json"],
            env=environment(f"sqlite:///{locked}", bootstrap_key=KEY, port=str(free_port())),
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        folder.chmod(0o755)
        locked.rename(file)
        folder.rmdir()
    found = read(done.returncode, done.stdout)
    assert set(found.bad()) == {("database", "problem")}
    assert "chown" in found.of("database")["remedy"]


# -- PostgreSQL --


def test_a_server_that_cannot_be_reached_is_found(postgresql_server: Postgresql) -> None:
    missing = postgresql_server.url.format(name="never-made")
    assert "createdb" in examine(missing).of("database")["remedy"]
    nobody = examine("postgresql://user:a-password@/nothing?host=/nowhere").of("database")
    assert "can't be reached" in nobody["message"]
    assert "password" not in json.dumps(nobody)


def test_another_encoding_is_found(postgresql_server: Postgresql) -> None:
    postgresql_server._run("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    url = postgresql_server.url.format(name="latin")
    found = examine(url)
    assert "LATIN1" in found.of("database")["message"]
    postgresql_server.drop(url)


def test_a_database_that_is_read_only_is_found(postgresql_server: Postgresql) -> None:
    url = postgresql_server.create("seeded")
    name = url.partition("@/")[2].partition("?")[0]
    postgresql_server._run(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    found = examine(url)
    assert found.bad() == [("database", "problem")]
    assert "read only" in found.of("database")["message"]
    postgresql_server.drop(url)


def test_a_user_who_may_not_work_is_found(postgresql_server: Postgresql) -> None:
    url = postgresql_server.create("seeded")
    change_database(
        url,
        "",
        "CREATE ROLE limited LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC;"
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO limited;"
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO limited; REVOKE UPDATE ON actions FROM limited;"
        "REVOKE USAGE ON SEQUENCE activities_id_seq FROM limited",
    )
    found = examine(url.replace("mieux@", "limited@"))
    assert found.bad() == [("database", "problem"), ("database", "warning")]
    assert "actions, activities_id_seq" in found.of("database")["message"]
    change_database(url, "", "DROP OWNED BY limited; DROP ROLE limited")
    postgresql_server.drop(url)


def test_more_connections_than_the_server_has_are_found(postgresql_server: Postgresql) -> None:
    url = postgresql_server.create("seeded")
    found = examine(url, workers="20")
    assert found.bad() == [("database", "warning")]
    assert "max_connections" in found.of("database")["remedy"]
    postgresql_server.drop(url)
