"""Editors and listeners side by side, over HTTP, on a service with four workers."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from support.clone import Clone, assert_is_exact
from tests.history.test_stream import events, first
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
    """One editor: reads the summary, adds a mark, and repeats it on the new version when somebody was first, after a
    while that grows: fifty who repeat it at once would mostly get in each other's way."""
    for attempt in range(200):
        read = await client.get(ACTION)
        edited = await client.patch(
            ACTION, json={"summary": f"{read.json()['summary']} {mark}"}, headers={"If-Match": read.headers["ETag"]}
        )
        seen[edited.status_code] += 1
        if edited.status_code == 200:
            return True
        await asyncio.sleep(random.uniform(0, 0.01 * 2 ** min(attempt, 8)))
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
    assert seen[200] == len(marks) < seen.total()
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


async def test_the_stream_reports_changes_as_they_are_made_and_goes_on_where_it_was(service: Service) -> None:
    async with _client(service.address) as client:
        latest = (await client.get("/api/v1/changes?limit=1")).json()["latest"]
        listening = asyncio.create_task(first(events(client, f"?after={latest}"), 3))
        names = [f"Listened for {number}" for number in range(3)]
        for name in names:
            assert (await client.post("/api/v1/partners", json={"name": name})).status_code == 201
        heard = await listening
        page = (await client.get(f"/api/v1/changes?after={latest}")).json()
        feed = page["items"]
        assert heard == [(f"{page['epoch']}-{change['sequence']}", change) for change in feed]
        assert [change["record"]["name"] for _, change in heard] == names

        for cursor in (heard[0][0], str(feed[0]["sequence"])):
            again = await first(events(client, **{"Last-Event-ID": cursor}), 2)
            assert again == heard[1:]

        refused = await client.get("/api/v1/changes/stream", headers={"Last-Event-ID": "yesterday"})
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["parameter"] == "Last-Event-ID"


async def test_two_simultaneous_requests_with_one_idempotency_key_do_one_thing(service: Service) -> None:
    async with _client(service.address) as client:
        for number in range(10):
            answers = await asyncio.gather(
                *(
                    client.post(
                        "/api/v1/partners",
                        json={"name": f"Repeated {number}"},
                        headers={"Idempotency-Key": f"request-{number}"},
                    )
                    for _ in range(4)
                )
            )
            assert {answer.status_code for answer in answers} == {201}
            assert len({answer.content for answer in answers}) == 1
        listed = (await client.get("/api/v1/partners?limit=500")).json()["items"]
    assert len([partner for partner in listed if partner["name"].startswith("Repeated")]) == 10


async def _action(client: httpx.AsyncClient, **body: Any) -> int:
    added = await client.post("/api/v1/actions", json={"title": "Raced", **body})
    assert added.status_code == 201, added.text
    key: int = added.json()["id"]
    return key


async def test_simultaneous_activities_of_one_action_get_positions_of_their_own(service: Service) -> None:
    async with _client(service.address) as client:
        action = await _action(client)
        body = {"action": action, "type": "training", "title": "Training"}
        single = (client.post("/api/v1/activities", json=body) for _ in range(10))
        batches = (client.post("/api/v1/activities/batch", json={"items": [body] * 3}) for _ in range(4))
        answers = await asyncio.gather(*single, *batches)
        assert {answer.status_code for answer in answers} == {201}
        listed = (await client.get(f"/api/v1/actions/{action}")).json()
    assert [activity["position"] for activity in listed["activities"]] == list(range(1, 23))


async def test_simultaneous_records_with_one_title_get_slugs_of_their_own(service: Service) -> None:
    async with _client(service.address) as client:
        actions = [client.post("/api/v1/actions", json={"title": "Nepal: Asylum"}) for _ in range(8)]
        # This one wants a slug that another one may get for its number.
        actions += [client.post("/api/v1/actions", json={"title": f"Nepal: Asylum {number}"}) for number in (2, 3)]
        names = [f"Sports{sign}" for sign in "!?.:;-/&"]
        themes = [client.post("/api/v1/themes", json={"name": name, "pillar": "horizontal"}) for name in names]
        items = [{"title": "Nepal: Asylum"}, {"title": "Nepal: Asylum"}]
        batches = [client.post("/api/v1/actions/batch", json={"items": items}) for _ in range(3)]
        answers = await asyncio.gather(*actions, *themes, *batches)
    assert Counter(answer.status_code for answer in answers) == {201: len(answers)}
    added = [answer.json() for answer in answers]
    slugs = [record["slug"] for answer in added for record in answer.get("items", [answer])]
    assert len(set(slugs)) == len(slugs) == 24
    assert {"nepal-asylum", "sports"} <= set(slugs)


async def test_nobody_waits_for_each_other_when_records_move_between_actions(service: Service) -> None:
    """Each mover takes records back and forth, all in both directions at once."""
    statuses: Counter[int] = Counter()
    async with _client(service.address) as client:
        actions = [await _action(client), await _action(client)]
        outputs = []
        for number in range(8):
            body = {"action": actions[number % 2], "kind": "report", "title": f"Report {number}"}
            outputs.append((await client.post("/api/v1/outputs", json=body)).json()["id"])

        async def move(output: int, start: int) -> None:
            for step in range(10):
                target = actions[(start + step + 1) % 2]
                moved = await client.patch(
                    f"/api/v1/outputs/{output}", json={"action": target}, headers={"If-Match": "*"}
                )
                statuses[moved.status_code] += 1

        await asyncio.gather(*(move(output, number % 2) for number, output in enumerate(outputs)))
        for number, output in enumerate(outputs):
            assert (await client.get(f"/api/v1/outputs/{output}")).json()["action"] == actions[number % 2]
    assert statuses == {200: 80}


async def test_writers_of_every_kind_take_turns(service: Service) -> None:
    """Batches over several actions in any order, moves, followers, imports, deletions and the way back: each is done,
    or refused for a reason that its client can act upon."""
    chance = random.Random(9)
    async with _client(service.address) as client:
        actions = [await _action(client, title=f"Turn {number}") for number in range(4)]
        doomed = [await _action(client, title=f"Doomed {number}") for number in range(4)]
        slugs = [(await client.get(f"/api/v1/actions/{action}")).json()["slug"] for action in actions]

        async def batch() -> httpx.Response:
            order = chance.sample(actions, 4)
            items = [{"action": action, "type": "training", "title": "Training"} for action in order]
            return await client.post("/api/v1/activities/batch", json={"items": items})

        async def follow() -> httpx.Response:
            one, other = chance.sample(actions, 2)
            return await client.patch(f"/api/v1/actions/{one}", json={"follows": other}, headers={"If-Match": "*"})

        async def go_back() -> httpx.Response:
            url = f"/api/v1/actions/{chance.choice(actions)}/history/1/restore"
            return await client.post(url, headers={"If-Match": "*"})

        async def load() -> httpx.Response:
            rows = [f"{slug},Title,{chance.random()}" for slug in chance.sample(slugs, 4)]
            content = "\n".join(["slug,title,summary", *rows]).encode()
            form = {"prefer": "new", "dry_run": "false"}
            return await client.post("/api/v1/imports", files={"file": ("turn.csv", content, "text/csv")}, data=form)

        async def delete(action: int) -> httpx.Response:
            return await client.delete(f"/api/v1/actions/{action}", headers={"If-Match": "*"})

        work = [do() for _ in range(10) for do in (batch, follow, go_back, load)] + [
            delete(action) for action in doomed
        ]
        answers = await asyncio.gather(*work)
        refused = [answer.json() for answer in answers if answer.status_code not in (200, 201, 204)]

        async def get(url: str) -> dict[str, Any]:
            found: dict[str, Any] = (await client.get(url)).json()
            return found

        clone = Clone()
        await clone.follow(get)
        await assert_is_exact(clone, get)
    kinds = {problem["type"] for problem in refused}
    assert kinds <= {"/problems/record-moved", "/problems/conflict"}, refused
