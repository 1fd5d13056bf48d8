"""The figures once more, counted by hand: sets of records from the API's own lists, and nothing of the engine.

What figures mean, in plain Python: every action has its linked records, a filter keeps linked records, and two
dimensions of one link are read from the same one.
"""

import calendar
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import product
from typing import Any

import httpx

API = "/api/v1"
NONE = "none"
Key = str | None
Row = dict[str, Any]
Days = tuple[date, date]
Filters = Mapping[str, Sequence[str]]

# What each filter reads: the linked record and its field.
FIELDS = {
    "q": ("action", "text"),
    "action": ("action", "key"),
    "source": ("action", "source"),
    "activity": ("deployment", "activity"),
    "country": ("country", "code"),
    "subregion": ("country", "subregion"),
    "region": ("action", "region"),
    "theme": ("theme", "slug"),
    "pillar": ("theme", "pillar"),
    "partner": ("partner", "id"),
    "status": ("action", "status"),
    "active_in": ("action", "days"),
    "started_in": ("action", "start"),
    "ended_in": ("action", "end"),
    "activity_type": ("activity", "type"),
    "activity_in": ("activity", "days"),
    "activity_country": ("activity", "country"),
    "activity_status": ("activity", "status"),
    "sending_country": ("deployment", "sending_country"),
    "member_state": ("deployment", "member_state"),
    "eu_member": ("deployment", "eu_member"),
    "organisation_type": ("deployment", "organisation_type"),
    "deployed_in": ("deployment", "days"),
    "output_kind": ("output", "kind"),
}
INTERVALS = {"active_in", "started_in", "ended_in", "activity_in", "deployed_in"}
UNSPLIT = {"q", "action", "source", "activity", "activity_status"}
# The filter that a dimension has its name and field from.
FILTER_OF = {
    **{
        name: name
        for name in FIELDS
        if name not in INTERVALS | {"q", "action", "source", "activity", "activity_status"}
    },
    "start_year": "started_in",
    "active_year": "active_in",
    "activity_year": "activity_in",
    "deployment_year": "deployed_in",
}
DIMENSIONS = tuple(FILTER_OF)
# Each measure's resource, and the linked record that it counts.
MEASURES = {
    "actions": ("/actions", "action"),
    "activities": ("/activities", "activity"),
    "deployments": ("/deployments", "deployment"),
    "experts": ("/deployments", "deployment"),
    "countries": ("/countries", "country"),
    "outputs": ("/outputs", "output"),
}
LINKS = ("action", "theme", "country", "partner", "activity", "deployment", "output")
NOT_LINKED: Row = {}
"""Stands for the linked record of an action that has none."""


@cache
def days_of(written: str) -> Days:
    """The first and last day of `2012`, `2012-06`, `2012-06-03`, or of an interval of two of them or `..`."""
    first, slash, last = written.partition("/")
    if slash:
        return (date.min if first == ".." else days_of(first)[0], date.max if last == ".." else days_of(last)[1])
    year, month, day = [*map(int, written.split("-")), None, None][:3]
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if day is None:
        return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    return date(year, month, day), date(year, month, day)


def common_days(*spans: Days) -> Days | None:
    """The days that all have."""
    first, last = max(span[0] for span in spans), min(span[1] for span in spans)
    return (first, last) if first <= last else None


def days_in_year(year: int, intervals: Sequence[str] | None) -> set[Days]:
    """The days of a year that a filter lets count."""
    whole = days_of(str(year))
    given = [whole] if intervals is None else [days_of(written) for written in intervals if written != NONE]
    return {days for interval in given if (days := common_days(whole, interval))}


@dataclass
class Counted:
    """The records of each combination of keys."""

    records: dict[tuple[Key, ...], set[Any]]
    experts: Mapping[int, int] | None = None

    def value(self, keys: tuple[Key, ...]) -> int:
        """How many records there are, or how many experts they state."""
        found = self.records.get(keys, set())
        return len(found) if self.experts is None else sum(self.experts[key] for key in found)


class Oracle:
    """The whole record as the lists give it, with each action's linked records."""

    def __init__(self, lists: Mapping[str, list[Row]]) -> None:
        self.lists = lists
        self.experts = {row["id"]: row["experts_count"] or 0 for row in lists["deployments"]}
        self._records: dict[date, list[dict[str, list[Row]]]] = {}
        self._selected: dict[Any, list[dict[str, list[Row]]]] = {}

    @classmethod
    async def read(cls, client: httpx.AsyncClient, days: Sequence[date]) -> "Oracle":
        """Reads every list; activities once for each day on which their status is asked for."""
        names = ("actions", "deployments", "outputs", "themes", "countries", "partners")
        lists = {name: [row async for row in _whole_list(client, f"{API}/{name}?limit=500")] for name in names}
        for day in days:
            path = f"{API}/activities?limit=500&as_of={day}"
            lists[f"activities {day}"] = [row async for row in _whole_list(client, path)]
        lists["activities"] = lists[f"activities {days[0]}"]
        return cls(lists)

    # -- the record --

    def actions(self, as_of: date) -> list[dict[str, list[Row]]]:
        """Each action with its linked records, by link."""
        if as_of not in self._records:
            self._records[as_of] = list(self._read_actions(as_of))
        return self._records[as_of]

    def _read_actions(self, as_of: date) -> Iterator[dict[str, list[Row]]]:
        pillars = {theme["slug"]: theme["pillar"] for theme in self.lists["themes"]}
        countries = {country["code"]: country for country in self.lists["countries"]}
        children: dict[str, dict[int, list[Row]]] = {
            name: defaultdict(list) for name in ("activities", "deployments", "outputs")
        }
        for name, by_action in children.items():
            for child in self.lists[f"activities {as_of}" if name == "activities" else name]:
                by_action[child["action"]].append(child)
        starts = {child["id"]: child["start"] for child in self.lists["activities"]}
        for action in self.lists["actions"]:
            own = {name: found[action["id"]] for name, found in children.items()}
            of_action = _action_row(action, own, as_of)
            activities = {row["id"]: _activity_row(row, action["confirmed_on"]) for row in own["activities"]}
            yield {
                "action": [of_action],
                "theme": [{"slug": theme["slug"], "pillar": pillars[theme["slug"]]} for theme in action["themes"]],
                "country": [_country_row(countries[country["code"]]) for country in action["countries"]],
                "partner": [{"id": str(partner["id"])} for partner in action["partners"]],
                "activity": [*activities.values()],
                "deployment": [
                    _deployment_row(row, countries, starts.get(row["activity"]) or action["start"])
                    | {"days": activities.get(row["activity"], {}).get("days") or of_action["days"]}
                    for row in own["deployments"]
                ],
                "output": [{"id": row["id"], "kind": row["kind"]} for row in own["outputs"]],
            }

    def selected(self, filters: Filters, as_of: date) -> list[dict[str, list[Row]]]:
        """The actions that the filters keep, each with the linked records that they keep."""
        known = (as_of, *sorted((name, *values) for name, values in filters.items()))
        if known not in self._selected:
            self._selected[known] = list(self._select(filters, as_of))
        return self._selected[known]

    def _select(self, filters: Filters, as_of: date) -> Iterator[dict[str, list[Row]]]:
        for action in self.actions(as_of):
            kept = {
                link: [
                    row
                    for row in action[link] or [NOT_LINKED]
                    if all(
                        _passes(name, row.get(FIELDS[name][1]), values)
                        for name, values in filters.items()
                        if FIELDS[name][0] == link
                    )
                ]
                for link in LINKS
            }
            if all(kept.values()):
                yield kept

    # -- figures --

    def total(self, measure: str, filters: Filters, as_of: date) -> int:
        """What the list of the measure's resource has, or how many experts it states."""
        return self.count(measure, (), filters, as_of).value(())

    def count(self, measure: str, by: Sequence[str], filters: Filters, as_of: date) -> Counted:
        """The records of each combination of keys."""
        own = MEASURES[measure][1]
        actions = [action for action in self.selected(filters, as_of) if any(action[own])]
        keys_of = {dimension: self._keys(dimension, actions, filters, as_of) for dimension in by}
        found: dict[tuple[Key, ...], set[Any]] = defaultdict(set)
        others = {FIELDS[FILTER_OF[dimension]][0] for dimension in by} - {own}
        for action in actions:
            for rows in product(*(action[link] for link in others)):
                linked = dict(zip(others, rows, strict=True))
                for record in filter(None, action[own]):
                    linked[own] = record
                    for keys in product(*(keys_of[name](linked[FIELDS[FILTER_OF[name]][0]]) for name in by)):
                        found[keys].add(record.get("code") or record["id"])
        return Counted(found, self.experts if measure == "experts" else None)

    def _keys(self, dimension: str, actions: list[dict[str, list[Row]]], filters: Filters, as_of: date) -> Any:
        """What gives the keys of a linked record under a dimension."""
        name = FILTER_OF[dimension]
        link, field = FIELDS[name]
        if name not in INTERVALS:
            return lambda row: (row.get(field),)
        if dimension == "start_year":
            return lambda row: (str(row["start"][0].year) if row["start"] else None,)
        dated = [row[field] for action in actions for row in action[link] if row.get(field)]
        horizon = max((_last_year(days, as_of) for days in dated), default=as_of.year)
        given = filters.get(name)
        known: dict[int, tuple[Key, ...]] = {}

        def keys(row: Row) -> tuple[Key, ...]:
            if id(row) not in known:
                known[id(row)] = tuple(_years(row.get(field), given, horizon)) or (None,)
            return known[id(row)]

        return keys


async def _whole_list(client: httpx.AsyncClient, path: str | None) -> Any:
    while path:
        page = (await client.get(path)).raise_for_status().json()
        for row in page["items"]:
            yield row
        path = page["next"]


def _passes(name: str, value: Any, wanted: Sequence[str]) -> bool:
    if value is None:
        return NONE in wanted
    if name == "q":
        return any(all(re.search(rf"\b{word}", value) for word in query.lower().split()) for query in wanted)
    if name in INTERVALS:
        return any(common_days(value, days_of(written)) for written in wanted if written != NONE)
    return value in wanted


def _years(days: Days | None, given: Sequence[str] | None, horizon: int) -> Iterator[str]:
    """The years in which something takes place; what is open runs as far as the record does, or as it is asked for."""
    if days is None:
        return
    asked = [days_of(written) for written in given or ["../.."] if written != NONE]
    last_asked = max(
        (until.year if until < date.max else max(since.year, horizon) for since, until in asked), default=0
    )
    for year in range(days[0].year, min(days[1].year, last_asked) + 1):
        if any(common_days(days, part) for part in days_in_year(year, given)):
            yield str(year)


def _last_year(days: Days, as_of: date) -> int:
    return max(days[0].year, as_of.year if days[1] == date.max else days[1].year)


# -- linked records, with the fields that filters read --


def _running(start: str | None, end: str | None, confirmed_on: str | None) -> Days | None:
    """The days in which something is known to run: with an open end, as long as its state is known."""
    if not start:
        return None
    first = days_of(start)[0]
    if end:
        return first, days_of(end)[1]
    known = date.fromisoformat(confirmed_on) if confirmed_on else date.max
    return (first, known) if first <= known else None


def _status(action: Row, as_of: date) -> str:
    first = days_of(action["start"])[0] if action["start"] else date.max
    known = action["confirmed_on"] and date.fromisoformat(action["confirmed_on"])
    if known and as_of > known and (first > known or not action["end"]):
        return "unconfirmed"
    if first > as_of:
        return "planned"
    return "completed" if action["end"] and days_of(action["end"])[1] < as_of else "ongoing"


def _action_row(action: Row, children: Mapping[str, list[Row]], as_of: date) -> Row:
    texts = [action["title"], action["objective"], action["summary"]]
    texts += [text for row in children["activities"] for text in _said_of_activity(row)]
    texts += [text for row in children["outputs"] for text in (row["title"], row["kind"])]
    texts += [linked["name"] for name in ("themes", "partners", "countries") for linked in action[name]]
    return {
        "id": action["id"],
        "key": str(action["id"]),
        "source": action["source"] and str(action["source"]),
        "text": "\n".join(filter(None, texts)).lower(),
        "region": action["region"] and action["region"]["slug"],
        "status": _status(action, as_of),
        "days": _running(action["start"], action["end"], action["confirmed_on"]),
        "start": days_of(action["start"]) if action["start"] else None,
        "end": days_of(action["end"]) if action["end"] else None,
    }


def _said_of_activity(activity: Row) -> tuple[str | None, ...]:
    return activity["title"], activity["type"], activity["description"], activity["place"]


def _country_row(country: Row) -> Row:
    return {"code": country["code"], "subregion": country["subregion"] and country["subregion"]["code"]}


def _activity_row(activity: Row, confirmed_on: str | None) -> Row:
    return {
        "id": activity["id"],
        "type": activity["type"],
        "days": _running(activity["start"], activity["end"], confirmed_on),
        "country": activity["country"] and activity["country"]["code"],
        "status": activity["status"],
    }


def _deployment_row(deployment: Row, countries: Mapping[str, Row], start: str | None) -> Row:
    sender = deployment["sending_country"] and deployment["sending_country"]["code"]
    is_member = bool(sender) and _was_member(countries[sender], days_of(start)[0] if start else date.max)
    return {
        "id": deployment["id"],
        "activity": deployment["activity"] and str(deployment["activity"]),
        "sending_country": sender,
        "member_state": sender if is_member else sender and "outside-eu",
        "eu_member": str(is_member).lower() if sender else None,
        "organisation_type": deployment["organisation_type"],
    }


def _was_member(country: Row, day: date) -> bool:
    since, until = country["eu_member_from"], country["eu_member_until"]
    return since is not None and date.fromisoformat(since) <= day and (not until or day <= date.fromisoformat(until))
