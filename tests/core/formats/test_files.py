"""Files: slow readers take nothing from others, and a part never looks like all of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from app.core.database import Database
from app.core.formats import files
from app.core.formats.files import DOWNLOADS, MAKING, DiskSpace, answer_with_file
from app.core.problems import MEDIA_TYPE
from app.core.sessions import FileSessionDep
from tests.reader import Reader
from tests.waiting import BOUND

pytestmark = pytest.mark.anyio
API = "/api/v1"
EXPORTS = (
    "/exports/registry.xlsx",
    "/exports/registry.zip",
    "/exports/registry.sqlite",
    "/exports/iati-activities.xml",
    "/actions?format=csv",
    "/actions?format=ndjson",
    "/actions?format=xlsx",
    "/actions?format=geojson",
)


@pytest.fixture(autouse=True)
def _long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the files of the seed long ones."""
    monkeypatch.setattr(files, "SHORT", 1000)


def takes_only_the_head(_reader: Reader, message: Any) -> bool:
    """Holds the body of a file."""
    return bool(message["type"] == "http.response.body" and _reader.status == 200)


def slow_reader(app: FastAPI, path: str, address: str = "192.0.2.1") -> Reader:
    """A client that takes the head of a file and then nothing, until it goes on."""
    return Reader(app, API + path, address, held_from=takes_only_the_head)


@asynccontextmanager
async def slow_readers(app: FastAPI, *paths: str, clients: int = 1) -> AsyncIterator[list[Reader]]:
    """Readers of some files, from so many addresses each."""
    async with asyncio.timeout(BOUND):
        found = [slow_reader(app, path, f"192.0.2.{number}") for path in paths for number in range(clients)]
        for reader in found:
            await reader.until(lambda: reader.status > 0)  # noqa: B023 - it is awaited here
        yield found
        for reader in found:
            await reader.go_on()
            await reader.task


async def test_slow_readers_keep_nobody_from_a_file(app: FastAPI, anonymous: httpx.AsyncClient) -> None:
    database: Database = app.state.database
    async with slow_readers(app, *EXPORTS[:5], clients=4) as readers:
        assert [reader.status for reader in readers] == [200] * 20
        assert (DOWNLOADS.held, MAKING.held) == (20, 0)
        assert database.file_engine.sync_engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        for path in EXPORTS:
            answer = await anonymous.get(API + path, headers={"Accept-Encoding": "identity"})
            assert (answer.status_code, len(answer.content)) == (200, int(answer.headers["Content-Length"])), path
    for reader in readers:
        assert reader.is_complete
        assert len(reader.body) == int(reader.headers["content-length"]), reader.path
    assert DOWNLOADS.held == 0


async def test_a_client_reads_only_so_many_files_at_once(app: FastAPI) -> None:
    async with slow_readers(app, *EXPORTS[:6]):
        async with slow_readers(app, "/actions?format=csv") as (refused,):
            assert refused.status == 429
            assert refused.headers["retry-after"] == "5"
        async with slow_readers(app, "/actions?format=csv", clients=2) as (_, other):
            assert other.status == 200
    assert DOWNLOADS.held == 0


async def test_people_behind_one_address_read_files_at_once(app: FastAPI, anonymous: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(anonymous.get(API + path) for path in EXPORTS[:6]))
    assert [answer.status_code for answer in answers] == [200] * 6
    assert (DOWNLOADS.held, MAKING.held) == (0, 0)


async def test_a_page_waits_for_no_file(anonymous: httpx.AsyncClient) -> None:
    async with AsyncExitStack() as others:
        for client in ("a", "b"):
            await others.enter_async_context(MAKING.hold(client))
        waiting = asyncio.create_task(anonymous.get(f"{API}/actions?format=csv"))
        for form in ("csv", "xlsx", "ndjson", "geojson"):
            page = await asyncio.wait_for(anonymous.get(f"{API}/actions?format={form}&limit=5"), BOUND)
            assert page.status_code == 200
        assert not waiting.done()
    assert (await waiting).status_code == 200


async def test_a_reader_that_is_too_slow_is_cut_off(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PORTION_SECONDS", 0.2)
    reader = slow_reader(app, "/exports/registry.zip")
    await asyncio.wait_for(reader.task, BOUND)
    assert reader.status == 200
    assert not reader.is_complete
    assert DOWNLOADS.held == 0


async def test_a_reader_that_takes_each_portion_in_time_reads_to_the_end(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PORTION_SECONDS", BOUND)
    monkeypatch.setattr(files, "PORTION", 4000)
    monkeypatch.setattr(files, "PIECE", 4000)
    reader = slow_reader(app, "/exports/iati-activities.xml")
    await reader.until(lambda: reader.status > 0)
    await asyncio.sleep(0.1)
    await reader.go_on()
    await reader.task
    assert reader.is_complete


async def test_a_reader_that_leaves_takes_nothing_along(app: FastAPI) -> None:
    reader = slow_reader(app, "/exports/registry.zip")
    await reader.until(lambda: reader.status > 0)
    await reader.leave()
    assert DOWNLOADS.held == 0
    assert app.state.disk_space.free == DiskSpace(2048 * 1024 * 1024).free


async def test_files_take_only_so_much_of_the_disk(app: FastAPI, anonymous: httpx.AsyncClient) -> None:
    size = len((await anonymous.get(f"{API}/actions?format=ndjson")).content)
    app.state.disk_space = DiskSpace(int(size * 1.5))
    async with slow_readers(app, "/actions?format=ndjson&sort=title") as (reader,):
        answer = await anonymous.get(f"{API}/actions?format=ndjson&sort=-title")
        assert answer.status_code == 503
        assert answer.headers["Content-Type"] == MEDIA_TYPE
        assert answer.headers["Retry-After"]
    assert reader.is_complete
    assert (await anonymous.get(f"{API}/actions?format=ndjson&sort=-title")).status_code == 200


async def test_what_fails_while_a_file_is_made_is_a_problem(app: FastAPI) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"x" * 100_000
        raise ZeroDivisionError

    @app.get(f"{API}/exports/failing")
    async def failing(request: Request, _connection: FileSessionDep) -> Response:
        return await answer_with_file(request, parts, "text/plain", {"ETag": '"1"'})

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get(f"{API}/exports/failing")
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == MEDIA_TYPE
    assert (DOWNLOADS.held, MAKING.held) == (0, 0)


def without_length(answer: httpx.Response) -> dict[str, str]:
    """The headers of an answer, but for its length and its request's id."""
    return {name: value for name, value in answer.headers.items() if name not in ("content-length", "x-request-id")}


async def test_head_makes_no_file_and_needs_no_place(app: FastAPI, anonymous: httpx.AsyncClient) -> None:
    async with AsyncExitStack() as stack:
        for client in ("a", "b"):
            await stack.enter_async_context(MAKING.hold(client))
        for path in EXPORTS:
            head = await asyncio.wait_for(anonymous.head(API + path), BOUND)
            assert (head.status_code, head.content) == (200, b""), path
    for path in EXPORTS:
        head, answer = await anonymous.head(API + path), await anonymous.get(API + path)
        of_answer = without_length(answer)
        assert {name: head.headers[name] for name in of_answer} == of_answer, path


async def test_temporary_files_go_away(
    app: FastAPI, anonymous: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for path in EXPORTS:
        assert (await anonymous.get(API + path)).status_code == 200
    assert list(tmp_path.iterdir()) == []
