"""Answers that are complete before the request is: a refusal needn't wait for megabytes that nobody will read."""

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SMALL = 64 * 1024
"""So many bytes that are still to come are passed over by the server, and the connection stays open."""
LINGER_BYTES = 40 * 1024 * 1024
LINGER_SECONDS = 5.0
_WITHOUT_BODY = ("GET", "HEAD", "OPTIONS")


class EarlyAnswers:
    """Closes the connection after an answer that came before the end of a large body.

    A server that closes a connection on which data still arrive resets it, and the client may lose the answer with it.
    So the answer is sent at once, and what still arrives is passed over for a while before the connection is closed
    (RFC 9112, 9.6).
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything else through as it is."""
        if scope["type"] != "http" or scope["method"] in _WITHOUT_BODY:
            await self.app(scope, receive, send)
            return
        upload = _Upload(scope, receive, send)
        await self.app(scope, upload.receive, upload.send)
        await upload.end()


class _Upload:
    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        length = headers.get("content-length", "")
        self._left = float("inf") if "transfer-encoding" in headers else int(length) if length.isdecimal() else 0
        """How many bytes of the body are still to come."""
        self._receive, self._send = receive, send
        self._is_early = self._is_answered = False

    async def receive(self) -> Message:
        """A part of the body."""
        message = await self._receive()
        self._left = self._left - len(message.get("body", b"")) if message.get("more_body") else 0
        return message

    async def send(self, message: Message) -> None:
        """A part of the answer; the end of an early one is held back."""
        if message["type"] == "http.response.start" and self._left > SMALL:
            self._is_early = True
            headers = [header for header in message["headers"] if header[0].lower() != b"connection"]
            message = {**message, "headers": [*headers, (b"connection", b"close")]}
        elif self._is_early and message["type"] == "http.response.body" and not message.get("more_body"):
            self._is_answered = True
            message = {**message, "more_body": True}
        await self._send(message)

    async def end(self) -> None:
        """Passes over what still arrives after an early answer, then ends it."""
        if not self._is_answered:
            return
        passed_over = 0
        try:
            async with asyncio.timeout(LINGER_SECONDS):
                while self._left and passed_over < LINGER_BYTES:
                    passed_over += len((await self.receive()).get("body", b""))
        except TimeoutError:
            pass
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})
