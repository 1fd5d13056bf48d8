"""Errors: each answers with a problem document, and none tells what the service is made of."""

import asyncio
import json
import re
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.core.database import Database
from app.core.problems import MEDIA_TYPE, json_pointer, problem_types
from app.core.sessions import ReadConnection

pytestmark = pytest.mark.anyio

MEMBERS = {"type", "title", "status", "instance", "request_id", "errors"}


@pytest.fixture
async def failing(client: httpx.AsyncClient, app: FastAPI) -> httpx.AsyncClient:
    """A client of a service with addresses that fail, and that shows what a user of it would see."""

    @app.get("/fails")
    async def fails() -> None:
        raise RuntimeError("a secret of the house")

    @app.get("/fails-in-the-database")
    async def fails_in_the_database(connection: ReadConnection) -> None:
        await connection.execute(text("SELECT a_secret FROM of_the_house"))

    client._transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return client


def document(response: httpx.Response, status: int, slug: str) -> dict[str, object]:
    """The problem document of an answer, after checking its form."""
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == MEDIA_TYPE
    found: dict[str, object] = response.json()
    assert set(found) >= MEMBERS
    assert (found["status"], found["type"]) == (status, f"/problems/{slug}")
    assert found["request_id"] == response.headers["X-Request-ID"]
    return found


async def test_an_unforeseen_error_tells_nothing_but_its_id(failing: httpx.AsyncClient) -> None:
    response = await failing.get("/fails")
    found = document(response, 500, "internal-error")
    assert set(found) == MEMBERS
    assert "secret" not in response.text


async def test_an_error_of_the_database_shows_no_sql(failing: httpx.AsyncClient) -> None:
    response = await failing.get("/fails-in-the-database")
    assert response.status_code in (500, 503)
    assert not re.search("secret|select|sql", response.text, re.IGNORECASE)


@pytest.mark.parametrize(
    "url", ["postgresql://nobody@/nothing?host=/nowhere", "sqlite:////nowhere/nothing.db"], ids=["postgresql", "sqlite"]
)
async def test_a_database_that_cannot_be_reached_is_a_503(failing: httpx.AsyncClient, app: FastAPI, url: str) -> None:
    reachable, app.state.database = app.state.database, Database(url)
    try:
        for method, path in (("GET", "/api/v1/actions"), ("POST", "/api/v1/partners"), ("GET", "/readyz")):
            response = await failing.request(method, path, json={} if method == "POST" else None)
            document(response, 503, "unavailable")
            assert int(response.headers["Retry-After"]) > 0
        assert (await failing.get("/healthz")).status_code == 200
    finally:
        await app.state.database.close()
        app.state.database = reachable


async def test_the_id_of_a_request_is_the_one_that_was_sent(client: httpx.AsyncClient) -> None:
    response = await client.get("/nothing", headers={"X-Request-ID": "mine-1"})
    assert document(response, 404, "not-found")["request_id"] == "mine-1"


@pytest.mark.parametrize("sent", ["a" * 65, "a" * 9000, "two words", "<b>", "a,b", "a/b", "\x7f", "\xe9", ""])
async def test_an_id_that_is_long_or_odd_is_replaced(client: httpx.AsyncClient, sent: str) -> None:
    response = await client.get("/nothing", headers=[(b"X-Request-ID", sent.encode("latin-1"))])
    assert re.fullmatch("[0-9a-f]{32}", str(document(response, 404, "not-found")["request_id"]))


async def test_a_method_that_is_not_there_is_told_which_ones_are(client: httpx.AsyncClient) -> None:
    for method, path, allowed in (
        ("DELETE", "/api/v1/actions", "GET, HEAD, POST"),
        ("POST", "/api/v1/actions/1", "DELETE, GET, HEAD, PATCH, PUT"),
        ("PUT", "/api/v1/countries", "GET, HEAD"),
        ("OPTIONS", "/api/v1/themes/asylum", "DELETE, GET, HEAD, PATCH, PUT"),
        ("PROPFIND", "/healthz", "GET, HEAD"),
    ):
        response = await client.request(method, path)
        document(response, 405, "method-not-allowed")
        assert response.headers["Allow"] == allowed


async def test_every_type_leads_to_its_explanation(client: httpx.AsyncClient) -> None:
    listed = {item["slug"]: item for item in (await client.get("/problems")).json()}
    assert set(listed) == {kind.slug for kind in problem_types()}
    for kind in problem_types():
        explained = (await client.get(f"/problems/{kind.slug}")).json()
        assert explained == listed[kind.slug]
        assert (explained["status"], explained["title"]) == (kind.status, kind.title)
        assert len(explained["description"]) > 20


def test_each_kind_of_problem_has_a_slug_of_its_own() -> None:
    slugs = [kind.slug for kind in problem_types()]
    assert len(set(slugs)) == len(slugs)
    assert all(re.fullmatch("[a-z]+(-[a-z]+)*", slug) for slug in slugs)


def test_a_json_pointer_escapes_what_it_is_made_of() -> None:
    assert json_pointer([]) == ""
    assert json_pointer(["themes", 0]) == "/themes/0"
    assert json_pointer(["a/b", "c~d"]) == "/a~1b/c~0d"


@pytest.fixture(params=["sized", "chunked"])
async def large_body(request: pytest.FixtureRequest) -> bytes | AsyncIterator[bytes]:
    """Three megabytes of blanks, announced or not."""

    async def parts() -> AsyncIterator[bytes]:
        for _ in range(300):
            yield b" " * 10_000

    return b" " * 3_000_000 if request.param == "sized" else parts()


async def test_a_body_that_is_too_large_is_a_413(
    client: httpx.AsyncClient, large_body: bytes | AsyncIterator[bytes]
) -> None:
    response = await client.post("/api/v1/actions", content=large_body, headers={"Content-Type": "application/json"})
    found = document(response, 413, "too-large")
    assert found["max_bytes"] == 2 * 1024 * 1024
    assert "2,097,152 bytes" in str(found["detail"])


async def test_simultaneous_writers_wait_for_each_other(client: httpx.AsyncClient) -> None:
    """More of them than there are connections: each needs one only."""

    async def change(number: int) -> httpx.Response:
        return await client.patch("/api/v1/actions/1", json={"summary": f"No. {number}"}, headers={"If-Match": "*"})

    responses = await asyncio.gather(*(change(number) for number in range(20)))
    assert {response.status_code for response in responses} == {200}
    versions = sorted(response.json()["version"] for response in responses)
    assert versions == list(range(versions[0], versions[0] + 20))


async def test_a_refused_change_leaves_nothing_behind(client: httpx.AsyncClient) -> None:
    before = (await client.get("/api/v1/actions/1")).json()
    response = await client.patch(
        "/api/v1/actions/1", json={"title": "Changed", "partners": [99999]}, headers={"If-Match": "*"}
    )
    found = document(response, 422, "validation")
    assert json.dumps(found).count("99999") == 2
    assert (await client.get("/api/v1/actions/1")).json() == before


async def test_of_two_editors_with_the_same_version_one_is_told_so(client: httpx.AsyncClient) -> None:
    if_match = {"If-Match": (await client.get("/api/v1/actions/1")).headers["ETag"]}

    async def change(number: int) -> httpx.Response:
        return await client.patch("/api/v1/actions/1", json={"summary": f"No. {number}"}, headers=if_match)

    responses = await asyncio.gather(*(change(number) for number in range(6)))
    assert sorted(response.status_code for response in responses) == [200, 412, 412, 412, 412, 412]
    (written,) = (response.json() for response in responses if response.status_code == 200)
    assert (await client.get("/api/v1/actions/1")).json() == written


async def test_changes_that_cross_each_other_are_done_or_refused(client: httpx.AsyncClient) -> None:
    """While one takes an action away, others change and add what belongs to it."""
    for _ in range(8):
        action = (await client.post("/api/v1/actions", json={"title": "Crossed"})).json()["id"]
        activity = {"action": action, "type": "other", "title": "Crossed"}
        key = (await client.post("/api/v1/activities", json=activity)).json()["id"]
        responses = await asyncio.gather(
            client.patch(f"/api/v1/activities/{key}", json={"place": "Osh"}, headers={"If-Match": "*"}),
            client.delete(f"/api/v1/actions/{action}", headers={"If-Match": "*"}),
            client.post("/api/v1/deployments", json={"action": action, "activity": key}),
            client.post("/api/v1/activities", json=activity),
            client.delete(f"/api/v1/activities/{key}", headers={"If-Match": "*"}),
        )
        statuses = [response.status_code for response in responses]
        assert set(statuses) <= {200, 201, 204, 404, 409, 412, 422, 503}, statuses
        if statuses[1] == 204:
            assert (await client.get(f"/api/v1/activities/{key}")).status_code == 404
