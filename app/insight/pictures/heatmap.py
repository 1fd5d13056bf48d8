"""Two dimensions: a table of cells that are the darker, the more they hold, each with its number."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians, sin

from app.core.figure import Category
from app.insight.pictures.charts import MOST_CELLS, MOST_ROWS, Axis, Chart, Mark
from app.insight.pictures.drawing import Drawing
from app.insight.pictures.lettering import width_of, wrapped
from app.insight.pictures.schemes import Colour, Paint

LABEL, SMALLEST = 12.0, 7.5
GAP, EDGE = 8.0, 16.0
NARROWEST, WIDEST = 13.0, 84.0
ROW, LINE = 24.0, 13.5
TURN, UPRIGHT = 50.0, 90.0
CLOSE = 17.0
"""In columns narrower than that, turned labels stand upright, or they would touch."""
LONGEST_TURNED = 150.0


@dataclass(frozen=True)
class _Plan:
    """Which axis goes down, which across, and how much room each has."""

    down: Axis
    across: Axis
    columns: tuple[Category, ...]
    label_width: float
    cell: float
    is_transposed: bool

    def cell_of(self, mark: Mark) -> tuple[Category, Category]:
        """The row and column of a mark."""
        first, second = mark.categories
        return (second, first) if self.is_transposed else (first, second)

    @property
    def rows(self) -> tuple[Category, ...]:
        """The values that go down."""
        return self.down.categories[: min(MOST_ROWS, MOST_CELLS // len(self.columns))]

    @property
    def turn(self) -> float:
        """By how many degrees the labels of the columns are turned where they don't fit otherwise."""
        return UPRIGHT if self.cell < CLOSE else TURN

    @property
    def head(self) -> list[list[str]] | None:
        """The labels of the columns in lines, where they fit without being turned."""
        lines = [wrapped(column.label, LABEL, self.cell - 4, lines=3) for column in self.columns]
        fit = all(" ".join(part) == column.label for part, column in zip(lines, self.columns, strict=True))
        return lines if fit else None


def _plan(chart: Chart, width: float) -> _Plan:
    """Years go across where they fit; else the axis with fewer values does."""
    first, second = chart.axes
    is_transposed = (first.in_years and not second.in_years) or (
        first.in_years == second.in_years and len(first.categories) < len(second.categories)
    )
    best = _laid_out(first, second, width, is_transposed=is_transposed)
    if len(best.columns) < len(best.across.categories):
        other = _laid_out(first, second, width, is_transposed=not is_transposed)
        if len(other.columns) == len(other.across.categories):
            return other
    return best


def _laid_out(first: Axis, second: Axis, width: float, *, is_transposed: bool) -> _Plan:
    down, across = (second, first) if is_transposed else (first, second)
    longest = max(width_of(category.label, LABEL) for category in down.categories)
    label_width = min(longest, width * 0.32)
    room = width - label_width - GAP
    plan = _with_columns(down, across, label_width, room, is_transposed)
    if plan.head is None:
        # Turned labels lean over the last column.
        leaning = max(width_of(column.label, LABEL) for column in plan.columns[-2:])
        over = min(leaning, LONGEST_TURNED) * cos(radians(plan.turn)) + LABEL * 0.5 - plan.cell / 2 - EDGE
        plan = _with_columns(down, across, label_width, room - max(over, 0), is_transposed)
    return plan


def _with_columns(down: Axis, across: Axis, label_width: float, room: float, is_transposed: bool) -> _Plan:
    fitting = max(int(room / NARROWEST), 1)
    # Of years the last ones matter most, of other values the first ones.
    columns = across.categories[-fitting:] if across.in_years else across.categories[:fitting]
    return _Plan(down, across, columns, label_width, min(room / len(columns), WIDEST), is_transposed)


def draw_heatmap(
    drawing: Drawing, chart: Chart, paint: Paint, top: float, left: float, right: float
) -> tuple[float, list[str]]:
    """Draws the table below `top`; gives where it ends, and what has to be said below it."""
    plan = _plan(chart, right - left)
    start = left + plan.label_width + GAP
    y = _draw_head(drawing, plan, paint, top, start)
    marks = {plan.cell_of(mark): mark for mark in chart.marks}
    for category in plan.rows:
        lines = wrapped(category.label, LABEL, plan.label_width + 0.01, lines=2) or ["–"]
        height = max(ROW, len(lines) * LINE + 4)
        colour = paint.text if category.key is not None else paint.quiet
        for number, line in enumerate(lines):
            baseline = y + height / 2 + (number - (len(lines) - 1) / 2) * LINE + LABEL * 0.35
            drawing.text(start - GAP, baseline, line, size=LABEL, colour=colour, anchor="end")
        drawing.line(start, y + height, start + plan.cell * len(plan.columns), y + height, paint.line, width=0.5)
        for place, column in enumerate(plan.columns):
            if (mark := marks.get((category, column))) is not None:
                _draw_cell(drawing, chart, paint, mark, (start + place * plan.cell, y, plan.cell, height))
        y += height
    return y + 8, _left_out(chart, plan)


def _draw_cell(
    drawing: Drawing, chart: Chart, paint: Paint, mark: Mark, box: tuple[float, float, float, float]
) -> None:
    x, y, width, height = box
    colour = _colour(chart, paint, mark)
    drawing.mark(
        x + 0.75,
        y + 0.75,
        width - 1.5,
        height - 1.5,
        fill=colour,
        keys=[category.key for category in mark.categories],
        value=mark.value,
        says=chart.says(mark),
        href=mark.href,
    )
    shown = chart.wording.number(mark.value)
    size = min(LABEL, LABEL * (width - 3) / max(width_of(shown, LABEL), 1))
    if size >= SMALLEST:
        drawing.text(
            x + width / 2,
            y + height / 2 + size * 0.35,
            shown,
            size=size,
            colour=paint.readable_on(colour) if mark.value else paint.quiet,
            anchor="middle",
        )


def _colour(chart: Chart, paint: Paint, mark: Mark) -> Colour:
    if not mark.value:
        return paint.ground
    # What has no value is often more than all that has one: beside it, the others would look alike.
    return paint.shade(mark.value / chart.greatest_known) if mark.is_known else paint.line


def _draw_head(drawing: Drawing, plan: _Plan, paint: Paint, top: float, start: float) -> float:
    """The labels of the columns, turned where they don't fit otherwise."""
    if (head := plan.head) is not None:
        return _draw_level_head(drawing, plan, head, paint, top, start)
    longest = min(max(width_of(column.label, LABEL) for column in plan.columns), LONGEST_TURNED)
    turn = radians(plan.turn)
    height = longest * sin(turn) + LABEL * cos(turn)
    for place, column in enumerate(plan.columns):
        x = start + (place + 0.5) * plan.cell + LABEL * 0.35
        # What leans over the picture's edge would be cut off there.
        most = min(longest + 0.01, (drawing.width - x - 2) / max(cos(turn), 0.01))
        drawing.text(x, top + height, column.label, size=LABEL, colour=paint.quiet, most=most, turned=-plan.turn)
    return top + height + 8


def _draw_level_head(
    drawing: Drawing, plan: _Plan, head: Sequence[Sequence[str]], paint: Paint, top: float, start: float
) -> float:
    bottom = top + max(map(len, head)) * LINE
    for place, lines in enumerate(head):
        for number, line in enumerate(lines):
            middle, baseline = start + (place + 0.5) * plan.cell, bottom - (len(lines) - 1 - number) * LINE
            drawing.text(middle, baseline, line, size=LABEL, colour=paint.quiet, anchor="middle")
    return bottom + 8


def _left_out(chart: Chart, plan: _Plan) -> list[str]:
    """What the picture is too narrow or too short for is no secret."""
    missing = {*plan.across.categories, *plan.down.categories} - {*plan.columns, *plan.rows}
    return chart.told_left_out(len(missing), (mark for mark in chart.marks if missing & set(plan.cell_of(mark))))
