"""Pictures as PNG."""


def rasterised(svg: bytes) -> bytes:
    """An SVG as PNG, in its own width. Takes some tenths of a second for a large one."""
    # Its library is large, and most processes never make a PNG. It brings its fonts along.
    from vl_convert import svg_to_png  # noqa: PLC0415

    return svg_to_png(svg.decode())
