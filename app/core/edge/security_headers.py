"""The headers that tell a browser what it may do with an answer, on every answer."""

from collections.abc import Iterator, Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class SecurityHeaders:
    """Adds security headers to every answer, unless it has its own.

    There is one content security policy for all that is not a page: nothing is loaded, nothing runs, and a picture may
    have its styles. It is the same for every media type because a 304 replaces the stored headers and has no media
    type. A page brings a policy of its own.

    `frame_origins` are the origins of pages that may show answers in a frame, or `*`; pages of this host always may.
    `hsts_seconds` is for how long a browser is to use HTTPS only, said over HTTPS; 0 for not at all.
    """

    def __init__(self, app: ASGIApp, *, frame_origins: Sequence[str] = (), hsts_seconds: int = 0) -> None:
        self.app = app
        self._headers = [*_headers(frame_origins)]
        self._headers_over_https = [*self._headers]
        if hsts_seconds:
            self._headers_over_https.append((b"strict-transport-security", f"max-age={hsts_seconds}".encode()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything else through as it is."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        added = self._headers_over_https if scope.get("scheme") == "https" else self._headers

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = message.get("headers", ())
                names = {name for name, _ in own}
                message = {**message, "headers": [*own, *(header for header in added if header[0] not in names)]}
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _headers(frame_origins: Sequence[str]) -> Iterator[tuple[bytes, bytes]]:
    ancestors = " ".join(("'self'", *frame_origins))
    policy = f"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors {ancestors}; sandbox"
    yield b"content-security-policy", policy.encode()
    yield b"x-content-type-options", b"nosniff"
    yield b"referrer-policy", b"no-referrer"
    # The data are open: a page on any host may show a picture of them.
    yield b"cross-origin-resource-policy", b"cross-origin"
