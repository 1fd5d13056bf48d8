"""An action as it was, in the shape in which it is shown today."""

import logging
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.actions.confirming import last_known_day
from app.actions.detail import ActionDetail
from app.actions.schemas import ActionCounts
from app.activities.schemas import ActivityRead
from app.core.partial_dates import UNKNOWN_DAY, PartialDate, days_of
from app.core.problems import NotFound
from app.deployments.schemas import DeploymentRead
from app.history.queries import Snapshot
from app.outputs.schemas import OutputRead
from app.reference.countries import COUNTRIES, country_ref
from app.reference.models import Partner, Source, Theme
from app.reference.schemas import region_ref
from app.reference.vocabularies import Status
from app.selection.status import status_on

log = logging.getLogger(__name__)


async def detail_at(connection: AsyncConnection, past: Snapshot) -> ActionDetail:
    """The action at a version, with its status on the day of that version.

    Names of themes and partners are today's; one that is gone shows its slug or id.

    Raises NotFound for a version with a value that today's vocabularies don't have.
    """
    try:
        return await _detail_at(connection, past)
    except (LookupError, ValueError) as error:
        log.warning("a version can't be shown", exc_info=error)
        version = past.version["root_version"]
        raise NotFound(f"Version {version} holds values that this version of the registry doesn't know.") from None


async def _detail_at(connection: AsyncConnection, past: Snapshot) -> ActionDetail:
    (action,) = past.of("actions").values()
    day = past.version["instant"].date()
    until = await _confirmed_on(connection, action)
    activities = past.of("activities")
    themes = {row["slug"]: row["name"] for row in (await connection.execute(select(Theme.slug, Theme.name))).mappings()}
    return ActionDetail.model_validate(
        {
            **action,
            "region": region_ref(action["region"]),
            "countries": [country_ref(code) for code in action["countries"]],
            "themes": [{"slug": slug, "name": themes.get(slug, slug)} for slug in action["themes"]],
            "partners": await _partners(connection, action["partners"]),
            "confirmed_on": until,
            "status": _status(action, day, until),
            "counts": ActionCounts(
                activities=len(activities),
                deployments=len(past.of("deployments")),
                outputs=len(past.of("outputs")),
            ),
            "version": past.version["root_version"],
            "updated_at": past.version["instant"],
            "activities": [_activity(facts, day, until) for facts in sorted(activities.values(), key=_place)],
            "deployments": [_deployment(facts, activities, action) for facts in _by_id(past.of("deployments"))],
            "outputs": [OutputRead.model_validate(facts) for facts in _by_id(past.of("outputs"))],
        }
    )


def _place(facts: dict[str, Any]) -> tuple[int, int]:
    return facts["position"], facts["id"]


def _by_id(records: dict[int, dict[str, Any]]) -> Iterable[dict[str, Any]]:
    return [records[key] for key in sorted(records)]


async def _partners(connection: AsyncConnection, keys: list[int]) -> list[dict[str, Any]]:
    statement = select(Partner.id, Partner.name, Partner.acronym).where(Partner.id.in_(keys))
    known = {row["id"]: dict(row) for row in (await connection.execute(statement)).mappings()}
    return [known.get(key, {"id": key, "name": str(key), "acronym": None}) for key in keys]


def _first_day(written: str | None) -> date:
    return PartialDate(written).first_day if written else UNKNOWN_DAY


def _status(facts: dict[str, Any], day: date, until: date | None) -> Status | None:
    days = days_of("start", facts["start"]) | days_of("end", facts["end"])
    stated = facts.get("stated_status")
    if "stated_status" in facts and not (stated or facts["start"]):
        return None
    return status_on(day, days["start_first_day"], days["end_last_day"], until or UNKNOWN_DAY, stated)


async def _confirmed_on(connection: AsyncConnection, action: dict[str, Any]) -> date | None:
    """The last day on which the state of the action was known; by the date that its source has today."""
    if action["vouched_for"]:
        return None
    source = select(Source.as_of).where(Source.id == action["source"])
    known = action["confirmed_on"] or last_known_day(await connection.scalar(source))
    return None if known is None else date.fromisoformat(known)


def _activity(facts: dict[str, Any], day: date, until: date | None) -> ActivityRead:
    return ActivityRead.model_validate(
        {**facts, "country": country_ref(facts["country"]), "status": _status(facts, day, until)}
    )


def _deployment(facts: dict[str, Any], activities: dict[int, dict[str, Any]], action: dict[str, Any]) -> DeploymentRead:
    activity = activities.get(facts["activity"] or 0, {})
    day = _first_day(activity.get("start") or action["start"])
    country = COUNTRIES.get(facts["sending_country"] or "")
    member = None
    if country is not None:
        begun = country.eu_member_from is not None and country.eu_member_from <= day
        member = begun and (country.eu_member_until is None or country.eu_member_until >= day)
    return DeploymentRead.model_validate(
        {**facts, "sending_country": country_ref(facts["sending_country"]), "is_eu_member_state": member}
    )
