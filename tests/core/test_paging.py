"""Walking through long lists: no record twice, none left out, the same in both directions."""

from collections.abc import AsyncIterator
from itertools import chain
from typing import Any

import httpx
import pytest

from app.core.database import Database
from app.core.listing import API
from support.generated import generate
from tests.conftest import serving

pytestmark = pytest.mark.anyio

ACTIONS_MADE = 150
SORTS = {
    "actions": ["start", "end", "title", "created_at", "updated_at", "id"],
    "activities": ["action", "position", "start", "end", "type", "title", "updated_at", "id"],
    "deployments": ["action", "sending_country", "organisation_type", "experts_count", "updated_at", "id"],
    "outputs": ["action", "kind", "title", "published", "updated_at", "id"],
    "themes": ["slug", "name", "pillar"],
    "partners": ["id", "name", "country"],
    "countries": ["name", "code", "subregion"],
}
SEVERAL = {
    "actions": ["-start,title", "end,-title", "title,-id"],
    "activities": ["type,-start", "-position,title,end"],
    "deployments": ["organisation_type,-experts_count", "-sending_country,action"],
    "outputs": ["kind,-published,title"],
    "countries": ["-subregion,name"],
}
WALKS = [
    *((path, sign + name) for path, names in SORTS.items() for name in names for sign in ("", "-")),
    *((path, sort) for path, sorts in SEVERAL.items() for sort in sorts),
]


@pytest.fixture(scope="module")
async def client(empty_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service with generated records."""
    database = Database(empty_url)
    async with database.write() as session:
        await generate(session, ACTIONS_MADE)
        await session.commit()
    await database.close()
    async with serving(empty_url) as (_, made):
        yield made


def key(item: dict[str, Any]) -> Any:
    """What names a record."""
    return item.get("id") or item.get("slug") or item["code"]


def linked(response: httpx.Response) -> dict[str, str]:
    """The addresses of the `Link` header, by relation."""
    return {
        relation.removeprefix('rel="').removesuffix('"'): url.strip("<>")
        for url, _, relation in (link.partition("; ") for link in response.headers["Link"].split(", "))
    }


async def walk(client: httpx.AsyncClient, url: str, direction: str) -> list[dict[str, Any]]:
    """The pages from an address on, by `next` or `previous`."""
    pages = []
    following: str | None = url
    while following is not None:
        response = await client.get(following)
        assert response.status_code == 200, response.text
        page = response.json()
        relations = linked(response)
        assert relations.get("next") == page["next"]
        assert relations.get("prev") == page["previous"]
        pages.append(page)
        following = page[direction]
    return pages


@pytest.mark.parametrize(("path", "sort"), WALKS, ids=lambda value: value)
async def test_a_walk_meets_each_record_once_in_both_directions(
    client: httpx.AsyncClient, path: str, sort: str
) -> None:
    total = (await client.get(f"{API}/{path}")).json()["total"]
    limit = max(total // 4, 3)
    forth = await walk(client, f"{API}/{path}?sort={sort}&limit={limit}", "next")
    seen = [key(item) for page in forth for item in page["items"]]
    assert len(seen) == len(set(seen)) == total
    assert {page["total"] for page in forth} == {total}
    assert [page["offset"] for page in forth] == list(range(0, total, limit))
    assert forth[0]["previous"] is None

    back = await walk(client, forth[-2]["next"], "previous")
    assert [page["items"] for page in reversed(back)] == [page["items"] for page in forth]
    assert [page["offset"] for page in reversed(back)] == [page["offset"] for page in forth]
    assert [page["next"] is None for page in back] == [True] + [False] * (len(back) - 1)


@pytest.mark.parametrize(("path", "sort"), [(path, f"-{names[0]}") for path, names in SORTS.items()])
async def test_jumping_by_offset_is_the_same_as_walking(client: httpx.AsyncClient, path: str, sort: str) -> None:
    pages = await walk(client, f"{API}/{path}?sort={sort}&limit=9", "next")
    everything = list(chain.from_iterable(page["items"] for page in pages))
    for offset in (0, 1, 8, 9, 17, len(everything) - 1, len(everything), len(everything) + 5):
        page = (await client.get(f"{API}/{path}?sort={sort}&limit=9&offset={offset}")).json()
        assert page["items"] == everything[offset : offset + 9]
        assert (page["total"], page["offset"]) == (len(everything), offset)
        assert (page["next"] is None) == (offset + 9 >= len(everything))


async def test_a_walk_from_the_middle_reaches_the_beginning(client: httpx.AsyncClient) -> None:
    back = await walk(client, f"{API}/actions?sort=title&limit=20&offset=50", "previous")
    forth = await walk(client, f"{API}/actions?sort=title&limit=20", "next")
    everything = [key(item) for page in forth for item in page["items"]]
    assert [key(item) for page in reversed(back) for item in page["items"]] == everything[:70]
    assert back[-1]["offset"] == 0


async def test_filters_and_fields_stay_while_walking(client: httpx.AsyncClient) -> None:
    url = f"{API}/deployments?organisation_type=academia&organisation_type=ngo&fields=id,organisation_type&limit=10"
    pages = await walk(client, url, "next")
    items = [item for page in pages for item in page["items"]]
    assert len(items) == pages[0]["total"] > 20
    assert {item["organisation_type"] for item in items} == {"academia", "ngo"}
    assert {frozenset(item) for item in items} == {frozenset({"id", "organisation_type"})}


async def test_the_order_is_the_one_that_was_asked_for(client: httpx.AsyncClient) -> None:
    items = (await client.get(f"{API}/deployments?sort=organisation_type,-experts_count&limit=500")).json()["items"]
    order = [(item["organisation_type"], -(item["experts_count"] or 0)) for item in items]
    assert order == sorted(order)
    items = (await client.get(f"{API}/actions?sort=-start&limit=500")).json()["items"]
    years = [int((item["start"] or "9999")[:4]) for item in items]
    assert years == sorted(years, reverse=True)


async def test_a_record_that_is_added_behind_is_met_and_one_before_is_not(client: httpx.AsyncClient) -> None:
    first = (await client.get(f"{API}/partners?sort=id&limit=50")).json()
    added = (await client.post(f"{API}/partners", json={"name": "Added while somebody walks"})).json()
    rest = await walk(client, first["next"], "next")
    seen = [item["id"] for page in rest for item in page["items"]]
    assert seen[-1] == added["id"]
    assert len(seen) == len(set(seen)) == first["total"] + 1 - 50
    response = await client.delete(f"{API}/partners/{added['id']}", headers={"If-Match": "*"})
    assert response.status_code == 204


async def test_an_empty_list_is_one_page(client: httpx.AsyncClient) -> None:
    response = await client.get(f"{API}/actions?q=nothinghasthisword")
    page = response.json()
    assert page == {"items": [], "total": 0, "limit": 20, "offset": 0, "next": None, "previous": None}
    assert linked(response) == {"first": f"{API}/actions?q=nothinghasthisword"}


async def test_a_cursor_and_an_offset_contradict_each_other(client: httpx.AsyncClient) -> None:
    following = (await client.get(f"{API}/actions?limit=5")).json()["next"]
    response = await client.get(f"{following}&offset=10")
    assert response.status_code == 422
    assert [error["parameter"] for error in response.json()["errors"]] == ["offset"]
