"""How long the event loop keeps everybody waiting while something is done."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Lag:
    """The longest time, in seconds, for which nobody got a turn."""

    longest = 0.0


@asynccontextmanager
async def watched_loop() -> AsyncIterator[Lag]:
    """Watches the event loop meanwhile."""
    lag, is_done = Lag(), asyncio.Event()

    async def watch() -> None:
        while not is_done.is_set():
            begun = time.perf_counter()
            await asyncio.sleep(0.005)
            lag.longest = max(lag.longest, time.perf_counter() - begun)

    watching = asyncio.create_task(watch())
    try:
        yield lag
    finally:
        is_done.set()
        await watching
