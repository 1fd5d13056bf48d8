"""One service with the seed and made-up actions, for tests that only read."""

from collections.abc import AsyncIterator

import httpx
import pytest

from app.core.database import Database
from support.generated import generate
from tests.conftest import serving


@pytest.fixture(scope="module")
async def rich(seeded_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of it."""
    database = Database(seeded_url)
    async with database.write() as session:
        await generate(session, 40)
        await session.commit()
    await database.close()
    async with serving(seeded_url) as (_, made):
        yield made
