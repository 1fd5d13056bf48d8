"""A chart as SVG: title, marks and footer, one below the other."""

from dataclasses import dataclass

from app.insight.pictures.bars import draw_bars, draw_columns
from app.insight.pictures.charts import Chart
from app.insight.pictures.drawing import Drawing
from app.insight.pictures.heatmap import draw_heatmap
from app.insight.pictures.lettering import wrapped
from app.insight.pictures.schemes import SCHEMES, Paint, Scheme

NARROWEST, WIDEST, USUAL = 400, 2000, 900
"""How wide a picture may be, in pixels."""
MARGIN = 20.0
TITLE, SUBTITLE, NOTE = 19.0, 13.0, 11.0
MOST_TOLD = 40
"""How many rows the description in words tells."""


@dataclass(frozen=True)
class Options:
    """How a picture shall look."""

    width: int = USUAL
    """In pixels."""
    scheme: Scheme = Scheme.LIGHT


def svg_of(chart: Chart, options: Options) -> str:
    """The picture of a chart."""
    paint = SCHEMES[options.scheme]
    # A wider picture is the same one, larger: what is read from a poster must not have the letters of a page.
    width = float(min(options.width, USUAL))
    drawing = Drawing(width, paint.ground)
    y = _draw_heading(drawing, chart, paint)
    notes = list(chart.notes)
    left, right = MARGIN, width - MARGIN
    if not chart.marks:
        drawing.text(width / 2, y + 60, chart.wording.picture["nothing"], size=15, colour=paint.quiet, anchor="middle")
        y += 120
    elif len(chart.axes) == 2:
        y, more = draw_heatmap(drawing, chart, paint, y, left, right)
        notes = [*more, *notes]
    elif chart.axes[0].in_years:
        y = draw_columns(drawing, chart, paint, y, left, right)
    else:
        y, more = draw_bars(drawing, chart, paint, y, left, right)
        notes = [*more, *notes]
    height = _draw_footer(drawing, notes, paint, y)
    return drawing.svg(
        height,
        pixels=options.width,
        title=chart.title,
        description=_in_words(chart),
        language=chart.language.value,
    )


def _draw_heading(drawing: Drawing, chart: Chart, paint: Paint) -> float:
    drawing.block(MARGIN, 0, 36, 6, paint.bar)
    y, most = MARGIN + 8.0, drawing.width - 2 * MARGIN
    for line in wrapped(chart.title, TITLE, most, lines=3, bold=True):
        y += TITLE * 1.05
        drawing.text(MARGIN, y, line, size=TITLE, colour=paint.text, bold=True)
    y += 4
    for line in wrapped(chart.subtitle, SUBTITLE, most, lines=8):
        y += SUBTITLE * 1.35
        drawing.text(MARGIN, y, line, size=SUBTITLE, colour=paint.quiet)
    return y + 20


def _draw_footer(drawing: Drawing, notes: list[str], paint: Paint, y: float) -> float:
    y += 10
    drawing.line(MARGIN, y, drawing.width - MARGIN, y, paint.line)
    y += 4
    for note in notes:
        for line in wrapped(note, NOTE, drawing.width - 2 * MARGIN, lines=3):
            y += NOTE * 1.4
            drawing.text(MARGIN, y, line, size=NOTE, colour=paint.quiet)
    return y + 14


def _in_words(chart: Chart) -> str:
    """What the picture shows, for those who can't see it."""
    told = [chart.says(mark) for mark in chart.marks[:MOST_TOLD]] or [chart.wording.picture["nothing"]]
    more = ["…"] if len(chart.marks) > MOST_TOLD else []
    return " ".join(filter(None, [chart.subtitle, "; ".join([*told, *more]) + ".", *chart.notes]))
