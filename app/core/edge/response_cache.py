"""A cache of responses that are valid until the data change.

Most of the time of a read goes into asking and assembling, not into sending. What an open read shows follows from its
address, from a few of its headers, from the day, and from the state of the registry; so a response is cached under all
of these, and sent again after one small statement has shown that the state is still the same. This holds across
processes: whoever changes data changes the state in the same transaction.

A request with a key, or with `Cache-Control: no-cache`, is never answered from here.
"""

from collections import OrderedDict
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.addresses import address
from app.core.caching import STATE, is_known
from app.core.database import Database
from app.core.filters import today
from app.core.metrics import CACHE_BYTES, CACHE_LOOKUPS
from app.core.outages import DATABASE_ERRORS, refuse

LARGEST_BODY = 1024 * 1024
LONGEST_KEY = 2048
ENTRY_BYTES = 1024
"""What an entry costs beside its key, headers and body: the objects that hold them."""
OPEN = "/api/"

_CHOOSING = ("accept", "accept-language", "host")
"""The headers that decide what the response is; the host, where it has absolute addresses."""
_VARIES_BY = frozenset(_CHOOSING)
_OF_304 = (b"etag", b"vary", b"cache-control", b"content-language", b"registry-release")

_HITS, _MISSES = CACHE_LOOKUPS.labels("hit"), CACHE_LOOKUPS.labels("miss")

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    headers: list[tuple[bytes, bytes]]
    body: bytes
    tag: str
    endpoint: object
    size: int


class ResponseCache:
    """Responses by what they were negotiated by, all of one state of the data; at most `capacity` bytes of them."""

    def __init__(self, capacity: int = 64 * 1024 * 1024) -> None:
        self.capacity = capacity
        self.size = 0
        """How many bytes the entries take, with their keys and headers."""
        self._entries: OrderedDict[Key, _Entry] = OrderedDict()
        self._state: object = None

    def get(self, key: Key, state: object) -> _Entry | None:
        """The response that was cached under a key, if it was made from this state. Another state empties the cache."""
        if state != self._state:
            self._entries.clear()
            self.size, self._state = 0, state
            CACHE_BYTES.set(0)
        found = self._entries.get(key)
        if found is None:
            _MISSES.inc()
        else:
            _HITS.inc()
            self._entries.move_to_end(key)
        return found

    def put(
        self, key: Key, state: object, headers: list[tuple[bytes, bytes]], body: bytes, tag: str, endpoint: object
    ) -> None:
        """Caches a response that was made from a state, if that is still the current one; drops the entries that were
        not used for longest."""
        if state != self._state or key in self._entries:
            return
        size = ENTRY_BYTES + len(body) + sum(map(len, key)) + sum(len(name) + len(value) for name, value in headers)
        self._entries[key] = _Entry(headers, body, tag, endpoint, size)
        self.size += size
        while self.size > self.capacity:
            _, dropped = self._entries.popitem(last=False)
            self.size -= dropped.size
        CACHE_BYTES.set(self.size)


class ResponseCacheMiddleware:
    """Answers from a response cache, and fills it."""

    def __init__(self, app: ASGIApp, cache: ResponseCache) -> None:
        self.app = app
        self.cache = cache

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on what can't be cached."""
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(OPEN):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        key = _key(scope, headers)
        if key is None:
            await self.app(scope, receive, send)
            return
        try:
            state = await _state(scope["app"].state.database)
        except DATABASE_ERRORS as error:
            # Where so little can't be read in time, nothing is gained by waiting for more.
            refusal = refuse(Request(scope), error)
            await (refusal or self.app)(scope, receive, send)
            return
        entry = self.cache.get(key, state)
        if entry is None:
            await self.app(scope, receive, _Recorder(self.cache, scope, send, key, state))
            return
        scope["endpoint"] = entry.endpoint  # as if it had been routed, for the layers outside
        if is_known(entry.tag, ",".join(headers.getlist("if-none-match"))):
            chosen = [(name, value) for name, value in entry.headers if name in _OF_304]
            await send({"type": "http.response.start", "status": 304, "headers": chosen})
            await send({"type": "http.response.body", "body": b""})
        else:
            await send({"type": "http.response.start", "status": 200, "headers": list(entry.headers)})
            await send({"type": "http.response.body", "body": entry.body})


class _Recorder:
    """Passes a response on, and caches it when it is complete and says what it was made from."""

    def __init__(self, cache: ResponseCache, scope: Scope, send: Send, key: Key, state: tuple[object, ...]) -> None:
        self._cache, self._scope, self._send, self._key, self._state = cache, scope, send, key, state
        self._headers: list[tuple[bytes, bytes]] | None = None

    async def __call__(self, message: Message) -> None:
        self._record(message)  # before it is sent: a layer outside may compress it in place
        await self._send(message)

    def _record(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._headers = list(message["headers"]) if message["status"] == 200 else None
        elif self._headers is not None:
            raw, self._headers = self._headers, None
            body = bytes(message.get("body", b""))
            headers = Headers(raw=raw)
            answered_from = self._scope.get("state", {}).get("answered_from")
            if (
                not message.get("more_body")
                and len(body) <= LARGEST_BODY
                and "etag" in headers
                and _vary(headers) <= _VARIES_BY
                and answered_from is not None
                and self._state == (self._state[0], *answered_from, today())
            ):
                self._cache.put(self._key, self._state, raw, body, headers["etag"], self._scope["endpoint"])


def _vary(headers: Headers) -> set[str]:
    """The request headers that the response depends on, as it says itself."""
    return {name.strip().lower() for line in headers.getlist("vary") for name in line.split(",")}


def _key(scope: Scope, headers: Headers) -> Key | None:
    """Everything that the response is negotiated by; None for a request that must not be answered from the cache.

    A header may be sent in several lines, which count as one list (RFC 9110, 5.2): all of them are part of the key.
    """
    if "authorization" in headers or any("no-" in line for line in headers.getlist("cache-control")):
        return None
    key = (
        scope.get("scheme", ""),
        address(scope["path"]),
        scope["query_string"].decode("latin-1"),
        *(",".join(headers.getlist(name)) for name in _CHOOSING),
    )
    return key if sum(map(len, key)) <= LONGEST_KEY else None


async def _state(database: Database) -> tuple[object, ...]:
    """The database, the state of its data, and the day."""
    return (database, *await database.read_row(STATE), today())
