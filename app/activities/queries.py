"""How activities are read."""

from datetime import date
from typing import Any

from sqlalchemy import Select, select

from app.activities.models import Activity
from app.activities.schemas import ActivityRead
from app.core.listing import Listing, columns_shown
from app.core.statements import Row, Rows
from app.reference.countries import country_ref
from app.selection.graph import ACTIVITY_LIST, ACTIVITY_SORTS, activity_status


def _select_activities(as_of: date) -> Select[*tuple[Any, ...]]:
    return select(*columns_shown(Activity, ActivityRead, status=activity_status(as_of)))


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
