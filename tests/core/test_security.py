"""Keys: who may write, and what is stored of a key."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from app.core.database import Database, now
from app.core.roles import Role
from app.core.security import Key, create_key, new_token, token_hash
from app.keys.bootstrap import BOOTSTRAP, ensure_bootstrap_key
from tests.core.records import PARTNERS

pytestmark = pytest.mark.anyio

MakeKey = Callable[..., Awaitable[str]]


@pytest.fixture
def database(shared_app: FastAPI) -> Database:
    """The database of the shared service."""
    found: Database = shared_app.state.database
    return found


@pytest.fixture
def make_key(database: Database) -> MakeKey:
    """Makes a key of a role, and gives its token."""

    async def make(role: Role, *, days: int | None = None, revoked: bool = False) -> str:
        async with database.write() as session:
            number = await session.scalar(select(func.count()).select_from(Key))
            token = await create_key(session, f"key {number}", role, days=days)
            if revoked:
                key = await session.scalar(select(Key).where(Key.token_hash == token_hash(token)))
                assert key is not None
                key.revoked_at = now()
            await session.commit()
        return token

    return make


async def send(client: httpx.AsyncClient, authorization: str | bytes) -> httpx.Response:
    """A request that needs the role `editor`."""
    return await client.post(
        PARTNERS.url, json=PARTNERS.minimal_body(), headers=[(b"Authorization", _bytes(authorization))]
    )


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMIN])
async def test_editors_and_administrators_write(shared: httpx.AsyncClient, make_key: MakeKey, role: Role) -> None:
    response = await send(shared, f"Bearer {await make_key(role)}")
    assert response.status_code == 201


async def test_a_readers_key_is_too_weak(shared: httpx.AsyncClient, make_key: MakeKey) -> None:
    response = await send(shared, f"Bearer {await make_key(Role.READER)}")
    assert response.status_code == 403
    assert response.json()["type"] == "/problems/forbidden"
    assert "needs the role editor" in response.json()["detail"]


async def test_a_key_ends_with_its_time_or_when_it_is_revoked(shared: httpx.AsyncClient, make_key: MakeKey) -> None:
    for token, status in (
        (await make_key(Role.EDITOR, days=1), 201),
        (await make_key(Role.EDITOR, days=0), 401),
        (await make_key(Role.EDITOR, days=-1), 401),
        (await make_key(Role.EDITOR, revoked=True), 401),
        (new_token(), 401),
    ):
        response = await send(shared, f"Bearer {token}")
        assert response.status_code == status
        assert token not in response.text


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic bXg6bXg=",
        "mx_token",
        "Bearer mx_a mx_b",
        "Bearer \u017cetone",
        b"Bearer \xff\xfe",
    ],
    ids=["empty", "no token", "blank token", "basic", "no scheme", "two tokens", "not ascii", "not utf-8"],
)
async def test_what_is_no_key_is_refused(shared: httpx.AsyncClient, authorization: str | bytes) -> None:
    response = await send(shared, authorization)
    assert response.status_code == 401
    assert response.json()["type"] == "/problems/unauthorized"
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="MIEUX Registry"'


async def test_the_scheme_may_be_written_in_any_case(shared: httpx.AsyncClient, make_key: MakeKey) -> None:
    assert (await send(shared, f"bearer {await make_key(Role.EDITOR)}")).status_code == 201


async def test_reading_needs_no_key_and_minds_none(shared: httpx.AsyncClient) -> None:
    for authorization in ("", "Bearer mx_unknown", "Basic bXg6bXg="):
        response = await shared.get(PARTNERS.url, headers={"Authorization": authorization})
        assert response.status_code == 200


async def test_of_a_token_only_the_hash_is_stored(database: Database, make_key: MakeKey) -> None:
    token = await make_key(Role.EDITOR)
    assert token.startswith("mx_")
    assert len(token) > 40
    async with database.look_up() as session:
        rows = [tuple(row) for row in await session.execute(select(*Key.__table__.columns))]
    assert all(token not in str(row) and token[3:] not in str(row) for row in rows)
    assert any(token_hash(token) in row for row in rows)


async def test_the_last_use_is_kept_with_the_change_that_it_was_for(
    shared: httpx.AsyncClient, database: Database, make_key: MakeKey
) -> None:
    token = await make_key(Role.EDITOR)

    async def last_used() -> object:
        async with database.look_up() as session:
            return await session.scalar(select(Key.last_used_at).where(Key.token_hash == token_hash(token)))

    refused = await shared.post(PARTNERS.url, json={}, headers={"Authorization": f"Bearer {token}"})
    assert refused.status_code == 422
    assert await last_used() is None
    await send(shared, f"Bearer {token}")
    used = await last_used()
    assert used is not None
    assert now() - used < timedelta(minutes=1)
    await send(shared, f"Bearer {token}")
    assert await last_used() == used


def test_a_role_covers_those_below_it() -> None:
    assert [[role.covers(needed) for needed in Role] for role in Role] == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]


async def test_what_is_said_of_keys_is_stored_nowhere(client: httpx.AsyncClient) -> None:
    made = await client.post("/api/v1/keys", json={"name": "ada", "role": "editor"})
    for response in (made, await client.get("/api/v1/keys")):
        assert response.is_success
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["key", "api_key", "token", "access_token", "authorization"])
async def test_an_address_has_no_place_for_a_key(client: httpx.AsyncClient, name: str) -> None:
    for method in ("GET", "POST"):
        response = await client.request(method, f"/api/v1/partners?{name}=mx_a-key", json={"name": "IOM"})
        assert response.status_code == 422
        assert response.json()["errors"][0]["code"] == "unknown-parameter"


async def test_workers_that_start_at_once_make_the_first_key_once(empty_database_url: str) -> None:
    database, token = Database(empty_database_url), new_token()
    try:
        await asyncio.gather(*(ensure_bootstrap_key(database, token) for _ in range(4)))
        async with database.look_up() as session:
            (key,) = await session.scalars(select(Key).where(Key.name == BOOTSTRAP))
        assert key.token_hash == token_hash(token)
    finally:
        await database.close()
