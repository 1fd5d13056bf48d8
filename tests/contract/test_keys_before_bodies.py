"""Whoever may not write is refused before the body is read, whichever operation it is."""

import re
from collections.abc import AsyncIterator, Iterator

import pytest
from fastapi import FastAPI
from starlette.types import Message

from app.core.database import Database
from app.core.problems import MEDIA_TYPE
from app.core.roles import Role
from app.core.security import create_key
from tests.conftest import serving
from tests.contract.test_openapi import operations

pytestmark = pytest.mark.anyio

ADMINISTERED = ("/keys", "/releases", "/restore")


@pytest.fixture(scope="module")
async def app(seeded_url: str) -> AsyncIterator[FastAPI]:
    """The application on the seed."""
    async with serving(seeded_url) as (application, _):
        yield application


def refusals() -> Iterator[tuple[str, str, Role | None, int]]:
    """Every operation that writes, with whom it refuses, and how."""
    for method, path, operation in operations("post", "put", "patch", "delete"):
        assert operation["security"]
        target = re.sub(r"\{\w+\}", "1", path)
        yield method.upper(), target, None, 401
        yield method.upper(), target, Role.READER, 403
        if any(word in path for word in ADMINISTERED):
            yield method.upper(), target, Role.EDITOR, 403


async def answer(app: FastAPI, method: str, path: str, token: str | None) -> tuple[int, dict[bytes, bytes]]:
    """The status and headers of the answer to a request with a body of 30 MB, of which nothing has arrived yet."""
    sent: list[Message] = []

    async def receive() -> Message:
        if any(message["type"] == "http.response.body" for message in sent):
            return {"type": "http.disconnect"}
        raise AssertionError(f"{method} {path} reads the body of someone who may not write")

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"host", b"test"), (b"content-length", b"%d" % (1024 * 1024))]
    headers.append((b"content-type", b"multipart/form-data; boundary=x" if path.endswith("/imports") else JSON))
    if token:
        headers.append((b"authorization", f"Bearer {token}".encode()))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("192.0.2.1", 1),
        "server": ("test", 80),
    }
    await app(scope, receive, send)
    return sent[0]["status"], dict(sent[0]["headers"])


JSON = b"application/json"


async def test_an_operation_that_writes_looks_at_the_key_before_it_reads_the_body(app: FastAPI) -> None:
    database: Database = app.state.database
    tokens: dict[Role | None, str] = {}
    async with database.write() as session:
        for role in (Role.READER, Role.EDITOR):
            tokens[role] = await create_key(session, f"a {role}'s key", role)
        await session.commit()
    found = list(refusals())
    assert len(found) > 70
    for method, path, role, status in found:
        for token in [tokens[role]] if role else [None, "mx_unknown"]:
            got, headers = await answer(app, method, path, token)
            assert got == status, f"{method} {path}"
            assert headers[b"content-type"] == MEDIA_TYPE.encode()
            assert headers[b"connection"] == b"close"
