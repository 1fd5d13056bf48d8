"""Recorded values as a plan shows them: codes with their labels."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from app.activities.editing import status_by_dates
from app.core.filters import today
from app.core.partial_dates import PartialDate
from app.imports.record import Known, RecordedAction
from app.reference.countries import country_ref
from app.reference.schemas import region_ref

Values = dict[str, Any]


def show_action(values: Values, recorded: RecordedAction | None, slug: str | None, known: Known) -> Values:
    """An action's values with labels."""
    return {name: show("actions", name, value, known) for name, value in values.items()} | {
        "id": None if recorded is None else recorded.id,
        "slug": slug,
    }


def show_child(kind: str, values: Values, activities: Sequence[int | None]) -> Values:
    """The values of what belongs to an action, with labels."""
    shown = values | {name: country_ref(values[name]) for name in ("country", "sending_country") if values.get(name)}
    if kind == "activities":
        shown["status"] = values["status"] or _status_by_dates(values)
    if kind == "deployments":
        shown |= _activity(values.get("activity"), activities)
    return shown


def stated_status(values: Values) -> str | None:
    """An activity's status where the dates do not tell it."""
    status: str | None = values["status"]
    return None if status == _status_by_dates(values) else status


def _status_by_dates(values: Values) -> str | None:
    return _status_of(values["start"], values["end"], today())


@lru_cache(maxsize=4096)
def _status_of(start: str | None, end: str | None, _day: date) -> str | None:
    """What the dates tell on a day. Files have few dates and many activities."""
    found = status_by_dates(*(None if written is None else PartialDate(written) for written in (start, end)))
    return None if found is None else found.value


def _activity(named: Any, activities: Sequence[int | None]) -> Values:
    """A deployment's activity: its place in the plan, its id, or both."""
    if isinstance(named, tuple):
        return {"activity": named[0], "activity_id": None}
    place = activities.index(named) + 1 if named is not None and named in activities else None
    return {"activity": place, "activity_id": named}


def show(entity: str, field: str, value: Any, known: Known | None = None) -> Any:  # noqa: PLR0911 - a table of cases
    """One value with its label, as it stands in a plan."""
    match entity, field:
        case ("actions", "countries"):
            return [country_ref(code) for code in value]
        case ("actions", "themes"):
            names: Mapping[str, Any] = {} if known is None else known.themes
            return [{"slug": slug, "name": names[slug].values["name"] if slug in names else slug} for slug in value]
        case ("actions", "partners"):
            return [partner.shown() for partner in value]
        case ("actions", "region"):
            return region_ref(value)
        case (_, "country" | "sending_country"):
            return country_ref(value)
        case ("deployments", "activity"):
            return f"activity {value[0]} of the file" if isinstance(value, tuple) else value
        case _:
            return value
