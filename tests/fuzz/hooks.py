"""The rules that no schema can state: what a valid request has to meet beside it. Each says what it is for.

Requests that are meant to be valid are changed so that they meet these rules, and so get further than to a refusal;
those that are meant to be refused stay as they are.
"""

from collections.abc import Callable, Iterator
from itertools import count, cycle
from typing import Any

import schemathesis
from schemathesis import Case, HookContext

Rule = Callable[[Case], None]

NOWHERE = 2**31 - 1
ACTIONS = 17
"""So many actions of the seed are there to the end, for other records to refer to them."""
PAGE = """Asia

Azerbaijan: Border Management

Objective: To help.

Summary: A workshop was held in Baku in May 2010.
"""

_numbers = count(1)
_actions = cycle(range(1, ACTIONS + 1))
_names: set[str] = set()


def the_seed_stays(case: Case) -> None:
    """Other requests refer to the first records, and the key of this run can't be revoked by it."""
    if case.method != "DELETE":
        return
    for name, value in (case.path_parameters or {}).items():
        if name == "slug":
            stays = value == "asylum"
        elif name == "action":
            stays = not str(value).isdecimal() or int(value) <= ACTIONS
        else:
            stays = str(value) == "1"
        if stays:
            case.path_parameters[name] = NOWHERE if name != "slug" else "nowhere"


def references_lead_somewhere(case: Case) -> None:
    """Which records there are is data."""
    for body in _bodies(case):
        if body.get("action") is not None:
            body["action"] = next(_actions)
        for name, value in (("activity", None), ("source", 1), ("partners", [1]), ("themes", ["asylum"])):
            if body.get(name):
                body[name] = value
        if body.get("follows") is not None and case.method == "POST":
            body["follows"] = next(_actions)
        else:
            body.pop("follows", None)  # no action may follow itself, not even by way of others


def values_of_filters_are_recorded(case: Case) -> None:
    """Which themes, partners and releases there are is data, too."""
    query = case.query or {}
    if query.get("theme"):
        query["theme"] = ["asylum"]
    if query.get("partner"):
        query["partner"] = ["1"]
    query.pop("release", None)


def a_request_has_a_name_of_its_own(case: Case) -> None:
    """An `Idempotency-Key` that was used for one request is refused for another one."""
    if "Idempotency-Key" in (case.headers or {}):
        case.headers["Idempotency-Key"] = f"request-{next(_numbers)}"


def a_slug_stays(case: Case) -> None:
    """A slug is given once, with POST; and no two records that are sent together may have the same."""
    for body in _bodies(case):
        if case.method != "POST" or case.operation.path.endswith("/batch"):
            body.pop("slug", None)


def names_are_used_once(case: Case) -> None:
    """Names are unique, and which ones are taken is data."""
    for body in _bodies(case):
        name = body.get("name")
        if isinstance(name, str) and name.casefold() in _names:
            body["name"] = f"{name[:20].strip()}-{next(_numbers)}"
        _names.add(str(body.get("name")).casefold())


def dates_are_in_order(case: Case) -> None:
    """No end lies before its start, and there is none without a start, which for a patch may be a recorded one."""
    for body in _bodies(case):
        if body.get("end") is not None:
            body["end"] = body.get("start")
        if case.method == "PATCH" and "start" in body:
            body["end"] = body["start"]
        elif case.method == "PATCH":
            body.pop("end", None)


def intervals_are_in_order(case: Case) -> None:
    """No interval ends before it begins."""
    for name in ("active_in", "started_in", "ended_in", "activity_in", "deployed_in"):
        values = (case.query or {}).get(name)
        if isinstance(values, list):
            case.query[name] = [_ordered(value) if isinstance(value, str) else value for value in values]


def _ordered(interval: str) -> str:
    first, slash, last = interval.partition("/")
    return interval if not slash or ".." in (first, last) or first[:4] < last[:4] else first


def parameters_name_each_once(case: Case) -> None:
    """In `sort` and `fields` each name is there once at most."""
    for name in ("sort", "fields"):
        value = (case.query or {}).get(name)
        if isinstance(value, str):
            parts = {part.removeprefix("-"): part for part in reversed(value.split(","))}
            case.query[name] = ",".join(reversed(parts.values()))


def cursors_come_from_pages(case: Case) -> None:
    """A cursor has no meaning outside of the list, or of the feed, that gave it."""
    for name in ("cursor", "after"):
        (case.query or {}).pop(name, None)


def options_belong_to_formats(case: Case) -> None:
    """A byte order mark is for CSV, a size and a scheme for pictures, a unit for tables, and some fields alone are
    never a whole record."""
    query = case.query or {}
    chosen = query.get("format", "json")
    if chosen != "csv":
        query.pop("bom", None)
    if chosen not in ("svg", "png"):
        query.pop("width", None)
        query.pop("scheme", None)
    if chosen not in ("csv", "xlsx"):
        query.pop("unit", None)
    if chosen == "json":
        query.pop("fields", None)


def figures_can_be_drawn(case: Case) -> None:
    """Only figures by country make a map, and how many cells a figure has is data."""
    query = case.query or {}
    if not case.operation.path.startswith("/api/v1/aggregates"):
        return
    if query.get("format") == "geojson" and "country" not in case.operation.path:
        query.pop("format")
    if len(query.get("by", ())) > 1 or case.operation.path.endswith(("by-country", "by-year")):
        query.pop("include_empty", None)


def files_can_be_read(case: Case) -> None:
    """What is in a file is for its reader to judge."""
    if case.operation.path == "/api/v1/imports" and isinstance(case.body, dict):
        case.body["file"] = PAGE
        case.body.pop("choices", None)
        for name in ("source", "source_title", "source_publisher", "source_url", "source_as_of"):
            case.body.pop(name, None)
        if "dry_run" in case.body:
            (case.query or {}).pop("dry_run", None)
    if case.operation.path == "/api/v1/imports/{id}/commit" and isinstance(case.body, dict):
        case.body.pop("choices", None)


RULES: tuple[Rule, ...] = (
    the_seed_stays,
    references_lead_somewhere,
    values_of_filters_are_recorded,
    a_request_has_a_name_of_its_own,
    a_slug_stays,
    names_are_used_once,
    dates_are_in_order,
    intervals_are_in_order,
    parameters_name_each_once,
    cursors_come_from_pages,
    options_belong_to_formats,
    figures_can_be_drawn,
    files_can_be_read,
)


def _bodies(case: Case) -> Iterator[dict[str, Any]]:
    """The record that is sent, or those that are sent together."""
    if isinstance(case.body, dict):
        items = case.body.get("items") if case.operation.path.endswith("/batch") else [case.body]
        yield from (item for item in items or () if isinstance(item, dict))


@schemathesis.hook
def before_call(_context: HookContext, case: Case, _kwargs: dict[str, Any]) -> None:
    """Lets a valid request meet the rules."""
    the_seed_stays(case)
    if case.meta is not None and case.meta.generation.mode.is_positive:
        for rule in RULES:
            rule(case)
