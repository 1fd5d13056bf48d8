"""The index at the state that each request sees, also when others write meanwhile."""

import asyncio
from functools import partial
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.actions.queries import ACTIONS_LISTING
from app.actions.routes import ActionQuery
from app.core.database import Database
from app.core.index.following import RECENT, Index
from app.core.listing import API, walk
from app.core.reading import ReadSession
from tests.waiting import BOUND

pytestmark = pytest.mark.anyio


async def ids_by_title(session: ReadSession) -> list[int]:
    """The ids of all actions as a session sees them."""
    query = ActionQuery(sort="title")
    parts: list[Any] = [part async for part in walk(session, ACTIONS_LISTING, query, query.selection())]
    return [action.id for part in parts for action in part]


async def test_a_request_that_began_before_many_changes_sees_none_of_them(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    database: Database = app.state.database
    index: Index = app.state.index
    before = [item["id"] for item in (await client.get(f"{API}/actions?limit=500&sort=title")).json()["items"]]
    loads = index.loads
    async with database.read() as connection:
        session = ReadSession(partial(asyncio.sleep, 0, connection), index)
        await connection.exec_driver_sql("SELECT * FROM registry_state")  # its state is the one of its first statement
        for number in range(RECENT + 3):
            response = await client.post(f"{API}/actions", json={"title": f"A {number}", "start": "2014"})
            assert response.status_code == 201
            assert (await client.get(f"{API}/actions?theme=asylum")).status_code == 200  # the index is at this change
        own = await client.get(f"{API}/actions/{before[0]}")
        tag = {"If-Match": own.headers["ETag"]}
        assert (await client.patch(own.url.path, json={"title": "Zzz"}, headers=tag)).status_code == 200
        after = [item["id"] for item in (await client.get(f"{API}/actions?limit=500&sort=title")).json()["items"]]
        assert await ids_by_title(session) == before
    assert after[-1] == before[0]
    assert len(after) == len(before) + RECENT + 3
    async with database.read() as connection:
        assert await ids_by_title(ReadSession(partial(asyncio.sleep, 0, connection), index)) == after
    assert index.loads == loads


async def test_the_service_is_ready_once_the_index_is_built(app: FastAPI, client: httpx.AsyncClient) -> None:
    index: Index = app.state.index
    await asyncio.wait_for(index.built.wait(), BOUND)
    index.built.clear()
    response = await client.get("/readyz")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
    assert "index" in response.json()["detail"]
    await index.build(app.state.database)
    assert (await client.get("/readyz")).status_code == 200


async def test_many_changes_at_once_are_loaded_again(
    app: FastAPI, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.core.index.following.MANY", 3)
    index: Index = app.state.index
    assert (await client.get(f"{API}/actions")).json()["total"] == 17
    loads = index.loads
    actions = [{"title": f"Number {number}", "start": "2014"} for number in range(5)]
    assert (await client.post(f"{API}/actions/batch", json={"items": actions})).status_code == 201
    assert (await client.get(f"{API}/actions")).json()["total"] == 22
    assert index.loads == loads + 1
