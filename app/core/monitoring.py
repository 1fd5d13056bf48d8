"""The address where Prometheus reads the metrics: on the service's own port, or on another one."""

import asyncio
import hmac
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.core.caching import STATE
from app.core.database import Database
from app.core.metrics import DATABASE_UP, FEED_SEQUENCE, exposition
from app.core.outages import DATABASE_ERRORS
from app.core.problems import Unauthorized, problem_response

METRICS_PATH = "/metrics"
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="metrics"'}


def metrics_endpoint(key: str | None) -> Callable[[Request], Awaitable[Response]]:
    """What answers with the metrics; to whom has the key, where there is one."""

    async def get_metrics(request: Request) -> Response:
        if key is not None and not _has_key(request, key):
            return problem_response(request, Unauthorized("Send the key of the metrics.", headers=_CHALLENGE))
        await _ask(request.app.state.database)
        return Response(await asyncio.to_thread(exposition), media_type=CONTENT_TYPE_LATEST)

    return get_metrics


def _has_key(request: Request, key: str) -> bool:
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return hmac.compare_digest(shown.encode(), key.encode())


async def _ask(database: Database) -> None:
    """Reads what only the database knows."""
    try:
        _, sequence = await database.probe(STATE)
    except DATABASE_ERRORS:
        DATABASE_UP.set(0)
    else:
        DATABASE_UP.set(1)
        FEED_SEQUENCE.set(sequence)


class _OwnPort(uvicorn.Server):
    """A second server in a process: signals are for the first one."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves them alone."""
        yield


@asynccontextmanager
async def served_apart(database: Database, host: str, port: int, key: str | None) -> AsyncIterator[None]:
    """Serves the metrics on another port, for as long as this lasts. Each worker does, and any of them can be asked."""
    app = Starlette(routes=[Route(METRICS_PATH, metrics_endpoint(key))])
    app.state.database = database
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", server_header=False, timeout_graceful_shutdown=5
    )
    server = _OwnPort(config)
    with _listening(host, port) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield
        finally:
            server.should_exit = True
            await serving


def _listening(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(address)
    return listener
