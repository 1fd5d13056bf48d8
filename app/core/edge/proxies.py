"""What a reverse proxy says of the client that it answers for: believed from the proxies that are trusted, ignored from
everybody else.

A trusted proxy has to set `X-Forwarded-For`, `X-Forwarded-Proto`, `X-Forwarded-Host` and `X-Forwarded-Prefix` itself:
what a client sends under these names must not pass through it unchanged. `Forwarded` (RFC 7239) isn't read, since most
proxies do pass it through.
"""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.datastructures import MutableHeaders
from starlette.types import Scope

from app.core.addresses import PATH_PREFIX

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

_HOST = re.compile(r"([\w.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", re.ASCII | re.IGNORECASE)


def read_networks(written: str) -> tuple[Network, ...]:
    """Addresses and networks in CIDR notation, separated by spaces or commas.

    Raises ValueError with the one that can't be read.
    """
    return tuple(map(ip_network, written.replace(",", " ").split()))


class TrustedProxies:
    """The proxies whose word is taken."""

    def __init__(self, networks: tuple[Network, ...]) -> None:
        self._networks = networks
        self.trusts = lru_cache(maxsize=1024)(self._trusts)

    def _trusts(self, host: str) -> bool:
        """Whether a trusted proxy has this address."""
        address = _address(host)
        return address is not None and any(address in network for network in self._networks)

    def client(self, peer: str, forwarded_for: str) -> str:
        """The address of the client behind a trusted proxy: the last one of `X-Forwarded-For` that isn't trusted
        itself, since each proxy adds its peer at the end. What stands before that can be forged."""
        client = peer
        for part in reversed(forwarded_for.split(",")):
            address = _address(part)
            if address is None:
                break
            client = str(address)
            if not self.trusts(client):
                break
        return client

    def believe(self, scope: Scope) -> None:
        """Gives a request that came through a trusted proxy the client, scheme, host and path prefix that the proxy was
        asked with."""
        peer = scope.get("client")
        if not peer or not self.trusts(peer[0]):
            return
        headers = MutableHeaders(scope=scope)
        if forwarded_for := ",".join(headers.getlist("x-forwarded-for")):
            scope["client"] = (self.client(peer[0], forwarded_for), 0)
        # Of several values, the proxy that is trusted added the last one.
        if (scheme := _last(headers, "x-forwarded-proto").lower()) in ("http", "https"):
            scope["scheme"] = scheme
        if _HOST.fullmatch(host := _last(headers, "x-forwarded-host")):
            headers["host"] = host
        if PATH_PREFIX.fullmatch(prefix := _last(headers, "x-forwarded-prefix").rstrip("/")):
            scope["root_path"] = prefix


def _last(headers: MutableHeaders, name: str) -> str:
    return ",".join(headers.getlist(name)).rpartition(",")[2].strip()


def _address(written: str) -> Address | None:
    """An address as proxies write it, perhaps with a port; None for anything else."""
    written = written.strip()
    if written.startswith("["):
        written = written[1:].partition("]")[0]
    elif written.count(":") == 1:
        written = written.partition(":")[0]
    try:
        address = ip_address(written)
    except ValueError:
        return None
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address
