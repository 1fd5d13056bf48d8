"""Work that takes long enough to hold up every other request is done in a thread."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

LARGE = 500
"""From so many rows on, assembling them takes longer than the way into a thread and back."""

P = ParamSpec("P")
T = TypeVar("T")


async def run_sized(size: int, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of a function that handles `size` rows: called here for a few, in a thread for many."""
    if size < LARGE:
        return function(*args, **kwargs)
    return await asyncio.to_thread(function, *args, **kwargs)
