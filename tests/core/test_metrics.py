"""What Prometheus reads of a service."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from app import schema
from app.core.database import Database
from app.core.listing import API
from app.core.metrics import POOL_WAITING
from tests.conftest import serving
from tests.waiting import until

pytestmark = pytest.mark.anyio

Samples = Mapping[str, float]


def read(text: str) -> Samples:
    """The samples, by name and labels."""
    return {
        f"{sample.name}{sorted(sample.labels.items())}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def named(name: str, **labels: str) -> str:
    """A sample as it is found."""
    return f"{name}{sorted(labels.items())}"


async def scrape(client: httpx.AsyncClient) -> Samples:
    """What Prometheus reads now."""
    response = await client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain; version=")
    return read(response.text)


@pytest.mark.parametrize(
    ("method", "path", "route", "answered"),
    [
        ("GET", f"{API}/actions", f"{API}/actions", "2xx"),
        ("GET", f"{API}/actions/3", f"{API}/actions/{{action}}", "2xx"),
        ("HEAD", f"{API}/actions/3", f"{API}/actions/{{action}}", "2xx"),
        ("GET", f"{API}/actions/99999", f"{API}/actions/{{action}}", "4xx"),
        ("POST", f"{API}/partners", f"{API}/partners", "4xx"),
        ("GET", "/nothing", "none", "4xx"),
        ("GET", "/nothing/else", "none", "4xx"),
        ("PROPFIND", f"{API}/actions", f"{API}/actions", "4xx"),
    ],
)
async def test_each_request_is_counted_by_method_route_and_status(
    client: httpx.AsyncClient, method: str, path: str, route: str, answered: str
) -> None:
    labels = {"method": method if method != "PROPFIND" else "none", "route": route}
    counted, measured = named("http_requests_total", **labels, status=answered), "http_request_duration_seconds"
    before = await scrape(client)
    for _ in range(2):  # the second response may come from the cache
        await client.request(method, path, json={} if method == "POST" else None)
    after = await scrape(client)
    assert after[counted] - before.get(counted, 0) == 2
    assert after[named(f"{measured}_count", **labels)] - before.get(named(f"{measured}_count", **labels), 0) == 2
    assert after[named(f"{measured}_sum", **labels)] > before.get(named(f"{measured}_sum", **labels), 0)


async def test_a_response_that_breaks_off_counts_as_an_error(client: httpx.AsyncClient, app: FastAPI) -> None:
    @app.get("/breaks")
    async def breaks() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"a part"
            raise RuntimeError("no more")

        return StreamingResponse(parts())

    counted = named("http_requests_total", method="GET", route="/breaks", status="5xx")
    client._transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    before = await scrape(client)
    assert (await client.get("/breaks")).status_code == 200
    after = await scrape(client)
    assert after[counted] - before.get(counted, 0) == 1
    assert named("http_requests_total", method="GET", route="/breaks", status="2xx") not in after


async def test_no_client_can_make_up_labels(client: httpx.AsyncClient) -> None:
    await client.get("/nothing")
    await client.request("BREW", "/nothing")
    before = await scrape(client)
    for number in range(20):
        await client.get(f"/made-up/{number}")
        await client.request(f"BREW{number}", "/nothing")
        await client.get(f"{API}/actions/made-up-{number}")
    after = await scrape(client)
    new = set(after) - set(before)
    assert {name for name in new if "made-up" in name or "BREW" in name} == set()
    assert len(new) < 40


async def test_refusals_are_counted_by_type(client: httpx.AsyncClient) -> None:
    kinds = {
        "not-found": ("GET", "/nothing", {}),
        "validation": ("GET", f"{API}/actions?limit=0", {}),
        "precondition-required": ("DELETE", f"{API}/actions/1", {}),
        "stale-version": ("DELETE", f"{API}/actions/1", {"If-Match": '"0"'}),
    }
    before = await scrape(client)
    for method, url, headers in kinds.values():
        await client.request(method, url, headers=headers)
    after = await scrape(client)
    for kind in kinds:
        counted = named("mieux_problems_total", type=kind)
        assert after[counted] - before.get(counted, 0) == 1


async def test_the_cache_of_responses_is_counted(anonymous: httpx.AsyncClient) -> None:
    hits, misses = (named("mieux_response_cache_lookups_total", result=result) for result in ("hit", "miss"))
    before = await scrape(anonymous)
    for _ in range(3):
        await anonymous.get(f"{API}/actions?limit=7")
    after = await scrape(anonymous)
    assert after[misses] - before[misses] == 1
    assert after[hits] - before[hits] == 2
    assert after[named("mieux_response_cache_bytes")] > 1000


async def test_the_pools_of_connections_are_measured(client: httpx.AsyncClient, app: FastAPI) -> None:
    database: Database = app.state.database
    limit = database.pools["file"].limit

    async def read() -> None:
        async with database.read_at_length() as connection:
            await connection.execute(select(1))

    async with AsyncExitStack() as held:
        for _ in range(limit):
            await (await held.enter_async_context(database.read_at_length())).execute(select(1))
        waiting = asyncio.create_task(read())
        await until(lambda: POOL_WAITING.labels("file")._value.get() == 1)
        samples = await scrape(client)
        assert samples[named("mieux_database_pool_connections", pool="file", state="in_use")] == limit
        assert samples[named("mieux_database_pool_limit", pool="file")] == limit
        assert samples[named("mieux_database_pool_waiting", pool="file")] == 1
    await waiting
    samples = await scrape(client)
    assert samples[named("mieux_database_pool_connections", pool="file", state="in_use")] == 0
    assert samples[named("mieux_database_pool_connections", pool="file", state="idle")] >= 1
    assert samples[named("mieux_database_pool_waiting", pool="file")] == 0


async def test_the_feed_is_watched(client: httpx.AsyncClient) -> None:
    changes = (await client.get(f"{API}/changes?limit=500")).json()
    before = (await scrape(client))[named("mieux_feed_sequence")]
    assert before >= len(changes["items"])
    await client.post(f"{API}/partners", json={"name": "International Organization for Migration"})
    assert (await scrape(client))[named("mieux_feed_sequence")] == before + 1


@pytest.mark.parametrize(
    "url", ["postgresql://nobody@/nothing?host=/nowhere", "sqlite:////nowhere/nothing.db"], ids=["postgresql", "sqlite"]
)
async def test_a_database_that_does_not_answer_is_said_to_be_down(
    client: httpx.AsyncClient, app: FastAPI, url: str
) -> None:
    assert (await scrape(client))[named("mieux_database_up")] == 1
    reachable, app.state.database = app.state.database, Database(url)
    try:
        assert (await scrape(client))[named("mieux_database_up")] == 0
    finally:
        await app.state.database.close()
        app.state.database = reachable


async def test_what_runs_here_is_stated(client: httpx.AsyncClient) -> None:
    (build,) = [name for name in await scrape(client) if name.startswith("mieux_build_info")]
    assert f"('schema', '{schema.newest_revision()}')" in build
    assert "('version', '" in build


async def test_the_metrics_can_need_a_key(database_url: str) -> None:
    key = "a-key-for-prometheus"
    async with serving(database_url, metrics_key=key) as (_, client):
        for shown in (b"", b"Bearer a-key-for-somebody", f"Basic {key}".encode(), b"Bearer schl\xfcssel"):
            refused = await client.get("/metrics", headers={b"Authorization": shown})
            assert (refused.status_code, refused.json()["type"]) == (401, "/problems/unauthorized")
            assert refused.headers["WWW-Authenticate"].startswith("Bearer")
        shown = f"Bearer {key}".encode()
        assert "http_requests_total" in (await client.get("/metrics", headers={b"Authorization": shown})).text
