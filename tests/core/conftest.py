"""A service that the tests of one module share: each makes records of its own, and leaves the others alone."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from tests.conftest import serving


@pytest.fixture(scope="module")
async def shared_service(seeded_url: str) -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient]]:
    """The application on that database, with a client that has an admin's key."""
    async with serving(seeded_url) as service:
        yield service


@pytest.fixture(scope="module")
def shared_app(shared_service: tuple[FastAPI, httpx.AsyncClient]) -> FastAPI:
    """The application."""
    return shared_service[0]


@pytest.fixture(scope="module")
def shared(shared_service: tuple[FastAPI, httpx.AsyncClient]) -> httpx.AsyncClient:
    """The client."""
    return shared_service[1]
