"""A chart: what a picture shows of a figure, before anything has a place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from app.core.figure import Category
from app.core.languages import LabelLanguage
from app.insight.figures import Defined
from app.insight.wording import Wording, wording_of
from app.selection.graph import ACTION_DAYS


@dataclass(frozen=True)
class Axis:
    """The values of a dimension, in their order."""

    name: str
    noun: str
    categories: tuple[Category, ...]
    in_years: bool


@dataclass(frozen=True)
class Mark:
    """One row of the figure."""

    categories: tuple[Category, ...]
    value: int
    href: str

    @property
    def is_known(self) -> bool:
        """Whether its records have one of the values that are compared in every dimension."""
        return not any(category.is_apart for category in self.categories)


MOST_ROWS = 250
"""How many bars, or lines of a table, a picture shows: more could be neither read nor printed."""
MOST_CELLS = 2000
"""How many cells a table in a picture has, likewise."""


@dataclass(frozen=True)
class Chart:
    """What is shown."""

    title: str
    subtitle: str
    axes: tuple[Axis, ...]
    """One or two."""
    marks: tuple[Mark, ...]
    notes: tuple[str, ...]
    """What stands below: how the values add up, the source."""
    unconfirmed: Mapping[int, int]
    """Over years: how many open ends are known through each, and no longer."""
    wording: Wording
    language: LabelLanguage

    @cached_property
    def greatest(self) -> int:
        """The greatest value, at least 1."""
        return max((mark.value for mark in self.marks), default=0) or 1

    @cached_property
    def greatest_known(self) -> int:
        """The greatest of the values that are compared, at least 1."""
        return max((mark.value for mark in self.marks if mark.is_known), default=0) or 1

    def told_left_out(self, count: int, marks: Iterable[Mark]) -> list[str]:
        """What the picture has no room for, in words; nothing when all is shown."""
        if not count:
            return []
        total = sum(mark.value for mark in marks)
        return [
            self.wording.picture["left_out"].format(count=self.wording.number(count), total=self.wording.number(total))
        ]

    def says(self, mark: Mark) -> str:
        """A mark in words."""
        return f"{', '.join(category.label for category in mark.categories)}: {self.wording.number(mark.value)}"


def chart_of(defined: Defined, *, source: str, language: LabelLanguage) -> Chart:
    """The chart of a figure, in the language in which its labels are."""
    wording = wording_of(language)
    axes = tuple(
        Axis(each.dimension.name, wording.nouns[each.dimension.name], tuple(each.categories), each.dimension.in_years)
        for each in defined.figure.axes
    )
    named = dict(zip(("first", "second"), (axis.noun for axis in axes), strict=False))
    pattern = wording.picture["title" if len(axes) == 1 else "title_of_two"]
    return Chart(
        title=pattern.format(measure=wording.measures[defined.spec.measure.name], **named),
        subtitle=defined.definition,
        axes=axes,
        marks=tuple(Mark(row.cells, row.value, row.href) for row in defined.figure.rows),
        notes=tuple(_notes(defined, wording, source)),
        unconfirmed=_unconfirmed(defined),
        wording=wording,
        language=language,
    )


def _unconfirmed(defined: Defined) -> Mapping[int, int]:
    """Of actions over the years in which they ran; what else is counted has no open end of its own."""
    counts_actions = defined.spec.measure.link is ACTION_DAYS.link
    is_over_time = any(dimension.column is ACTION_DAYS for dimension in defined.spec.by)
    return defined.ends.by_year if counts_actions and is_over_time else {}


def _notes(defined: Defined, wording: Wording, source: str) -> list[str]:
    figure, selection = defined.figure, defined.spec.selection
    notes = []
    if figure.counted_more_than_once:
        distinct, total = wording.number(figure.distinct), wording.number(figure.sum_of_rows)
        measure = wording.measures[defined.spec.measure.name]
        notes.append(wording.picture["several"].format(measure=measure, distinct=distinct, total=total))
    origin = wording.picture["source"].format(source=source, day=selection.as_of.isoformat())
    if selection.release is not None:
        origin += f" ({wording.picture['release'].format(release=selection.release)})"
    return [*notes, f"{origin}."]
