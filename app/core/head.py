"""HEAD on every address that answers GET: the same status and headers, without the body."""

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEAD = "mieux.head"


def is_head(request: Request) -> bool:
    """Whether only the headers of an answer are asked for, so that its body needn't be made."""
    return _HEAD in request.scope


class HeadMiddleware:
    """Lets the application answer a HEAD request as a GET, and drops the body (RFC 9110, 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything else through as it is."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                # The answer is complete. A stream is told so as if its reader had gone, and ends.
                await send({"type": "http.response.body", "body": b""})

        asked = {**scope, "method": "GET", _HEAD: True}
        try:
            await self.app(asked, receive, send_head)
        finally:
            scope["endpoint"] = asked.get("endpoint")  # layers outside count and log by it
