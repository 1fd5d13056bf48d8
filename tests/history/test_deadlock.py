"""A deadlock of the database, brought about by somebody who locks in another order than the service does."""

import asyncio

import asyncpg
import httpx
import pytest

from tests.conftest import Postgresql, serving

pytestmark = pytest.mark.anyio


async def test_the_victim_of_a_deadlock_is_asked_to_try_again(postgresql_server: Postgresql) -> None:
    url = await asyncio.to_thread(postgresql_server.create, "seeded")
    async with serving(url) as (_, client):
        output = (await client.get("/api/v1/actions/1")).json()["outputs"][0]["id"]
        other = await asyncpg.connect(url)
        await other.execute("SET deadlock_timeout = '1min'")  # it is not the one that gives way
        transaction = other.transaction()
        await transaction.start()
        await other.execute("SELECT id FROM actions WHERE id = 2 FOR UPDATE")

        async def move() -> httpx.Response:
            # Locks action 1, then waits for action 2.
            return await client.patch(f"/api/v1/outputs/{output}", json={"action": 2}, headers={"If-Match": "*"})

        moving = asyncio.create_task(move())
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        while not await other.fetchval(waiting):  # noqa: ASYNC110 - only the database knows
            await asyncio.sleep(0.01)
        await other.execute("SELECT id FROM actions WHERE id = 1 FOR UPDATE")  # granted when the service gives way
        refused = await moving
        await transaction.rollback()
        await other.close()
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        assert (await client.get(f"/api/v1/outputs/{output}")).json()["action"] == 1
        assert (await move()).status_code == 200
    await asyncio.to_thread(postgresql_server.drop, url)
