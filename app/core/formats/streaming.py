"""Answers of any length, with a memory that does not grow with it.

What is short goes out as one body. What is long is streamed while it is read, or from a file on disk; each such answer
holds a place, of which there are few, so that slow readers of long files leave the connections to others. When
something fails in the middle the connection is broken off: a truncated file never looks like a whole one.
"""

import asyncio
import io
from collections.abc import AsyncIterator, Mapping
from typing import IO, Any

from fastapi import Response
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from app.core.problems import Unavailable

SHORT = 256 * 1024
"""Up to so many bytes are one body."""
PIECE = 64 * 1024
SIMULTANEOUS = 3
STALL_SECONDS = 60.0
"""A reader that takes nothing for so long is let go."""


class _Places:
    """How many long answers may be under way at once in this process."""

    def __init__(self, number: int) -> None:
        self.free = number

    def take(self) -> None:
        if not self.free:
            raise Unavailable("Too many long answers are under way; try again.", headers={"Retry-After": "5"})
        self.free -= 1


PLACES = _Places(SIMULTANEOUS)


class _LongAnswer(StreamingResponse):
    """A stream that gives its place back, however it ends."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the parts."""

        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(STALL_SECONDS):
                await send(message)

        try:
            await super().__call__(scope, receive, send_in_time)
        finally:
            PLACES.free += 1


async def streamed(parts: AsyncIterator[bytes], content_type: str, headers: Mapping[str, str]) -> Response:
    """An answer of these parts.

    What goes wrong before it is long is raised here, and becomes a problem document. Raises Unavailable when too many
    long answers are under way.
    """
    begun = bytearray()
    async for part in parts:
        begun += part
        if len(begun) > SHORT:
            break
    else:
        return Response(bytes(begun), headers={**headers, "Content-Type": content_type})
    PLACES.take()

    async def rest() -> AsyncIterator[bytes]:
        yield bytes(begun)
        begun.clear()
        async for part in parts:
            yield part

    return _LongAnswer(rest(), headers={**headers, "Content-Type": content_type})


def from_file(file: IO[bytes], content_type: str, headers: Mapping[str, str]) -> Response:
    """An answer with all that stands in a file, which is closed at the end.

    Raises Unavailable when too many long answers are under way.
    """
    length = file.seek(0, 2)
    file.seek(0)
    about = {**headers, "Content-Type": content_type, "Content-Length": str(length)}
    if length <= SHORT:
        with file:
            return Response(file.read(), headers=about)
    PLACES.take()

    async def pieces() -> AsyncIterator[bytes]:
        with file:
            while piece := file.read(PIECE):
                yield piece

    return _LongAnswer(pieces(), headers=about)


class Outbox(io.RawIOBase):
    """A file that is only written to, and whose content is taken away as it comes."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting = bytearray()

    def writable(self) -> bool:
        """It is nothing else."""
        return True

    def write(self, content: Any) -> int:
        """Keeps it until it is taken."""
        self._waiting += content
        return len(content)

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken
