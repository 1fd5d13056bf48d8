"""Behind a proxy that shows the service below a path: every address in an answer leads back through the proxy."""

import io
import json
import re
import zipfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.conftest import AUTHORIZED, Sqlite, serving
from tests.layers import enclosed
from tests.running.service import mieux
from tests.selection.making import API

pytestmark = pytest.mark.anyio
HOST = "https://example.org"
PREFIX = "/registry"
ASKED = (
    "/",
    "/actions",
    "/actions/1",
    "/member-states/RO",
    "/docs",
    "/redoc",
    "/openapi.json",
    "/catalog.jsonld",
    "/problems",
    "/problems/not-found",
    "/nothing",
    "/docs/static/nothing.css",
    f"{API}/nothing",
    f"{API}/keys",
    f"{API}/actions?colour=red",
    f"{API}/actions?limit=2&offset=2&country=PH&country=AZ",
    f"{API}/actions?limit=2&fields=title,start",
    f"{API}/actions?limit=2&sort=title",
    f"{API}/actions/1",
    f"{API}/actions/1/history?limit=1",
    f"{API}/activities?limit=1",
    f"{API}/deployments?limit=1",
    f"{API}/outputs?limit=1",
    f"{API}/themes?limit=1",
    f"{API}/partners?limit=1",
    f"{API}/publications?limit=1",
    f"{API}/sources?limit=1",
    f"{API}/countries?limit=1",
    f"{API}/regions?limit=1",
    f"{API}/vocabularies",
    f"{API}/search?q=migration&limit=2",
    f"{API}/facets",
    f"{API}/headline",
    f"{API}/aggregates?measure=experts&by=theme&by=country",
    f"{API}/aggregates/actions-per-country?include_empty=true",
    *(f"{API}/aggregates/actions-per-country?format={form}" for form in ("csv", "xlsx", "jsonstat", "svg", "geojson")),
    *(f"{API}/actions?format={form}" for form in ("csv", "xlsx", "ndjson", "geojson")),
    f"{API}/exports/registry.xlsx",
    f"{API}/exports/registry.zip",
    f"{API}/exports/iati-activities.xml",
    f"{API}/changes?limit=1",
    f"{API}/releases",
)
OWN_ADDRESS = re.compile(
    r"(?<![\w./-])(?:https?://[\w.:-]+)?((?:/registry)*/"
    r"(?:api/v1|docs|explorer|redoc|problems|openapi\.json|catalog\.jsonld)(?![\w-])[^\s\"'`<>()\\,]*)"
)
"""An address of this service in any text; the documentation's own names for paths stand in backticks."""


@dataclass
class PathProxy:
    """A reverse proxy that shows a service below `/registry/`, and nothing anywhere else."""

    app: FastAPI
    strips: bool
    headers: dict[str, str] = field(default_factory=dict)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if not scope["path"].startswith(f"{PREFIX}/"):
            await send({"type": "http.response.start", "status": 502, "headers": []})
            await send({"type": "http.response.body", "body": b"outside of the registry"})
            return
        path = scope["path"].removeprefix(PREFIX) if self.strips else scope["path"]
        added = [(name.lower().encode(), value.encode()) for name, value in self.headers.items()]
        await self.app({**scope, "path": path, "headers": [*scope["headers"], *added]}, receive, send)


FORWARDED = {"X-Forwarded-Prefix": PREFIX, "X-Forwarded-Proto": "https", "X-Forwarded-Host": "example.org"}
WAYS: dict[str, tuple[dict[str, str], bool, dict[str, str]]] = {
    "by setting, stripped": ({"public_url": f"{HOST}{PREFIX}"}, True, {}),
    "by setting, passed on": ({"public_url": PREFIX}, False, {}),
    "by header, stripped": ({"public_url": HOST, "trusted_proxies": "127.0.0.1"}, True, FORWARDED),
    "by header, passed on": ({"trusted_proxies": "127.0.0.1"}, False, FORWARDED),
}


@pytest.fixture(scope="module")
def module_server(sqlite_server: Sqlite) -> Sqlite:
    """Makes databases of one kind: addresses don't depend on it."""
    return sqlite_server


@pytest.fixture
def server(sqlite_server: Sqlite) -> Sqlite:
    """Makes databases of the same kind."""
    return sqlite_server


@pytest.fixture(scope="module", params=WAYS)
async def way(request: pytest.FixtureRequest) -> str:
    """How the service learns its prefix, and whether the proxy takes it off."""
    chosen: str = request.param
    return chosen


@pytest.fixture(scope="module")
async def outside(seeded_url: str, way: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client on the other side of the proxy."""
    settings, strips, headers = WAYS[way]
    async with serving(seeded_url, **settings) as (app, _):
        transport = httpx.ASGITransport(PathProxy(app, strips, headers))
        async with httpx.AsyncClient(transport=transport, base_url=HOST) as client:
            yield client


def addresses(response: httpx.Response) -> Iterator[str]:
    """The paths and queries of this service's addresses in the headers and in the body of an answer."""
    for text in texts(response):
        yield from (unescape(found).rstrip(".") for found in OWN_ADDRESS.findall(text))


def texts(response: httpx.Response) -> Iterator[str]:
    """All the texts of an answer: headers, body, and the files of which a body is made."""
    yield from response.headers.values()
    if response.content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
            yield from (archive.read(name).decode() for name in archive.namelist())
    elif response.url.path.endswith("openapi.json"):
        described = response.json()
        for path, methods in described.pop("paths").items():
            if "get" in methods:
                yield from (f"{server['url']}{path}" for server in described["servers"])
                yield from (sample["source"] for sample in methods["get"].get("x-codeSamples", ()))
        described.pop("components")  # has examples, which belong to no service
        yield json.dumps(described)
    else:
        yield response.text


async def test_every_address_leads_back_through_the_proxy(outside: httpx.AsyncClient) -> None:
    found: dict[str, str] = {}
    for path in ASKED:
        answer = await outside.get(PREFIX + path, headers=AUTHORIZED if path.endswith("/keys") else {})
        expected = {f"{API}/actions?colour=red": 422}.get(path, 404 if "nothing" in path else 200)
        assert answer.status_code == expected, f"{path}: {answer.text[:500]}"
        found.update(dict.fromkeys(addresses(answer), path))
    astray = {address: path for address, path in found.items() if not address.startswith(f"{PREFIX}/")}
    assert astray == {}
    doubled = {address: path for address, path in found.items() if address.startswith(PREFIX * 2)}
    assert doubled == {}
    # Of the addresses of one place, one is followed: a figure has hundreds that differ in a value only.
    places = {re.sub(r"=[^&]*|\d+", "", address): address for address in found}
    assert len(places) > 60
    for address in places.values():
        # A template, an answer without an end, and the base of all.
        if "{" in address or address.endswith("/stream") or address == PREFIX + API:
            continue
        status = (await outside.get(address)).status_code
        assert status in (200, 307, 401, 404, 422), f"{status} {address} from {found[address]}"
        if status == 404:  # what was asked for above, and isn't there
            assert "/nothing" in address, f"{address} from {found[address]}"


@pytest.mark.parametrize(("path", "body"), [("partners", {}), ("keys", {"role": "editor"}), ("releases", {})])
async def test_the_address_of_what_was_made_leads_back_through_the_proxy(
    outside: httpx.AsyncClient, way: str, path: str, body: dict[str, str]
) -> None:
    named = body | {"name": f"no-{[*WAYS].index(way)}"}
    answer = await outside.post(f"{PREFIX}{API}/{path}", json=named, headers=AUTHORIZED)
    assert answer.status_code == 201, answer.text
    location = answer.headers["Location"]
    assert location.startswith(f"{PREFIX}{API}/{path}/")
    if path != "keys":  # keys are listed, not read one by one
        assert (await outside.get(location)).status_code == 200


async def test_samples_ask_where_the_reader_reaches_the_service(outside: httpx.AsyncClient, way: str) -> None:
    described = (await outside.get(f"{PREFIX}/docs/openapi.json")).json()
    host = HOST if HOST in WAYS[way][0].get("public_url", "") else "http://127.0.0.1:8000"
    assert [server["url"] for server in described["servers"]] == [PREFIX]
    samples = described["paths"][f"{API}/actions"]["get"]["x-codeSamples"]
    assert all(f"{host}{PREFIX}{API}/actions" in sample["source"] for sample in samples)
    assert f"'{host}{PREFIX}{API}/aggregates/" in described["info"]["description"]


def test_a_description_in_a_file_names_the_public_url() -> None:
    written = mieux("sqlite:///unused.db", "openapi", public_url=f"{HOST}{PREFIX}")
    described = json.loads(written.stdout)
    assert described["servers"] == [{"url": f"{HOST}{PREFIX}"}]
    assert f"'{HOST}{PREFIX}{API}/aggregates/" in described["info"]["description"]


async def test_answers_under_several_prefixes_are_not_mixed(database_url: str) -> None:
    async with serving(database_url, trusted_proxies="127.0.0.1") as (_, client):
        tags = set()
        for _ in range(2):  # the second time from the response cache
            for prefix in ("/registry", "/data/registry", ""):
                under = {"X-Forwarded-Prefix": prefix} if prefix else {}
                del client.headers["Authorization"]
                page = await client.get(f"{API}/actions?limit=1", headers=under)
                assert page.json()["next"].startswith(f"{prefix}{API}/actions?")
                figure = await client.get(f"{API}/aggregates/actions-per-theme", headers=under)
                assert {row["href"].partition(API)[0] for row in figure.json()["rows"]} == {prefix}
                tags.add(figure.headers["ETag"])
                client.headers.update(AUTHORIZED)
        assert len(tags) == 3


async def test_a_repeated_post_is_answered_for_the_door_through_which_it_came(database_url: str) -> None:
    async with serving(database_url, trusted_proxies="127.0.0.1") as (_, client):
        for prefix, again in (("", False), ("/registry", True), ("/data/registry", True), ("", True)):
            headers = {"Idempotency-Key": "once", **({"X-Forwarded-Prefix": prefix} if prefix else {})}
            answer = await client.post(f"{prefix}{API}/partners", json={"name": "IOM"}, headers=headers)
            assert answer.status_code == 201, answer.text
            assert ("Idempotent-Replay" in answer.headers) is again
            assert re.fullmatch(rf"{prefix}{API}/partners/\d+", answer.headers["Location"])


@pytest.mark.parametrize(
    ("trusted", "sent"),
    [
        ("", "/registry"),
        ("10.0.0.0/8", "/registry"),
        ("127.0.0.1", "//evil.example"),
        ("127.0.0.1", "https://evil.example"),
        ("127.0.0.1", "/registry?x="),
        ("127.0.0.1", "/registry#"),
        ("127.0.0.1", '/"><script>'),
        ("127.0.0.1", "/\\evil.example"),
        ("127.0.0.1", "registry"),
        ("127.0.0.1", "/"),
        ("127.0.0.1", ""),
    ],
)
async def test_a_forged_or_unusable_prefix_is_ignored(database_url: str, trusted: str, sent: str) -> None:
    async with serving(database_url, trusted_proxies=trusted) as (_, client):
        answer = await client.get(f"{API}/actions?limit=1", headers={"X-Forwarded-Prefix": sent})
        assert answer.json()["next"].startswith(f"{API}/actions?")


async def test_a_configured_prefix_is_not_changed_by_a_header(database_url: str) -> None:
    async with serving(database_url, trusted_proxies="127.0.0.1", public_url="/registry") as (_, client):
        answer = await client.get(f"{API}/actions?limit=1", headers={"X-Forwarded-Prefix": "/elsewhere"})
        assert answer.json()["next"].startswith(f"/registry{API}/actions?")


@pytest.mark.parametrize(
    ("prefix", "asked", "routed"),
    [
        ("/registry", "/docs", "/docs"),
        ("/registry", "/registry/docs", "/docs"),
        ("/registry", "/registry", "/"),
        ("/registry", "/", "/"),
        ("/registry", "/registry-docs", "/registry-docs"),
        ("/a/b", "/a/b/api/v1/actions", "/api/v1/actions"),
        ("/a/b", "/api/v1/actions", "/api/v1/actions"),
        # The one prefix with which the service's own paths begin, too.
        ("/api", "/api/v1/actions", "/api/v1/actions"),
        ("/api", "/api/api/v1/actions", "/api/v1/actions"),
        ("/api", "/api/docs", "/docs"),
        ("/api", "/docs", "/docs"),
    ],
)
async def test_a_prefix_may_be_passed_on_or_taken_off(prefix: str, asked: str, routed: str) -> None:
    seen: list[dict[str, Any]] = []

    async def inside(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope)

    scope = {"type": "http", "method": "GET", "scheme": "http", "path": asked, "headers": []}
    await enclosed(inside, prefix=prefix)(scope, None, None)  # type: ignore[arg-type]
    assert seen[0]["path"] == routed
