"""Waiting for what happens by itself, for as long as a busy machine needs."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable

BOUND = 60
"""Seconds in which everything happens, on however busy a machine: who waits for longer has found a hang."""


async def until(holds: Callable[[], object | Awaitable[object]]) -> None:
    """Waits until something holds. Raises TimeoutError when it doesn't within `BOUND` seconds."""
    async with asyncio.timeout(BOUND):
        while True:
            found = holds()
            if await found if inspect.isawaitable(found) else found:
                return
            await asyncio.sleep(0.01)


def until_blocking(holds: Callable[[], object], seconds: float = BOUND) -> None:
    """The same where there is no event loop."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.01)
