"""Until when the state of actions is known: a day that is stated, else the last day of the source's `as_of`."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.actions.models import Action
from app.core.database import history_of
from app.core.partial_dates import UNKNOWN_DAY, PartialDate
from app.reference.models import Source

_FOLLOWS_FROM = ("confirmed_on", "vouched_for", "source")


def last_known_day(as_of: str | None) -> PartialDate | None:
    """The last day of a source's date: what is stated where nothing else is."""
    return None if as_of is None else PartialDate(PartialDate(as_of).last_day.isoformat())


def confirm(session: Session, changed: Iterable[Any]) -> None:
    """Fills in how long the state of changed actions is known, and of those whose source has changed.

    What is stated and follows from the source anyway is not stored, so that it goes on following from it.
    """
    records = list(changed)
    dates = {record.id: record.as_of for record in records if _has_changed(record, Source, "as_of")}
    actions = {record for record in records if _has_changed(record, Action, *_FOLLOWS_FROM)}
    # Whoever reads an action reads how long it is known, so that a new date of its source is a new version of it.
    actions.update(_naming(session, [key for key in dates if key is not None]))
    if missing := {action.source for action in actions} - dates.keys() - {None}:
        found = session.execute(select(Source.id, Source.as_of).where(Source.id.in_(missing)))
        dates.update((row.id, row.as_of) for row in found)
    for action in actions:
        _fill_in(action, last_known_day(dates.get(action.source)))


def _has_changed(record: Any, kind: type[Any], *names: str) -> bool:
    if not isinstance(record, kind) or inspect(record).deleted:
        return False
    return not inspect(record).persistent or any(history_of(record, name).has_changes() for name in names)


def _naming(session: Session, sources: list[int]) -> Iterator[Action]:
    if sources:
        statement = select(Action).where(Action.source.in_(sources)).order_by(Action.id)
        yield from session.scalars(statement.with_for_update(key_share=True))


def _fill_in(action: Action, by_default: PartialDate | None) -> None:
    if action.confirmed_on == by_default:
        action.confirmed_on = None
    action.vouched_for = bool(action.vouched_for and by_default)
    known = None if action.vouched_for else action.confirmed_on or by_default
    day: date = known.last_day if known else UNKNOWN_DAY
    if action.confirmed_last_day != day:
        action.confirmed_last_day = day
