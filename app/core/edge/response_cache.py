"""A cache of responses that are valid until the data change: finished messages, compressed and with all their headers.

Most of the time of a read goes into asking and assembling, not into sending. What an open read shows follows from its
address, from a few of its headers, from the day, and from the state of the registry; so a response is cached under all
of these, and sent again while the state is still the same. This holds across processes: whoever changes data changes
the state in the same transaction.

A request with a key, or with `Cache-Control: no-cache`, is never answered from here. Of several requests for the same
at once, the first one is answered by the application, and the others wait for its response.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import date

from starlette.datastructures import Headers
from starlette.types import Message, Scope

from app.core.edge.compression import matching_tag
from app.core.edge.instrumentation import about
from app.core.edge.proxies import TrustedProxies
from app.core.filters import today
from app.core.latest_state import LatestState, Row
from app.core.logs import Fields
from app.core.metrics import CACHE_BYTES, CACHE_LOOKUPS
from app.core.request_id import HEADER as REQUEST_ID

LARGEST_BODY = 1024 * 1024
LONGEST_KEY = 2048
PART_BYTES = 64
"""What a part of a key takes beside its bytes."""
ENTRY_BYTES = 1024
"""What an entry takes beside its key, heads and body: the objects that hold them."""
OPEN = b"/api/"

_CHOOSING = ("accept", "accept-encoding", "accept-language", "host", "origin")
"""The headers that decide what the response is; the host, where it has absolute addresses."""
_OF_PROXIES = ("x-forwarded-host", "x-forwarded-prefix", "x-forwarded-proto")
"""Those of trusted proxies that do, too."""
_PLACES = {name.encode(): place for place, name in enumerate((*_CHOOSING, *_OF_PROXIES))}
_LAST_PLACE = len(_CHOOSING) - 1
"""The place in a key of each of them, and the last one of those that everybody may send."""
_READ = frozenset(
    (b"authorization", b"cache-control", b"content-length", b"if-none-match", b"registry-sequence",
     b"transfer-encoding", b"x-forwarded-for")
) | {REQUEST_ID}  # fmt: skip
"""The others that are looked at: with a key, a body or a change that the answer has to know of, a request isn't
answered from here."""
_METHODS = (b"GET", b"HEAD")
_CONTENT = frozenset((b"content-type", b"content-length", b"content-disposition", b"content-encoding", b"link"))
"""What a response says of its content, and a 304 doesn't."""
_STATUS_LINES = {200: b"HTTP/1.1 200 OK\r\n", 304: b"HTTP/1.1 304 Not Modified\r\n"}

_HITS, _MISSES = CACHE_LOOKUPS.labels("hit"), CACHE_LOOKUPS.labels("miss")

Key = tuple[bytes | str, ...]
State = tuple[Row, date]
RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Response:
    """A finished response, but for the headers that each one has of its own: the date and the request's id."""

    status: int
    head: bytes
    """Status line and headers, as HTTP/1.1 has them, up to the empty line."""
    body: bytes
    about_get: Fields
    about_head: Fields
    """What the log says of it."""

    @property
    def headers(self) -> RawHeaders:
        """The headers, as ASGI has them."""
        lines = [line.partition(b": ") for line in self.head.split(b"\r\n")[1:-1]]
        return [(name, value) for name, _, value in lines]

    def about(self, question: "Question") -> Fields:
        """What the log says of the request."""
        return self.about_head if question.is_head else self.about_get


@dataclass(frozen=True, slots=True)
class _Entry:
    complete: Response
    not_modified: Response
    tag: bytes
    size: int


@dataclass(slots=True)
class Question:
    """What a request asks of the cache."""

    key: Key
    """Everything that its response is negotiated by."""
    is_head: bool
    if_none_match: bytes
    request_id: bytes | None
    client: str | None

    @property
    def conditional_key(self) -> Key:
        """Under which a 304 is cached without the response that it stands for."""
        return (*self.key, self.if_none_match)


class ResponseCache:
    """Responses by what they were negotiated by, all of one state of the data; at most `capacity` bytes of them."""

    def __init__(self, proxies: TrustedProxies, capacity: int = 64 * 1024 * 1024) -> None:
        self.capacity = capacity
        self.size = 0
        """How many bytes the entries take, with their keys and heads."""
        self._proxies = proxies
        self._entries: OrderedDict[Key, _Entry] = OrderedDict()
        self._under_way: dict[Key, asyncio.Event] = {}
        self._latest: LatestState | None = None
        self._state: State | None = None

    def follow(self, latest: LatestState) -> None:
        """Caches responses of this state of data from now on."""
        self._latest = latest
        self._clear(None)

    def question_of(self, scope: Scope) -> Question | None:
        """What an ASGI request asks; None as below."""
        if scope.get("raw_path") is None:
            return None
        query = scope["query_string"]
        target = b"%b?%b" % (scope["raw_path"], query) if query else scope["raw_path"]
        client = scope.get("client")
        base = scope["scheme"], scope["root_path"]
        return self.question(scope["method"].encode(), target, scope["headers"], base, client and client[0])

    def question(
        self, method: bytes, target: bytes, headers: RawHeaders, base: tuple[str, str], peer: str | None
    ) -> Question | None:
        """What a request asks; None for one that must not be answered from here. `base` is the scheme, and the path
        below which the server is reached.

        A header may be sent in several lines, which count as one list (RFC 9110, 5.2): all of them are part of the key.
        """
        if method not in _METHODS or OPEN not in target or self._latest is None:
            return None
        is_by_proxy = peer is not None and self._proxies.trusts(peer)
        chosen = [b""] * len(_PLACES)
        if_none_match, request_id, forwarded_for = b"", None, b""
        for name, value in headers:
            place = _PLACES.get(name)
            if place is not None:
                if place <= _LAST_PLACE or is_by_proxy:
                    chosen[place] = _joined(chosen[place], value) if chosen[place] else value
            elif name not in _READ:
                continue
            elif name == b"if-none-match":
                if_none_match = _joined(if_none_match, value) if if_none_match else value
            elif name == REQUEST_ID:
                request_id = request_id or value
            elif name == b"x-forwarded-for":
                forwarded_for = _joined(forwarded_for, value) if forwarded_for else value
            elif name != b"cache-control" or b"no-" in value.lower():
                return None
        if is_by_proxy and peer and forwarded_for:
            peer = self._proxies.client(peer, forwarded_for.decode("latin-1"))
        return Question((*base, target, *chosen), method == b"HEAD", if_none_match, request_id, peer)

    def find(self, question: Question) -> Response | None:
        """The response that is cached; None where there is none, or where it takes a statement to a server to know
        whether there is one. Raises what the driver raises."""
        assert self._latest is not None
        row = self._latest.known()
        return None if row is None else self._get(question, (row, today()))

    async def look_up(self, question: Question) -> "Response | Recording | None":
        """The response that is cached, or else what is to record the one that the application makes; None for a
        response that can't be cached. Raises what the driver raises."""
        assert self._latest is not None
        found, state = await self._look(question, self._latest)
        if found is None and (other := self._under_way.get(question.key)) is not None:
            await other.wait()
            found, state = await self._look(question, self._latest)
        if found is not None:
            return found
        _MISSES.inc()
        return None if question.is_head else Recording(self, question, state)

    async def _look(self, question: Question, latest: LatestState) -> tuple[Response | None, State]:
        state = (await latest.read(), today())
        return self._get(question, state), state

    def _get(self, question: Question, state: State) -> Response | None:
        """The response to a question, if it was made from this state. Another state empties the cache."""
        if state != self._state:
            self._clear(state)
        key = question.key
        entry = self._entries.get(key)
        if entry is None and question.if_none_match:
            key = question.conditional_key
            entry = self._entries.get(key)
        if entry is None:
            return None
        _HITS.inc()
        self._entries.move_to_end(key)
        if not question.if_none_match:
            return entry.complete
        if question.if_none_match == entry.tag:
            return entry.not_modified
        stored = matching_tag(entry.tag, question.if_none_match)
        if stored is None:
            return entry.complete
        head = entry.not_modified.head.replace(b"etag: " + entry.tag, b"etag: " + stored)
        return replace(entry.not_modified, head=head)

    def put(self, key: Key, state: State, complete: Response, tag: bytes) -> None:
        """Caches a response that was made from a state, if that is still the current one; drops the entries that were
        not used for longest."""
        key_bytes = sum(map(len, key))
        if state != self._state or key in self._entries or key_bytes > LONGEST_KEY:
            return
        not_modified = complete
        if complete.status == 200:
            headers = [header for header in complete.headers if header[0] not in _CONTENT]
            not_modified = _response(304, headers, b"", complete.about_get)
        heads = len(complete.head) + len(not_modified.head)
        size = ENTRY_BYTES + PART_BYTES * len(key) + key_bytes + heads + len(complete.body)
        self._entries[key] = _Entry(complete, not_modified, tag, size)
        self.size += size
        while self.size > self.capacity:
            _, dropped = self._entries.popitem(last=False)
            self.size -= dropped.size
        CACHE_BYTES.set(self.size)

    def begin(self, key: Key) -> asyncio.Event | None:
        """Has others wait for the response to this key until the event comes; None where one is made already."""
        if key in self._under_way:
            return None
        begun = self._under_way[key] = asyncio.Event()
        return begun

    def end(self, key: Key, begun: asyncio.Event) -> None:
        """Lets those go on who wait for a response."""
        if self._under_way.get(key) is begun:
            del self._under_way[key]
        begun.set()

    def _clear(self, state: State | None) -> None:
        self._entries.clear()
        self.size, self._state = 0, state
        CACHE_BYTES.set(0)


class Recording:
    """Caches the response to a request when it is complete and says what it was made from."""

    def __init__(self, cache: ResponseCache, question: Question, state: State) -> None:
        self._cache, self._question, self._state = cache, question, state
        self._begun = cache.begin(question.key)
        self._status = 0
        self._headers: RawHeaders | None = None

    def note(self, message: Message, scope: Scope) -> None:
        """Takes a message of the response, as it is sent but for the request's id."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            if self._status in _STATUS_LINES and self._can_be_cached(Headers(raw=message["headers"]), scope):
                self._headers = message["headers"]
            else:
                self.end()
        elif self._headers is not None:
            body = bytes(message.get("body", b""))
            if not message.get("more_body") and len(body) <= LARGEST_BODY and self._state[1] == today():
                tag = next(value for name, value in self._headers if name == b"etag")
                key = self._question.key if self._status == 200 else self._question.conditional_key
                self._cache.put(key, self._state, _response(self._status, self._headers, body, about(scope)), tag)
            self.end()

    def end(self) -> None:
        """Nothing more is recorded."""
        self._headers = None
        if self._begun is not None:
            self._cache.end(self._question.key, self._begun)
            self._begun = None

    def _can_be_cached(self, headers: Headers, scope: Scope) -> bool:
        """Whether a response says what it was made from, and that it depends on nothing but the key beside that."""
        varies_by = {name.strip().lower() for line in headers.getlist("vary") for name in line.split(",")}
        made_from = scope["state"].get("answered_from")
        return "etag" in headers and varies_by.issubset(_CHOOSING) and made_from == self._state[0]


def _joined(list_so_far: bytes, line: bytes) -> bytes:
    """Lines of one header as a list."""
    return b"%b,%b" % (list_so_far, line)


def _response(status: int, headers: RawHeaders, body: bytes, asked: Fields) -> Response:
    head = _STATUS_LINES[status] + b"".join([b"%b: %b\r\n" % header for header in headers])
    fields = (*asked[1:3], ("status", status))
    return Response(status, head, body, (("method", "GET"), *fields), (("method", "HEAD"), *fields))
