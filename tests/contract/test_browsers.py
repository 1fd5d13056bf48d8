"""What a browser learns of an answer: which pages may read, show or embed it, and what it may do with it.

Nothing may answer outside the layers that say so, or else a page can't read why it was refused.
"""

from collections.abc import AsyncIterator, Iterable

import httpx
import pytest
from fastapi import FastAPI

from app.settings import Settings
from tests.conftest import AUTHORIZED, Sqlite, serving
from tests.selection.making import API

pytestmark = pytest.mark.anyio
PAGE = {"Origin": "https://elsewhere.example"}
JSON = {"Content-Type": "application/json"}
SAFELISTED = {"cache-control", "content-language", "content-length", "content-type", "last-modified"}
"""What a page may always read (Fetch, CORS-safelisted response-header names)."""
FOR_BROWSERS = {
    "accept-ranges",
    "connection",
    "content-encoding",
    "content-security-policy",
    "cross-origin-resource-policy",
    "referrer-policy",
    "transfer-encoding",
    "vary",
    "x-content-type-options",
}
"""What is meant for browsers and caches, and is of no use to a page."""


@pytest.fixture
def server(sqlite_server: Sqlite) -> Sqlite:
    """Makes databases of one kind: these layers know none."""
    return sqlite_server


async def _chunks() -> AsyncIterator[bytes]:
    for _ in range(300):
        yield b" " * 10_000


async def _answers(client: httpx.AsyncClient, **headers: str) -> AsyncIterator[tuple[str, httpx.Response]]:
    """Answers of every kind, each with a line that says which it is."""
    key = AUTHORIZED | {"Idempotency-Key": "once"}
    known = (await client.get(f"{API}/actions")).headers["ETag"]
    drawn = (await client.get(f"{API}/aggregates/actions-per-theme?format=svg")).headers["ETag"]
    requests: Iterable[tuple[int, str, str, dict[str, str], bytes | AsyncIterator[bytes] | None]] = (
        (200, "GET", f"{API}/actions", {}, None),
        (200, "GET", f"{API}/actions", {}, None),  # from the response cache
        (200, "HEAD", f"{API}/actions", {}, None),
        (304, "GET", f"{API}/actions", {"If-None-Match": known}, None),
        (304, "GET", f"{API}/aggregates/actions-per-theme?format=svg", {"If-None-Match": drawn}, None),
        (200, "GET", f"{API}/aggregates/actions-per-theme?format=svg", {}, None),
        (200, "GET", f"{API}/actions?format=csv", {"Accept-Encoding": "gzip"}, None),
        (200, "GET", f"{API}/exports/registry.zip", {}, None),
        (200, "GET", "/docs/static/page.css", {}, None),
        (404, "GET", "/docs/static/nothing.css", {}, None),
        (200, "GET", "/", {}, None),
        (200, "GET", "/docs", {}, None),
        (200, "GET", "/redoc", {}, None),
        (200, "GET", "/openapi.json", {}, None),
        (200, "GET", "/metrics", {}, None),
        (200, "GET", "/problems", {}, None),
        (401, "GET", f"{API}/keys", {}, None),
        (404, "GET", "/nothing", {}, None),
        (405, "OPTIONS", f"{API}/actions", {}, None),
        (406, "GET", f"{API}/countries", {"Accept": "image/gif"}, None),
        (414, "GET", f"{API}/actions?q={'x' * 20_000}", {}, None),
        (422, "GET", f"{API}/actions?colour=red", {}, None),
        (428, "DELETE", f"{API}/actions/1", AUTHORIZED, None),
        (412, "DELETE", f"{API}/actions/1", AUTHORIZED | {"If-Match": '"99"'}, None),
        (415, "POST", f"{API}/partners", AUTHORIZED | {"Content-Type": "text/plain"}, b"{}"),
        (413, "POST", f"{API}/partners", AUTHORIZED | JSON, b" " * 3_000_000),
        (413, "POST", f"{API}/partners", AUTHORIZED | JSON, _chunks()),
        (201, "POST", f"{API}/partners", key | JSON, b'{"name": "IOM"}'),
        (201, "POST", f"{API}/partners", key | JSON, b'{"name": "IOM"}'),
        (431, "GET", f"{API}/actions", {"X-Long": "x" * 40_000}, None),
        (500, "GET", "/fails", {}, None),
    )
    for status, method, path, own, content in requests:
        case = f"{status} {method} {path}"
        response = await client.request(method, path, headers={**headers, **own}, content=content)
        assert response.status_code == status, f"{case}: {response.status_code} {response.text[:200]}"
        yield case, response


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a key, of a service with an address that fails; it sees failures as a browser does."""

    @app.get("/fails", include_in_schema=False)
    async def fails() -> None:
        raise RuntimeError("unforeseen")

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as made:
        yield made


async def test_a_page_elsewhere_may_read_every_answer_and_the_headers_that_it_needs(browser: httpx.AsyncClient) -> None:
    async for case, response in _answers(browser, **PAGE):
        assert response.headers.get_list("Access-Control-Allow-Origin") == ["*"], case
        assert "Access-Control-Allow-Credentials" not in response.headers, case
        exposed = {name.strip().lower() for name in response.headers["Access-Control-Expose-Headers"].split(",")}
        others = {name for name in response.headers if not name.startswith("access-control-")}
        assert others - exposed <= SAFELISTED | FOR_BROWSERS, case
        assert {"etag", "link", "location", "retry-after", "x-request-id", "ratelimit", "ratelimit-policy"} <= exposed


async def test_every_answer_has_the_security_headers_once(browser: httpx.AsyncClient) -> None:
    async for case, response in _answers(browser):
        said = {
            name: response.headers.get_list(name)
            for name in ("X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Resource-Policy", "X-Request-ID")
        }
        assert said.pop("X-Request-ID") != [], case
        assert [*said.values()] == [["nosniff"], ["no-referrer"], ["cross-origin"]], case
        (policy,) = response.headers.get_list("Content-Security-Policy")
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        assert ("script-src" in policy) is is_page, case
        assert ("frame-ancestors 'none'" if is_page else "frame-ancestors 'self'; sandbox") in policy, case
        assert "Strict-Transport-Security" not in response.headers, case


async def test_a_page_elsewhere_learns_when_to_ask_again(database_url: str) -> None:
    async with serving(database_url, rate_costly=1) as (_, client):
        for status in (200, 429):
            answer = await client.get(f"{API}/exports/registry.zip", headers=PAGE)
            assert answer.status_code == status
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
        for name in ("Retry-After", "RateLimit", "RateLimit-Policy"):
            assert name in answer.headers
            assert name in exposed


async def test_https_is_to_stay_https(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://test") as client:
        for path in (f"{API}/actions", "/docs", "/nothing"):
            assert (await client.get(path)).headers["Strict-Transport-Security"] == "max-age=31536000"


async def test_settings_say_who_may_frame_and_read_and_whether_https_is_to_stay(database_url: str) -> None:
    settings = {
        "cors_origins": "https://a.example https://*.b.example",
        "frame_origins": "https://a.example https://*.c.example",
        "hsts_seconds": 0,
    }
    async with (
        serving(database_url, **settings) as (app, _),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://test") as client,
    ):
        for path in (f"{API}/actions", "/nothing"):
            for origin in ("https://a.example", "https://www.b.example"):
                answer = await client.get(path, headers={"Origin": origin})
                assert answer.headers["Access-Control-Allow-Origin"] == origin
                assert "Origin" in answer.headers["Vary"].split(", ")
            for headers in (
                {},
                PAGE,
                {"Origin": "https://b.example.evil.example"},
                {"Origin": "https://b.example"},
            ):
                answer = await client.get(path, headers=headers)
                assert "Access-Control-Allow-Origin" not in answer.headers
                assert "Origin" in answer.headers["Vary"].split(", ")
            assert (
                "frame-ancestors 'self' https://a.example https://*.c.example;"
                in answer.headers["Content-Security-Policy"]
            )
            assert "Strict-Transport-Security" not in answer.headers
        assert "frame-ancestors 'none'" in (await client.get("/docs")).headers["Content-Security-Policy"]


@pytest.mark.parametrize("written", ["example.org", "https://a.example/path", "https://a.example;", "'self'", "null"])
def test_what_is_no_origin_is_refused_at_the_start(written: str) -> None:
    for name in ("cors_origins", "frame_origins"):
        with pytest.raises(ValueError, match="an origin is scheme and host alone"):
            Settings(database_url="sqlite:///unused.db", **{name: f"https://a.example {written}"})


async def test_a_page_elsewhere_may_write_with_a_key(anonymous: httpx.AsyncClient) -> None:
    sent = "authorization, baggage, cache-control, content-type, idempotency-key, if-match, if-none-match, "
    sent += "last-event-id, traceparent, tracestate, x-request-id, x-requested-with"
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"):
        asked = PAGE | {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": sent}
        answer = await anonymous.options(f"{API}/actions/1", headers=asked)
        assert answer.status_code == 200, answer.text
        assert method in answer.headers["Access-Control-Allow-Methods"]


async def test_a_page_elsewhere_may_send_no_other_headers(anonymous: httpx.AsyncClient) -> None:
    asked = PAGE | {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-made-up"}
    assert (await anonymous.options(f"{API}/actions", headers=asked)).status_code == 400
