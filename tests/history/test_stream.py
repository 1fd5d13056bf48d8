"""The feed of changes as server-sent events, from a running service."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.running.service import serve
from tests.waiting import BOUND, until

pytestmark = pytest.mark.anyio
KEY = "mx_set-by-the-administrator"


async def events(client: httpx.AsyncClient, query: str = "", **headers: str) -> AsyncIterator[tuple[str, Any]]:
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


async def first(stream: AsyncIterator[tuple[str, Any]], count: int) -> list[tuple[str, Any]]:
    """As many of them as are asked for."""
    found = []
    async with asyncio.timeout(BOUND):
        async for event in stream:
            found.append(event)
            if len(found) == count:
                break
    return found


async def test_a_listener_does_not_keep_the_service_from_stopping(database_url: str, tmp_path: Path) -> None:
    with serve(database_url, tmp_path, bootstrap_key=KEY) as service:
        async with httpx.AsyncClient(base_url=service.address, timeout=BOUND) as client:
            heard = []

            async def listen() -> None:
                async for _, change in events(client, "?after=0"):
                    heard.append(change["sequence"])

            listening = asyncio.create_task(listen())
            await until(lambda: heard)
            service.process.terminate()
            await asyncio.to_thread(service.process.wait, BOUND)  # raises when it goes on
            await listening
            assert heard == list(range(1, len(heard) + 1))
