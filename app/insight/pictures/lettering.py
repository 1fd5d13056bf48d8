"""How wide a text is, and how it is made to fit."""

import unicodedata
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
"""Fonts whose letters are as wide as planned; in any other one, a text is squeezed or stretched to its width."""

# The widths of the signs from space to tilde, in thousandths of the font's size.
_WIDTHS = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
)  # fmt: skip
_OTHER, _WIDE, _BOLD = 600, 1000, 1.08


@lru_cache(4096)
def _letter(sign: str) -> int:
    base = unicodedata.normalize("NFD", sign)[0]
    if " " <= base <= "~":
        return _WIDTHS[ord(base) - 32]
    return _WIDE if unicodedata.east_asian_width(sign) in "WF" else _OTHER


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a text is in a font of that size."""
    return sum(map(_letter, text)) * size / 1000 * (_BOLD if bold else 1)


def elided(text: str, size: float, most: float, *, bold: bool = False) -> str:
    """The text, or as much of its beginning as fits, with an ellipsis."""
    if width_of(text, size, bold=bold) <= most:
        return text
    room = most * 1000 / size / (_BOLD if bold else 1) - _letter("…")
    fitting = bisect_right(list(accumulate(map(_letter, text))), room)
    return f"{text[:fitting].rstrip(' ,;:-')}…"


def wrapped(text: str, size: float, most: float, *, lines: int, bold: bool = False) -> list[str]:
    """The text in at most so many lines; what does not fit is cut off, with an ellipsis."""
    found: list[str] = []
    rest = text.split()
    while rest:
        if len(found) == lines - 1:
            found.append(elided(" ".join(rest), size, most, bold=bold))
            break
        line = [rest.pop(0)]
        while rest and width_of(" ".join([*line, rest[0]]), size, bold=bold) <= most:
            line.append(rest.pop(0))
        found.append(elided(" ".join(line), size, most, bold=bold))
    return found
