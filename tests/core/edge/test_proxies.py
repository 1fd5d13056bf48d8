"""Proxies: a trusted one says who asks and what for, and nobody else can."""

from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from app.core.edge.proxies import read_networks
from tests.layers import enclosed

pytestmark = pytest.mark.anyio

TRUSTED = "127.0.0.1, 10.0.0.0/8 fd00::/8"
LOCAL = "127.0.0.1"


async def show(request: Request) -> JSONResponse:
    """What the application sees of a request."""
    assert request.client is not None
    url = request.url
    return JSONResponse([request.client.host, url.scheme, url.netloc])


async def seen(peer: str, headers: dict[str, str] | list[tuple[str, str]], trusted: str = TRUSTED) -> Any:
    """Client, scheme and host of a request from an address."""
    app = enclosed(Starlette(routes=[Route("/", show)]), trusted=trusted)
    transport = httpx.ASGITransport(app, client=(peer, 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://inside") as client:
        return (await client.get("/", headers=headers)).json()


FORWARDED = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "registry.example"}


@pytest.mark.parametrize("peer", [LOCAL, "10.200.3.4", "fd00::1", "::ffff:10.0.0.1"])
async def test_a_trusted_proxy_says_who_asks_and_what_for(peer: str) -> None:
    assert await seen(peer, FORWARDED) == ["203.0.113.9", "https", "registry.example"]


@pytest.mark.parametrize("peer", ["127.0.0.2", "192.0.2.1", "2001:db8::1", "11.0.0.1"])
async def test_nobody_else_does(peer: str) -> None:
    forged = FORWARDED | {"Forwarded": "for=203.0.113.9;proto=https;host=registry.example"}
    assert await seen(peer, forged) == [peer, "http", "inside"]


async def test_by_default_no_proxy_is_trusted() -> None:
    assert await seen(LOCAL, FORWARDED, trusted="") == [LOCAL, "http", "inside"]


@pytest.mark.parametrize(
    ("forwarded_for", "client"),
    [
        ("1.1.1.1, 203.0.113.9", "203.0.113.9"),  # the client sent the first one itself
        ("1.1.1.1, 203.0.113.9, 10.0.0.7", "203.0.113.9"),  # two proxies
        ("10.0.0.8, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
        ("10.0.0.8, 10.0.0.7", "10.0.0.8"),  # the client is within the trusted network
        ("203.0.113.9:51234", "203.0.113.9"),
        ("[2001:db8::9]:51234", "2001:db8::9"),
        ("2001:db8::9", "2001:db8::9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("1.1.1.1, unknown", LOCAL),  # the proxy doesn't tell: nothing before that can be believed
        ("1.1.1.1, unknown, 10.0.0.7", "10.0.0.7"),
        ("1.1.1.1, ", LOCAL),
        ("", LOCAL),
    ],
)
async def test_the_client_is_the_last_address_that_is_no_proxy(forwarded_for: str, client: str) -> None:
    assert (await seen(LOCAL, {"X-Forwarded-For": forwarded_for}))[0] == client


async def test_several_lines_of_a_header_are_one_list() -> None:
    lines = [("X-Forwarded-For", "1.1.1.1"), ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "http"),
             ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "forged"), ("X-Forwarded-Host", "real")]  # fmt: skip
    assert await seen(LOCAL, lines) == ["203.0.113.9", "https", "real"]


@pytest.mark.parametrize("host", ["a/b", "a b", "a@b", "[", "", "a:b", "a?c", "\xe9"])
async def test_what_is_no_scheme_or_host_is_ignored(host: str) -> None:
    headers = [(b"X-Forwarded-Host", host.encode("latin-1")), (b"X-Forwarded-Proto", b"javascript")]
    assert (await seen(LOCAL, headers))[1:3] == ["http", "inside"]  # type: ignore[arg-type]


@pytest.mark.parametrize("written", ["localhost", "10.0.0.1/8", "10.0.0.0/33", "*", "127.0.0.1;10.0.0.1"])
def test_what_is_no_address_or_network_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"network|host bits"):
        read_networks(written)
