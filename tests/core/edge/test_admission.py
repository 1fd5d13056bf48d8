"""Admission: what is refused before a body is read, and what stays open beside it."""

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event

from app.core import rates
from app.core.problems import MEDIA_TYPE
from tests.conftest import ADMIN_KEY, AUTHORIZED, serving

pytestmark = pytest.mark.anyio

API = "/api/v1"
AFRESH = {"Cache-Control": "no-cache"}


@pytest.fixture(autouse=True)
def _stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """No bucket fills up, however slow the machine is."""
    monkeypatch.setattr(rates, "monotonic", lambda: 1000.0)


def at(app: FastAPI, address: str, **headers: str) -> httpx.AsyncClient:
    """A client with an address."""
    transport = httpx.ASGITransport(app, client=(address, 4711))
    return httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers)


def with_key(token: str) -> dict[str, str]:
    """The header of a key."""
    return {"Authorization": f"Bearer {token}"}


async def statuses(client: httpx.AsyncClient, method: str, path: str, times: int, **sent: Any) -> list[int]:
    """How the same request is answered again and again."""
    return [(await client.request(method, API + path, **sent)).status_code for _ in range(times)]


def check_refusal(response: httpx.Response, policy: str, limit: int) -> None:
    """A problem document that says which policy was meant, and when to come again."""
    assert response.status_code == 429, response.text
    assert response.headers["Content-Type"] == MEDIA_TYPE
    assert response.json()["type"] == "/problems/too-many-requests"
    assert response.json()["violated-policies"] == [policy]
    assert response.headers["RateLimit-Policy"] == f'"{policy}";q={limit};w=60'
    wait = response.headers["Retry-After"]
    assert response.headers["RateLimit"] == f'"{policy}";r=0;t={wait}'
    assert 1 <= int(wait) <= 60
    assert response.headers["Access-Control-Expose-Headers"].count("RateLimit") == 2


# -- wrong keys --


async def test_after_many_wrong_keys_only_right_ones_are_looked_up(database_url: str) -> None:
    async with serving(database_url, rate_wrong_keys=5) as (app, client):
        made = await client.post(f"{API}/keys", json={"name": "ada", "role": "editor"})
        looked_up: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            looked_up.extend(re.findall(r"FROM keys\b", statement))

        event.listen(app.state.database.engine.sync_engine, "before_cursor_execute", note)
        async with at(app, "192.0.2.1", Origin="https://elsewhere.example") as stranger:
            sent = [with_key(f"mx_guess-{number}") for number in range(300)]
            answers = [await stranger.post(f"{API}/partners", json={"name": "X"}, headers=key) for key in sent]
            assert [answer.status_code for answer in answers[:5]] == [401] * 5
            assert {answer.status_code for answer in answers[5:]} <= {401, 429}
            assert sum(answer.status_code == 401 for answer in answers) < 10
            check_refusal(next(answer for answer in answers if answer.status_code == 429), "wrong-keys", 5)
            assert len(looked_up) < 25
            for token in (ADMIN_KEY, made.json()["token"]):
                written = await stranger.post(f"{API}/partners", json={"name": token[-9:]}, headers=with_key(token))
                assert written.status_code == 201
            assert await statuses(stranger, "GET", "/actions", 3, headers=sent[0]) == [200] * 3
            assert await statuses(stranger, "POST", "/partners", 3, json={}) == [401] * 3  # none is no wrong one
        async with at(app, "192.0.2.2") as other:
            assert await statuses(other, "POST", "/partners", 3, headers=sent[0]) == [401] * 3


async def test_a_network_of_ipv6_counts_as_one_client(database_url: str) -> None:
    async with serving(database_url, rate_wrong_keys=5) as (app, _):
        found = []
        for number in range(8):
            async with at(app, f"2001:db8:1:2:{number:x}::{number:x}", **with_key("mx_guess")) as client:
                found += await statuses(client, "POST", "/partners", 1)
        assert (found[:5], found[-1]) == ([401] * 5, 429)
        async with at(app, "2001:db8:1:3::1", **with_key("mx_guess")) as client:
            assert await statuses(client, "POST", "/partners", 1) == [401]


async def test_a_forged_address_counts_as_the_true_one_and_a_proxys_word_is_taken(database_url: str) -> None:
    async with serving(database_url, rate_wrong_keys=5, trusted_proxies="10.0.0.0/8") as (app, _):
        for address, counted_as_one in (("192.0.2.1", True), ("10.0.0.1", False)):
            async with at(app, address, **with_key("mx_guess")) as client:
                found = []
                for number in range(8):
                    said = {"X-Forwarded-For": f"203.0.113.{number}", "Forwarded": f"for=203.0.113.{number}"}
                    found += await statuses(client, "POST", "/partners", 1, headers=said)
            assert (429 in found) == counted_as_one
        async with at(app, "10.0.0.1", **with_key("mx_guess")) as client:  # the client forges, the proxy appends
            forging = [{"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.7"} for number in range(8)]
            found = [(await statuses(client, "POST", "/partners", 1, headers=said))[0] for said in forging]
        assert (found[:5], found[-1]) == ([401] * 5, 429)


# -- rates --


async def test_reads_count_by_address_and_cached_ones_not_at_all(database_url: str) -> None:
    async with serving(database_url, rate_reads=5) as (app, _):
        async with at(app, "192.0.2.1", Origin="https://elsewhere.example") as reader:
            assert await statuses(reader, "GET", "/actions?limit=1", 10) == [200] * 10
            assert await statuses(reader, "GET", "/actions?limit=1", 10, headers=AFRESH) == [200] * 4 + [429] * 6
            check_refusal(await reader.get(f"{API}/actions?limit=1", headers=AFRESH), "reads", 5)
            assert await statuses(reader, "GET", "/actions?limit=1", 3) == [200] * 3
            assert await statuses(reader, "HEAD", "/actions?limit=1", 1, headers=AFRESH) == [429]
            await app.state.index.built.wait()
            for path in ("/healthz", "/readyz", "/docs", "/problems/too-many-requests"):
                assert (await reader.get(path)).status_code == 200
        async with at(app, "192.0.2.2") as other:
            response = await other.get(f"{API}/actions?limit=1", headers=AFRESH)
            assert response.status_code == 200
            assert "RateLimit" not in response.headers


async def test_writes_count_by_key_and_say_what_is_left(database_url: str) -> None:
    async with serving(database_url, rate_writes=5) as (_, client):
        made = (await client.post(f"{API}/keys", json={"name": "ada", "role": "editor"})).json()["token"]
        answers = [
            await client.post(f"{API}/partners", json={"name": f"Partner {number}"}, headers=PAGE)
            for number in range(6)
        ]
        assert [answer.status_code for answer in answers] == [201] * 4 + [429] * 2
        left = [answer.headers["RateLimit"].partition(";t=")[0] for answer in answers[:4]]
        assert left == [f'"writes";r={number}' for number in (3, 2, 1, 0)]
        assert {answer.headers["RateLimit-Policy"] for answer in answers} == {'"writes";q=5;w=60'}
        check_refusal(answers[-1], "writes", 5)
        assert await statuses(client, "GET", "/actions", 3) == [200] * 3
        assert await statuses(client, "POST", "/partners", 1, headers=with_key(made), json={"name": "Z"}) == [201]


PAGE = {"Origin": "https://elsewhere.example"}
COSTLY: Mapping[str, Mapping[str, Any]] = {
    "GET /exports/registry.xlsx": {},
    "GET /aggregates/actions-per-theme?format=png": {},
    "GET /aggregates/actions-per-theme": {"headers": {"Accept": "image/png"}},
    "POST /actions/batch": {"json": {"items": [{"title": "X"}]}},
    "POST /imports": {"files": {"file": ("x.csv", b"title\n")}},
}


async def test_what_is_costly_counts_beside_and_is_refused_unread(database_url: str) -> None:
    async with serving(database_url, rate_costly=2) as (_, client):
        assert await statuses(client, "GET", "/exports/registry.xlsx", 2, headers=AFRESH) == [200] * 2
        for request_line, sent in COSTLY.items():
            method, path = request_line.split()
            headers = PAGE | AFRESH | sent.get("headers", {})
            check_refusal(
                await client.request(method, API + path, **{**sent, "headers": headers}), "costly-requests", 2
            )
        for path in ("/actions?format=csv", "/aggregates/actions-per-theme?format=svg", "/imports"):
            assert await statuses(client, "GET", path, 3, headers=AFRESH) == [200] * 3
        read: list[bytes] = []

        async def body() -> AsyncIterator[bytes]:
            read.append(b"{}")
            yield b"{}"

        refused = await client.post(f"{API}/actions/batch", content=body(), headers={"Content-Length": "2"})
        assert refused.status_code == 429
        assert read == []


async def test_every_rate_can_be_switched_off(database_url: str) -> None:
    off = {f"rate_{name}": 0 for name in ("reads", "writes", "costly", "wrong_keys")}
    async with serving(database_url, **off) as (_, client):
        written = await client.post(f"{API}/actions/batch", json={"items": [{"title": "X"}]})
        assert written.status_code == 201
        assert "RateLimit" not in written.headers
        assert await statuses(client, "POST", "/partners", 250, headers=with_key("mx_guess")) == [401] * 250


# -- addresses and headers --


@pytest.mark.parametrize("path", ["/api/v1/actions", "/healthz", "/nothing"])
async def test_a_long_address_is_a_414_and_long_headers_are_a_431(client: httpx.AsyncClient, path: str) -> None:
    for address, headers, status, slug in (
        (f"{path}?q={'a' * 17_000}", {}, 414, "address-too-long"),
        (f"{path}/{'a' * 17_000}", {}, 414, "address-too-long"),
        (path, {"X-Long": "a" * 33_000}, 431, "headers-too-large"),
        (path, {f"X-{number}": "" for number in range(101)}, 431, "headers-too-large"),
    ):
        response = await client.get(address, headers=PAGE | AFRESH | headers)
        assert response.status_code == status, response.text
        assert response.headers["Content-Type"] == MEDIA_TYPE
        assert response.json()["type"] == f"/problems/{slug}"
        assert response.headers["Access-Control-Allow-Origin"] == "*"
    ample = {f"X-{number}": "a" * 300 for number in range(80)}
    assert (await client.get("/healthz", headers=AUTHORIZED | ample)).status_code == 200
