"""A client that takes an answer at its own pace, as the test client can't: that one waits for the end."""

import asyncio
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from tests.waiting import BOUND


class Reader:
    """A request to the application that is answered until `held_from` says to hold a message, and then not before
    `go_on`."""

    def __init__(
        self,
        app: FastAPI,
        target: str,
        address: str = "192.0.2.1",
        *,
        method: str = "GET",
        held_from: Callable[["Reader", Any], bool] = lambda _reader, _message: False,
    ) -> None:
        self.path, _, query = target.partition("?")
        self.messages: list[Any] = []
        self._held_from = held_from
        self._came = asyncio.Event()
        self._going_on, self._gone = asyncio.Event(), asyncio.Event()
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": self.path,
            "raw_path": self.path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(b"host", b"test")],
            "client": (address, 1),
            "server": ("test", 80),
        }
        self.task = asyncio.create_task(app(scope, self._receive, self._send))  # type: ignore[arg-type]

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if self.is_complete:
            raise AssertionError("something is sent after the end")
        if self._held_from(self, message):
            self._came.set()
            await self._going_on.wait()
        self.messages.append(message)
        self._came.set()
        if self.is_complete:
            self._gone.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Waits until something holds that only what comes can change."""
        async with asyncio.timeout(BOUND):
            while not holds():
                self._came.clear()
                await self._came.wait()

    async def go_on(self) -> None:
        """Takes everything from now on."""
        self._going_on.set()
        await asyncio.sleep(0)

    async def leave(self) -> None:
        """Closes the connection."""
        self._gone.set()
        self._going_on.set()
        await self.task

    @property
    def status(self) -> int:
        """The status; 0 before it was sent."""
        return int(self.messages[0]["status"]) if self.messages else 0

    @property
    def headers(self) -> dict[str, str]:
        """The headers, once they were sent."""
        return {name.decode(): value.decode() for name, value in self.messages[0]["headers"]}

    @property
    def body(self) -> bytes:
        """What was taken of the body."""
        return b"".join(message.get("body", b"") for message in self.messages)

    @property
    def is_complete(self) -> bool:
        """Whether the answer was sent to its end."""
        return len(self.messages) > 1 and not self.messages[-1].get("more_body", False)
