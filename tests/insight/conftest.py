"""Services for tests that only read: one with the seed, and one with made-up actions beside it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from app.core.database import Database
from support.generated import generate
from tests.conftest import serving


@pytest.fixture(scope="module")
async def seeded(seeded_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the seed, for tests that only read."""
    async with serving(seeded_url) as (_, client):
        yield client


@pytest.fixture(scope="module")
async def rich(seeded_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of both."""
    database = Database(seeded_url)
    async with database.write() as session:
        await generate(session, 40)
        await session.commit()
    await database.close()
    async with serving(seeded_url) as (_, made):
        yield made
