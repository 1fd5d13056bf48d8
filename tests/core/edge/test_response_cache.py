"""Cached responses: sent again until the data change, and never after."""

import gc
import tracemalloc
from itertools import product
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event

from app.core.database import Database
from app.core.edge.response_cache import ResponseCache
from app.core.listing import API
from tests.conftest import serving

pytestmark = pytest.mark.anyio
PATHS = ("actions?limit=3", "actions/1", "aggregates/actions-per-theme", "vocabularies/region", "facets?facet=theme")


class Asked:
    """Counts the statements of the connections that answer reads."""

    def __init__(self, app: FastAPI) -> None:
        database: Database = app.state.database
        self.count = 0
        event.listen(database.read_engine.sync_engine, "before_cursor_execute", self._one)

    def _one(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.count += "registry_state" not in statement


@pytest.fixture
def asked(app: FastAPI) -> Asked:
    """The counter of the test's service."""
    return Asked(app)


@pytest.mark.parametrize("path", PATHS)
async def test_the_same_is_answered_without_asking_again(anonymous: httpx.AsyncClient, asked: Asked, path: str) -> None:
    first = await anonymous.get(f"{API}/{path}")
    before = asked.count
    again = await anonymous.get(f"{API}/{path}")
    assert asked.count == before
    assert (again.status_code, again.content) == (200, first.content)
    assert dict(again.headers) | {"x-request-id": ""} == dict(first.headers) | {"x-request-id": ""}
    known = await anonymous.get(f"{API}/{path}", headers={"If-None-Match": first.headers["ETag"]})
    assert (known.status_code, known.content) == (304, b"")
    assert known.headers["ETag"] == first.headers["ETag"]


async def test_a_change_is_seen_at_once(client: httpx.AsyncClient, anonymous: httpx.AsyncClient) -> None:
    for number in range(3):
        read = await anonymous.get(f"{API}/actions/1")
        assert (await anonymous.get(f"{API}/actions/1")).content == read.content
        changed = await client.patch(
            f"{API}/actions/1", json={"title": f"Title {number}"}, headers={"If-Match": read.headers["ETag"]}
        )
        assert changed.status_code == 200
        assert (await anonymous.get(f"{API}/actions/1")).json()["title"] == f"Title {number}"
        assert f"Title {number}" in (await anonymous.get(f"{API}/actions?limit=500")).text


async def test_what_another_process_changes_is_seen_at_once(anonymous: httpx.AsyncClient, database_url: str) -> None:
    total = (await anonymous.get(f"{API}/partners")).json()["total"]
    async with serving(database_url) as (_, other):
        assert (await other.post(f"{API}/partners", json={"name": "IOM"})).status_code == 201
    assert (await anonymous.get(f"{API}/partners")).json()["total"] == total + 1


async def test_headers_that_choose_the_response_keep_responses_apart(anonymous: httpx.AsyncClient) -> None:
    async def region(**headers: str) -> str:
        return (await anonymous.get(f"{API}/vocabularies/region", headers=headers)).text

    assert "Asie" not in await region()
    assert "Asie" in await region(**{"Accept-Language": "fr"})
    assert "Asie" not in await region()
    assert (await anonymous.get(f"{API}/actions", headers={"Accept": "text/csv"})).text.startswith("id,")
    assert (await anonymous.get(f"{API}/actions")).json()["total"] == 17


async def test_a_header_in_two_lines_is_one_list(anonymous: httpx.AsyncClient) -> None:
    accepts = ("application/json", "text/csv;q=0.5", "text/csv", "application/json;q=0.1", "*/*")
    for lines in product(accepts, repeat=2):
        headers = [("Accept", line) for line in lines]
        fresh = await anonymous.get(f"{API}/actions", headers=[*headers, ("Cache-Control", "no-cache")])
        for _ in range(2):  # computed and cached, whatever was asked before
            read = await anonymous.get(f"{API}/actions", headers=headers)
            assert (read.headers["Content-Type"], read.content) == (fresh.headers["Content-Type"], fresh.content)
    alone = await anonymous.get(f"{API}/actions", headers={"Accept": "application/json"})
    assert alone.headers["Content-Type"] == "application/json"


async def test_what_the_cache_holds_is_bounded_with_its_keys_and_headers(
    app: FastAPI, anonymous: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache: ResponseCache = app.state.response_cache
    monkeypatch.setattr(cache, "capacity", 300_000)
    tracemalloc.start()
    try:
        for number in range(300):
            language = f"en, x-{number:04}-{'y' * 1500}"
            await anonymous.get(f"{API}/partners?limit=1", headers={"Accept-Language": language})
        gc.collect()
        held = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, "*/response_cache.py")])
    finally:
        tracemalloc.stop()
    assert 100_000 < cache.size <= cache.capacity
    assert sum(trace.size for trace in held.traces) <= cache.capacity


async def test_no_cache_bypasses_the_cache(anonymous: httpx.AsyncClient, asked: Asked) -> None:
    await anonymous.get(f"{API}/actions")
    before = asked.count
    await anonymous.get(f"{API}/actions", headers={"Cache-Control": "no-cache"})
    assert asked.count > before


async def test_errors_and_what_needs_a_key_are_not_cached(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    assert (await client.get(f"{API}/keys")).status_code == 200
    assert (await anonymous.get(f"{API}/keys")).status_code == 401
    assert (await anonymous.get(f"{API}/partners/18")).status_code == 404
    assert (await client.post(f"{API}/partners", json={"name": "IOM"})).status_code == 201
    assert (await anonymous.get(f"{API}/partners/18")).status_code == 200
