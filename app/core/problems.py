"""Errors as RFC 9457 problem documents: an error declares itself, and one handler answers for all of them."""

import json
import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypeGuard, get_args

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.core.addresses import address
from app.core.metrics import PROBLEMS
from app.core.request_id import request_id

MEDIA_TYPE = "application/problem+json"
log = logging.getLogger(__name__)


class ErrorItem(BaseModel):
    """One thing that is wrong, and where."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    parameter: str | None = None
    """The query, path or header parameter that is meant."""
    pointer: str | None = None
    """JSON Pointer (RFC 6901) into the body that was sent."""
    code: str
    """A stable name of the kind of error, for programs."""
    message: str
    """What is wrong and what would be right, for people."""
    allowed: list[str | int] | None = None
    """The values that would have been accepted, where they can be listed."""


class ProblemDocument(BaseModel):
    """RFC 9457 problem details, with the request's id and a list of what is wrong."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    type: str = Field(examples=["/problems/validation"])
    """A URI reference that names the kind of problem, and leads to its explanation."""
    title: str
    """The kind of problem in words, the same each time."""
    status: int
    """The HTTP status."""
    detail: str | None = None
    """What happened this time."""
    instance: str
    """The path that was asked for."""
    request_id: str
    """The id of this request, also in the header `X-Request-ID` and in the service's log."""
    errors: list[ErrorItem] = []
    """Each thing that is wrong, with its parameter or pointer."""


class Problem(Exception):
    """An error that a client can act upon. A subclass declares its status, slug and title."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal-error"
    title: ClassVar[str] = "The service failed"

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: Sequence[ErrorItem] = (),
        headers: Mapping[str, str] | None = None,
        **extensions: Any,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.extensions = extensions


class BadRequest(Problem):
    """The request could not be read at all."""

    status = 400
    slug = "bad-request"
    title = "The request can't be read"


class Unauthorized(Problem):
    """No key was sent, or one that is not valid: unknown, expired or revoked."""

    status = 401
    slug = "unauthorized"
    title = "A valid key is needed"


class Forbidden(Problem):
    """The key is valid, but its role may not do this."""

    status = 403
    slug = "forbidden"
    title = "The key's role is too weak"


class NotFound(Problem):
    """There is nothing at this address."""

    status = 404
    slug = "not-found"
    title = "Not found"


class MethodNotAllowed(Problem):
    """The address exists, but not for this method; the header `Allow` names those that it has."""

    status = 405
    slug = "method-not-allowed"
    title = "The address does not have this method"


class NotAcceptable(Problem):
    """The address does not answer in any format that `Accept` names; `errors` lists those that there are."""

    status = 406
    slug = "not-acceptable"
    title = "No accepted format is offered"


class InUse(Problem):
    """Other records refer to this one: change or delete them first."""

    status = 409
    slug = "in-use"
    title = "Other records refer to this one"


class Conflict(Problem):
    """The record as it stands does not allow the change, for instance because a name is taken."""

    status = 409
    slug = "conflict"
    title = "The change contradicts the record"


class Gone(Problem):
    """Your cursor leads on from data that a restored backup has replaced: begin again where `begin_again` says."""

    status = 410
    slug = "gone"
    title = "The data that the cursor belongs to are gone"


class StaleVersion(Problem):
    """Somebody else changed the record first: read it again, and repeat your change on the new version."""

    status = 412
    slug = "stale-version"
    title = "The record has moved on"


class RequestTimeout(Problem):
    """The request came too slowly: send it again, and all of it without pauses."""

    status = 408
    slug = "request-timeout"
    title = "The request came too slowly"


class TooLarge(Problem):
    """The body is larger than this operation reads: `max_bytes` says how much that is. Send it in parts."""

    status = 413
    slug = "too-large"
    title = "The body is too large"


class AddressTooLong(Problem):
    """The address with its parameters is longer than the service reads: ask for less at once."""

    status = 414
    slug = "address-too-long"
    title = "The address is too long"


class UnsupportedMediaType(Problem):
    """The body's `Content-Type` or `Content-Encoding` is not one that this operation reads."""

    status = 415
    slug = "unsupported-media-type"
    title = "The body's type is not supported"


class Invalid(Problem):
    """A parameter or a part of the body is not valid; `errors` names each, and nothing was changed."""

    status = 422
    slug = "validation"
    title = "The request is not valid"


class PreconditionRequired(Problem):
    """Say which version you change: send the `ETag` that you read as `If-Match`."""

    status = 428
    slug = "precondition-required"
    title = "If-Match is needed"


class TooManyRequests(Problem):
    """You ask for more at once, or faster, than one client may: wait for as long as `Retry-After` says."""

    status = 429
    slug = "too-many-requests"
    title = "Too many requests"


class HeadersTooLarge(Problem):
    """The request has more headers, or longer ones, than the service reads: send fewer."""

    status = 431
    slug = "headers-too-large"
    title = "The headers are too large"


class Unavailable(Problem):
    """The service or its database is busy or can't be reached: try again after `Retry-After`."""

    status = 503
    slug = "unavailable"
    title = "The service is not available right now"


def problem_types() -> list[type[Problem]]:
    """Every kind of problem, by status."""
    return sorted([Problem, *Problem.__subclasses__()], key=lambda kind: (kind.status, kind.slug))


def responses(*kinds: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route, for its documentation."""
    documented: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        text = (kind.__doc__ or kind.title).strip()
        if kind.status in documented:
            text = f"{documented[kind.status]['description']} Or: {text}"
        documented[kind.status] = {
            "description": text,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
        }
    return documented


def invalid(items: Sequence[ErrorItem]) -> Invalid:
    """The problem of several parameters or parts of the body; its detail tells the first one."""
    first = items[0]
    place = (first.pointer or "body") if first.parameter is None else (first.parameter or "a parameter without a name")
    return Invalid(f"{place}: {first.message}", errors=items)


def invalid_parameter(name: str, code: str, message: str, allowed: Sequence[str | int] | None = None) -> Invalid:
    """The problem of one parameter."""
    return invalid([ErrorItem(parameter=name, code=code, message=message, allowed=allowed and list(allowed))])


def unknown_parameter(name: str, allowed: Sequence[str | int] | None) -> ErrorItem:
    """What is wrong with a parameter that an operation does not have."""
    message = f"there is no parameter '{name}' here"
    if name.endswith("[]") and name[:-2] in (allowed or ()):
        message += f": repeat '{name[:-2]}' for each of several values"
    return ErrorItem(parameter=name, code="unknown-parameter", message=message, allowed=allowed and list(allowed))


def invalid_field(pointer: str, code: str, message: str, allowed: Sequence[str | int] | None = None) -> Invalid:
    """The problem of one part of the body."""
    return invalid([ErrorItem(pointer=pointer, code=code, message=message, allowed=allowed and list(allowed))])


def problem_response(request: Request, problem: Problem) -> Response:
    """A problem as an answer."""
    return document_response(
        request,
        status=problem.status,
        slug=problem.slug,
        title=problem.title,
        detail=problem.detail,
        errors=problem.errors,
        headers=problem.headers,
        extensions=problem.extensions,
    )


def document_response(
    request: Request,
    *,
    status: int,
    slug: str,
    title: str,
    detail: str | None,
    errors: Sequence[ErrorItem] = (),
    headers: Mapping[str, str] | None = None,
    extensions: Mapping[str, Any] | None = None,
) -> Response:
    PROBLEMS.labels(slug).inc()
    document = ProblemDocument(
        type=address(f"/problems/{slug}"),
        title=title,
        status=status,
        detail=detail,
        instance=address(request.scope["path"]),
        request_id=request_id.get(),
    )
    body = document.model_dump(exclude_none=True)
    body["errors"] = [error.model_dump(exclude_none=True) for error in errors]
    body.update(extensions or {})
    # The document may quote what was sent; a lone surrogate in it can't be written as UTF-8.
    content = _dump(body)
    return Response(content, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def _dump(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def validation_errors(errors: Sequence[Any], models: Mapping[str, type[BaseModel]] | None = None) -> list[ErrorItem]:
    """Pydantic's errors as items of a problem document.

    `models` says into which model each place ("body", "query") was read; what is not known there is told what is.
    """
    return [_item(error, models or {}) for error in errors]


def _item(error: Any, models: Mapping[str, type[BaseModel]]) -> ErrorItem:
    where, *path = [*error["loc"]] or ["body"]
    code = str(error["type"]).replace("_", "-")
    message = str(error["msg"]).removeprefix("Value error, ")
    context = error.get("ctx") or {}
    allowed = context.get("allowed")
    match code:
        case "json-invalid":
            path, message = [], f"the body is not JSON: {context.get('error', message)}"
        case "model-attributes-type" | "model-type":
            code, message = "object-type", "a JSON object is expected"
        case "missing" if not path:
            message = "a JSON body is expected"
        case "enum":
            allowed = re.findall("'([^']*)'", context["expected"])
        case "extra-forbidden":
            code, message, allowed = _unknown(where, path, models.get(where))
    if where in ("query", "path", "header"):
        return ErrorItem(parameter=str(path[0]) if path else None, code=code, message=message, allowed=allowed)
    return ErrorItem(pointer=json_pointer(path), code=code, message=message, allowed=allowed)


def _unknown(where: str, path: Sequence[Any], model: Any) -> tuple[str, str, list[str] | None]:
    """The code, message and alternatives of a name that a model, or a model within it, doesn't have."""
    *within, name = path
    for part in within:
        model = model.model_fields[part].annotation if isinstance(part, str) and is_model(model) else model
        model = next((kind for kind in (model, *get_args(model)) if is_model(kind)), model)
    allowed = list(model.model_fields) if is_model(model) else None
    if where != "body":
        unknown = unknown_parameter(name, allowed)
        return unknown.code, unknown.message, allowed
    if name in getattr(model, "read_only", ()):
        return "read-only", f"'{name}' is kept by the registry and can't be set: leave it out", allowed
    return "unknown-field", f"there is no field '{name}' here", allowed


def is_model(kind: Any) -> TypeGuard[type[BaseModel]]:
    """Whether a type is that of a model."""
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def json_pointer(path: Sequence[Any]) -> str:
    """A place in a body as JSON Pointer (RFC 6901)."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
