"""Pictures as bytes. They are made in threads, few at a time, since a large one takes some tenths of a second; the
last PNGs are kept."""

import asyncio
from collections import OrderedDict
from hashlib import sha256

from app.insight.pictures.charts import Chart
from app.insight.pictures.layout import Options, svg_of

AT_ONCE = 2
KEPT = 64
_kept: OrderedDict[bytes, bytes] = OrderedDict()
_slots: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}


async def render_svg(chart: Chart, options: Options) -> bytes:
    """The picture as SVG."""
    async with _slots_of_loop():
        return (await asyncio.to_thread(svg_of, chart, options)).encode()


async def render_png(chart: Chart, options: Options) -> bytes:
    """The picture as PNG, as wide as asked."""
    svg = await render_svg(chart, options)
    key = sha256(svg).digest()
    if key in _kept:
        _kept.move_to_end(key)
        return _kept[key]
    async with _slots_of_loop():
        png = await asyncio.to_thread(_rasterised, svg.decode())
    _kept[key] = png
    while len(_kept) > KEPT:
        _kept.popitem(last=False)
    return png


def _slots_of_loop() -> asyncio.Semaphore:
    loop = asyncio.get_running_loop()
    for other in [each for each in _slots if each.is_closed()]:
        del _slots[other]
    return _slots.setdefault(loop, asyncio.Semaphore(AT_ONCE))


def _rasterised(svg: str) -> bytes:
    # Its library is large, and most processes never make a PNG. It brings its fonts along.
    from vl_convert import svg_to_png  # noqa: PLC0415

    return svg_to_png(svg)
