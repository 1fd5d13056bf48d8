"""Compression of responses, with entity tags that say which content coding they belong to.

A strong tag differs from one content coding to the next (RFC 9110, 8.8.3), so the tag of a compressed response ends in
its coding: `"1-0a1b2c3d-…-gzip"`. The application knows nothing of codings: the suffix is taken off the tags of a
conditional request before it gets there, whoever put it there, this service or a proxy that compresses itself.
"""

import asyncio
import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware
from starlette_compress._utils import classify_start_message, parse_accept_encoding

LARGE = 256 * 1024
"""From so many bytes on, compression takes longer than others should wait for it."""

_CONDITIONS = (b"if-none-match", b"if-match")
_CODING = rb"[-;]{1,2}(?:gzip|br|zstd|deflate)"
# Within the quotes, or behind them, where some servers put it.
_SUFFIX = re.compile(rb'%b"|"%b' % (_CODING, _CODING))
_STRONG_TAG = re.compile(rb'"[^"]*"')


class CompressionMiddleware(CompressMiddleware):
    """Compresses as `Accept-Encoding` allows, a large body in a thread, and translates entity tags between clients and
    the application."""

    def __init__(self, app: ASGIApp, *, minimum_size: int) -> None:
        self._application = app
        super().__init__(self._compress_large, minimum_size=minimum_size)

    async def _compress_large(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lies within the library's layer, which passes on what is compressed already."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        accepted = [value.decode("latin-1") for name, value in scope["headers"] if name == b"accept-encoding"]
        codings = parse_accept_encoding(",".join(accepted))
        # In the order in which the library prefers them.
        responders = (each for each in (self._zstd, self._brotli, self._gzip) if each and each.encoding in codings)
        responder, start = next(responders, None), None

        async def send_compressed(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and classify_start_message(message) == "buffered":
                start = message
                return
            if start is not None:
                started, start = start, None
                body = message.get("body", b"")
                if responder is not None and len(body) >= LARGE and not message.get("more_body"):
                    content = await asyncio.to_thread(responder.oneshot, body)
                    headers = MutableHeaders(scope=started)
                    headers["Content-Encoding"], headers["Content-Length"] = responder.encoding, str(len(content))
                    headers.add_vary_header("Accept-Encoding")
                    message = {**message, "body": content}
                await send(started)
            await send(message)

        await self._application(scope, receive, send_compressed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything but tags on."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        known = [value for name, value in scope["headers"] if name == b"if-none-match"]
        if known or any(name == b"if-match" for name, _ in scope["headers"]):
            scope["headers"] = [
                (name, _SUFFIX.sub(b'"', value) if name in _CONDITIONS else value) for name, value in scope["headers"]
            ]

        async def send_with_tag(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if message["status"] == 304:
                    # It has the tag of the response that the client stored, with the coding which that had.
                    headers.add_vary_header("Accept-Encoding")
                    current = headers.get("ETag", "")
                    stored = matching_tag(current.encode("latin-1"), b",".join(known))
                    if stored is not None:
                        headers["ETag"] = stored.decode("latin-1")
                elif (coding := headers.get("Content-Encoding")) and (tag := headers.get("ETag")):
                    headers["ETag"] = f'{tag.removesuffix(chr(34))}-{coding}"'
            await send(message)

        await super().__call__(scope, receive, send_with_tag)


def matching_tag(current: bytes, if_none_match: bytes) -> bytes | None:
    """The tag of the response that a client has stored, where it is the current one in whatever coding."""
    bare = _SUFFIX.sub(b'"', current)
    stored = (tag for tag in _STRONG_TAG.findall(if_none_match) if _SUFFIX.sub(b'"', tag) == bare)
    return next(stored, current if if_none_match.strip() == b"*" else None)
