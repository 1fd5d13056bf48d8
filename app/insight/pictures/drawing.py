"""A drawing: marks and texts at their places, written as SVG that says what it shows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from app.insight.pictures.lettering import FONT, elided, width_of
from app.insight.pictures.schemes import Colour, hexadecimal

_CONTROL = dict.fromkeys((*range(9), 11, 12, *range(14, 32)))


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _attributes(**values: object) -> str:
    written = (
        (name.rstrip("_").replace("_", "-"), _number(value) if isinstance(value, float) else str(value))
        for name, value in values.items()
        if value is not None
    )
    return "".join(f" {name}={quoteattr(value)}" for name, value in written)


@dataclass
class Drawing:
    """What is drawn so far, from the top down. Lengths are in units, of which the picture is `width` wide."""

    width: float
    ground: Colour
    parts: list[str] = field(default_factory=list)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        colour: Colour,
        bold: bool = False,
        anchor: str = "start",
        most: float | None = None,
        turned: float = 0,
    ) -> None:
        """A line of text on its baseline, as wide as planned in any font. With `most`, it is cut to that width, and
        says itself in full when pointed at; `turned` by degrees around its place."""
        shown = text if most is None else elided(text, size, most, bold=bold)
        attributes = _attributes(
            x=float(x),
            y=float(y),
            font_size=float(size),
            fill=hexadecimal(colour),
            font_weight="bold" if bold else None,
            text_anchor=None if anchor == "start" else anchor,
            textLength=width_of(shown, size, bold=bold) if shown else None,
            lengthAdjust="spacingAndGlyphs" if shown else None,
            transform=f"rotate({_number(turned)} {_number(x)} {_number(y)})" if turned else None,
        )
        full = f"<title>{_content(text)}</title>" if shown != text else ""
        self.parts.append(f"<text{attributes}>{full}{_content(shown)}</text>")

    def mark(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: Colour,
        keys: Sequence[str | None],
        value: int,
        says: str,
        href: str,
    ) -> None:
        """The rectangle of one row of the figure, which leads to the records behind it."""
        attributes = _attributes(
            x=float(x),
            y=float(y),
            width=float(width),
            height=float(height),
            fill=hexadecimal(fill),
            data_keys=" ".join(key or "none" for key in keys),
            data_value=value,
        )
        self.parts.append(f"<a{_attributes(href=href)}><rect{attributes}><title>{_content(says)}</title></rect></a>")

    def hatched(self, x: float, y: float, width: float, height: float, colour: Colour, says: str) -> None:
        """A hatched rectangle: what would be there if it were known."""
        shown = hexadecimal(colour)
        lines = f'<path d="M0 6L6 0" stroke="{shown}"/>'
        pattern = f'<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse">{lines}</pattern>'
        if pattern not in self.parts:
            self.parts.append(pattern)
        attributes = _attributes(x=float(x), y=float(y), width=float(width), height=float(height))
        stroke = f'fill="url(#hatch)" stroke="{shown}" stroke-dasharray="3 3"'
        self.parts.append(f"<rect{attributes} {stroke}><title>{_content(says)}</title></rect>")

    def line(self, x1: float, y1: float, x2: float, y2: float, colour: Colour, *, width: float = 1) -> None:
        """A straight line."""
        attributes = _attributes(
            x1=float(x1),
            y1=float(y1),
            x2=float(x2),
            y2=float(y2),
            stroke=hexadecimal(colour),
            stroke_width=float(width),
        )
        self.parts.append(f"<line{attributes}/>")

    def block(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """A filled rectangle that means nothing by itself."""
        attributes = _attributes(x=float(x), y=float(y), width=float(width), height=float(height))
        self.parts.append(f'<rect{attributes} fill="{hexadecimal(colour)}" aria-hidden="true"/>')

    def svg(self, height: float, *, pixels: int, title: str, description: str, language: str) -> str:
        """The whole as a document that many pixels wide."""
        size = _attributes(
            width=pixels,
            height=round(height * pixels / self.width),
            viewBox=f"0 0 {_number(self.width)} {_number(height)}",
        )
        said = _attributes(lang=language, font_family=FONT, role="img", aria_labelledby="title description")
        return "".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg"{size}{said}>',
                f'<title id="title">{_content(title)}</title><desc id="description">{_content(description)}</desc>',
                f'<rect width="100%" height="100%" fill="{hexadecimal(self.ground)}"/>',
                *self.parts,
                "</svg>\n",
            ]
        )


def _content(text: str) -> str:
    return escape(text.translate(_CONTROL))
