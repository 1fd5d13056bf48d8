"""What is refused before a body is read or the database is asked: requests beyond a client's rates, those whose address
or headers are too long, and reads where the response cache found that the database can't tell its state.

What the response cache answers doesn't come here, and counts towards no rate.
"""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.limits import client_of
from app.core.outages import refuse
from app.core.problems import AddressTooLong, HeadersTooLarge, Problem, problem_response
from app.core.rates import Rates, limit_headers
from app.core.security import token_hash

COUNTED = "/api/"
_SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class HeadBounds:
    """How long an address with its parameters may be, and how many headers of how many bytes together."""

    address_bytes: int
    header_bytes: int
    headers: int

    def check(self, scope: Scope) -> None:
        """Raises AddressTooLong and HeadersTooLarge."""
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > self.address_bytes:
            raise AddressTooLong(f"An address may have at most {self.address_bytes:,} bytes.")
        headers = scope["headers"]
        if len(headers) > self.headers or sum(len(name) + len(value) for name, value in headers) > self.header_bytes:
            raise HeadersTooLarge(
                f"A request may have at most {self.headers} headers, of {self.header_bytes:,} bytes together."
            )


class AdmissionMiddleware:
    """Refuses what must not come in, and says to whoever writes how much more may come.

    `is_costly` tells which requests cost far more than others.
    """

    def __init__(self, app: ASGIApp, bounds: HeadBounds, is_costly: Callable[[Scope], bool]) -> None:
        self.app = app
        self._bounds = bounds
        self._is_costly = is_costly

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on what is admitted; what the process asks itself, without a connection, always is."""
        if scope["type"] != "http" or scope.get("client") is None:
            await self.app(scope, receive, send)
            return
        outage = scope["state"].get("outage")
        if outage is not None and scope["path"].startswith(COUNTED) and (refusal := refuse(Request(scope), outage)):
            # Where so little can't be read in time, nothing is gained by waiting for more.
            await refusal(scope, receive, send)
            return
        try:
            self._bounds.check(scope)
            limits = self._take(scope)
        except Problem as problem:
            response = problem_response(Request(scope), problem)
            await response(scope, receive, send)
            return

        async def send_with_limits(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in limits.items():
                    headers.setdefault(name, value)  # a refusal names the policy that it is for
            await send(message)

        await self.app(scope, receive, send_with_limits if limits else send)

    def _take(self, scope: Scope) -> dict[str, str]:
        """Counts the request, and gives the headers for its response. A read has none: it may be cached, here and on
        the way, and be sent to somebody else.

        Raises TooManyRequests.
        """
        if not scope["path"].startswith(COUNTED):
            return {}
        rates: Rates = scope["app"].state.rates
        client = client_of(Request(scope))
        costly = [(rates.costly, client)] if self._is_costly(scope) else []
        if scope["method"] in _SAFE:
            taken = [(rates.reads, client), *costly]
        else:
            key = Headers(scope=scope).get("authorization")
            taken = [(rates.writes, token_hash(key) if key else client), *costly]
        for rate, counted in taken:
            rate.take(counted)
        return {} if scope["method"] in _SAFE else limit_headers(taken)
