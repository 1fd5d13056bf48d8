"""What answers for an error, whoever raised it: this service, the framework, the database."""

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from sqlalchemy.orm.exc import StaleDataError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import MAX_BODY_SIZE_SCOPE_KEY
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.addresses import address
from app.core.logs import describe
from app.core.outages import refuse
from app.core.parameters import models_of
from app.core.problems import (
    MEDIA_TYPE,
    BadRequest,
    Conflict,
    MethodNotAllowed,
    NotFound,
    Problem,
    StaleVersion,
    TooLarge,
    document_response,
    invalid,
    problem_response,
    validation_errors,
)

log = logging.getLogger(__name__)


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    if error.status >= 500:
        log.warning("unavailable", extra={"fields": {"error": describe(error.__cause__ or error)}})
    return problem_response(request, error)


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    items = validation_errors(error.errors(), models_of(request))
    return problem_response(request, invalid(items))


# The framework's words for a JSON body that its parser gave up on without saying where.
_UNREADABLE = "There was an error parsing the body"


async def _on_http(request: Request, error: Exception) -> Response:
    """The framework's own errors (400, 404, 405, 413 ...), with the headers that belong to them."""
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    match error.status_code:
        case 400 if error.detail == _UNREADABLE:
            return problem_response(request, BadRequest("The body is not JSON in UTF-8, or it is nested too deeply."))
        case 400:
            return problem_response(request, BadRequest(str(error.detail)))
        case 404:
            return problem_response(request, NotFound(f"There is nothing at {address(request.scope['path'])}."))
        case 405:
            headers["Allow"] = ", ".join(_methods(request)) or headers.get("Allow", "")
            detail = f"{request.method} is not allowed here; allowed: {headers['Allow']}"
            return problem_response(request, MethodNotAllowed(detail, headers=headers))
        case 413:
            return problem_response(request, _too_large(request))
    phrase = HTTPStatus(error.status_code).phrase
    slug, detail = phrase.lower().replace(" ", "-"), str(error.detail)
    return document_response(request, status=error.status_code, slug=slug, title=phrase, detail=detail, headers=headers)


def _too_large(request: Request) -> TooLarge:
    """The problem of a body beyond the bound of its operation. The connection ends: the rest isn't worth reading."""
    bound: int = request.scope[MAX_BODY_SIZE_SCOPE_KEY]
    return TooLarge(f"A body may have at most {bound:,} bytes here.", headers={"Connection": "close"}, max_bytes=bound)


def _methods(request: Request) -> list[str]:
    """The methods that the request's address has."""
    methods: set[str] = set()
    for context in iter_route_contexts(request.app.routes):
        pattern = getattr(context, "path_regex", None)
        if pattern is not None and pattern.match(request.scope["path"]):
            methods |= context.methods or set()
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()))


async def _on_stale(request: Request, _error: Exception) -> Response:
    return problem_response(request, StaleVersion("Somebody else changed the record at the same moment."))


async def _on_integrity(request: Request, error: Exception) -> Response:
    """The last line of defence: every rule is checked before, but only the database sees simultaneous writers."""
    assert isinstance(error, IntegrityError)
    log.warning("constraint refused a change", extra={"fields": {"error": describe(error.orig or error)}})
    return problem_response(
        request, Conflict("The change contradicts another one that was made at the same moment; try again.")
    )


async def _on_database(request: Request, error: Exception) -> Response:
    refusal = refuse(request, error)
    if refusal is not None:
        return refusal
    log.error("database error", exc_info=error)
    return problem_response(request, Problem())


async def _on_failure(request: Request, _error: Exception) -> Response:
    return problem_response(request, Problem())  # the framework raises the error again, for the log


class _Outermost:
    """What the error handlers inside don't see becomes a problem document, too: the framework refuses a body that
    announces to be too large in plain text."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything else through as it is."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_replaced = False

        async def send_problem(message: Message) -> None:
            nonlocal is_replaced
            if is_replaced:
                return
            if message["type"] == "http.response.start":
                headers = Headers(raw=message["headers"])
                if message["status"] == TooLarge.status and headers.get("Content-Type") != MEDIA_TYPE:
                    is_replaced = True
                    response = problem_response(Request(scope), _too_large(Request(scope)))
                    await response(scope, receive, send)
                    return
            await send(message)

        await self.app(scope, receive, send_problem)


def install(app: FastAPI) -> None:
    """Answers every error of the application with a problem document."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(StaleDataError, _on_stale)
    app.add_exception_handler(IntegrityError, _on_integrity)
    for kind in (DBAPIError, NoConnectionLeft, OSError):  # a server that can't be reached is an OSError of the driver
        app.add_exception_handler(kind, _on_database)
    app.add_exception_handler(Exception, _on_failure)
    build = app.build_middleware_stack
    app.build_middleware_stack = lambda: _Outermost(build())  # type: ignore[method-assign]
