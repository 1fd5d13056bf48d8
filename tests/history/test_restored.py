"""A backup is restored, and nobody takes what they read before for what is there now: not clients, not workers."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event

from app.core.database import Database
from support.clone import Clone, assert_is_exact
from tests.conftest import Postgresql, Sqlite, serving
from tests.running.service import mieux, serve

pytestmark = pytest.mark.anyio
KEY = "mx_set-by-the-administrator"
API = "/api/v1"
Get = Callable[[str], Any]


def _getter(client: httpx.AsyncClient) -> Get:
    async def get(url: str) -> dict[str, Any]:
        answer = await client.get(url)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    return get


async def _run(url: str, *arguments: str) -> None:
    done = await asyncio.to_thread(mieux, url, *arguments)
    assert done.returncode == 0, done.stderr


async def _backup(url: str, folder: Path) -> Path:
    file = folder / "registry.backup"
    await _run(url, "backup", str(file))
    return file


async def _restore(url: str, file: Path) -> None:
    await _run(url, "restore", str(file), "--replace")


async def _change(client: httpx.AsyncClient, mark: str, count: int) -> None:
    for number in range(count):
        added = await client.post(f"{API}/partners", json={"name": f"{mark} {number}"})
        assert added.status_code == 201, added.text


async def _feed(client: httpx.AsyncClient, after: object = 0) -> httpx.Response:
    return await client.get(f"{API}/changes", params={"after": str(after), "limit": 500})


async def _numbers(client: httpx.AsyncClient, after: object) -> list[int]:
    answer = await _feed(client, after)
    assert answer.status_code == 200, answer.text
    return [change["sequence"] for change in answer.json()["items"]]


async def _refused(client: httpx.AsyncClient, after: object) -> dict[str, Any]:
    """The problem of a place that isn't accepted, neither as a page nor as a stream."""
    answer = await _feed(client, after)
    assert answer.status_code == 410, answer.text
    assert answer.json()["type"] == "/problems/gone"
    for parameters, headers in (({"after": str(after)}, {}), ({}, {"Last-Event-ID": str(after)})):
        stream = await client.get(f"{API}/changes/stream", params=parameters, headers=headers)
        assert (stream.status_code, stream.json()["begin_again"]) == (410, answer.json()["begin_again"])
    problem: dict[str, Any] = answer.json()
    return problem


async def test_a_cursor_of_before_a_restore_is_refused_and_says_how_to_begin_again(
    client: httpx.AsyncClient, database_url: str, tmp_path: Path
) -> None:
    get, clone = _getter(client), Clone()
    at_backup = (await _feed(client)).json()
    backed_up = at_backup["latest"]
    file = await _backup(database_url, tmp_path)
    await _change(client, "Lost", 5)
    await clone.follow(get)
    before = (await _feed(client, backed_up)).json()
    assert clone.sequence == before["latest"] == backed_up + 5
    await _restore(database_url, file)
    await _change(client, "New", 3)

    for after in (f"{before['epoch']}-{clone.sequence}", f"{before['epoch']}-{backed_up}", clone.sequence, 999_999):
        problem = await _refused(client, after)
    assert (problem["latest"], problem["begin_again"]) == (backed_up + 3, f"{API}/changes?after=0")
    assert (await client.get(before["next"])).status_code == 410
    # In both epochs, the number of the backup and those before it stand for the same changes.
    assert await _numbers(client, backed_up) == [backed_up + number for number in (1, 2, 3)]
    # What comes after it doesn't, even though the number is there again.
    await _refused(client, backed_up + 3)

    clone = Clone()
    started = (await client.get(problem["begin_again"])).json()
    assert started["epoch"] == problem["epoch"] != before["epoch"]
    await clone.follow(get)
    await assert_is_exact(clone, get)
    assert "Lost 0" not in json.dumps(clone.records)
    assert await _numbers(client, f"{problem['epoch']}-{backed_up}") == [backed_up + number for number in (1, 2, 3)]
    # A number that no former epoch ever gave is in no doubt.
    await _change(client, "Newer", 4)
    assert await _numbers(client, backed_up + 6) == [backed_up + 7]
    clone = Clone()
    await clone.follow(get)
    await _change(client, "Newest", 1)
    await clone.follow(get)
    await assert_is_exact(clone, get)


async def test_restoring_the_same_backup_again_leaves_its_numbers_as_good_as_before(
    client: httpx.AsyncClient, database_url: str, tmp_path: Path
) -> None:
    backed_up = (await _feed(client)).json()["latest"]
    file = await _backup(database_url, tmp_path)
    await _change(client, "Lost", 3)
    await _restore(database_url, file)
    await _change(client, "Lost again", 1)
    await _restore(database_url, file)
    assert await _numbers(client, backed_up) == []
    await _change(client, "New", 4)
    for number in (1, 2, 3):
        await _refused(client, backed_up + number)
    assert await _numbers(client, backed_up) == [backed_up + number for number in (1, 2, 3, 4)]
    assert await _numbers(client, backed_up + 4) == []


async def test_numbers_of_another_database_mean_nothing(
    client: httpx.AsyncClient, database_url: str, server: Sqlite | Postgresql, tmp_path: Path
) -> None:
    file = await _backup(database_url, tmp_path)
    backed_up = (await _feed(client)).json()["latest"]
    used = await asyncio.to_thread(server.create, "empty")
    async with serving(used) as (_, other):
        await other.post(f"{API}/actions", json={"title": "Of another registry"})
        await _restore(used, file)
        await _change(other, "New", 2)
        assert (await _feed(other, 0)).status_code == 200  # from the beginning is always right
        for number in (1, backed_up, backed_up + 2):
            await _refused(other, number)
    # A fresh database, in the place of one that is lost: nobody knows which numbers that gave after the backup.
    fresh = await asyncio.to_thread(server.create, "empty")
    async with serving(fresh) as (_, other):
        await _restore(fresh, file)
        await _change(other, "New", 2)
        assert await _numbers(other, backed_up) == [backed_up + 1, backed_up + 2]
        await _refused(other, backed_up + 2)
    for url in (used, fresh):
        await asyncio.to_thread(server.drop, url)


async def test_a_database_that_was_put_back_by_other_means_is_marked_by_a_command(
    client: httpx.AsyncClient, database_url: str
) -> None:
    before = (await _feed(client)).json()
    tag = (await client.get(f"{API}/actions/1")).headers["ETag"]
    await _run(database_url, "new-epoch")
    await _refused(client, f"{before['epoch']}-{before['latest']}")
    assert await _numbers(client, before["latest"]) == []
    stale = await client.patch(f"{API}/actions/1", json={"title": "Mine"}, headers={"If-Match": tag})
    assert stale.status_code == 412
    await _change(client, "New", 1)
    await _refused(client, before["latest"] + 1)


async def test_a_replica_that_lags_behind_refuses_no_cursor_of_the_main_database(
    database_url: str, server: Sqlite | Postgresql, tmp_path: Path
) -> None:
    replica = await asyncio.to_thread(server.create, "seeded")
    async with AsyncExitStack() as stack:
        _, elsewhere = await stack.enter_async_context(serving(database_url))
        app, _ = await stack.enter_async_context(serving(database_url, database_read_url=replica))
        transport = httpx.ASGITransport(app)
        client = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://test"))
        there = (await _feed(client)).json()
        cursor = f"{there['epoch']}-{there['latest'] + 1}"
        await _refused(client, cursor)
        file = await _backup(database_url, tmp_path)
        await _change(elsewhere, "Not replicated", 1)
        assert await _numbers(client, f"{there['epoch']}-{there['latest']}") == []
        page = (await _feed(client, cursor)).json()
        assert (page["items"], page["latest"]) == ([], there["latest"] + 1)
        await _restore(database_url, file)
        problem = await _refused(client, cursor)
        await _change(elsewhere, "New", 1)
        assert await _numbers(client, f"{problem['epoch']}-{there['latest']}") == [there["latest"] + 1]
    await asyncio.to_thread(server.drop, replica)


async def test_a_request_that_a_restore_has_undone_is_done_when_it_is_sent_again(
    client: httpx.AsyncClient, database_url: str, tmp_path: Path
) -> None:
    async def send(name: str) -> httpx.Response:
        return await client.post(f"{API}/partners", json={"name": name}, headers={"Idempotency-Key": name})

    kept = await send("Kept")
    file = await _backup(database_url, tmp_path)
    lost = await send("Lost")
    await _restore(database_url, file)
    again = [await send("Kept"), await send("Lost"), await send("Lost")]
    assert [answer.headers.get("Idempotent-Replay") for answer in again] == ["true", None, "true"]
    assert again[0].json() == kept.json()
    assert again[1].json()["id"] > lost.json()["id"]
    listed = (await client.get(f"{API}/partners?limit=500")).json()["items"]
    assert [item["name"] for item in listed if item["name"] in ("Kept", "Lost")] == ["Kept", "Lost"]
    # The answer that is given again has the tag of its own time, with which nothing can be changed any more.
    stale = {"If-Match": again[0].headers["ETag"]}
    refused = await client.patch(f"{API}/partners/{kept.json()['id']}", json={"acronym": "K"}, headers=stale)
    assert refused.status_code == 412


async def test_a_tag_of_before_a_restore_changes_nothing(
    client: httpx.AsyncClient, database_url: str, tmp_path: Path
) -> None:
    urls = [f"{API}/actions/1", f"{API}/activities/1", f"{API}/themes/asylum"]
    file = await _backup(database_url, tmp_path)
    stale = {}
    for url in urls:
        body = {"description" if "themes" in url else "title": "Before the restore"}
        answer = await client.patch(url, json=body, headers={"If-Match": "*"})
        stale[url] = answer.headers["ETag"]
    await _restore(database_url, file)
    for url in urls:
        body = {"description" if "themes" in url else "title": "Somebody else's"}
        current = await client.patch(url, json=body, headers={"If-Match": "*"})
        read = await client.get(url)
        # The version is the same again, but of another record.
        assert current.headers["ETag"].partition("-")[0] == stale[url].partition("-")[0]
        for method in ("PATCH", "PUT", "DELETE"):
            sent = None if method == "DELETE" else body if method == "PATCH" else read.json()
            refused = await client.request(method, url, json=sent, headers={"If-Match": stale[url]})
            assert refused.status_code == 412, f"{method} {url}: {refused.text}"
            assert "backup was restored" in refused.json()["detail"]
        assert (await client.get(url, headers={"If-None-Match": stale[url]})).content == read.content
    back = f"{API}/actions/1/history/1/restore"
    assert (await client.post(back, headers={"If-Match": stale[urls[0]]})).status_code == 412


async def test_pages_of_before_and_after_a_restore_do_not_make_one_list(
    client: httpx.AsyncClient, database_url: str, tmp_path: Path
) -> None:
    file = await _backup(database_url, tmp_path)
    first = (await client.get(f"{API}/actions?limit=5&sort=title")).json()
    await _restore(database_url, file)
    refused = await client.get(first["next"])
    assert (refused.status_code, refused.json()["type"]) == (410, "/problems/gone")
    again = (await client.get(refused.json()["begin_again"])).json()
    assert again["items"] == first["items"]
    assert (await client.get(again["next"])).status_code == 200


async def test_an_id_is_never_given_to_another_record(
    client: httpx.AsyncClient, database_url: str, server: Sqlite | Postgresql, tmp_path: Path
) -> None:
    # Deleted before the backup, so that only the history knows of it; and added after it.
    gone = (await client.post(f"{API}/actions", json={"title": "Deleted"})).json()["id"]
    await client.delete(f"{API}/actions/{gone}", headers={"If-Match": "*"})
    file = await _backup(database_url, tmp_path)
    lost = (await client.post(f"{API}/actions", json={"title": "Lost"})).json()["id"]
    await _restore(database_url, file)
    assert (await client.post(f"{API}/actions", json={"title": "New"})).json()["id"] > lost > gone
    fresh = await asyncio.to_thread(server.create, "empty")
    await _restore(fresh, file)
    async with serving(fresh) as (_, other):
        assert (await other.post(f"{API}/actions", json={"title": "New"})).json()["id"] > gone
        history = (await other.get(f"{API}/actions/{gone}/history")).json()
        assert [item["operation"] for item in history["items"]] == ["delete", "create"]
    await asyncio.to_thread(server.drop, fresh)


async def test_a_release_of_the_same_name_is_the_restored_one(
    client: httpx.AsyncClient, database_url: str, tmp_path: Path
) -> None:
    file = await _backup(database_url, tmp_path)
    await client.patch(f"{API}/actions/1", json={"title": "Before"}, headers={"If-Match": "*"})
    await client.post(f"{API}/releases", json={"name": "r1"})
    lost = await client.get(f"{API}/actions/1?release=r1")
    assert lost.json()["title"] == "Before"
    listed = (await client.get(f"{API}/releases")).headers["ETag"]
    await _restore(database_url, file)
    assert (await client.get(f"{API}/actions/1?release=r1")).status_code == 422
    await client.patch(f"{API}/actions/1", json={"title": "After"}, headers={"If-Match": "*"})
    await client.post(f"{API}/releases", json={"name": "r1"})
    conditions = {"If-None-Match": lost.headers["ETag"]}
    assert (await client.get(f"{API}/actions/1?release=r1", headers=conditions)).json()["title"] == "After"
    assert (await client.get(f"{API}/releases", headers={"If-None-Match": listed})).status_code == 200


async def test_a_plan_is_not_made_against_one_record_and_kept_for_another(
    app: FastAPI, client: httpx.AsyncClient, database_url: str, tmp_path: Path
) -> None:
    file = await _backup(database_url, tmp_path)
    action = (await client.get(f"{API}/actions/1")).json()
    rows = f"slug,summary\n{action['slug']},Imported\n".encode()
    await client.patch(f"{API}/actions/1", json={"title": "Before"}, headers={"If-Match": "*"})
    database: Database = app.state.database
    restored: list[str] = []

    def restore_meanwhile(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not restored and "registry_state" in statement:
            restored.append(statement)
            with ThreadPoolExecutor() as threads:
                threads.submit(asyncio.run, _restore_and_change(database_url, file)).result()

    sent = {"file": ("actions.csv", rows, "text/csv")}
    # Plans are made from a snapshot, before anything is locked: this is when it was just begun.
    reading = database.primary_file_engine.sync_engine
    event.listen(reading, "after_cursor_execute", restore_meanwhile)
    try:
        refused = await client.post(f"{API}/imports?dry_run=false", files=sent)
    finally:
        event.remove(reading, "after_cursor_execute", restore_meanwhile)
    assert restored
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/record-moved")
    found = (await client.get(f"{API}/actions/1")).json()
    assert (found["version"], found["title"], found["summary"]) == (2, "After", action["summary"])
    assert (await client.post(f"{API}/imports?dry_run=false", files=sent)).status_code == 200


async def _restore_and_change(url: str, file: Path) -> None:
    await _restore(url, file)
    async with serving(url) as (_, other):
        await other.patch(f"{API}/actions/1", json={"title": "After"}, headers={"If-Match": "*"})


async def _events(client: httpx.AsyncClient, after: str) -> AsyncIterator[tuple[str, Any]]:
    """The names and data of the events of a stream, to its end."""
    async with client.stream("GET", f"{API}/changes/stream?after={after}") as answer:
        name = ""
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield name, json.loads(line.removeprefix("data: "))


class Acknowledged:
    """The ids and titles of what was written, in the order in which it was acknowledged."""

    def __init__(self) -> None:
        self.items: list[tuple[int, str]] = []
        self.is_enough = False
        self._added = asyncio.Event()

    def add(self, key: int, title: str) -> None:
        """One more."""
        self.items.append((key, title))
        self._added.set()

    async def grow_by(self, count: int) -> None:
        """Waits for some more."""
        wanted = len(self.items) + count
        while len(self.items) < wanted:
            self._added.clear()
            await self._added.wait()


async def test_running_workers_notice_a_restore_and_nothing_of_a_writer_survives_it(
    database_url: str, tmp_path: Path
) -> None:
    """Two workers with full caches, open streams on both, and writers that never pause while the backup is restored."""
    acknowledged = Acknowledged()

    async def write(client: httpx.AsyncClient, mark: str) -> None:
        number = 0
        while not acknowledged.is_enough:
            number += 1
            name = f"{mark} {number}"
            body = {"action": 1 + number % 5, "type": "training", "title": name}
            answer = await client.post(f"{API}/activities", json=body)
            assert answer.status_code in (201, 503), answer.text
            if answer.status_code == 201:
                acknowledged.add(answer.json()["id"], name)

    async with asyncio.timeout(120):
        with serve(database_url, tmp_path, workers="2", bootstrap_key=KEY) as service:
            headers = {"Authorization": f"Bearer {KEY}"}
            async with (
                httpx.AsyncClient(base_url=service.address, headers=headers, timeout=60) as client,
                httpx.AsyncClient(base_url=service.address, timeout=60) as anonymous,
            ):
                await client.patch(f"{API}/actions/1", json={"title": "Backed up"}, headers={"If-Match": "*"})
                file = await _backup(database_url, tmp_path)
                await client.patch(f"{API}/actions/1", json={"title": "Lost"}, headers={"If-Match": "*"})
                before = (await _feed(client)).json()
                cursor = f"{before['epoch']}-{before['latest']}"

                async def listen() -> list[tuple[str, Any]]:
                    return [seen async for seen in _events(anonymous, cursor)]

                listening = [asyncio.create_task(listen()) for _ in range(4)]
                for _ in range(8):
                    assert (await anonymous.get(f"{API}/actions/1")).json()["title"] == "Lost"
                writers = [asyncio.create_task(write(client, f"Writer {number}")) for number in range(3)]
                await acknowledged.grow_by(1)
                await _restore(database_url, file)
                for seen in await asyncio.gather(*listening):
                    assert [name for name, _ in seen][-1] == "gone"
                    assert seen[-1][1]["begin_again"] == f"{API}/changes?after=0"
                await acknowledged.grow_by(3)
                acknowledged.is_enough = True
                await asyncio.gather(*writers)
                for _ in range(8):
                    assert (await anonymous.get(f"{API}/actions/1")).json()["title"] == "Backed up"
                get, clone = _getter(client), Clone()
                await clone.follow(get)  # asserts that the feed has no gap and no repetition
                await assert_is_exact(clone, get)
                # What was acknowledged last was written after the restore, and is there.
                for key, title in acknowledged.items[-3:]:
                    assert clone.records["activities"][str(key)]["title"] == title
