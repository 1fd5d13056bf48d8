"""What a read costs the database: a number of statements that depends on the question, and never on how much is found.

No object of the ORM is made on the way.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event

from app.core import embedded
from app.core.database import Base, Database
from app.core.listing import API
from support.generated import generate
from tests.conftest import ADMIN_KEY, serving
from tests.statements import statements_noted

pytestmark = pytest.mark.anyio

ACTIONS = 200
"""More than the longest page has."""
LISTS = (
    "/actions",
    "/activities",
    "/deployments",
    "/outputs",
    "/themes",
    "/partners",
    "/publications",
    "/sources",
    "/countries",
    "/regions",
)
FILTERED = LISTS[:6] + LISTS[8:]
MOST_FOR_A_LIST = 6
MOST_FOR_A_RECORD = 8
CHILDREN = 120
EDITOR = {"Authorization": f"Bearer {ADMIN_KEY}"}


@pytest.fixture(scope="module")
async def service(seeded_url: str) -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient]]:
    """The application on a database with many records, with a client that has no key. However busy the machine is, no
    statement takes so long that it is run again elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedded, "SECONDS", 60)
        async for started in _served(seeded_url):
            yield started


async def _served(seeded_url: str) -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient]]:
    database = Database(seeded_url)
    async with database.engine.begin() as connection:
        await generate(connection, ACTIONS)
    await database.close()
    async with serving(seeded_url) as (app, client):
        del client.headers["Authorization"]
        await client.get(f"{API}/actions")  # the index is built by whoever comes first
        client.headers["Cache-Control"] = "no-cache"  # nothing that was kept: every answer is made
        yield app, client


@pytest.fixture
def app(service: tuple[FastAPI, httpx.AsyncClient]) -> FastAPI:
    """The application."""
    return service[0]


@pytest.fixture
def client(service: tuple[FastAPI, httpx.AsyncClient]) -> httpx.AsyncClient:
    """The client."""
    return service[1]


@contextmanager
def statements_of(app: FastAPI) -> Iterator[list[str]]:
    """The statements that are run meanwhile, without those that only frame a transaction."""
    seen: list[str] = []
    database: Database = app.state.database
    with statements_noted(seen.append, database.engine, database.read_engine):
        yield seen


@contextmanager
def no_objects() -> Iterator[None]:
    """Fails when the ORM makes an object meanwhile, be it new or loaded."""
    made: list[str] = []

    def on_load(record: Any, _context: Any) -> None:
        made.append(f"loaded {type(record).__name__}")

    def on_init(record: Any, _args: Any, _kwargs: Any) -> None:
        made.append(f"new {type(record).__name__}")

    classes = [mapper.class_ for mapper in Base.registry.mappers]
    for kind in classes:
        event.listen(kind, "load", on_load)
        event.listen(kind, "init", on_init)
    try:
        yield
    finally:
        for kind in classes:
            event.remove(kind, "load", on_load)
            event.remove(kind, "init", on_init)
    assert not made


async def asked(app: FastAPI, client: httpx.AsyncClient, url: str, **parameters: Any) -> tuple[int, dict[str, Any]]:
    """How many statements an answer took, and the answer."""
    with statements_of(app) as statements, no_objects():
        response = await client.get(url, params=parameters or None)
    assert response.status_code == 200, response.text
    return len(statements), response.json()


async def assert_flat(app: FastAPI, client: httpx.AsyncClient, path: str, **parameters: Any) -> None:
    """A list takes the same statements whatever its page's length. A page that is the whole list by itself needs no
    count of the others."""
    most, page = await asked(app, client, API + path, limit=1, **parameters)
    fewest, _ = await asked(app, client, API + path, limit=1, **parameters)  # what words find is then known
    assert fewest <= most <= MOST_FOR_A_LIST
    for limit in (20, 500):
        taken, longer = await asked(app, client, API + path, limit=limit, **parameters)
        assert len(longer["items"]) >= len(page["items"])
        assert taken <= fewest
        if longer["next"] is not None:
            assert taken == fewest


@pytest.mark.parametrize("path", LISTS)
async def test_a_longer_page_takes_no_more_statements(app: FastAPI, client: httpx.AsyncClient, path: str) -> None:
    await assert_flat(app, client, path)
    await assert_flat(app, client, path, offset=1)


@pytest.mark.parametrize("path", FILTERED)
@pytest.mark.parametrize(
    "filters",
    [
        {"theme": "asylum"},
        {"theme": ["asylum", "none"], "partner": ["1", "2", "none"]},
        {"country": "KG", "region": "asia", "status": "completed"},
        {"member_state": ["FR", "none"], "organisation_type": "academia"},
        {"activity_type": "training", "activity_in": "2012/2016", "active_in": "2014"},
        {"q": "migration"},
    ],
    ids=",".join,
)
async def test_a_filtered_list_does_so_too(
    app: FastAPI, client: httpx.AsyncClient, path: str, filters: dict[str, Any]
) -> None:
    await assert_flat(app, client, path, **filters)


@pytest.mark.parametrize("path", LISTS[:9])
async def test_a_page_by_cursor_takes_no_more_than_the_first(
    app: FastAPI, client: httpx.AsyncClient, path: str
) -> None:
    taken, first = await asked(app, client, API + path, limit=2)
    by_cursor, second = await asked(app, client, first["next"])
    back, _ = await asked(app, client, second["previous"])
    assert by_cursor <= taken
    assert back <= taken


@pytest.mark.parametrize("path", LISTS)
async def test_fields_take_no_more(app: FastAPI, client: httpx.AsyncClient, path: str) -> None:
    taken, page = await asked(app, client, API + path, limit=5)
    name = next(iter(page["items"][0]))
    with_fields, cut = await asked(app, client, API + path, limit=5, fields=name)
    assert with_fields <= taken
    assert cut["items"] == [{name: item[name]} for item in page["items"]]


async def test_an_action_takes_the_same_statements_whatever_belongs_to_it(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    bare, many = await _bare_action_and_one_with_many_children(client)
    for_bare, empty = await asked(app, client, f"{API}/actions/{bare}")
    for_many, full = await asked(app, client, f"{API}/actions/{many}")
    assert empty["counts"] == {"activities": 0, "deployments": 0, "outputs": 0}
    assert full["counts"] == {"activities": CHILDREN, "deployments": CHILDREN, "outputs": CHILDREN}
    assert for_many == for_bare <= MOST_FOR_A_RECORD


async def _bare_action_and_one_with_many_children(client: httpx.AsyncClient) -> tuple[int, int]:
    body: dict[str, Any] = {"title": "Bare"}
    made = [(await client.post(f"{API}/actions", json=body, headers=EDITOR)).json()["id"] for _ in range(2)]
    bodies: dict[str, dict[str, Any]] = {
        "activities": {"action": made[1], "type": "workshop", "title": "Workshop", "start": "2012-05", "country": "KG"},
        "deployments": {"action": made[1], "sending_country": "FR", "experts_count": 2},
        "outputs": {"action": made[1], "kind": "report", "title": "Report", "languages": ["en"]},
    }
    for path, child in bodies.items():
        answer = await client.post(f"{API}/{path}/batch", json={"items": [child] * CHILDREN}, headers=EDITOR)
        assert answer.status_code == 201, answer.text
    return made[0], made[1]


@pytest.mark.parametrize("path", LISTS)
async def test_a_record_takes_few_statements(app: FastAPI, client: httpx.AsyncClient, path: str) -> None:
    _, page = await asked(app, client, API + path, limit=3)
    taken = set()
    for item in page["items"]:
        key = item.get("id") or item.get("slug") or item.get("code")
        taken.add((await asked(app, client, f"{API}{path}/{key}"))[0])
    assert len(taken) == 1
    assert max(taken) <= MOST_FOR_A_RECORD


async def test_what_the_client_has_already_takes_one_statement(app: FastAPI, client: httpx.AsyncClient) -> None:
    first = await client.get(f"{API}/actions", params={"limit": 500})
    with statements_of(app) as statements, no_objects():
        again = await client.get(
            f"{API}/actions", params={"limit": 500}, headers={"If-None-Match": first.headers["ETag"]}
        )
    assert again.status_code == 304
    assert len(statements) == 1
