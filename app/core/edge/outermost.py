"""The outermost layer: it answers from the cache of responses, and gives all other requests and responses what each of
them needs, whatever answers inside.

Requests get the client, host and prefix that a trusted proxy says, and an id; responses get that id and the security
headers. Each request has a line in the log and a count in the metrics.
"""

import asyncio
import logging
import time
from collections.abc import Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.addresses import addressed_below
from app.core.edge.instrumentation import about, note_request
from app.core.edge.proxies import TrustedProxies
from app.core.edge.response_cache import Question, Recording, Response, ResponseCache
from app.core.edge.security_headers import SecurityHeaders
from app.core.listing import API
from app.core.outages import DATABASE_ERRORS
from app.core.request_id import HEADER as REQUEST_ID
from app.core.request_id import choose_id, request_id

log = logging.getLogger("mieux.requests")


class OutermostLayer:
    """Lies around everything that answers.

    Inside, paths and routes are those of a service without a prefix. The prefix is the configured one, or else the one
    that the server or a trusted proxy says (`root_path`).
    """

    def __init__(
        self, app: ASGIApp, *, cache: ResponseCache, proxies: TrustedProxies, prefix: str, security: SecurityHeaders
    ) -> None:
        self.app = app
        self._cache, self._proxies, self._prefix, self._security = cache, proxies, prefix, security

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything but requests on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        state = scope.setdefault("state", {})  # layers inside may copy the scope: they share this
        recording = None
        question = self._cache.question_of(scope)
        if question is not None:
            try:
                found = await self._cache.look_up(question)
            except DATABASE_ERRORS as error:
                state["outage"] = error
            else:
                if isinstance(found, Response):
                    await _send_cached(found, question, send, started)
                    return
                recording = found
        self._proxies.believe(scope)
        prefix = self._prefix or scope.get("root_path", "")
        if prefix:
            scope = {**scope, "root_path": "", "path": _without(prefix, scope["path"])}
        sent = next((value for name, value in scope["headers"] if name == REQUEST_ID), None)
        request_id.set(choose_id(sent))
        exchange = _Exchange(scope, send, self._security.of(scope["scheme"]), recording, started)
        with addressed_below(prefix):
            await exchange.run(self.app, receive)


class _Exchange:
    """A request that the application answers."""

    def __init__(
        self,
        scope: Scope,
        send: Send,
        headers: Sequence[tuple[bytes, bytes]],
        recording: Recording | None,
        started: float,
    ) -> None:
        self._scope, self._send, self._headers = scope, send, headers
        self._recording, self._started = recording, started
        self._id = request_id.get()
        self._status = self._size = 0

    async def run(self, app: ASGIApp, receive: Receive) -> None:
        """Has the application answer."""
        has_failed = True
        try:
            await app(self._scope, receive, self.send)
            has_failed = False
        except Exception:
            log.exception("request failed", extra={"fields": dict(about(self._scope))})
            raise
        except asyncio.CancelledError:
            log.warning("request cancelled", extra={"fields": dict(about(self._scope))})
            raise
        finally:
            if self._recording is not None:
                self._recording.end()
            scope, client = self._scope, self._scope.get("client")
            note_request(
                self._id,
                about(scope, self._status),
                500 if has_failed else self._status,
                time.perf_counter() - self._started,
                self._size,
                client and client[0],
                scope["state"].get("key_name"),
            )

    async def send(self, message: Message) -> None:
        """Sends a part of the response."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            own = message.get("headers", ())
            names = {name for name, _ in own}
            message = {**message, "headers": [*own, *(one for one in self._headers if one[0] not in names)]}
            self._record(message)
            message["headers"] = [*message["headers"], (REQUEST_ID, self._id.encode())]
        else:
            self._record(message)
            self._size += len(message.get("body", b""))
        await self._send(message)

    def _record(self, message: Message) -> None:
        if self._recording is not None:
            self._recording.note(message, self._scope)


async def _send_cached(response: Response, question: Question, send: Send, started: float) -> None:
    chosen = choose_id(question.request_id)
    body = b"" if question.is_head else response.body
    headers = [*response.headers, (REQUEST_ID, chosen.encode())]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
    seconds = time.perf_counter() - started
    note_request(chosen, response.about(question), response.status, seconds, len(body), question.client)


def _without(prefix: str, path: str) -> str:
    """The path within the service. One that begins with the base of the API has no prefix, even if the prefix is
    `/api`."""
    if path == prefix:
        return "/"
    is_passed_on = path.startswith(f"{prefix}/") and not path.startswith(f"{API}/")
    return path.removeprefix(prefix) if is_passed_on else path
