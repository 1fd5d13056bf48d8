"""Whether the event loop keeps everybody waiting while something is done."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

MOST = 0.6
"""The part of its work for which something may keep all others waiting."""
ATTEMPTS = 5
"""On a busy machine, who has a turn may have to wait for the processor."""


class _Lag:
    """In seconds of this process's computing."""

    longest = 0.0
    """For which nobody got a turn."""
    total = 0.0


@asynccontextmanager
async def _watched_loop() -> AsyncIterator[_Lag]:
    lag, is_done = _Lag(), asyncio.Event()

    async def watch() -> None:
        while not is_done.is_set():
            begun = time.process_time()
            await asyncio.sleep(0.001)
            took = time.process_time() - begun
            lag.longest, lag.total = max(lag.longest, took), lag.total + took

    watching = asyncio.create_task(watch())
    try:
        yield lag
    finally:
        is_done.set()
        await watching


async def assert_others_get_turns(do: Callable[[], Awaitable[object]]) -> None:
    """Something doesn't do its work in one piece, in which nobody else gets a turn."""
    shares = []
    for _ in range(ATTEMPTS):
        async with _watched_loop() as lag:
            await do()
        shares.append(lag.longest / lag.total)
        if shares[-1] < MOST:
            return
    raise AssertionError(f"one piece was {min(shares):.0%} of the work")
