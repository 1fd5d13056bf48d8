"""Answers that are kept as long as the record is what it was when they were made.

Most of the time of a read goes into asking and assembling, not into sending. What an open read shows follows from its
address, from a few of its headers, from the day, and from the state of the record; so an answer is kept under all of
these, and given again without asking anything but whether the state is still the same. That costs one small statement,
and holds across processes: whoever changes the record changes its state in the same transaction.

A request with a key, or with `Cache-Control: no-cache`, is answered anew.
"""

import asyncio
import sqlite3
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.caching import STATE, is_known
from app.core.database import Database
from app.core.filters import today

MOST_BYTES = 64 * 1024 * 1024
LARGEST = 1024 * 1024
LONGEST_KEY = 4096
OPEN = "/api/"

_CHOOSING = ("accept", "accept-language", "host")
"""The request's headers that decide what the answer is; the host, where it has whole addresses."""
_OF_304 = (b"etag", b"vary", b"cache-control", b"content-language", b"registry-release")

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Answer:
    headers: list[tuple[bytes, bytes]]
    body: bytes
    tag: str


class KeptAnswers:
    """An ASGI middleware that stands right before the routing, so that everything else sees kept answers as others."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._answers: OrderedDict[Key, _Answer] = OrderedDict()
        self._bytes = 0
        self._state: object = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers from what is kept, or keeps what the application answers."""
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(OPEN):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        key = _key(scope, headers)
        state = await _state(scope["app"].state.database) if key else None
        if key is None or state is None:
            await self.app(scope, receive, send)
            return
        self._forget_unless(state)
        kept = self._answers.get(key)
        if kept is None:
            await self.app(scope, receive, _Recorder(self, scope, send, key, state))
            return
        self._answers.move_to_end(key)
        if is_known(kept.tag, headers.get("if-none-match", "")):
            told = [(name, value) for name, value in kept.headers if name in _OF_304]
            await send({"type": "http.response.start", "status": 304, "headers": told})
            await send({"type": "http.response.body", "body": b""})
            return
        await send({"type": "http.response.start", "status": 200, "headers": list(kept.headers)})
        await send({"type": "http.response.body", "body": kept.body})

    def _forget_unless(self, state: object) -> None:
        if state != self._state:
            self._answers.clear()
            self._bytes, self._state = 0, state

    def keep(self, key: Key, state: object, answer: _Answer) -> None:
        """Keeps an answer that was made from a state, if that is still the state; drops what was not asked for
        longest."""
        if state != self._state or key in self._answers:
            return
        self._answers[key] = answer
        self._bytes += len(answer.body)
        while self._bytes > MOST_BYTES:
            _, dropped = self._answers.popitem(last=False)
            self._bytes -= len(dropped.body)


class _Recorder:
    """Passes an answer on, and keeps it when it is whole and says what it was made from."""

    def __init__(self, kept: KeptAnswers, scope: Scope, send: Send, key: Key, state: tuple[object, ...]) -> None:
        self._kept, self._scope, self._send, self._key, self._state = kept, scope, send, key, state
        self._headers: list[tuple[bytes, bytes]] | None = None

    async def __call__(self, message: Message) -> None:
        self._note(message)  # before it is sent: whoever packs it on the way changes it
        await self._send(message)

    def _note(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._headers = list(message["headers"]) if message["status"] == 200 else None
        elif self._headers is not None:
            headers, self._headers = self._headers, None
            body = message.get("body", b"")
            answered_from = self._scope.get("state", {}).get("answered_from")
            tag = dict(headers).get(b"etag", b"").decode()
            is_whole = not message.get("more_body") and len(body) <= LARGEST
            if (
                is_whole
                and tag
                and answered_from is not None
                and self._state == (self._state[0], *answered_from, today())
            ):
                self._kept.keep(self._key, self._state, _Answer(headers, bytes(body), tag))


def _key(scope: Scope, headers: Mapping[str, str]) -> Key | None:
    """What the answer is kept under; None for a request that has to be answered anew."""
    if "authorization" in headers or "no-" in headers.get("cache-control", ""):
        return None
    key = (scope["path"], scope["query_string"].decode("latin-1"), *(headers.get(name, "") for name in _CHOOSING))
    return key if sum(map(len, key)) <= LONGEST_KEY else None


async def _state(database: Database) -> tuple[object, ...] | None:
    """The database, the state of its record, and the day; None when it can't tell."""
    try:
        async with asyncio.timeout(5):
            return (database, *await database.glance(STATE), today())
    except (SQLAlchemyError, sqlite3.Error, OSError, TimeoutError):
        return None  # the application says what is wrong
