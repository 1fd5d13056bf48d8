"""Compressed bodies: none is read, and each is refused in a way that tells the client to send it as it is."""

import gzip
import re

import httpx
import pytest

from app.core.listing import API
from app.core.problems import MEDIA_TYPE
from tests.contract.test_openapi import operations

pytestmark = pytest.mark.anyio
BODY = b'{"name": "IOM"}'
WITH_BODY = [
    (method.upper(), re.sub(r"\{\w+\}", "1", path))
    for method, path, operation in operations("post", "put", "patch")
    if "requestBody" in operation
]


async def test_every_operation_refuses_a_compressed_body(client: httpx.AsyncClient) -> None:
    assert len(WITH_BODY) > 20
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip", "If-Match": "*"}
    for method, path in WITH_BODY:
        answer = await client.request(method, path, content=gzip.compress(BODY), headers=headers)
        assert answer.status_code == 415, f"{method} {path}: {answer.text}"
        assert answer.headers["Content-Type"] == MEDIA_TYPE
        assert answer.headers["Accept-Encoding"] == "identity"
        assert "gzip" in answer.json()["detail"]


@pytest.mark.parametrize("coding", ["br", "GZIP", "deflate", "identity, gzip", "made-up"])
async def test_every_coding_is_refused(client: httpx.AsyncClient, coding: str) -> None:
    answer = await client.post(f"{API}/partners", json={"name": "IOM"}, headers={"Content-Encoding": coding})
    assert answer.status_code == 415


async def test_a_body_that_says_that_it_is_not_encoded_is_read(client: httpx.AsyncClient) -> None:
    headers = {"Content-Encoding": "identity", "Content-Type": "application/json"}
    assert (await client.post(f"{API}/partners", content=BODY, headers=headers)).status_code == 201


async def test_who_may_not_write_learns_nothing_else(anonymous: httpx.AsyncClient) -> None:
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    answer = await anonymous.post(f"{API}/partners", content=gzip.compress(BODY), headers=headers)
    assert answer.status_code == 401
