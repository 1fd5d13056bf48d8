"""Editors side by side, over HTTP, on a service with four workers."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.history.clone import Clone, assert_is_exact
from tests.running.service import Service, serve

pytestmark = pytest.mark.anyio
KEY = "mx_set-by-the-administrator"
ACTION = "/api/v1/actions/1"


def _client(address: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=address,
        headers={"Authorization": f"Bearer {KEY}"},
        timeout=60,
        limits=httpx.Limits(max_connections=60),
    )


async def _append(client: httpx.AsyncClient, mark: str, seen: Counter[int]) -> bool:
    """One editor: reads the summary, adds a mark, and repeats it on the new version when somebody was first."""
    for _ in range(200):
        read = await client.get(ACTION)
        edited = await client.patch(
            ACTION, json={"summary": f"{read.json()['summary']} {mark}"}, headers={"If-Match": read.headers["ETag"]}
        )
        seen[edited.status_code] += 1
        if edited.status_code == 200:
            return True
        await asyncio.sleep(0)
    return False


@pytest.fixture(scope="module")
def service(seeded_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service for all tests of this module: to start its workers takes longer than the tests do."""
    with serve(seeded_url, tmp_path_factory.mktemp("service"), workers="4", bootstrap_key=KEY) as running:
        yield running


async def test_fifty_writers_on_one_action_lose_nothing(service: Service) -> None:
    seen: Counter[int] = Counter()
    marks = [f"mark-{number:02}" for number in range(50)]
    async with _client(service.address) as client:
        acknowledged = await asyncio.gather(*(_append(client, mark, seen) for mark in marks))
        final = (await client.get(ACTION)).json()
        history = (await client.get(f"{ACTION}/history?limit=100")).json()
    assert all(acknowledged)
    assert set(seen) <= {200, 409, 412}, seen
    assert [mark for mark in marks if mark not in final["summary"]] == []
    told = " ".join(
        difference["after"]
        for revision in history["items"]
        for change in revision["changes"]
        for difference in change["differences"]
        if difference["field"] == "summary" and difference["after"]
    )
    assert [mark for mark in marks if mark not in told] == []
    assert history["total"] == final["version"] >= 1 + len(marks)


async def test_a_reader_of_the_feed_misses_nothing_while_many_write(service: Service) -> None:
    clone = Clone()
    async with _client(service.address) as client:

        async def get(url: str) -> dict[str, Any]:
            found: dict[str, Any] = (await client.get(url)).json()
            return found

        async def write(number: int) -> int:
            body = {"action": 1 + number % 5, "type": "training", "title": f"Training {number}"}
            return (await client.post("/api/v1/activities", json=body)).status_code

        writers = asyncio.gather(*(write(number) for number in range(120)))
        while not writers.done():
            await clone.follow(get)
            await asyncio.sleep(0.02)
        assert Counter(await writers) == {201: 120}
        await clone.follow(get)
        await assert_is_exact(clone, get)


async def test_two_simultaneous_requests_with_one_idempotency_key_do_one_thing(service: Service) -> None:
    async with _client(service.address) as client:
        for number in range(10):
            answers = await asyncio.gather(
                *(
                    client.post(
                        "/api/v1/partners",
                        json={"name": f"Partner {number}"},
                        headers={"Idempotency-Key": f"request-{number}"},
                    )
                    for _ in range(4)
                )
            )
            assert {answer.status_code for answer in answers} == {201}
            assert len({answer.content for answer in answers}) == 1
        total = (await client.get("/api/v1/partners?limit=1")).json()
    assert total["total"] == 17 + 10
