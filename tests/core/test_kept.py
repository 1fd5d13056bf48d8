"""Kept answers: given again while the record stands as it stood, and never after."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event

from app.core.database import Database
from app.core.listing import API
from tests.conftest import serving

pytestmark = pytest.mark.anyio
PATHS = ("actions?limit=3", "actions/1", "aggregates/actions-per-theme", "vocabularies/region", "facets?facet=theme")


class Asked:
    """Counts the statements of the connections that answer reads."""

    def __init__(self, app: FastAPI) -> None:
        database: Database = app.state.database
        self.count = 0
        event.listen(database.read_engine.sync_engine, "before_cursor_execute", self._one)

    def _one(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.count += "registry_state" not in statement


@pytest.fixture
def asked(app: FastAPI) -> Asked:
    """The counter of the test's service."""
    return Asked(app)


@pytest.mark.parametrize("path", PATHS)
async def test_the_same_is_answered_without_asking_again(anonymous: httpx.AsyncClient, asked: Asked, path: str) -> None:
    first = await anonymous.get(f"{API}/{path}")
    before = asked.count
    again = await anonymous.get(f"{API}/{path}")
    assert asked.count == before
    assert (again.status_code, again.content) == (200, first.content)
    assert dict(again.headers) | {"x-request-id": ""} == dict(first.headers) | {"x-request-id": ""}
    known = await anonymous.get(f"{API}/{path}", headers={"If-None-Match": first.headers["ETag"]})
    assert (known.status_code, known.content) == (304, b"")
    assert known.headers["ETag"] == first.headers["ETag"]


async def test_a_change_is_seen_at_once(client: httpx.AsyncClient, anonymous: httpx.AsyncClient) -> None:
    for number in range(3):
        read = await anonymous.get(f"{API}/actions/1")
        assert (await anonymous.get(f"{API}/actions/1")).content == read.content
        changed = await client.patch(
            f"{API}/actions/1", json={"title": f"Title {number}"}, headers={"If-Match": read.headers["ETag"]}
        )
        assert changed.status_code == 200
        assert (await anonymous.get(f"{API}/actions/1")).json()["title"] == f"Title {number}"
        assert f"Title {number}" in (await anonymous.get(f"{API}/actions?limit=500")).text


async def test_what_another_process_changes_is_seen_at_once(anonymous: httpx.AsyncClient, database_url: str) -> None:
    total = (await anonymous.get(f"{API}/partners")).json()["total"]
    async with serving(database_url) as (_, other):
        assert (await other.post(f"{API}/partners", json={"name": "IOM"})).status_code == 201
    assert (await anonymous.get(f"{API}/partners")).json()["total"] == total + 1


async def test_headers_that_choose_the_answer_keep_answers_apart(anonymous: httpx.AsyncClient) -> None:
    async def region(**headers: str) -> str:
        return (await anonymous.get(f"{API}/vocabularies/region", headers=headers)).text

    assert "Asie" not in await region()
    assert "Asie" in await region(**{"Accept-Language": "fr"})
    assert "Asie" not in await region()
    assert (await anonymous.get(f"{API}/actions", headers={"Accept": "text/csv"})).text.startswith("id,")
    assert (await anonymous.get(f"{API}/actions")).json()["total"] == 17


async def test_who_asks_for_it_is_answered_anew(anonymous: httpx.AsyncClient, asked: Asked) -> None:
    await anonymous.get(f"{API}/actions")
    before = asked.count
    await anonymous.get(f"{API}/actions", headers={"Cache-Control": "no-cache"})
    assert asked.count > before


async def test_errors_and_what_needs_a_key_are_not_kept(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    assert (await client.get(f"{API}/keys")).status_code == 200
    assert (await anonymous.get(f"{API}/keys")).status_code == 401
    assert (await anonymous.get(f"{API}/partners/18")).status_code == 404
    assert (await client.post(f"{API}/partners", json={"name": "IOM"})).status_code == 201
    assert (await anonymous.get(f"{API}/partners/18")).status_code == 200
