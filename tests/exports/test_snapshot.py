"""A file shows the record as it was at one moment, whatever is changed while the file is being written."""

import asyncio
from functools import partial
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event

from app.actions.queries import ACTIONS_LISTING
from app.actions.routes import ActionQuery
from app.activities.queries import ACTIVITIES_LISTING
from app.core.database import Database
from app.core.listing import API, walk
from app.core.reading import ReadSession
from app.exports.scope import Scope

pytestmark = pytest.mark.anyio


async def change(client: httpx.AsyncClient, items: list[dict[str, Any]]) -> None:
    """Adds an action at the end, renames one, and deletes one with all that belongs to it."""
    assert (await client.post(f"{API}/actions", json={"title": "Meanwhile", "start": "1999"})).status_code == 201
    renamed, deleted = (f"{API}/actions/{item['id']}" for item in items[-2:])
    for method, url in (("PATCH", renamed), ("DELETE", deleted)):
        tag = (await client.get(url)).headers["ETag"]
        body = {"json": {"title": "Renamed"}} if method == "PATCH" else {}
        answer = await client.request(method, url, headers={"If-Match": tag}, **body)
        assert answer.status_code in (200, 204), answer.text


async def test_a_list_is_of_one_moment(app: FastAPI, client: httpx.AsyncClient) -> None:
    query = ActionQuery()
    items = (await client.get(f"{API}/actions?limit=500")).json()["items"]
    database: Database = app.state.database
    read: list[Any] = []
    async with database.read_at_length() as connection:
        session = ReadSession(partial(asyncio.sleep, 0, connection), app.state.index)
        async for part in walk(session, ACTIONS_LISTING, query, query.selection(), batch=5):
            if not read:
                await change(client, items)
            read += part
    assert [action.model_dump(mode="json") for action in read] == items
    assert (await client.get(f"{API}/actions?limit=500")).json()["items"] != items


async def test_an_export_is_of_one_moment(app: FastAPI, client: httpx.AsyncClient) -> None:
    items = (await client.get(f"{API}/actions?limit=500&sort=id")).json()["items"]
    activities = (await client.get(f"{API}/activities?limit=500&sort=id")).json()["items"]
    database: Database = app.state.database
    async with database.read_at_length() as connection:
        scope = Scope(ReadSession(partial(asyncio.sleep, 0, connection), app.state.index), ActionQuery().selection())
        actions = [action.id async for part in scope.records(ACTIONS_LISTING) for action in part]
        await change(client, items)
        read = [activity.id async for part in scope.records(ACTIVITIES_LISTING) for activity in part]
    assert actions == [item["id"] for item in items]
    assert read == [item["id"] for item in activities]
    assert (await client.get(f"{API}/activities")).json()["total"] < len(activities)


async def test_a_file_takes_no_connection_that_lists_need(app: FastAPI, client: httpx.AsyncClient) -> None:
    database: Database = app.state.database
    lists, files = database.read_engine.pool, database.file_engine.pool
    taken: list[str] = []
    event.listen(lists, "checkout", lambda *_: taken.append("list"))
    event.listen(files, "checkout", lambda *_: taken.append("file"))
    for path, accept, pool in (
        ("/actions", "application/json", "list"),
        ("/actions?format=json", "text/csv", "list"),
        ("/actions", "text/csv", "file"),
        ("/actions?format=xlsx", "*/*", "file"),
        ("/exports/registry.zip", "*/*", "file"),
    ):
        taken.clear()
        answer = await client.get(API + path, headers={"Accept": accept, "Cache-Control": "no-cache"})
        assert answer.status_code == 200
        assert pool in taken or (pool == "list" and database.is_embedded)  # which needs none for a small read
        assert pool == "list" or "list" not in taken
