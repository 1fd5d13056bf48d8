"""Read operations, called without what the framework does for every request: trying one route after the other,
looking at the types of parameters, and solving dependencies that are the same each time.

An operation is declared to the framework as every other one, and documented by it. What is called here is compiled from
that declaration: its address, its parameters and its dependencies. A request whose parameters are not all valid is left
to the framework, which says what is wrong with them.
"""

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.parameters import is_list
from app.core.problems import is_model

LONGEST_CACHED = 500
"""How many bytes a query may have whose parameters are cached."""

Values = dict[Any, Any]
"""What a call can be given, by what it is: the request, the value of a parameter, the result of a dependency."""


@dataclass(frozen=True, slots=True)
class _Call:
    """A function that is called with values: a dependency, or the operation itself."""

    function: Callable[..., Any]
    arguments: tuple[tuple[str, Any], ...]
    """The names of its arguments, each with the key of its value."""
    is_entered: bool = False
    """Whether it gives a context."""
    lasts: bool = False
    """Whether that lasts until the response is sent, or only until it is made."""

    def __call__(self, values: Values) -> Any:
        """Calls it."""
        return self.function(**{name: values[key] for name, key in self.arguments})


class _Operation:
    """An operation that takes nothing but parameters of its address."""

    def __init__(self, context: RouteContext) -> None:
        dependant: Dependant = context.dependant
        self.endpoint = context.endpoint
        self._path_fields: list[Any] = []
        self._query_fields: list[Any] = []
        self._calls: dict[Any, _Call] = {}
        self._add(dependant)
        self._models = {field: kind for field in self._query_fields if is_model(kind := field.field_info.annotation)}
        kinds = {field.alias: field.field_info.annotation for field in self._query_fields if field not in self._models}
        for model in self._models.values():
            kinds |= {info.alias or name: info.annotation for name, info in model.model_fields.items()}
        self._lists = {name: is_list(kind) for name, kind in kinds.items()}
        """Each query parameter, and whether it may be repeated."""

    def _add(self, dependant: Dependant) -> None:
        arguments: list[tuple[str, Any]] = []
        for part in dependant.dependencies:
            if part.call not in self._calls:
                self._add(part)
            if part.name is not None:
                arguments.append((part.name, part.call))
        self._path_fields += dependant.path_params
        self._query_fields += dependant.query_params
        arguments += ((field.name, field) for field in (*dependant.path_params, *dependant.query_params))
        if dependant.request_param_name:
            arguments.append((dependant.request_param_name, Request))
        function: Any = dependant.call
        is_entered = inspect.isasyncgenfunction(function)
        if is_entered:
            function = asynccontextmanager(function)
        lasts = dependant.scope != "function"
        self._calls[dependant.call] = _Call(function, tuple(arguments), is_entered, lasts)

    def values(self, path: dict[str, str], query: bytes) -> Values | None:
        """The values of the parameters; None where one is not valid."""
        parse = _parsed if len(query) <= LONGEST_CACHED else _Operation.parse
        parsed = parse(self, query)
        if parsed is None:
            return None
        values = parsed.copy()
        for field in self._path_fields:
            values[field], errors = field.validate(path[field.alias], {}, loc=("path", field.alias))
            if errors:
                return None
        return values

    def parse(self, query: bytes) -> Values | None:
        """The values of the query's parameters; None where one is not valid."""
        given: dict[str, Any] = {}
        try:
            pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict") if query else ()
        except UnicodeDecodeError:
            return None
        for name, value in pairs:
            is_repeatable = self._lists.get(name)
            if is_repeatable:
                given.setdefault(name, []).append(value)
            elif is_repeatable is None or name in given:
                return None
            else:
                given[name] = value
        values: Values = {}
        for field in self._query_fields:
            if field in self._models:
                values[field], errors = field.validate(given, {}, loc=("query",))
            elif field.alias in given:
                values[field], errors = field.validate(given[field.alias], {}, loc=("query", field.alias))
            elif field.field_info.is_required():
                return None
            else:
                values[field], errors = field.get_default(), []
            if errors:
                return None
        return values

    async def answer(self, values: Values, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request, given the values of its parameters."""
        values[Request] = Request(scope, receive, send)
        async with AsyncExitStack() as lasting:
            async with AsyncExitStack() as stack:
                for key, call in self._calls.items():
                    result = call(values)
                    if call.is_entered:
                        result = (lasting if call.lasts else stack).enter_async_context(result)
                    values[key] = await result
            response: Response = values[self.endpoint]
            await response(scope, receive, send)


# What addresses ask is often the same. The values are shared: nobody changes them.
_parsed = lru_cache(maxsize=512)(_Operation.parse)


class ReadOperations:
    """Lies around the router: calls the read operations that can be, and passes everything else on."""

    def __init__(self, app: FastAPI) -> None:
        self._app: ASGIApp = app.router.middleware_stack
        self._routes = app.routes
        self._fixed: dict[str, _Operation] | None = None
        self._named: dict[str, list[tuple[Any, _Operation | None]]] = {}
        """Those whose addresses end in a name, by what comes before it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers, or passes the request on."""
        if scope["type"] == "http" and scope["method"] == "GET" and not scope["root_path"]:
            found = self._find(scope["path"])
            if found is not None:
                operation, path = found
                values = operation.values(path, scope["query_string"])
                if values is not None:
                    scope["endpoint"] = operation.endpoint
                    await operation.answer(values, scope, receive, send)
                    return
        await self._app(scope, receive, send)

    def _find(self, path: str) -> tuple[_Operation, dict[str, str]] | None:
        """The operation at an address, with the parts of the address that are parameters."""
        if self._fixed is None:
            self._fixed = self._compile()
        operation = self._fixed.get(path)
        if operation is not None:
            return operation, {}
        for pattern, named in self._named.get(path.rpartition("/")[0], ()):
            if matched := pattern.match(path):
                return None if named is None else (named, matched.groupdict())
        return None

    def _compile(self) -> dict[str, _Operation]:
        """Prepares all operations, in the order in which the router tries them."""
        contexts = [context for context in iter_route_contexts(self._routes) if "GET" in (context.methods or ())]
        fixed: dict[str, _Operation] = {}
        for context in contexts:
            path = context.path_format or ""
            head, _, last = path.rpartition("/")
            operation = _Operation(context) if _is_plain(context) else None
            if "{" in head:
                continue
            if "{" in last:
                self._named.setdefault(head, []).append((context.path_regex, operation))
            elif operation is not None and next(_matching(contexts, path)) is context:
                fixed[path] = operation
        return fixed


def _matching(contexts: Sequence[RouteContext], path: str) -> Iterator[RouteContext]:
    return (context for context in contexts if context.path_regex.match(path))


def _is_plain(context: RouteContext) -> bool:
    """Whether an operation makes its own response, from its address and what depends on nothing else."""
    dependant = getattr(context, "dependant", None)
    if dependant is None or inspect.signature(dependant.call).return_annotation is not Response:
        return False
    return all(map(_is_plain_part, _parts_of(dependant)))


def _parts_of(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for part in dependant.dependencies:
        yield from _parts_of(part)


def _is_plain_part(part: Dependant) -> bool:
    others = (
        part.header_params,
        part.cookie_params,
        part.body_params,
        part.response_param_name,
        part.background_tasks_param_name,
        part.http_connection_param_name,
        part.security_scopes_param_name,
    )
    is_async = inspect.iscoroutinefunction(part.call) or inspect.isasyncgenfunction(part.call)
    return is_async and not any(others)
