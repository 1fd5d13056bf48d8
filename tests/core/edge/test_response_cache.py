"""Cached responses: sent again until the data change, and never after."""

import asyncio
import gc
import tracemalloc
from collections.abc import Iterator, Mapping
from itertools import permutations, product

import httpx
import pytest
from fastapi import FastAPI

from app.core.edge.response_cache import ResponseCache
from app.core.listing import API
from tests.conftest import serving
from tests.statements import statements_noted

pytestmark = pytest.mark.anyio
PATHS = ("actions?limit=3", "actions/1", "aggregates/actions-per-theme", "vocabularies/region", "facets?facet=theme")


class Asked:
    """Counts the statements that answer reads, with and without those for the state of the data alone."""

    def __init__(self) -> None:
        self.count = self.with_state = 0

    def note(self, statement: str) -> None:
        """Counts one."""
        self.count += not statement.endswith("FROM registry_state")
        self.with_state += 1


@pytest.fixture
def asked(app: FastAPI) -> Iterator[Asked]:
    """The counter of the test's service."""
    asked, database = Asked(), app.state.database
    with statements_noted(asked.note, database.read_engine):
        yield asked


def _said(headers: Mapping[str, str]) -> dict[str, object]:
    """The headers of a response but for its id; what it varies by has no order."""
    varies_by = {name.strip().lower() for name in headers.get("vary", "").split(",")}
    return {**headers, "x-request-id": "", "vary": varies_by}


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


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("more", [{}, {"Origin": "https://page.example", "Accept-Encoding": "gzip"}])
async def test_a_cached_304_says_the_same_as_one_of_the_application(
    anonymous: httpx.AsyncClient, asked: Asked, path: str, more: dict[str, str]
) -> None:
    full = await anonymous.get(f"{API}/{path}", headers=more)
    known = {**more, "If-None-Match": full.headers["ETag"]}
    made = await anonymous.get(f"{API}/{path}", headers={**known, "Cache-Control": "no-cache"})
    before = asked.count
    cached = await anonymous.get(f"{API}/{path}", headers=known)
    assert asked.count == before
    assert (made.status_code, cached.status_code, cached.content) == (304, 304, b"")
    assert _said(cached.headers) == _said(made.headers)
    listed = await anonymous.get(f"{API}/{path}", headers={**more, "If-None-Match": f'"x", W/{full.headers["ETag"]}'})
    assert (listed.status_code, listed.headers["ETag"]) == (304, full.headers["ETag"])


async def test_who_only_asks_whether_something_changed_is_answered_from_the_cache(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, asked: Asked
) -> None:
    """Also where nobody asked for the whole since another record changed."""
    known = {"If-None-Match": (await anonymous.get(f"{API}/actions/1")).headers["ETag"]}
    other = {"If-Match": (await anonymous.get(f"{API}/actions/2")).headers["ETag"]}
    assert (await client.patch(f"{API}/actions/2", json={"title": "Other"}, headers=other)).status_code == 200
    counts = []
    for _ in range(3):
        before = asked.with_state
        assert (await anonymous.get(f"{API}/actions/1", headers=known)).status_code == 304
        counts.append(asked.with_state - before)
    assert counts[0] > 0
    assert counts[1:] == [0, 0]
    assert (await anonymous.get(f"{API}/actions/1")).status_code == 200
    assert (await anonymous.get(f"{API}/actions/1", headers={"If-None-Match": '"other"'})).status_code == 200


async def test_of_many_who_ask_the_same_at_once_one_has_it_made(anonymous: httpx.AsyncClient, asked: Asked) -> None:
    await anonymous.get(f"{API}/actions?limit=3")  # from now on the index is built
    asked.count = 0
    await anonymous.get(f"{API}/actions?limit=4")
    alone, asked.count = asked.count, 0
    responses = await asyncio.gather(*(anonymous.get(f"{API}/actions?limit=5") for _ in range(20)))
    assert asked.count == alone
    assert len({response.content for response in responses}) == 1
    assert len({response.headers["X-Request-ID"] for response in responses}) == 20
    # What can't be cached is made for each of them, and for none of them later than for the first one.
    missing = await asyncio.gather(*(anonymous.get(f"{API}/actions/999") for _ in range(20)))
    assert {response.status_code for response in missing} == {404}


async def test_a_head_is_answered_from_the_cache_without_content(anonymous: httpx.AsyncClient, asked: Asked) -> None:
    head = await anonymous.head(f"{API}/actions")
    full = await anonymous.get(f"{API}/actions")
    assert full.json()["total"] == 17  # the response to HEAD was not taken for it
    before = asked.count
    again = await anonymous.head(f"{API}/actions")
    assert asked.count == before
    assert again.content == b""
    assert _said(again.headers) == _said(full.headers) == _said(head.headers)


async def test_each_cached_response_has_the_id_of_its_request(anonymous: httpx.AsyncClient) -> None:
    sent = ["one", "two", "not usable: a b", None]
    given = []
    for chosen in sent:
        headers = {} if chosen is None else {"X-Request-ID": chosen}
        response = await anonymous.get(f"{API}/actions/2", headers=headers)
        given += response.headers.get_list("X-Request-ID")
    assert given[:2] == sent[:2]
    assert [len(made) for made in given[2:]] == [32, 32]
    assert len(set(given)) == 4


async def test_only_a_trusted_proxy_chooses_what_is_cached(database_url: str) -> None:
    """What others say of host, scheme and prefix neither gets into a response nor keeps responses apart."""
    forwarded = {"X-Forwarded-Host": "h.example", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/p"}
    path = f"{API}/actions?limit=1"
    for trusted in ("", "127.0.0.1"):
        async with serving(database_url, trusted_proxies=trusted) as (app, _):
            transport = httpx.ASGITransport(app, client=("127.0.0.1", 4711))
            async with httpx.AsyncClient(transport=transport, base_url="http://inside") as client:
                for _ in range(2):
                    through, direct = await client.get(path, headers=forwarded), await client.get(path)
                    assert through.json()["next"].startswith("/p/" if trusted else API)
                    assert direct.json()["next"].startswith(API)
                    assert ("strict-transport-security" in through.headers) == bool(trusted)
                    assert "strict-transport-security" not in direct.headers


async def test_the_order_of_headers_does_not_matter(anonymous: httpx.AsyncClient, asked: Asked) -> None:
    headers = [("Accept", "application/json"), ("Accept-Language", "fr"), ("Origin", "https://page.example")]
    await anonymous.get(f"{API}/actions", headers=headers)
    before = asked.count
    for order in permutations(headers):
        await anonymous.get(f"{API}/actions", headers=order)
    assert asked.count == before


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


async def test_what_another_process_changes_is_seen_soon(anonymous: httpx.AsyncClient, database_url: str) -> None:
    """In the file of an embedded database at once, on a server within a tenth of a second."""
    total = (await anonymous.get(f"{API}/partners")).json()["total"]
    async with serving(database_url) as (_, other):
        for number in range(1, 6):
            assert (await anonymous.get(f"{API}/partners")).json()["total"] == total + number - 1
            assert (await other.post(f"{API}/partners", json={"name": f"Partner {number}"})).status_code == 201
            if not database_url.startswith("sqlite"):
                await asyncio.sleep(0.1)
            assert (await anonymous.get(f"{API}/partners")).json()["total"] == total + number


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
