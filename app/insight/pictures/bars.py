"""One dimension: bars that lie, from the most to the least, or columns that stand over the years."""

from app.core.figure import Category
from app.insight.pictures.charts import MOST_ROWS, Chart, Mark
from app.insight.pictures.drawing import Drawing
from app.insight.pictures.lettering import width_of, wrapped
from app.insight.pictures.schemes import Colour, Paint

LABEL, SMALL_LABEL = 13.0, 11.0
MANY = 40
"""From so many bars on, they stand closer."""
GAP = 10.0
PLOT = 250.0
WIDEST_COLUMN = 56.0


def _colour(category: Category, paint: Paint) -> Colour:
    return paint.none if category.is_apart else paint.bar


def draw_bars(
    drawing: Drawing, chart: Chart, paint: Paint, top: float, left: float, right: float
) -> tuple[float, list[str]]:
    """Draws lying bars below `top`; gives where they end, and what has to be said below them."""
    shown_marks, others = chart.marks[:MOST_ROWS], chart.marks[MOST_ROWS:]
    size = LABEL if len(shown_marks) <= MANY else SMALL_LABEL
    labels = {mark: _lines(mark, size, (right - left) * 0.4) for mark in shown_marks}
    label_width = max(width_of(line, size) for lines in labels.values() for line in lines)
    numbers = max(width_of(chart.wording.number(mark.value), size, bold=True) for mark in shown_marks)
    start = left + label_width + GAP
    per_unit = (right - start - numbers - 6) / chart.greatest
    thickness = size * 1.45
    y = top
    for mark in shown_marks:
        lines = labels[mark]
        height = max(thickness, len(lines) * size * 1.15)
        for number, line in enumerate(lines):
            baseline = y + height / 2 + (number - (len(lines) - 1) / 2) * size * 1.15 + size * 0.35
            drawing.text(start - GAP, baseline, line, size=size, colour=paint.text, anchor="end")
        length = max(mark.value * per_unit, 0.5)
        drawing.mark(
            start,
            y + (height - thickness) / 2,
            length,
            thickness,
            fill=_colour(mark.categories[0], paint),
            keys=[mark.categories[0].key],
            value=mark.value,
            says=chart.says(mark),
            href=mark.href,
        )
        shown = chart.wording.number(mark.value)
        drawing.text(start + length + 6, y + height / 2 + size * 0.35, shown, size=size, colour=paint.text, bold=True)
        y += height + size * 0.5
    drawing.line(start, top - 4, start, y - size * 0.5 + 4, paint.quiet)
    return y, chart.told_left_out(len(others), others)


def _lines(mark: Mark, size: float, most: float) -> list[str]:
    return wrapped(mark.categories[0].label, size, most, lines=3) or ["–"]


def draw_columns(drawing: Drawing, chart: Chart, paint: Paint, top: float, left: float, right: float) -> float:
    """Draws standing columns over the years below `top`; gives where their labels end."""
    dated = {int(mark.categories[0].key): mark for mark in chart.marks if mark.categories[0].key is not None}
    undated = [mark for mark in chart.marks if mark.categories[0].key is None]
    # A year without any record has its place, too: time runs evenly.
    tails = {year + 1: count for year, count in chart.unconfirmed.items() if year in dated}
    years = list(range(min(dated), max([*dated, *tails]) + 1)) if dated else []
    places = len(years) + (1.5 if undated else 0)
    step = min((right - left) / max(places, 1), WIDEST_COLUMN)
    size = LABEL if step > width_of("2014", LABEL) + 6 else SMALL_LABEL
    bottom = top + size * 1.6 + PLOT
    every = _every(step, size)
    values = {year: mark.value for year, mark in dated.items()}
    tallest = max((values.get(year, 0) + count for year, count in tails.items()), default=0)
    per_unit = PLOT / max(chart.greatest, tallest)
    for number, year in enumerate(years):
        if number % every == 0:
            middle = left + (number + 0.5) * step
            drawing.text(middle, bottom + size * 1.5, str(year), size=size, colour=paint.quiet, anchor="middle")
        if year in dated:
            _column(drawing, chart, paint, dated[year], left + number * step, bottom, step, per_unit, size)
        if (count := tails.get(year)) is not None:
            says = chart.wording.picture["unconfirmed"].format(year=year - 1, count=chart.wording.number(count))
            height, below = count * per_unit, values.get(year, 0) * per_unit + (size * 1.6 if year in dated else 0)
            drawing.hatched(
                left + (number + 0.14) * step, bottom - below - height, step * 0.72, height, paint.bar, says
            )
    end = left + places * step
    drawing.line(left, bottom, end, bottom, paint.quiet)
    below = bottom + size * 1.5
    for mark in undated:
        place = end - step
        _column(drawing, chart, paint, mark, place, bottom, step, per_unit, size)
        label = mark.categories[0].label
        drawing.text(end, below + size * 1.3, label, size=size, colour=paint.quiet, anchor="end", most=end - left)
        below += size * 1.3
    return below + size * 0.6


def _every(step: float, size: float) -> int:
    """At which years a label stands, so that none touches the next."""
    needed = (width_of("2014", size) + 6) / step
    return next((number for number in (1, 2, 5, 10, 20, 50) if number >= needed), 100)


def _column(
    drawing: Drawing,
    chart: Chart,
    paint: Paint,
    mark: Mark,
    x: float,
    bottom: float,
    step: float,
    per_unit: float,
    size: float,
) -> None:
    height = max(mark.value * per_unit, 0.5)
    drawing.mark(
        x + step * 0.14,
        bottom - height,
        step * 0.72,
        height,
        fill=_colour(mark.categories[0], paint),
        keys=[mark.categories[0].key],
        value=mark.value,
        says=chart.says(mark),
        href=mark.href,
    )
    shown = chart.wording.number(mark.value)
    if width_of(shown, size, bold=True) <= step:
        drawing.text(
            x + step / 2, bottom - height - size * 0.4, shown, size=size, colour=paint.text, bold=True, anchor="middle"
        )
