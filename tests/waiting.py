"""Waiting for what happens by itself, for as long as a busy machine needs."""

import asyncio
from collections.abc import Callable

BOUND = 60
"""Seconds in which everything happens, on however busy a machine: who waits for longer has found a hang."""


async def until(holds: Callable[[], object]) -> None:
    """Waits until something holds. Raises TimeoutError when it doesn't within `BOUND` seconds."""
    async with asyncio.timeout(BOUND):
        while not holds():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)
