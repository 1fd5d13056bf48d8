"""Entity tags and content codings: of this service, and of proxies that compress what it answers."""

import gzip
import time

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from app.core.edge.compression import LARGE, CompressionMiddleware
from app.core.listing import API

pytestmark = pytest.mark.anyio
CODINGS = ("identity", "gzip", "br", "zstd")
LONG = (f"{API}/actions/1", f"{API}/actions", "/docs/static/page.css")
"""Long enough to be compressed: a record, a list, and a file."""
BY_PROXIES = ("W/{}", "W/{}-gzip", "{}-gzip", "{}--gzip", "{};gzip", "{}-br", "{}-zstd")
"""What becomes of a tag on the way; the braces stand for it, with its first quote."""


def _changed(form: str, tag: str) -> str:
    return form.format(tag.removesuffix('"')) + '"'


@pytest.mark.parametrize("url", LONG)
async def test_each_coding_has_a_tag_of_its_own_and_any_is_known(client: httpx.AsyncClient, url: str) -> None:
    tags = {}
    for coding in CODINGS:
        answer = await client.get(url, headers={"Accept-Encoding": coding})
        assert answer.status_code == 200
        assert answer.headers.get("Content-Encoding", "identity") == coding
        tags[coding] = answer.headers["ETag"]
    assert len(set(tags.values())) == len(CODINGS)
    for coding in CODINGS:
        for tag in tags.values():
            known = await client.get(url, headers={"Accept-Encoding": coding, "If-None-Match": tag})
            # The tag is that of what the client stored, so that it knows what to refresh.
            assert (known.status_code, known.content, known.headers["ETag"]) == (304, b"", tag)
            assert "accept-encoding" in known.headers["Vary"].lower()


async def test_a_cached_response_keeps_codings_apart(anonymous: httpx.AsyncClient) -> None:
    for _ in range(2):
        tags = {
            (await anonymous.get(LONG[0], headers={"Accept-Encoding": coding})).headers["ETag"] for coding in CODINGS
        }
        assert len(tags) == len(CODINGS)
        for tag in tags:
            assert (await anonymous.get(LONG[0], headers={"If-None-Match": tag})).status_code == 304


@pytest.mark.parametrize("form", BY_PROXIES)
async def test_a_tag_that_a_proxy_changed_still_names_its_record(client: httpx.AsyncClient, form: str) -> None:
    url = f"{API}/actions/1"
    client.headers["Accept-Encoding"] = "identity"
    for number in range(2):
        tag = _changed(form, (await client.get(url)).headers["ETag"])
        assert (await client.get(url, headers={"If-None-Match": f'"other", {tag}'})).status_code == 304
        changed = await client.patch(url, json={"title": f"Title {number}"}, headers={"If-Match": tag})
        assert changed.status_code == 200, changed.text
        again = await client.patch(url, json={"title": "Again"}, headers={"If-Match": tag})
        assert (again.status_code, again.json()["current_version"]) == (412, number + 2)
        assert (await client.get(url, headers={"If-None-Match": tag})).status_code == 200


@pytest.mark.parametrize("tag", ['"1-{}"', '"{}"', 'W/"1"', '"01-{}-"', '"1-{}x-"', '"other", W/"2-{}-"'])
async def test_a_tag_that_names_no_present_version_is_stale(client: httpx.AsyncClient, tag: str) -> None:
    url = f"{API}/actions/1"
    digest = (await client.get(url)).headers["ETag"].rpartition("-")[2].strip('"')
    refused = await client.patch(url, json={"title": "Mine"}, headers={"If-Match": tag.format(digest)})
    assert refused.status_code == 412
    assert (await client.get(url)).json()["version"] == 1


async def test_a_large_body_is_compressed_beside_the_event_loop() -> None:
    body = b"".join(b'{"value":%d,"href":"/api/v1/actions?theme=asylum"},' % number for number in range(100_000))
    assert len(body) > LARGE

    async def large(_scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)), (b"etag", b'"1"')]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def receive() -> Message:
        raise AssertionError("there is nothing to read")

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    begun = time.thread_time()
    gzip.compress(body, compresslevel=4)
    cost = time.thread_time() - begun
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"accept-encoding", b"gzip")]}
    begun = time.thread_time()
    await CompressionMiddleware(large, minimum_size=1024)(scope, receive, send)
    assert time.thread_time() - begun < cost / 4
    start, end = sent
    headers = dict(start["headers"])
    assert (headers[b"content-encoding"], headers[b"etag"]) == (b"gzip", b'"1-gzip"')
    assert int(headers[b"content-length"]) == len(end["body"]) < len(body) / 5
    assert gzip.decompress(end["body"]) == body
