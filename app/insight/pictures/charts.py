"""A chart: what a picture shows of a figure, before anything has a place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.core.aggregates import Question
from app.core.languages import LabelLanguage
from app.insight.pictures.wording import WORDINGS, Wording
from app.insight.schemas import Aggregate


@dataclass(frozen=True)
class Category:
    """A value of a dimension."""

    key: str | None
    """None for records without a value."""
    label: str


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
        """Whether its records have a value in every dimension."""
        return all(category.key is not None for category in self.categories)


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
    wording: Wording
    language: LabelLanguage

    @cached_property
    def greatest(self) -> int:
        """The greatest value, at least 1."""
        return max((mark.value for mark in self.marks), default=0) or 1

    @cached_property
    def greatest_known(self) -> int:
        """The greatest value of records with a value in every dimension, at least 1."""
        return max((mark.value for mark in self.marks if mark.is_known), default=0) or 1

    def told_left_out(self, count: int, marks: Iterable[Mark]) -> list[str]:
        """What the picture has no room for, in words; nothing when all is shown."""
        if not count:
            return []
        total = sum(mark.value for mark in marks)
        return [self.wording.left_out.format(count=self.wording.number(count), total=self.wording.number(total))]

    def says(self, mark: Mark) -> str:
        """A mark in words."""
        return f"{', '.join(category.label for category in mark.categories)}: {self.wording.number(mark.value)}"


def chart_of(aggregate: Aggregate, question: Question, *, source: str, language: LabelLanguage) -> Chart:
    """The chart of a figure, in the language in which its labels are."""
    wording = WORDINGS[language]
    rows: list[Any] = aggregate.rows
    marks = tuple(
        Mark(tuple(Category(cell.key, cell.label) for cell in _cells(row, aggregate.by)), row.value, row.href)
        for row in rows
    )
    axes = tuple(
        Axis(
            dimension.name,
            wording.nouns[dimension.name],
            _in_order(marks, number, in_years=dimension.in_years),
            dimension.in_years,
        )
        for number, dimension in enumerate(question.by)
    )
    named = dict(zip(("first", "second"), (axis.noun for axis in axes), strict=False))
    pattern = wording.title if len(axes) == 1 else wording.title_of_two
    return Chart(
        title=pattern.format(measure=wording.measures[aggregate.measure], **named),
        subtitle=aggregate.definition if language is LabelLanguage.EN else _filters(question, wording),
        axes=axes,
        marks=marks,
        notes=tuple(_notes(aggregate, wording, source)),
        wording=wording,
        language=language,
    )


def _cells(row: Any, names: Sequence[str]) -> list[Any]:
    return [getattr(row, name) for name in names]


def _in_order(marks: Sequence[Mark], number: int, *, in_years: bool) -> tuple[Category, ...]:
    """Years run; other values stand by their weight, as in the figure's rows; what has no value comes last."""
    weights: dict[Category, int] = {}
    for mark in marks:
        category = mark.categories[number]
        weights[category] = weights.get(category, 0) + mark.value

    def place(category: Category) -> tuple[Any, ...]:
        weight = 0 if in_years else -weights[category]
        return category.key is None, weight, category.label, category.key or ""

    return tuple(sorted(weights, key=place))


def _filters(question: Question, wording: Wording) -> str:
    """The filters with their values: "Pays partenaire : Philippines"."""
    selection = question.selection
    told = []
    for name, values in selection.values.items():
        noun = wording.nouns.get(name, name)
        labels = [selection.filters[name].labels(value) if value != "none" else "–" for value in values]
        told.append(wording.filtered.format(noun=f"{noun[:1].upper()}{noun[1:]}", values=", ".join(labels)))
    return "; ".join(told)


def _notes(aggregate: Aggregate, wording: Wording, source: str) -> list[str]:
    totals = aggregate.totals
    notes = []
    if totals.counted_more_than_once:
        distinct, total = wording.number(totals.distinct), wording.number(totals.sum_of_rows)
        notes.append(
            wording.several.format(measure=wording.measures[aggregate.measure], distinct=distinct, total=total)
        )
    origin = wording.source.format(source=source, day=aggregate.as_of.isoformat())
    if aggregate.release is not None:
        origin += f" ({wording.release.format(release=aggregate.release)})"
    return [*notes, f"{origin}."]
