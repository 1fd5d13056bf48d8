"""Figures as JSON."""

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from app.insight.catalogue import DIMENSIONS


class Described(BaseModel):
    """An answer whose fields are described where they stand."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class AggregateCell(Described):
    """The value of a dimension in a row."""

    key: str | None
    """What the filter of the same name takes; null for records without a value."""
    label: str
    """For people, in English."""


_ROW: dict[str, Any] = {
    # The dimensions that were asked for stand first in a row; the others are left out.
    **{
        name: (AggregateCell | None, Field(None, description=f"The {dimension.noun} of the row."))
        for name, dimension in DIMENSIONS.items()
    },
    "value": (
        int,
        Field(description="How many distinct records stand in this row, or the sum of the stated numbers of experts."),
    ),
    "href": (
        str,
        Field(
            description="The list of exactly these records; its `total` is the row's `value`. For `experts`, the "
            "deployments summed."
        ),
    ),
}
AggregateRow = create_model(
    "AggregateRow",
    __doc__="One row: a value for each dimension asked for, the figure, and the list behind it.",
    **_ROW,
)


class AggregateTotals(Described):
    """How the rows add up: `sum_of_rows - counted_more_than_once = distinct`."""

    distinct: int
    """The figure as a whole: each record once."""
    sum_of_rows: int
    """The sum of all rows."""
    counted_more_than_once: int
    """By how much the rows add up to more, because a record stands in several."""
    unassigned: int
    """The sum of the rows without a value."""
    unconfirmed_ends: int
    """How many of the actions behind the figure have an open end that is not confirmed on `as_of`: they count through
    their `confirmed_on`."""
    href: str
    """The list of all the records that are counted."""


class Aggregate(Described):
    """A figure with its definition, its rows and how they add up."""

    measure: str
    """What is counted."""
    by: list[str]
    """By which dimensions."""
    filters: dict[str, list[str]]
    """The filters that were given."""
    as_of: date
    """The day on which status is judged."""
    definition: str
    """What is counted, in words."""
    rows: list[AggregateRow]
    """One for each value, or pair of values, that has records."""
    totals: AggregateTotals
    """How the rows add up."""
    release: str | None = None
    """The release that answered; left out when it was the record as it stands."""
