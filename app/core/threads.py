"""Work that takes long enough to hold up every other request is done in a thread."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

LARGE = 500
"""From so many rows on, assembling them takes longer than the way into a thread and back."""

# Each more thread that computes in Python makes the event loop wait longer for its turn.
_POOL = ThreadPoolExecutor(2, thread_name_prefix="large")

P = ParamSpec("P")
T = TypeVar("T")


async def run_large(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of a function that computes for long: it runs in one of a few threads."""
    call = partial(copy_context().run, function, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_POOL, call)


async def run_sized(size: int, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of a function that handles `size` rows: called here for a few, in a thread for many."""
    if size < LARGE:
        return function(*args, **kwargs)
    return await run_large(function, *args, **kwargs)
