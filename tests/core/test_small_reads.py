"""Reads without a transaction show one state of the data, whatever is written meanwhile."""

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from app.core.listing import API

pytestmark = pytest.mark.anyio

WRITES = 12
LISTS = (
    "actions",
    "activities",
    "deployments",
    "outputs",
    "themes",
    "partners",
    "publications",
    "sources",
    "countries",
)


@pytest.mark.parametrize("name", LISTS)
async def test_json_is_what_the_described_model_would_write(app: FastAPI, client: httpx.AsyncClient, name: str) -> None:
    page = await _read(client, f"/{name}?limit=500")
    key = next(iter(page["items"][0].values()))
    for path, left_out in ((f"/{name}?limit=500", {"release"}), (f"/{name}/{key}", None)):
        response = await client.get(API + path)
        matching = (each for each in iter_route_contexts(app.routes) if "GET" in (each.methods or ()))
        model = next(each.response_model for each in matching if each.path_regex.match(response.url.path))
        shown = model.model_validate_json(response.content)
        assert response.content == shown.__pydantic_serializer__.to_json(shown, exclude=left_out)


async def test_a_record_agrees_with_itself_while_it_is_written(client: httpx.AsyncClient) -> None:
    action = (await client.post(f"{API}/actions", json={"title": "Grows"})).json()["id"]

    async def write() -> None:
        for number in range(WRITES):
            body = {"action": action, "type": "workshop", "title": f"Workshop {number}"}
            assert (await client.post(f"{API}/activities", json=body)).status_code == 201

    writing = asyncio.create_task(write())
    seen: set[int] = set()
    while not writing.done():
        for shown in await asyncio.gather(*(_read(client, f"/actions/{action}") for _ in range(4))):
            assert shown["counts"]["activities"] == len(shown["activities"]) == shown["version"] - 1
            seen.add(shown["version"])
    await writing
    assert (await _read(client, f"/actions/{action}"))["version"] == WRITES + 1
    assert len(seen) > 1


async def test_a_page_agrees_with_its_total_while_records_come_and_go(client: httpx.AsyncClient) -> None:
    async def write() -> None:
        for number in range(WRITES):
            made = await client.post(f"{API}/actions", json={"title": f"Comes {number}", "themes": ["asylum"]})
            assert made.status_code == 201
            if number % 2:
                gone = await client.delete(
                    f"{API}/actions/{made.json()['id']}", headers={"If-Match": made.headers["ETag"]}
                )
                assert gone.status_code == 204

    writing = asyncio.create_task(write())
    while not writing.done():
        for page in await asyncio.gather(*(_read(client, "/actions?theme=asylum&limit=500") for _ in range(4))):
            assert len(page["items"]) == page["total"]
            assert all("asylum" in [theme["slug"] for theme in item["themes"]] for item in page["items"])
    await writing


async def _read(client: httpx.AsyncClient, path: str) -> Any:
    response = await client.get(API + path, headers={"Cache-Control": "no-cache"})
    assert response.status_code == 200
    return response.json()
