"""How much is computed, whatever else the machine does meanwhile."""

import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

ATTEMPTS = 5
"""A busy machine makes the same work take longer, but not each time."""


def steps(call: Callable[[], object]) -> int:
    """How many lines of Python are run by a call, each turn of a loop counted; the same on every machine."""
    count = 0

    def trace(_frame: FrameType, _event: str, _argument: Any) -> Callable[..., Any]:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


def assert_time_grows_with_size(do: Callable[[int], object], small: int, large: int) -> None:
    """What is done for a large size takes no more time for each part of it than for a small one, but for a margin of
    which a quadratic step takes much more. For work that is done outside of Python, of which `steps` sees nothing."""
    few = many = float("inf")
    for _ in range(ATTEMPTS):
        few, many = min(few, _seconds(do, small)), min(many, _seconds(do, large))
        if many < 2.25 * large / small * few + 0.05:
            return
    raise AssertionError(f"{small} took {few:.3f} s, {large} took {many:.3f} s")


def _seconds(do: Callable[[int], object], size: int) -> float:
    begun = time.process_time()
    do(size)
    return time.process_time() - begun
