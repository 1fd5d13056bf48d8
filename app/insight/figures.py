"""A question's figure as it is shown."""

from functools import lru_cache

from app.core.aggregates import Question
from app.core.index.matching import Matching
from app.insight.definitions import define
from app.insight.schemas import Aggregate, AggregateCell, AggregateRow, AggregateTotals


@lru_cache(4096)
def _cell(key: str | None, label: str) -> AggregateCell:
    # A figure of two dimensions has thousands of cells, of a few dozen values.
    return AggregateCell(key=key, label=label)


def compute(question: Question, matching: Matching) -> Aggregate:
    """The figure with its definition, its rows and how they add up.

    Raises Invalid for a figure with too many cells.
    """
    figure = question.answer(matching)
    selection = question.selection
    names = [dimension.name for dimension in question.by]
    return Aggregate(
        measure=question.measure.name,
        by=names,
        filters={name: list(values) for name, values in selection.values.items()},
        as_of=selection.as_of,
        definition=define(matching.snapshot, question),
        rows=[
            AggregateRow(
                value=row.value,
                href=row.href,
                **{name: _cell(cell.key, cell.label) for name, cell in zip(names, row.cells, strict=True)},
            )
            for row in figure.rows
        ],
        totals=AggregateTotals(
            distinct=figure.distinct,
            sum_of_rows=figure.sum_of_rows,
            counted_more_than_once=figure.sum_of_rows - figure.distinct,
            unassigned=figure.unassigned,
            href=figure.href,
        ),
        **({} if selection.release is None else {"release": selection.release}),
    )
