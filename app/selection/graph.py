"""The record as a graph: actions, and the ways from them to what they are linked to."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from app.actions.models import Action, ActionCountry, ActionPartner, ActionTheme
from app.activities.models import Activity
from app.core.filters import Link, Resource, Root
from app.core.partial_dates import UNKNOWN_DAY
from app.deployments.models import Deployment
from app.outputs.models import Output
from app.reference.models import Country, Partner, Theme
from app.reference.vocabularies import Status

ACTION = Root(Action, Action.id)

THEMES = Link(
    ACTION,
    ActionTheme.action,
    ((ActionTheme, ActionTheme.action == Action.id), (Theme, Theme.slug == ActionTheme.theme)),
    Theme.slug,
)
COUNTRIES = Link(
    ACTION,
    ActionCountry.action,
    ((ActionCountry, ActionCountry.action == Action.id), (Country, Country.code == ActionCountry.country)),
    Country.code,
)
PARTNERS = Link(
    ACTION,
    ActionPartner.action,
    ((ActionPartner, ActionPartner.action == Action.id), (Partner, Partner.id == ActionPartner.partner)),
    Partner.id,
)
ACTIVITIES = Link(ACTION, Activity.action, ((Activity, Activity.action == Action.id),), Activity.id)
DEPLOYMENTS = Link(ACTION, Deployment.action, ((Deployment, Deployment.action == Action.id),), Deployment.id)
OUTPUTS = Link(ACTION, Output.action, ((Output, Output.action == Action.id),), Output.id)

ACTION_LIST = Resource("/actions", Action, Action.id)
ACTIVITY_LIST = Resource("/activities", Activity, Activity.id, ACTIVITIES, Activity.action)
DEPLOYMENT_LIST = Resource("/deployments", Deployment, Deployment.id, DEPLOYMENTS, Deployment.action)
OUTPUT_LIST = Resource("/outputs", Output, Output.id, OUTPUTS, Output.action)
COUNTRY_LIST = Resource("/countries", Country, Country.code, COUNTRIES)
THEME_LIST = Resource("/themes", Theme, Theme.slug, THEMES)
PARTNER_LIST = Resource("/partners", Partner, Partner.id, PARTNERS)


def _status_by_dates(entity: Any, as_of: date) -> Any:
    """Planned before the first day, completed after the last one. Without a date it is planned: an unknown day lies
    after every other."""
    return case(
        (entity.start_first_day > as_of, Status.PLANNED.value),
        (entity.end_last_day < as_of, Status.COMPLETED.value),
        else_=Status.ONGOING.value,
    )


def action_status(as_of: date) -> ColumnElement[str]:
    """Where an action stands on a day."""
    status: ColumnElement[str] = _status_by_dates(Action, as_of)
    return status


def activity_status(as_of: date) -> ColumnElement[str | None]:
    """Where an activity stands on a day: what the source states, else what the dates tell, else null."""
    by_dates = case((Activity.start.is_not(None), _status_by_dates(Activity, as_of)))
    return func.coalesce(Activity.stated_status, by_dates)


def _day_of_deployment() -> Any:
    """The first day of the deployment's activity, or of its action where that is not known."""
    of_activity = (
        select(Activity.start_first_day)
        .where(Activity.id == Deployment.activity, Activity.start_first_day < UNKNOWN_DAY)
        .correlate(Deployment)
        .scalar_subquery()
    )
    of_action = (
        select(Action.start_first_day).where(Action.id == Deployment.action).correlate(Deployment).scalar_subquery()
    )
    return func.coalesce(of_activity, of_action)


def _member_state() -> ColumnElement[str | None]:
    """The sending country, when it was a member state on the deployment's day. A deployment without any date lies
    ahead, so it counts with the countries whose membership lasts."""
    day = _day_of_deployment()
    return (
        select(Country.code)
        .where(
            Country.code == Deployment.sending_country,
            and_(Country.eu_member_from <= day),
            or_(Country.eu_member_until.is_(None), Country.eu_member_until >= day),
        )
        .correlate(Deployment)
        .scalar_subquery()
    )


MEMBER_STATE = _member_state()
IS_EU_MEMBER = case((Deployment.sending_country.is_(None), None), (MEMBER_STATE.is_(None), "false"), else_="true")
"""Whether a deployment came from a member state, as the words of the filter; null where its country is unknown."""
