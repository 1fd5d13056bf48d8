"""A line in the log and a count in the metrics for each request.

The log says neither the query nor headers, where keys and what people search for would be. The metrics have one label
for all paths and methods that don't exist, since anybody can make up new ones.
"""

import logging
from typing import Any

from fastapi.routing import iter_route_contexts
from prometheus_client import Counter, Histogram
from starlette.types import Scope

from app.core.logs import Fields, RequestRecord
from app.core.metrics import DURATION, REQUESTS

NONE = "none"
"""The route of a request that no route was found for, or that was answered before one was looked for."""

_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))

log = logging.getLogger("mieux.requests")

_routes: dict[Any, str] = {}
_metrics: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}


def note_request(
    request: str,
    about: Fields,
    counted: int,
    seconds: float,
    size: int,
    client: str | None,
    key: str | None = None,
) -> None:
    """Counts and logs a request that has ended: its id, what it is `about`, the status that it counts as, and how many
    bytes were sent to whom."""
    method, route = about[0][1], about[1][1]
    requests, duration = _metrics.get((method, route, counted)) or _add_metrics(method, route, counted)
    requests.inc()
    duration.observe(seconds)
    if log.isEnabledFor(logging.INFO):
        log.handle(RequestRecord(log.name, request, about, seconds, size, (("client", client), ("key", key))))


def _add_metrics(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    known = method if method in _METHODS else NONE
    answered = f"{status // 100}xx" if status else NONE
    metrics = REQUESTS.labels(known, route, answered), DURATION.labels(known, route)
    if known is method:
        _metrics[method, route, status] = metrics
    return metrics


def about(scope: Scope, status: int | None = None) -> Fields:
    """What a request asks for, and what it was answered, as the log says it."""
    fields = ("method", scope["method"]), ("route", route_of(scope)), ("path", scope["path"])
    return fields if status is None else (*fields, ("status", status))


def route_of(scope: Scope) -> str:
    """The path of the request's route, with the names of its parameters."""
    endpoint = scope.get("endpoint")
    if endpoint is None:
        return NONE
    if endpoint not in _routes:
        for context in iter_route_contexts(scope["app"].routes):
            matched = context.endpoint or getattr(context.route, "app", None)  # a mounted application is its own
            _routes[matched] = context.path_format or NONE
    return _routes.setdefault(endpoint, NONE)
