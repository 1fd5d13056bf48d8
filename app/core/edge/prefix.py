"""Serves the application below the prefix under which a proxy shows it."""

from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.addresses import addressed_below
from app.core.listing import API


class PrefixMiddleware:
    """Takes the prefix off the path of a request, unless the proxy did so, and puts it before every address in the
    answer.

    Inside, paths and routes are those of a service without a prefix. The prefix is the configured one, or else the one
    that the server or a trusted proxy says (`root_path`).
    """

    def __init__(self, app: ASGIApp, *, prefix: str = "") -> None:
        self.app = app
        self.prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything through as it is when there is no prefix."""
        prefix = self.prefix or scope.get("root_path", "")
        if scope["type"] != "http" or not prefix:
            await self.app(scope, receive, send)
            return
        with addressed_below(prefix):
            await self.app({**scope, "root_path": "", "path": _without(prefix, scope["path"])}, receive, send)


def _without(prefix: str, path: str) -> str:
    """The path within the service. One that begins with the base of the API has no prefix, even if the prefix is
    `/api`."""
    if path == prefix:
        return "/"
    is_passed_on = path.startswith(f"{prefix}/") and not path.startswith(f"{API}/")
    return path.removeprefix(prefix) if is_passed_on else path
