"""Work that takes long enough to hold up every other request is done in a thread, or with pauses."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial, wraps
from typing import ParamSpec, TypeVar

LARGE = 500
"""From so many rows on, assembling them takes longer than the way into a thread and back."""

# Threads that compute in Python at once are no faster, and make the event loop wait longer for its turn. So there are
# two, and what takes seconds, if a client asks for it, holds up nothing that never does.
_LARGE = ThreadPoolExecutor(1, thread_name_prefix="large")
_SHORT = ThreadPoolExecutor(1, thread_name_prefix="short")

P = ParamSpec("P")
T = TypeVar("T")


async def run_large(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of a function that computes for long: it runs in a thread, one after the other."""
    return await _run(_LARGE, function, *args, **kwargs)


async def run_sized(size: int, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of a function that handles `size` rows: called here for a few, in a thread for many."""
    return function(*args, **kwargs) if size < LARGE else await _run(_LARGE, function, *args, **kwargs)


async def run_short(size: int, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The same for what takes as long for everybody, hundredths of a second: it doesn't wait for what is large."""
    return function(*args, **kwargs) if size < LARGE else await _run(_SHORT, function, *args, **kwargs)


async def _run(pool: ThreadPoolExecutor, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    call = partial(copy_context().run, function, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(pool, call)


def paced(generate: Callable[P, AsyncIterator[T]]) -> Callable[P, AsyncIterator[T]]:
    """Decorates a generator of the many parts of something long. After each part there is a pause, as long as the event
    loop's thread computed since the last one: that leaves half of it to others, and more while they need it."""

    @wraps(generate)
    async def with_pauses(*args: P.args, **kwargs: P.kwargs) -> AsyncIterator[T]:
        begun = time.thread_time()
        async for part in generate(*args, **kwargs):
            yield part
            await asyncio.sleep(time.thread_time() - begun)
            begun = time.thread_time()

    return with_pauses
