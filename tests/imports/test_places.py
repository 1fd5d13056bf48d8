"""Imports wait for each other, and neither they nor their template keep anything from others."""

import asyncio
import json

import httpx
import pytest
from fastapi import FastAPI

from app.core.database import Database
from app.imports.routes import PLACES
from app.imports.template import _written
from tests.imports.sending import ACTION, API, IMPORTS, send
from tests.lag import assert_others_get_turns
from tests.waiting import BOUND, until

pytestmark = pytest.mark.anyio


async def test_an_import_that_waits_holds_no_connection_and_no_lock(client: httpx.AsyncClient, app: FastAPI) -> None:
    database: Database = app.state.database
    planned = await send(client, ACTION)
    async with PLACES.hold("a"), PLACES.hold("b"):
        requests = [
            asyncio.create_task(send(client, ACTION | {"title": "Ghana: Asylum"})),
            asyncio.create_task(client.post(f"{IMPORTS}/{planned['id']}/commit")),
        ]
        await until(lambda: PLACES.waiting == 2)
        for engine in {database.engine, database.read_engine}:
            assert engine.sync_engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        assert (await client.post(f"{API}/partners", json={"name": "IOM"})).status_code == 201
    planned_later, committed = await asyncio.wait_for(asyncio.gather(*requests), BOUND)
    assert planned_later["summary"]["create"] == 1
    assert committed.status_code == 200
    assert PLACES.held == 0


async def test_only_so_many_imports_of_one_client_wait(client: httpx.AsyncClient) -> None:
    file = {"file": ("a.json", json.dumps(ACTION).encode())}
    async with PLACES.hold("a"), PLACES.hold("b"):
        requests = [asyncio.create_task(client.post(IMPORTS, files=file)) for _ in range(10)]
        await until(lambda: PLACES.waiting == 10)
        refused = await client.post(IMPORTS, files=file)
        assert refused.status_code == 503
        assert refused.headers["Retry-After"]
    for request in requests:
        assert (await asyncio.wait_for(request, BOUND)).status_code == 200


async def test_the_template_is_made_once_and_beside_the_event_loop(client: httpx.AsyncClient) -> None:
    answers = []

    async def get_first() -> None:
        _written.cache_clear()
        answers.append(await client.get(f"{IMPORTS}/template.xlsx"))

    await assert_others_get_turns(get_first)
    answers.append(await client.get(f"{IMPORTS}/template.xlsx"))
    assert {answer.status_code for answer in answers} == {200}
    assert answers[-1].content == answers[-2].content
    assert _written.cache_info().misses == 1
