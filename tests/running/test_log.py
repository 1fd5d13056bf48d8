"""The log of a service, in JSON: what its operator finds there of a request, and what nobody must."""

import asyncio
import json
import re
import socket
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import httpx
import pytest

from tests.conftest import Postgresql, Sqlite
from tests.running.service import Service, serve
from tests.waiting import BOUND

KEY = "mx_set-by-the-administrator"
AUTHORIZED = {"Authorization": f"Bearer {KEY}"}


def change_database(url: str, sqlite: str, postgresql: str) -> None:
    """Runs statements on the database, past the service and its rules."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///"), timeout=10) as embedded:
            embedded.execute("PRAGMA ignore_check_constraints=ON")
            embedded.executescript(sqlite)
        embedded.close()
        return

    async def run() -> None:
        connection = await asyncpg.connect(url)
        try:
            await connection.execute(postgresql)
        finally:
            await connection.close()

    asyncio.run(run())


class Log:
    """A service whose log is read."""

    def __init__(self, url: str, service: Service) -> None:
        self.url = url
        self.service = service
        self.client = httpx.Client(base_url=service.address, headers=AUTHORIZED, timeout=BOUND)


@pytest.fixture(scope="module")
def log(module_server: Sqlite | Postgresql, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    """A service on a database of the module's own."""
    url = module_server.create("seeded")
    folder: Path = tmp_path_factory.mktemp("log")
    with serve(url, folder, log_format="json", bootstrap_key=KEY, trusted_proxies="127.0.0.1") as service:
        log = Log(url, service)
        with log.client:
            yield log
    module_server.drop(url)


def test_each_request_has_one_line(log: Log) -> None:
    before = datetime.now(UTC)
    response = log.client.get("/api/v1/actions/5", headers={"X-Request-ID": "one-line"})
    (line,) = log.service.records_of("one-line")
    instant = line.pop("time")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", instant)
    assert abs((datetime.fromisoformat(instant) - before).total_seconds()) < 30
    assert 0 < line.pop("ms") < 30_000
    assert line == {
        "level": "info",
        "logger": "mieux.requests",
        "message": "request",
        "request_id": "one-line",
        "method": "GET",
        "route": "/api/v1/actions/{action}",
        "path": "/api/v1/actions/5",
        "status": 200,
        "bytes": int(response.headers["Content-Length"]),
        "client": "127.0.0.1",
        "key": None,
    }


@pytest.mark.parametrize(
    ("method", "path", "status", "route"),
    [
        ("GET", "/api/v1/actions", 200, "/api/v1/actions"),
        ("HEAD", "/api/v1/actions", 200, "/api/v1/actions"),
        ("GET", "/api/v1/aggregates/actions-per-theme", 200, "/api/v1/aggregates/actions-per-theme"),
        ("GET", "/api/v1/actions/1/history/1", 200, "/api/v1/actions/{action}/history/{version}"),
        ("GET", "/api/v1/themes/nothing", 404, "/api/v1/themes/{slug}"),
        ("DELETE", "/api/v1/actions", 405, "/api/v1/actions"),
        ("GET", "/docs/static/nothing.css", 404, "/docs/static/{path}"),
        ("GET", "/docs", 200, "/docs"),
        ("GET", "/openapi.json", 200, "/openapi.json"),
        ("GET", "/healthz", 200, "/healthz"),
        ("GET", "/nothing/at/all", 404, "none"),
        ("POST", "/api/v1/actions", 422, "/api/v1/actions"),
    ],
)
def test_a_line_names_the_route_of_its_request_also_when_the_response_was_cached(
    log: Log, method: str, path: str, status: int, route: str
) -> None:
    for name in ("first", "again"):
        request_id = f"{name}-{method}-{path.replace('/', '-')}"
        response = log.client.request(
            method, path, json={} if method == "POST" else None, headers={"X-Request-ID": request_id}
        )
        assert response.status_code == status
        (line,) = log.service.records_of(request_id)
        assert (line["method"], line["route"], line["path"], line["status"]) == (method, route, path, status)


def test_a_request_without_an_id_is_found_by_the_one_that_it_got(log: Log) -> None:
    response = log.client.get("/api/v1/nothing")
    (line,) = log.service.records_of(response.headers["X-Request-ID"])
    assert response.json()["request_id"] == line["request_id"]


def test_a_request_that_cannot_be_parsed_is_found_by_its_id(log: Log) -> None:
    with socket.create_connection(("127.0.0.1", log.service.port), timeout=BOUND) as connection:
        connection.sendall(b"no request at all\r\n\r\n")
        response = b"".join(iter(lambda: connection.recv(65536), b""))
    request_id = json.loads(response.partition(b"\r\n\r\n")[2])["request_id"]
    (line,) = [line for line in log.service.records() if line.get("request_id") == request_id]
    assert (line["client"], line["why"]) == ("127.0.0.1", "bad-request")


def test_behind_a_trusted_proxy_a_line_names_the_client(log: Log) -> None:
    log.client.get("/healthz", headers={"X-Request-ID": "forwarded", "X-Forwarded-For": "203.0.113.9"})
    (line,) = log.service.records_of("forwarded")
    assert line["client"] == "203.0.113.9"


def test_a_write_names_its_key_and_nothing_shows_the_token(log: Log) -> None:
    made = log.client.post("/api/v1/keys", json={"name": "ada", "role": "editor"}).json()
    authorized = {"Authorization": f"Bearer {made['token']}", "X-Request-ID": "a-write"}
    assert log.client.post("/api/v1/partners", json={"name": "IOM"}, headers=authorized).status_code == 201
    wrong = {"Authorization": "Bearer mx_never-made", "X-Request-ID": "a-wrong-key"}
    assert log.client.post("/api/v1/partners", json={"name": "ILO"}, headers=wrong).status_code == 401
    reader = log.client.post("/api/v1/keys", json={"name": "grace", "role": "reader"}).json()
    weak = {"Authorization": f"Bearer {reader['token']}", "X-Request-ID": "a-weak-key"}
    assert log.client.post("/api/v1/partners", json={"name": "ILO"}, headers=weak).status_code == 403
    (line,) = log.service.records_of("a-weak-key")
    assert (line["key"], line["status"]) == ("grace", 403)
    (line,) = log.service.records_of("a-write")
    assert (line["key"], line["status"], line["route"]) == ("ada", 201, "/api/v1/partners")
    (line,) = log.service.records_of("a-wrong-key")
    assert (line["key"], line["status"]) == (None, 401)
    for secret in (made["token"], KEY, "never-made", "Bearer"):
        assert secret not in log.service.log


def test_what_a_client_sends_begins_no_line_of_its_own(log: Log) -> None:
    forged = '/a%0a{"level":"error","message":"forged"}%0d%0a%1b[31m%e2%80%a8'
    log.client.get(forged, headers={"X-Request-ID": "forged"})
    (line,) = log.service.records_of("forged")
    assert line["path"] == '/a\n{"level":"error","message":"forged"}\r\n\x1b[31m\u2028'
    assert not [line for line in log.service.records() if line["message"] == "forged"]
    assert "\x1b" not in log.service.log


def test_a_query_is_not_logged(log: Log) -> None:
    log.client.get("/api/v1/actions?q=somebody-by-name", headers={"X-Request-ID": "a-query"})
    (line,) = log.service.records_of("a-query")
    assert line["path"] == "/api/v1/actions"
    assert "somebody-by-name" not in log.service.log


def test_a_failure_has_one_line_with_its_cause_and_the_traceback_once(log: Log) -> None:
    made = log.client.post("/api/v1/keys", json={"name": "to-damage", "role": "editor"}).json()
    damage = "UPDATE keys SET role = 'bogus' WHERE name = 'to-damage'"
    change_database(log.url, damage, f"ALTER TABLE keys DROP CONSTRAINT ck_keys_role; {damage}")
    headers = {"Authorization": f"Bearer {made['token']}", "X-Request-ID": "a-failure"}
    assert log.client.post("/api/v1/partners", json={"name": "OSCE"}, headers=headers).status_code == 500
    failure, request = log.service.records_of("a-failure")
    assert (failure["level"], failure["message"]) == ("error", "request failed")
    assert failure["error"] == "ValueError: 'bogus' is not a valid Role"
    assert (failure["method"], failure["route"]) == ("POST", "/api/v1/partners")
    assert failure["traceback"].startswith("Traceback")
    assert (request["message"], request["status"]) == ("request", 500)
    time.sleep(0.1)  # the server would add what it says of an error after the request's line
    assert len([line for line in log.service.records() if "bogus" in json.dumps(line)]) == 1
    assert failure["traceback"].count("is not a valid Role") == 1
    assert "Exception in ASGI application" not in log.service.log


def test_an_error_of_the_database_shows_no_value(log: Log) -> None:
    change_database(
        log.url,
        "CREATE TRIGGER refuse BEFORE INSERT ON partners WHEN new.acronym = 'quoted-value' "
        "BEGIN SELECT json(new.acronym); END;"
        "CREATE UNIQUE INDEX unknown_to_the_service ON partners (acronym)",
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF new.acronym = 'quoted-value' THEN RAISE 'refused' USING DETAIL = new.acronym; END IF; "
        "IF new.acronym = 'quoted-text' THEN PERFORM new.acronym::integer; END IF; RETURN new; END $$;"
        "CREATE TRIGGER refuse BEFORE INSERT ON partners FOR EACH ROW EXECUTE FUNCTION refuse();"
        "CREATE UNIQUE INDEX unknown_to_the_service ON partners (acronym)",
    )
    expected = {"quoted-value": {500, 503}}
    if log.url.startswith("postgresql"):
        expected["quoted-text"] = {500}
    for acronym, statuses in expected.items():
        response = log.client.post(
            "/api/v1/partners", json={"name": acronym, "acronym": acronym}, headers={"X-Request-ID": acronym}
        )
        assert response.status_code in statuses
        failure, request = log.service.records_of(acronym)
        assert failure["level"] == "error"
        assert failure["error"]
        assert request["status"] == response.status_code
        shown = json.dumps({name: value for name, value in failure.items() if name != "request_id"})
        assert acronym not in shown
    for name in ("Twice", "Twice again"):
        response = log.client.post(
            "/api/v1/partners", json={"name": name, "acronym": "twice-stored"}, headers={"X-Request-ID": name[-5:]}
        )
    assert response.status_code == 409
    refusal, _ = log.service.records_of("again")
    assert refusal["level"] == "warning"
    assert "error" in refusal
    assert "twice-stored" not in log.service.log


def test_what_is_unavailable_says_why(log: Log) -> None:
    hide = "ALTER TABLE registry_state RENAME TO hidden"
    change_database(log.url, hide, hide)
    try:
        assert log.client.get("/readyz", headers={"X-Request-ID": "not-ready"}).status_code == 503
    finally:
        show = "ALTER TABLE hidden RENAME TO registry_state"
        change_database(log.url, show, show)
    reason, request = log.service.records_of("not-ready")
    assert (reason["level"], reason["message"]) == ("warning", "unavailable")
    assert "registry_state" in reason["error"]
    assert "traceback" not in reason
    assert request["status"] == 503
