"""The feed of changes as server-sent events, from a running service."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.running.service import serve

pytestmark = pytest.mark.anyio
KEY = "mx_set-by-the-administrator"


async def _events(client: httpx.AsyncClient, query: str = "", **headers: str) -> AsyncIterator[tuple[str, Any]]:
    """Each event's id and data."""
    async with client.stream("GET", f"/api/v1/changes/stream{query}", headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert answer.headers["Cache-Control"] == "no-store"
        cursor = ""
        async for line in answer.aiter_lines():
            if line.startswith("id: "):
                cursor = line.removeprefix("id: ")
            elif line.startswith("data: "):
                yield cursor, json.loads(line.removeprefix("data: "))


async def _first(events: AsyncIterator[tuple[str, Any]], count: int) -> list[tuple[str, Any]]:
    found = []
    async with asyncio.timeout(20):
        async for event in events:
            found.append(event)
            if len(found) == count:
                break
    return found


async def test_the_stream_tells_changes_as_they_are_made_and_goes_on_where_it_was(
    database_url: str, tmp_path: Path
) -> None:
    with serve(database_url, tmp_path, workers="2", bootstrap_key=KEY) as service:
        async with httpx.AsyncClient(
            base_url=service.address, headers={"Authorization": f"Bearer {KEY}"}, timeout=20
        ) as client:
            latest = (await client.get("/api/v1/changes?limit=1")).json()["latest"]
            listening = asyncio.create_task(_first(_events(client, f"?after={latest}"), 3))
            for number in range(3):
                made = await client.post("/api/v1/partners", json={"name": f"Partner {number}"})
                assert made.status_code == 201
            heard = await listening
            page = (await client.get(f"/api/v1/changes?after={latest}")).json()
            feed = page["items"]
            assert heard == [(f"{page['epoch']}-{change['sequence']}", change) for change in feed]
            assert [change["record"]["name"] for _, change in heard] == ["Partner 0", "Partner 1", "Partner 2"]

            for cursor in (heard[0][0], str(feed[0]["sequence"])):
                again = await _first(_events(client, **{"Last-Event-ID": cursor}), 2)
                assert again == heard[1:]

            refused = await client.get("/api/v1/changes/stream", headers={"Last-Event-ID": "yesterday"})
            assert refused.status_code == 422
            assert refused.json()["errors"][0]["parameter"] == "Last-Event-ID"


async def test_a_listener_does_not_keep_the_service_from_stopping(database_url: str, tmp_path: Path) -> None:
    with serve(database_url, tmp_path, bootstrap_key=KEY) as service:
        async with httpx.AsyncClient(base_url=service.address, timeout=20) as client:
            listening = asyncio.create_task(_first(_events(client, "?after=0"), 10_000))
            await asyncio.sleep(0.5)
            service.process.terminate()
            await asyncio.to_thread(service.process.wait, 10)  # raises when it goes on
            heard = await listening
            assert [change["sequence"] for _, change in heard] == list(range(1, len(heard) + 1))
            assert heard
