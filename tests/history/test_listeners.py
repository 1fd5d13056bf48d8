"""Those who listen to the feed of changes: one poller reads it for all of them, and none holds up another one."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event

from app.core.database import Database
from app.history import stream
from app.history.stream import LISTENERS
from tests.reader import Reader
from tests.waiting import BOUND

pytestmark = pytest.mark.anyio
STREAM = "/api/v1/changes/stream"


@asynccontextmanager
async def listeners(app: FastAPI, count: int, query: str = "", **options: Any) -> AsyncIterator[list[Reader]]:
    """Listeners, each with an address of its own."""
    found = [Reader(app, f"{STREAM}{query}", f"192.0.2.{number}", **options) for number in range(count)]
    for reader in found:
        await reader.until(lambda: len(reader.messages) > 1)  # noqa: B023 - it is awaited here
        assert reader.status == 200
    yield found
    for reader in found:
        await reader.leave()


@pytest.fixture(autouse=True)
def _places() -> Iterator[None]:
    """In the end, nobody has a place any more."""
    yield
    assert LISTENERS.held == 0


def heard(reader: Reader) -> list[str]:
    """The names of the partners that were heard of."""
    found = re.findall(r"^data: (.*)$", reader.body.decode(), re.MULTILINE)
    return [json.loads(change)["record"]["name"] for change in found]


async def add(client: httpx.AsyncClient, *names: str) -> None:
    """Adds some partners."""
    for name in names:
        assert (await client.post("/api/v1/partners", json={"name": name})).status_code == 201


@pytest.fixture
def statements(app: FastAPI) -> list[str]:
    """The statements that were run through the service's engines."""
    found: list[str] = []
    database: Database = app.state.database
    for engine in {database.engine, database.read_engine}:
        event.listen(engine.sync_engine, "before_cursor_execute", lambda *call: found.append(call[2]))
    return found


async def come_to(most: int, statements: list[str]) -> bool:
    """Whether there are so few statements in two periods, sooner or later: first, listeners find their places."""
    for _ in range(5):
        statements.clear()
        await asyncio.sleep(2 * stream.POLL_SECONDS)
        if len(statements) <= most:
            return True
    return False


async def test_many_idle_listeners_cost_no_more_than_one(app: FastAPI, statements: list[str]) -> None:
    async with listeners(app, 30):
        assert await come_to(9, statements)


async def test_all_listeners_hear_everything_in_order(app: FastAPI, client: httpx.AsyncClient) -> None:
    names = [f"Partner {number:02}" for number in range(30)]
    async with listeners(app, 10) as readers:
        await add(client, *names)
        for reader in readers:
            await reader.until(lambda: len(heard(reader)) == 30)  # noqa: B023 - it is awaited here
            assert heard(reader) == names


async def test_a_listener_that_was_away_goes_on_where_it_was(app: FastAPI, client: httpx.AsyncClient) -> None:
    async with listeners(app, 1) as (first,):
        await add(client, "A", "B")
        await first.until(lambda: len(heard(first)) == 2)
    last = re.findall(r"^id: (.*)$", first.body.decode(), re.MULTILINE)[0]
    async with listeners(app, 1, f"?after={last}") as (again,):
        await add(client, "C")
        await again.until(lambda: len(heard(again)) == 2)
        assert heard(again) == ["B", "C"]


async def test_a_slow_listener_holds_little_and_misses_nothing(
    app: FastAPI, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "READY", 3)
    monkeypatch.setattr(stream, "BEHIND", 2)
    names = [f"Partner {number:02}" for number in range(20)]
    held: Callable[[Reader, Any], bool] = lambda reader, message: b"event: change" in message.get("body", b"")  # noqa: E731
    async with listeners(app, 1, held_from=held) as (slow,), listeners(app, 1) as (quick,):
        for name in names:
            await add(client, name)
        await quick.until(lambda: len(heard(quick)) == 20)
        assert len(app.state.change_stream._events) == 3
        assert heard(slow) == []
        await slow.go_on()
        await slow.until(lambda: len(heard(slow)) == 20)
        assert heard(slow) == heard(quick) == names


async def test_events_that_are_ready_take_only_so_many_bytes(
    app: FastAPI, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "READY_BYTES", 1000)
    async with listeners(app, 1) as (reader,):
        await add(client, *(str(number) * 250 for number in range(6)))
        await reader.until(lambda: len(heard(reader)) == 6)
        assert 0 < len(b"".join(app.state.change_stream._events)) <= 1000


async def test_a_client_has_only_so_many_listeners(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LISTENERS, "_total", 3)
    monkeypatch.setattr(LISTENERS, "_per_client", 2)
    async with listeners(app, 1), listeners(app, 1):
        own, other = Reader(app, STREAM, "192.0.2.0"), Reader(app, STREAM, "198.51.100.1")
        await own.task
        await other.until(lambda: len(other.messages) > 1)
        last = Reader(app, STREAM, "198.51.100.2")
        await last.task
        assert (own.status, other.status, last.status) == (429, 200, 503)
        assert own.headers["retry-after"] == last.headers["retry-after"] == "5"
        await other.leave()


async def test_head_ends_and_takes_no_place(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LISTENERS, "_total", 0)
    head = Reader(app, STREAM, method="HEAD")
    await asyncio.wait_for(head.task, BOUND)
    assert (head.status, head.body, head.is_complete) == (200, b"", True)
    assert head.headers["content-type"].startswith("text/event-stream")


async def test_who_leaves_lets_the_poller_rest(app: FastAPI, statements: list[str]) -> None:
    async with listeners(app, 2):
        pass
    assert await come_to(0, statements)
