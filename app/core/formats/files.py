"""Answers of any length: each is made into a temporary file first, and sent from there.

Who makes a file holds one of a few places and a connection to the database, but not for as long as the reader takes: a
slow reader holds a file. A client may have only so many of them at once, all of them together take only so much of the
disk, and a reader that is too slow is cut off. When something fails while a file is made, the answer is a problem
document; when it fails later, the connection is broken off, so that a part never looks like all of it.
"""

import asyncio
import io
import logging
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import IO, Any

from fastapi import Request, Response
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from app.core.head import is_head
from app.core.limits import Places, client_of
from app.core.problems import Unavailable

log = logging.getLogger(__name__)

SHORT = 256 * 1024
"""Up to so many bytes are one body."""
PIECE = 64 * 1024
PORTION = 512 * 1024
PORTION_SECONDS = 60.0
"""A reader that takes longer than that for a portion is cut off: one below 8.7 KB a second."""

# Many people may share an address, and most proxies wait for a minute.
MAKING = Places("files", total=2, per_client=2, waiting=50, wait_seconds=50)
DOWNLOADS = Places("downloads", total=200, per_client=6, wait_seconds=0)

Make = Callable[[], AsyncIterator[bytes] | Awaitable[IO[bytes]]]
"""Begins to make a file, or its pieces."""


@asynccontextmanager
async def making(request: Request) -> AsyncIterator[AsyncExitStack]:
    """Lets a request make a file. What is entered into the stack is let go when the file is made.

    Raises Unavailable and TooManyRequests.
    """
    client = client_of(request)
    async with DOWNLOADS.hold(client):
        pass  # whoever reads as many files as a client may is refused before another one is made
    async with AsyncExitStack() as held:
        request.state.held_while_making = held
        await held.enter_async_context(MAKING.hold(client))
        yield held


async def _nothing() -> AsyncIterator[bytes]:
    yield b""


async def answer_with_file(request: Request, make: Make, content_type: str, headers: Mapping[str, str]) -> Response:
    """An answer with a file, which is made here, unless nobody would read it. A request that is `making` holds nothing
    more when it is made."""
    about = {**headers, "Content-Type": content_type}
    if is_head(request):
        # More than one part, so that layers outside name the content coding that the file would have.
        return StreamingResponse(_nothing(), headers=about)
    made = make()
    file = await (_spooled(made) if isinstance(made, AsyncIterator) else made)
    try:
        held: AsyncExitStack | None = getattr(request.state, "held_while_making", None)
        if held is not None:
            await held.aclose()
        length = file.seek(0, io.SEEK_END)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    if length <= SHORT:
        with file:
            return Response(file.read(), headers=about)
    return _Download(file, length, about)


async def _spooled(parts: AsyncIterator[bytes]) -> IO[bytes]:
    """A file of these parts, which is in memory as long as it is short."""
    file: Any = tempfile.SpooledTemporaryFile(SHORT, prefix="mieux-")  # noqa: SIM115 - the answer closes it
    waiting = bytearray()
    try:
        async for part in parts:
            waiting += part
            if len(waiting) > SHORT:
                await asyncio.to_thread(file.write, bytes(waiting))
                waiting.clear()
        file.write(waiting)
    except BaseException:
        file.close()
        raise
    made: IO[bytes] = file
    return made


class DiskSpace:
    """How many bytes the files that are sent may take together."""

    def __init__(self, capacity: int) -> None:
        self.free = capacity

    @contextmanager
    def taken(self, size: int) -> Iterator[None]:
        """Counts a file.

        Raises Unavailable when there is no space left for it.
        """
        if size > self.free:
            raise Unavailable("Too many long files are being read; try again.", headers={"Retry-After": "30"})
        self.free -= size
        try:
            yield
        finally:
            self.free += size


class _Download(StreamingResponse):
    """An answer from a file, which is closed at the end."""

    def __init__(self, file: IO[bytes], length: int, headers: Mapping[str, str]) -> None:
        super().__init__(self._pieces(), headers={**headers, "Content-Length": str(length)})
        self._file, self._length = file, length

    async def _pieces(self) -> AsyncIterator[bytes]:
        while piece := await asyncio.to_thread(self._file.read, PIECE):
            yield piece

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the file, as long as the reader takes its portions in time."""
        clock = asyncio.get_running_loop().time
        deadline, taken = clock() + PORTION_SECONDS, 0

        async def send_in_time(message: Message) -> None:
            nonlocal deadline, taken
            async with asyncio.timeout_at(deadline):
                await send(message)
            taken += len(message.get("body", b""))
            if taken >= PORTION:
                deadline, taken = clock() + PORTION_SECONDS, 0

        space: DiskSpace = scope["app"].state.disk_space
        client = client_of(Request(scope))
        with self._file, space.taken(self._length):
            async with DOWNLOADS.hold(client):
                try:
                    await super().__call__(scope, receive, send_in_time)
                except TimeoutError:
                    log.warning("%s took less than %s bytes in %s s and was cut off", client, PORTION, PORTION_SECONDS)


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
