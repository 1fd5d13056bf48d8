"""A way to a PostgreSQL server that can be encrypted, can be cut, and can swallow what is sent."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

_ENCRYPT = (8).to_bytes(4) + (80877103).to_bytes(4)
"""What a client of PostgreSQL sends first when it wants encryption."""


class Relay:
    """Listens on a port of the loopback interface, and passes what comes on to a server's socket in a folder."""

    def __init__(self, folder: Path, context: ssl.SSLContext | None = None) -> None:
        self.encrypted = 0
        """How many connections were encrypted."""
        self.folder, self._context = folder, context
        """Where new connections lead to."""
        self._open = asyncio.Event()
        self._open.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    @classmethod
    @asynccontextmanager
    async def to(cls, folder: Path, context: ssl.SSLContext | None = None) -> AsyncIterator[Self]:
        """A relay to the server whose socket is in a folder; with a context, it encrypts who asks for it."""
        relay = cls(folder, context)
        server = await asyncio.start_server(relay._serve, "127.0.0.1", 0)
        relay.port = server.sockets[0].getsockname()[1]
        try:
            yield relay
        finally:
            server.close()
            relay.cut()
            for task in relay._tasks:
                task.cancel()
            await asyncio.gather(*relay._tasks, return_exceptions=True)

    port: int

    def cut(self) -> None:
        """Ends all connections."""
        for writer in self._writers:
            writer.transport.abort()

    def swallow(self) -> None:
        """From now on, nothing arrives, and nothing is said of it."""
        self._open.clear()

    def let_through(self) -> None:
        """What was swallowed arrives."""
        self._open.set()

    def forget(self) -> None:
        """Swallows for good what comes over the connections that there are, as a firewall does; new ones work."""
        self._open.clear()
        self._open = asyncio.Event()
        self._open.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        is_open = self._open
        first = b""
        try:
            await is_open.wait()
            if self._context is not None:
                first = await reader.readexactly(8)
                if first == _ENCRYPT:
                    writer.write(b"S")
                    await writer.start_tls(self._context)
                    self.encrypted += 1
                    first = b""
            upstream, out = await asyncio.open_unix_connection(self.folder / ".s.PGSQL.5432")
            self._writers.add(out)
            out.write(first)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(is_open, reader, out))
                group.create_task(self._pump(is_open, upstream, writer))
        except* (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._tasks.discard(task)
            self._writers.discard(writer)
            writer.transport.abort()

    @staticmethod
    async def _pump(is_open: asyncio.Event, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await is_open.wait()
            writer.write(data)
            await writer.drain()
        writer.transport.abort()
