"""A line in the log and a count in the metrics for each request, and a line for each failure."""

import asyncio
import logging
import time
from typing import Any

from fastapi.routing import iter_route_contexts
from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.metrics import DURATION, REQUESTS

NONE = "none"
"""The route of a request that no route was found for, or that was answered before one was looked for."""

_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))

log = logging.getLogger("mieux.requests")


class Instrumentation:
    """A layer outside all that answers: it sees every response as the client gets it, and every error that a request
    ends with.

    The log says neither the query nor headers, where keys and what people search for would be. The metrics have one
    label for all paths and methods that don't exist, since anybody can make up new ones.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._routes: dict[Any, str] = {}
        self._metrics: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on as it is."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        scope.setdefault("state", {})  # layers inside may copy the scope: they share this
        status = size = 0
        has_failed = False

        async def counting_send(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, counting_send)
        except Exception:
            has_failed = True
            log.exception("request failed", extra={"fields": self._request(scope)})
            raise
        except asyncio.CancelledError:
            has_failed = True
            log.warning("request cancelled", extra={"fields": self._request(scope)})
            raise
        finally:
            seconds = time.perf_counter() - started
            self._count(scope, 500 if has_failed else status, seconds)
            if log.isEnabledFor(logging.INFO):
                self._log(scope, status, size, seconds)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else NONE
        key = (method, self._route(scope), status // 100)
        if (metrics := self._metrics.get(key)) is None:
            method, route, hundreds = key
            answered = f"{hundreds}xx" if hundreds else NONE
            metrics = self._metrics[key] = REQUESTS.labels(method, route, answered), DURATION.labels(method, route)
        requests, duration = metrics
        requests.inc()
        duration.observe(seconds)

    def _log(self, scope: Scope, status: int, size: int, seconds: float) -> None:
        client = scope.get("client")
        fields = {
            **self._request(scope),
            "status": status,
            "ms": round(seconds * 1000, 2),
            "bytes": size,
            "client": client and client[0],
            "key": scope["state"].get("key_name"),
        }
        # `log.info` would look for the line of code that calls it, which takes longer than all of this.
        log.handle(log.makeRecord(log.name, logging.INFO, "", 0, "request", (), None, extra={"fields": fields}))

    def _request(self, scope: Scope) -> dict[str, Any]:
        return {"method": scope["method"], "route": self._route(scope), "path": scope["path"]}

    def _route(self, scope: Scope) -> str:
        """The path of the request's route, with the names of its parameters."""
        endpoint = scope.get("endpoint")
        if endpoint is None:
            return NONE
        if endpoint not in self._routes:
            for context in iter_route_contexts(scope["app"].routes):
                matched = context.endpoint or getattr(context.route, "app", None)  # a mounted application is its own
                self._routes[matched] = context.path_format or NONE
        return self._routes.setdefault(endpoint, NONE)
