"""A line in the log for each request, and one for each failure."""

import asyncio
import logging
import time
from typing import Any

from fastapi.routing import iter_route_contexts
from starlette.types import ASGIApp, Message, Receive, Scope, Send

UNROUTED = "none"
"""The route of a request that no route was found for, or that was answered before one was looked for."""

log = logging.getLogger("mieux.requests")


class RequestLog:
    """The outermost layer: it sees every response as the client gets it, and every error that a request ends with.

    A line says neither the query nor headers, where keys and what people search for would be.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._routes: dict[Any, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on as it is."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        scope.setdefault("state", {})  # layers inside may copy the scope: they share this
        status = size = 0

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
            log.exception("request failed", extra={"fields": self._request(scope)})
            raise
        except asyncio.CancelledError:
            log.warning("request cancelled", extra={"fields": self._request(scope)})
            raise
        finally:
            if log.isEnabledFor(logging.INFO):
                self._log(scope, status, size, time.perf_counter() - started)

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
            return UNROUTED
        if endpoint not in self._routes:
            for context in iter_route_contexts(scope["app"].routes):
                matched = context.endpoint or getattr(context.route, "app", None)  # a mounted application is its own
                self._routes[matched] = context.path_format or UNROUTED
        return self._routes.setdefault(endpoint, UNROUTED)
