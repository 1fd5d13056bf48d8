"""Routes that write: whoever may not is refused before the body is read, and large bodies hold up nobody else.

The framework reads and parses a body before it asks any dependency, so this can't be left to one.
"""

from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from fastapi import Request, Response, params
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from app.core.bodies import check_encoding, read_json
from app.core.limits import Places, client_of
from app.core.problems import BadRequest
from app.core.security import RequiredRole
from app.core.threads import run_large

LARGE = 256 * 1024
"""A body of more bytes than that is read in a thread."""
LARGE_BODIES = Places("large bodies", total=1, per_client=1, waiting=10, wait_seconds=30)


class WriteRoute(APIRoute):
    """The route of an operation that needs a key: `APIRouter(route_class=WriteRoute)`. The role is that of the key
    which the operation depends on."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The framework's handler, once the key was looked at and the body was read."""
        handle = super().get_route_handler()
        needed = list(_required_roles(self.dependant))
        field = self.body_field

        async def handle_with_key(request: Request) -> Response:
            for role in needed:
                await role.check(request)
            if field is not None:
                check_encoding(request)
            if field is None or isinstance(field.field_info, params.Form):
                return await handle(request)
            request = _JsonRequest(request.scope, request.receive)
            await request.read(field)
            return await handle(request)

        return handle_with_key


def _required_roles(dependant: Dependant) -> Iterator[RequiredRole]:
    if isinstance(dependant.call, RequiredRole):
        yield dependant.call
    for part in dependant.dependencies:
        yield from _required_roles(part)


class _JsonRequest(Request):
    """A request whose JSON body is read before the framework asks for it."""

    value: Any = None

    async def read(self, field: Any) -> None:
        """Reads the body. What is large is read and validated in a thread, as a value of the operation's body field.

        Raises Invalid, RequestValidationError, BadRequest; Unavailable and TooManyRequests when too many are large.
        """
        try:
            body = await self.body()
        except ClientDisconnect:
            raise BadRequest("The connection ended before the body did.") from None
        if not body or not _is_json(self.headers.get("Content-Type", "")):
            return  # what else it may be is refused by name
        if len(body) <= LARGE:
            self.value = read_json(body)
            return
        async with LARGE_BODIES.hold(client_of(self)):
            self.value, errors = await run_large(_validated, body, field)
        if errors:
            raise RequestValidationError(errors)

    async def json(self) -> Any:
        """The value that was read."""
        return self.value


def _validated(body: bytes, field: Any) -> tuple[Any, list[Any]]:
    """The body as its model, which the framework then takes as it is; and what is wrong with it."""
    validated: tuple[Any, list[Any]] = field.validate(read_json(body), {}, loc=("body",))
    return validated


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))
