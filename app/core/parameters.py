"""What a request says in its query and its headers: each thing once, in text, and nothing that its operation lacks."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, get_args, get_origin
from urllib.parse import unquote_plus, unquote_to_bytes

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel, BeforeValidator
from pydantic_core import PydanticCustomError

from app.core.problems import BadRequest, ErrorItem, invalid, is_model, unknown_parameter

_SINGLE_HEADERS = frozenset((b"authorization", b"content-type", b"idempotency-key", b"if-match", b"last-event-id"))
"""Headers of which each receiver on the way might take another one for the one that counts."""


def _in_digits(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch("0|-?[1-9][0-9]*", value):
        raise PydanticCustomError("int_parsing", "a whole number is expected, in digits: 3, not +3, 03, 3.0 or 1_000")
    return value


IN_DIGITS = BeforeValidator(_in_digits)
"""Marks a number in an address, of which there is one spelling. It comes last, so that bounds are described, too."""


async def check_request(request: Request) -> None:
    """A dependency of all operations: refuses headers that contradict themselves, and what `check_query` refuses. The
    query of a write is checked by its session, once it has shown its key.

    Raises BadRequest and Invalid.
    """
    names = [name for name, _ in request.headers.raw if name in _SINGLE_HEADERS]
    if len(names) > len(set(names)):
        ((name, _), *_) = Counter(names).most_common(1)
        raise BadRequest(f"The header {name.decode().title()} was sent more than once; send it once.")
    if request.method == "GET":
        check_query(request)


def check_query(request: Request) -> None:
    """Refuses a query parameter that the request's operation does not have, one that is repeated where only one value
    counts, and one that is not UTF-8.

    Raises Invalid.
    """
    route = request.scope.get("route")
    if not isinstance(route, APIRoute) or not request.scope["query_string"]:
        return
    counts = Counter(name for name, _ in request.query_params.multi_items())
    errors = list(_unreadable(request.scope["query_string"]))
    if "query" not in models_of(request):  # a model refuses unknown parameters itself, with everything else
        known = list(dict.fromkeys(field.alias for field in _fields(route.dependant)))
        errors += (unknown_parameter(name, known) for name in counts if name not in known)
    if repeated := {name: count for name, count in counts.items() if count > 1}:
        single = {name for name, kind in _kinds(route.dependant) if not is_list(kind)}
        errors += (
            ErrorItem(parameter=name, code="repeated-parameter", message=f"it was sent {count} times; send it once")
            for name, count in repeated.items()
            if name in single
        )
    if errors:
        raise invalid(errors)


def models_of(request: Request) -> dict[str, type[BaseModel]]:
    """The models into which an operation reads its query and its body."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return {}
    fields = {"query": next(iter(route.dependant.query_params), None), "body": route.body_field}
    kinds = {place: field.field_info.annotation for place, field in fields.items() if field is not None}
    return {place: kind for place, kind in kinds.items() if is_model(kind)}


def _unreadable(query: bytes) -> Iterator[ErrorItem]:
    """The parameters whose values are not text. The framework would put other characters in place of theirs."""
    if query.isascii() and b"%" not in query:
        return
    for part in query.split(b"&"):
        name, _, value = part.partition(b"=")
        problem = None if part.isascii() else "is not percent-encoded"
        try:
            unquote_to_bytes(value).decode()
        except UnicodeDecodeError:
            problem = "is not UTF-8"
        if problem:
            named = unquote_plus(name.decode("ascii", "replace"))
            yield ErrorItem(parameter=named, code="unreadable", message=f"the value {problem}: it can't be read")


def _fields(dependant: Dependant) -> Iterator[Any]:
    yield from dependant.query_params
    for part in dependant.dependencies:
        yield from _fields(part)


def _kinds(dependant: Dependant) -> Iterator[tuple[str, Any]]:
    """The parameters of an operation with their types, those in a model one by one."""
    for field in _fields(dependant):
        kind = field.field_info.annotation
        if is_model(kind):
            yield from ((info.alias or name, info.annotation) for name, info in kind.model_fields.items())
        else:
            yield field.alias, kind


def is_list(kind: Any) -> bool:
    """Whether a parameter of this type may be repeated."""
    return get_origin(kind) is list or any(get_origin(part) is list for part in get_args(kind))
