"""The status of an action or activity on a day: one rule for a single record, for columns of the index and for SQL.

A state is known through a day, the action's `confirmed_on`. After it, an open end is unconfirmed, and so is what was
only planned: what begins after that day, or is stated as planned. A closed period stays what it was.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, case, null

from app.core.index.columns import NULL, UNKNOWN, Codes
from app.core.partial_dates import UNKNOWN_DAY
from app.reference.vocabularies import Status

STATUSES = tuple(status.value for status in Status)
"""The values, in the order of their codes in the index."""

Where = Callable[[Any, Any, Any], Any]
"""The second argument where the first one is true, else the third."""
Value = Callable[[Status], Any]
"""A status as the rule's result has it."""


def _by_dates(where: Where, value: Value, no_day: Any, start: Any, end: Any, until: Any, day: Any) -> Any:
    """The status that follows from the first and the last day: what has no first one lies ahead."""
    is_unconfirmed = (day > until) & ((start > until) | (end == no_day))
    is_known = where(
        start > day, value(Status.PLANNED), where(end < day, value(Status.COMPLETED), value(Status.ONGOING))
    )
    return where(is_unconfirmed, value(Status.UNCONFIRMED), is_known)


def _by_statement(where: Where, value: Value, stated: Any, until: Any, day: Any) -> Any:
    """What a stated status is on a day: what is completed stays so."""
    return where((stated != value(Status.COMPLETED)) & (day > until), value(Status.UNCONFIRMED), stated)


def status_on(day: date, start: date, end: date, until: date = UNKNOWN_DAY, stated: str | None = None) -> Status:
    """The status of one record that has a date or a statement, or is an action. Days that are not known are
    `UNKNOWN_DAY`; `until` is the last day on which its state is known."""

    def where(condition: bool, yes: Any, no: Any) -> Any:
        return yes if condition else no

    def value(status: Status) -> Status:
        return status

    if stated is not None:
        return Status(_by_statement(where, value, Status(stated), until, day))
    return Status(_by_dates(where, value, UNKNOWN_DAY, start, end, until, day))


def status_in_sql(day: date, entity: Any, until: Any, stated: Any = None) -> ColumnElement[Any]:
    """The status of a table's rows as an expression. With the column of statements `stated`, what
    has neither a date nor a statement has none."""

    def where(condition: Any, yes: Any, no: Any) -> ColumnElement[Any]:
        return case((condition, yes), else_=no)

    def value(status: Status) -> str:
        return status.value

    found = _by_dates(where, value, UNKNOWN_DAY, entity.start_first_day, entity.end_last_day, until, day)
    if stated is not None:
        by_dates = where(entity.start_first_day == UNKNOWN_DAY, null(), found)
        found = where(stated.is_(None), by_dates, _by_statement(where, value, stated, until, day))
    expression: ColumnElement[Any] = found
    return expression


def _code(status: Status) -> np.int32:
    return np.int32(STATUSES.index(status.value))


def action_status_codes(columns: Sequence[Codes], day: int) -> Codes:
    """The status of actions, from their first, last and last known day."""
    start, end, until = columns
    found: Codes = _by_dates(np.where, _code, UNKNOWN, start, end, until, day)
    return found


def activity_status_codes(columns: Sequence[Codes], day: int) -> Codes:
    """The status of activities, from what is stated, their first and last day, and the last known day of their
    action."""
    stated, start, end, until = columns
    by_dates = np.where(start == UNKNOWN, np.int32(NULL), _by_dates(np.where, _code, UNKNOWN, start, end, until, day))
    found: Codes = np.where(stated == NULL, by_dates, _by_statement(np.where, _code, stated, until, day))
    return found
