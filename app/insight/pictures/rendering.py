"""Pictures as PNG."""

import sys
from pathlib import Path
from typing import Final

from anyio import CapacityLimiter, run_process

_RASTERISER: Final = (sys.executable, "-I", str(Path(__file__).with_name("rasteriser.py")))
_one_at_a_time = CapacityLimiter(1)


async def rasterised(svg: bytes) -> bytes:
    """An SVG as PNG, in its own width.

    It is made in a process of its own: the library lets no other thread run meanwhile, for up to a second.
    """
    async with _one_at_a_time:
        return (await run_process(_RASTERISER, input=svg)).stdout
