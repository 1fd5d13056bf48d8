"""One service with the seed and made-up actions, for tests that only read."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from app.core.database import Database
from tests.conftest import BACKENDS, serving
from tests.generated import generate


@pytest.fixture(scope="module", params=BACKENDS)
def rich_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of the module's own, of both kinds in turn."""
    server = request.getfixturevalue(f"{request.param}_server")
    made = server.create("seeded")
    yield made
    server.drop(made)


@pytest.fixture(scope="module")
async def rich(rich_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of it."""
    database = Database(rich_url)
    async with database.write() as session:
        await generate(session, 40)
        await session.commit()
    await database.close()
    async with serving(rich_url) as (_, made):
        yield made
