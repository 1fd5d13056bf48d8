"""The colours of pictures. One hue tells a value by its lightness alone, so that it can be read in grey and by those
who see fewer colours."""

from dataclasses import dataclass
from enum import StrEnum

Colour = tuple[int, int, int]


class Scheme(StrEnum):
    """The ground on which a picture stands."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True)
class Paint:
    """The colours of a picture."""

    ground: Colour
    text: Colour
    quiet: Colour
    """Second titles, footers and labels of axes; contrast with the ground of at least 4.5."""
    line: Colour
    bar: Colour
    none: Colour
    """Marks of records without a value."""
    scale: tuple[Colour, Colour, Colour]
    """From little to much."""

    def shade(self, share: float) -> Colour:
        """The colour of a share of the greatest value, from 0 to 1."""
        low, middle, high = self.scale
        first, second, place = (low, middle, share * 2) if share < 0.5 else (middle, high, share * 2 - 1)
        red, green, blue = (round(a + (b - a) * place) for a, b in zip(first, second, strict=True))
        return red, green, blue

    def readable_on(self, ground: Colour) -> Colour:
        """Black or white, whichever can be read on it."""
        # Where both can be read equally well, at this lightness, either has a contrast of 4.6.
        return (255, 255, 255) if luminance(ground) < 0.179 else (0, 0, 0)


SCHEMES = {
    Scheme.LIGHT: Paint(
        ground=(255, 255, 255),
        text=(26, 32, 44),
        quiet=(90, 98, 112),
        line=(203, 209, 217),
        bar=(31, 95, 153),
        none=(148, 155, 166),
        scale=((222, 235, 247), (107, 163, 208), (8, 61, 119)),
    ),
    Scheme.DARK: Paint(
        ground=(20, 24, 31),
        text=(237, 240, 244),
        quiet=(163, 172, 186),
        line=(62, 70, 84),
        bar=(113, 173, 228),
        none=(116, 124, 138),
        scale=((32, 52, 78), (58, 121, 184), (178, 216, 250)),
    ),
}


def luminance(colour: Colour) -> float:
    """How light a colour is, from 0 to 1 (WCAG 2)."""
    linear = [part / 3294.6 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def hexadecimal(colour: Colour) -> str:
    """The colour as SVG has it."""
    return "#{:02x}{:02x}{:02x}".format(*colour)
