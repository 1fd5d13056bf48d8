"""Reads from a standby, seen from a request: what it has to know of, and a second attempt where a database fails."""

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.epochs import epoch_mark
from app.core.standby import READER, Reader, State

HEADER = "Registry-Sequence"
"""The last change that a write made. A read that brings it knows of that change, whichever process is asked."""
_WRITTEN = re.compile("([0-9a-f]{8})-([0-9]{1,16})")


class StandbyReads:
    """Sends whoever shows a key to the main database, since they may be about to change what they read; and asks for a
    read again that failed with its database, when nothing of the answer was sent.

    It belongs inside the response cache, and inside what counts requests.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything else through as it is."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        reader = Reader(needs_primary="authorization" in headers, at_least=_written(headers.get(HEADER, "")))
        is_read, asked = scope["method"] == "GET", _copy(scope)
        is_dropped = False

        async def send_unless_failed(message: Message) -> None:
            nonlocal is_dropped
            if message["type"] == "http.response.start":
                is_dropped = is_read and reader.has_failed and message["status"] == 503
                if reader.written is not None:
                    epoch, sequence = reader.written
                    MutableHeaders(scope=message)[HEADER] = f"{epoch_mark(epoch)}-{sequence}"
            if not is_dropped:
                await send(message)

        READER.set(reader)
        await self.app(scope, receive, send_unless_failed)
        if is_dropped:
            scope.clear()
            scope.update(asked)
            READER.set(Reader(reader.needs_primary or reader.failed_on_standby, reader.at_least))
            await self.app(scope, receive, send)


def _copy(scope: Scope) -> Scope:
    return {**scope, "state": {**scope.get("state", {})}}


def _written(header: str) -> State | None:
    found = _WRITTEN.fullmatch(header)
    return found and (found[1], int(found[2]))
