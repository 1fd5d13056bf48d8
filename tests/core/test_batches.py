"""Records that are added together: each as if it had come alone, and together by the statements that one takes."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event

from app.core.database import Database
from app.core.listing import API
from tests.contract.test_statement_counts import statements_of
from tests.core.records import ACTIONS, KINDS, Kind

pytestmark = pytest.mark.anyio

BATCHES = [kind for kind in KINDS if kind.path in ("/actions", "/activities", "/deployments", "/outputs")]


async def add(client: httpx.AsyncClient, path: str, bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was added together."""
    response = await client.post(f"{API}{path}/batch", json={"items": bodies})
    assert response.status_code == 201, response.text
    added: list[dict[str, Any]] = response.json()["items"]
    return added


async def new_action(client: httpx.AsyncClient) -> int:
    """The id of an action that nothing belongs to."""
    key: int = (await ACTIONS.create(client))["id"]
    return key


@pytest.mark.parametrize("kind", BATCHES, ids=lambda kind: kind.path.strip("/"))
async def test_many_records_take_the_statements_of_a_few(
    shared_app: FastAPI, shared: httpx.AsyncClient, kind: Kind
) -> None:
    taken = []
    for length in (2, 2, 90):  # the first of a process asks PostgreSQL for more
        with statements_of(shared_app) as statements:
            await add(shared, kind.path, [kind.full_body() for _ in range(length)])
        taken.append(len(statements))
    assert taken[2] <= taken[1] + 2, statements  # new words, and a list that was empty


@pytest.mark.parametrize("kind", BATCHES, ids=lambda kind: kind.path.strip("/"))
async def test_each_record_has_its_history(shared: httpx.AsyncClient, kind: Kind) -> None:
    before = (await shared.get(f"{API}/changes", params={"limit": 1})).json()["latest"]
    added = await add(shared, kind.path, [kind.minimal_body() for _ in range(3)])
    feed = (await shared.get(f"{API}/changes", params={"after": before, "limit": 100})).json()["items"]
    assert [change["sequence"] for change in feed] == list(range(before + 1, before + 1 + len(feed)))
    own = [change for change in feed if change["entity"] == kind.path.strip("/") and change["operation"] == "create"]
    assert [change["id"] for change in own] == [str(record["id"]) for record in added]
    assert {change["version"] for change in own} == {1}


async def test_actions_of_one_title_get_slugs_in_their_order(shared: httpx.AsyncClient) -> None:
    await add(shared, "/actions", [{"title": "Same words"}, {"title": "Other", "slug": "same-words-3"}])
    bodies: list[dict[str, Any]] = [{"title": "Same words"}] * 3 + [{"title": "New words"}, {"title": "New words"}]
    bodies.append({"title": "Something", "slug": "new-words-2"})
    slugs = [action["slug"] for action in await add(shared, "/actions", bodies)]
    assert slugs == ["same-words-2", "same-words-4", "same-words-5", "new-words", "new-words-3", "new-words-2"]


async def test_many_taken_titles_take_the_statements_of_a_few(shared_app: FastAPI, shared: httpx.AsyncClient) -> None:
    bodies = [{"title": f"Taken title {number}"} for number in range(60)]
    await add(shared, "/actions", bodies)
    taken = []
    for length in (2, 2, 60):
        with statements_of(shared_app) as statements:
            added = await add(shared, "/actions", bodies[:length])
        taken.append(len(statements))
    assert [action["slug"] for action in added[1:3]] == ["taken-title-1-4", "taken-title-2-2"]
    assert taken[2] <= taken[1] + 2, statements  # as above


async def test_their_words_are_written_in_the_order_of_the_index(
    shared_app: FastAPI, shared: httpx.AsyncClient
) -> None:
    """SQLite's engine writes down what it has gathered whenever a document comes before the last one."""
    written: list[list[int]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if many and statement.startswith("INSERT INTO search_documents"):
            written.append([row[0] for row in parameters])

    database: Database = shared_app.state.database
    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        years = ("2015", "2011", "2019", "2013")
        await add(shared, "/actions", [{"title": f"Of {year}", "start": year} for year in years])
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
    assert [len(ids) for ids in written] == [len(years)]
    assert written == [sorted(ids) for ids in written]


async def test_a_slug_can_be_given_to_one_of_them_alone(shared: httpx.AsyncClient) -> None:
    body = {"title": "Twice", "slug": "given-twice"}
    response = await shared.post(f"{API}/actions/batch", json={"items": [body, {"title": "Between"}, body]})
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/items/2/slug", "taken")
    assert (await shared.get(f"{API}/actions/given-twice")).status_code == 404


async def test_what_is_wrong_is_named_for_each_of_them(shared: httpx.AsyncClient) -> None:
    bodies = [
        {"title": "Good"},
        {"title": "Unknown theme", "themes": ["asylum", "no-such-theme"]},
        {"title": "Unknown source", "source": 999_999, "themes": ["no-such-theme"]},
        {"title": "Unknown partner", "partners": [999_999]},
    ]
    response = await shared.post(f"{API}/actions/batch", json={"items": bodies})
    pointers = [(error["pointer"], error["code"]) for error in response.json()["errors"]]
    assert pointers == [
        ("/items/1/themes/1", "unknown-reference"),
        ("/items/2/source", "unknown-reference"),
        ("/items/3/partners/0", "unknown-reference"),
    ]


async def test_a_deployment_names_an_activity_of_its_own_action(shared: httpx.AsyncClient) -> None:
    first, second = await new_action(shared), await new_action(shared)
    (activity,) = await add(shared, "/activities", [{"action": first, "type": "workshop", "title": "Workshop"}])
    bodies = [{"action": action, "activity": key} for action, key in
              ((first, activity["id"]), (second, activity["id"]), (first, 999_999), (second, None))]  # fmt: skip
    response = await shared.post(f"{API}/deployments/batch", json={"items": bodies})
    assert [(error["pointer"], error["code"]) for error in response.json()["errors"]] == [
        ("/items/1/activity", "activity-of-another-action"),
        ("/items/2/activity", "unknown-reference"),
    ]


async def test_activities_come_last_in_the_order_in_which_they_were_sent(shared: httpx.AsyncClient) -> None:
    first, second = await new_action(shared), await new_action(shared)
    sent = [(first, None), (second, None), (first, 7), (first, None), (second, 1), (second, None)]
    bodies = [
        {"action": action, "type": "workshop", "title": "Workshop"} | ({} if place is None else {"position": place})
        for action, place in sent
    ]
    assert [activity["position"] for activity in await add(shared, "/activities", bodies)] == [1, 1, 7, 8, 1, 2]


async def test_actions_grow_by_one_version_however_many_children_they_get(shared: httpx.AsyncClient) -> None:
    keys = [await new_action(shared) for _ in range(2)]
    bodies = [{"action": keys[place % 2], "type": "workshop", "title": "Workshop"} for place in range(6)]
    await add(shared, "/activities", bodies)
    for key in keys:
        response = await shared.get(f"{API}/actions/{key}")
        assert response.json()["version"] == 2
        assert response.headers["ETag"].startswith('"2-')
        assert response.json()["counts"]["activities"] == 3
        history = (await shared.get(f"{API}/actions/{key}/history")).json()["items"]
        assert [revision["version"] for revision in history] == [2, 1]
        assert {change["entity"] for change in history[0]["changes"]} == {"activities"}
