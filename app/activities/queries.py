"""How activities are read."""

from datetime import date
from typing import Any

from sqlalchemy import Select, select

from app.actions.models import Action
from app.activities.models import Activity
from app.activities.schemas import ActivityRead
from app.core.listing import Listing, columns_shown
from app.core.statements import Row, Rows
from app.reference.countries import country_ref
from app.selection.graph import ACTIVITY_LIST, ACTIVITY_SORTS
from app.selection.status import status_in_sql

_CONFIRMED: Any = (
    select(Action.confirmed_last_day).where(Action.id == Activity.action).correlate(Activity).scalar_subquery()
)
"""The last day on which the state of an activity is known: that of its action."""


def _select_activities(as_of: date) -> Select[*tuple[Any, ...]]:
    status = status_in_sql(as_of, Activity, _CONFIRMED, Activity.stated_status)
    return select(*columns_shown(Activity, ActivityRead, status=status))


def _activities(_rows: Rows, found: list[Row]) -> list[Row]:
    return [{**row, "country": country_ref(row["country"])} for row in found]


ACTIVITIES_LISTING = Listing(
    ACTIVITY_LIST,
    ActivityRead,
    _select_activities,
    _activities,
    ACTIVITY_SORTS,
    ACTIVITY_SORTS["id"],
)
