"""A service that the tests of one module share: each makes records of its own, and leaves the others alone."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from fastapi import FastAPI

from tests.conftest import BACKENDS, serving


@pytest.fixture(scope="module", params=BACKENDS)
def shared_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A seeded database for all tests of a module, of both kinds in turn."""
    server = request.getfixturevalue(f"{request.param}_server")
    url = server.create("seeded")
    yield url
    server.drop(url)


@pytest.fixture(scope="module")
async def shared_service(shared_url: str) -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient]]:
    """The application on that database, with a client that has an admin's key."""
    async with serving(shared_url) as service:
        yield service


@pytest.fixture(scope="module")
def shared_app(shared_service: tuple[FastAPI, httpx.AsyncClient]) -> FastAPI:
    """The application."""
    return shared_service[0]


@pytest.fixture(scope="module")
def shared(shared_service: tuple[FastAPI, httpx.AsyncClient]) -> httpx.AsyncClient:
    """The client."""
    return shared_service[1]
