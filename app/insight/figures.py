"""A question's figure as it is shown."""

from functools import lru_cache

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.aggregates import Figure, Question
from app.core.index.matching import Matching
from app.core.threads import run_sized
from app.insight.definitions import define
from app.insight.schemas import Aggregate, AggregateCell, AggregateRow, AggregateTotals


@lru_cache(4096)
def _cell(key: str | None, label: str) -> AggregateCell:
    # A figure of two dimensions has thousands of cells, of a few dozen values.
    return AggregateCell(key=key, label=label)


async def compute(connection: AsyncConnection, question: Question, matching: Matching) -> Aggregate:
    """The figure with its definition, its rows and how they add up.

    Raises Invalid for a figure with too many cells.
    """
    figure = await question.answer(connection, matching)
    return await run_sized(len(figure.rows), _aggregate, question, figure, await define(connection, question))


def _aggregate(question: Question, figure: Figure, definition: str) -> Aggregate:
    selection = question.selection
    names = [dimension.name for dimension in question.by]
    return Aggregate(
        measure=question.measure.name,
        by=names,
        filters={name: list(values) for name, values in selection.values.items()},
        as_of=selection.as_of,
        definition=definition,
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
