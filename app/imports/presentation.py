"""Recorded values as a plan shows them: codes with their labels."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Any, Final

from app.activities.editing import stated_status, status_by_dates
from app.core.filters import today
from app.core.formats.tables import plain_type
from app.core.partial_dates import PartialDate
from app.imports.entities import ENTITIES
from app.imports.record import Known, RecordedAction
from app.reference.countries import CountryRef, country_ref
from app.reference.schemas import PartnerRef, RegionRef, ThemeRef, region_ref

Values = dict[str, Any]


def show_action(values: Values, recorded: RecordedAction | None, slug: str | None, known: Known) -> Values:
    """An action's values with labels."""
    return {name: show("actions", name, value, known) for name, value in values.items()} | {
        "id": None if recorded is None else recorded.id,
        "slug": slug,
    }


def show_child(kind: str, values: Values, activities: Sequence[int | None]) -> Values:
    """The values of what belongs to an action, with labels."""
    shown = {name: show(kind, name, value) for name, value in values.items()}
    if kind == "activities":
        shown["status"] = values["status"] or _status_by_dates(values)
    if kind == "deployments":
        shown |= _activity(values.get("activity"), activities)
    return shown


def statement_of(values: Values, recorded: str | None) -> str | None:
    """An activity's status where the dates do not tell it."""
    if values["status"] == _status_by_dates(values):
        return None
    return stated_status(values["status"], values["start"], values["end"], recorded)


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


def _theme(slug: str, known: Known | None) -> Values:
    theme = None if known is None else known.references["themes"].get(slug)
    return {"slug": slug, "name": slug if theme is None else theme.values["name"]}


_LABELLED: Final[Mapping[Any, Callable[[Any, Known | None], Any]]] = {
    CountryRef: lambda code, _: country_ref(code),
    RegionRef: lambda slug, _: region_ref(slug),
    ThemeRef: _theme,
    PartnerRef: lambda partner, _: partner.shown(),
}


@cache
def _type_of(entity: str, field: str) -> tuple[Any, bool]:
    """What lists show in a field, and whether it is a list of such."""
    info = ENTITIES[entity].recorded.read.model_fields.get(field)
    return (None, False) if info is None else plain_type(info.annotation)


def show(entity: str, field: str, value: Any, known: Known | None = None) -> Any:
    """One value with its label, as it stands in a plan."""
    kind, is_list = _type_of(entity, field)
    label = _LABELLED.get(kind)
    if isinstance(value, tuple):
        return f"activity {value[0]} of the file"
    if label is None:
        return value
    return [label(item, known) for item in value] if is_list else label(value, known)
