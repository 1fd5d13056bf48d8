"""The record as a graph: actions, and the ways from them to what they are linked to."""

from collections.abc import Mapping

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import join

from app.actions.models import Action, ActionCountry, ActionPartner, ActionTheme
from app.activities.models import Activity
from app.core.filters import Resource
from app.core.index.schema import ByDay, ByName, Graph, Link, Lookup, Order, Period, RecordKey, RootKey
from app.core.partial_dates import UNKNOWN_DAY
from app.deployments.models import Deployment
from app.outputs.models import Output
from app.reference.countries import country_name
from app.reference.labels import theme_name
from app.reference.models import Country, Partner, Publication, Source, Theme
from app.selection.status import STATUSES, action_status_codes, activity_status_codes

ACTIONS = Link("action", Action, Action.id, Action.id)
THEMES = Link("theme", ActionTheme, ActionTheme.action, ActionTheme.theme, shares_records=True)
COUNTRIES = Link("country", ActionCountry, ActionCountry.action, ActionCountry.country, shares_records=True)
PARTNERS = Link("partner", ActionPartner, ActionPartner.action, ActionPartner.partner, shares_records=True)
ACTIVITIES = Link(
    "activity",
    Activity,
    Activity.action,
    Activity.id,
    source=join(Activity, Action, Action.id == Activity.action),
)
DEPLOYMENTS = Link(
    "deployment",
    Deployment,
    Deployment.action,
    Deployment.id,
    source=join(Deployment, Action, Action.id == Deployment.action)
    .outerjoin(Activity, Activity.id == Deployment.activity)
    .outerjoin(Country, Country.code == Deployment.sending_country),
)
OUTPUTS = Link("output", Output, Output.action, Output.id)

_themes, _countries, _partners, _publications, _sources = (
    Link(name, entity, key, key, shares_records=True)
    for name, entity, key in (
        ("themes", Theme, Theme.slug),
        ("countries", Country, Country.code),
        ("partners", Partner, Partner.id),
        ("publications", Publication, Publication.id),
        ("sources", Source, Source.id),
    )
)

ACTION_LIST = Resource("/actions", Action, Action.id, ACTIONS, ACTIONS)
ACTIVITY_LIST = Resource("/activities", Activity, Activity.id, ACTIVITIES, ACTIVITIES)
DEPLOYMENT_LIST = Resource("/deployments", Deployment, Deployment.id, DEPLOYMENTS, DEPLOYMENTS)
OUTPUT_LIST = Resource("/outputs", Output, Output.id, OUTPUTS, OUTPUTS)
COUNTRY_LIST = Resource("/countries", Country, Country.code, _countries, COUNTRIES, "has_actions")
THEME_LIST = Resource("/themes", Theme, Theme.slug, _themes, THEMES, "has_actions")
PARTNER_LIST = Resource("/partners", Partner, Partner.id, _partners, PARTNERS, "has_actions")
PUBLICATION_LIST = Resource("/publications", Publication, Publication.id, _publications)
SOURCE_LIST = Resource("/sources", Source, Source.id, _sources)


OUTSIDE_EU = "outside-eu"
"""Instead of a member state: a known country that was none then."""

# A deployment without any date lies ahead, so it counts with the countries whose membership lasts.
_DAY_OF_DEPLOYMENT = case(
    (Activity.start_first_day < UNKNOWN_DAY, Activity.start_first_day), else_=Action.start_first_day
)
_WAS_MEMBER = and_(
    Country.eu_member_from <= _DAY_OF_DEPLOYMENT,
    or_(Country.eu_member_until.is_(None), Country.eu_member_until >= _DAY_OF_DEPLOYMENT),
)
IS_EU_MEMBER = case((Deployment.sending_country.is_(None), None), (_WAS_MEMBER, "true"), else_="false")
"""Whether a deployment came from a country that was a member state on the first day of its activity, or of its action
where that is not known; as the words of the filter, and null where its country is unknown. It is read from the source
of `DEPLOYMENTS`."""


def _days_of_deployment() -> Period:
    """The days of the deployment's own activity, or those in which its action is known to run where the activity or its
    days are not known."""
    is_dated = ACTIVITY_DAYS.first.expression < UNKNOWN_DAY
    first, last = (
        DEPLOYMENTS.day(case((is_dated, own.expression), else_=of_action.expression))
        for own, of_action in ((ACTIVITY_DAYS.first, ACTION_DAYS.first), (ACTIVITY_DAYS.last, ACTION_DAYS.last))
    )
    return Period(first, last)


# -- what the index holds of each --


def _known_days(link: Link) -> Period:
    """The days in which a record is known to run: one with an open end, as long as the state of its action is known.
    What would only begin after that, with an open end, has none."""
    entity, until = link.entity, Action.confirmed_last_day
    is_open = entity.end_last_day == UNKNOWN_DAY
    first = case((and_(is_open, entity.start_first_day > until), UNKNOWN_DAY), else_=entity.start_first_day)
    last = case((and_(is_open, entity.start_first_day <= until), until), else_=entity.end_last_day)
    return Period(link.day(first), link.day(last))


_action_start = (ACTIONS.day(Action.start_first_day), ACTIONS.day(Action.start_last_day))
_action_end = (ACTIONS.day(Action.end_first_day), ACTIONS.day(Action.end_last_day))
_action_confirmed = ACTIONS.day(Action.confirmed_last_day)
_activity_days = (ACTIVITIES.day(Activity.start_first_day), ACTIVITIES.day(Activity.end_last_day))
_stated_status = ACTIVITIES.text(Activity.stated_status, known=STATUSES)

REGION = ACTIONS.text(Action.region)
SOURCE = ACTIONS.number(Action.source)
ACTION_STATUS = ByDay((_action_start[0], _action_end[1], _action_confirmed), STATUSES, action_status_codes)
ACTION_START = Period(*_action_start, in_one_year=True)
ACTION_END = Period(*_action_end, in_one_year=True)
ACTION_DAYS = _known_days(ACTIONS)

THEME = THEMES.text(ActionTheme.theme)
PILLAR = Lookup(THEME, select(Theme.slug, Theme.pillar))
THEME_NAME = Lookup(THEME, select(Theme.slug, Theme.name).order_by(Theme.slug))
COUNTRY = COUNTRIES.text(ActionCountry.country)
SUBREGION = Lookup(COUNTRY, select(Country.code, Country.subregion))
PARTNER = PARTNERS.text(ActionPartner.partner)
PARTNER_NAME = Lookup(PARTNER, select(Partner.id, Partner.name).order_by(Partner.id))

ACTIVITY_TYPE = ACTIVITIES.text(Activity.type)
ACTIVITY_COUNTRY = ACTIVITIES.text(Activity.country)
ACTIVITY_DAYS = _known_days(ACTIVITIES)
ACTIVITY_STATUS = ByDay(
    (_stated_status, *_activity_days, ACTIVITIES.day(Action.confirmed_last_day)), STATUSES, activity_status_codes
)

SENDING_COUNTRY = DEPLOYMENTS.text(Deployment.sending_country)
MEMBER_STATE = DEPLOYMENTS.text(
    case((Deployment.sending_country.is_(None), None), (_WAS_MEMBER, Deployment.sending_country), else_=OUTSIDE_EU)
)
EU_MEMBER = DEPLOYMENTS.text(IS_EU_MEMBER)
DEPLOYMENT_DAYS = _days_of_deployment()
DEPLOYED_FOR = DEPLOYMENTS.number(Deployment.activity)
ORGANISATION_TYPE = DEPLOYMENTS.text(Deployment.organisation_type)
EXPERTS = DEPLOYMENTS.number(Deployment.experts_count)

OUTPUT_KIND = OUTPUTS.text(Output.kind)

RECORD = Graph(
    ACTIONS,
    (THEMES, COUNTRIES, PARTNERS, ACTIVITIES, DEPLOYMENTS, OUTPUTS),
    lookups=(PILLAR, SUBREGION, THEME_NAME, PARTNER_NAME),
    references=(_themes, _countries, _partners, _publications, _sources),
)

# -- what lists are sorted by --

ACTION_SORTS: Mapping[str, Order] = {
    "id": RecordKey(ACTIONS),
    "title": ACTIONS.text(func.lower(Action.title)),
    "start": _action_start[0],
    "end": _action_end[1],
    "created_at": ACTIONS.instant(Action.created_at),
    "updated_at": ACTIONS.instant(Action.updated_at),
}
ACTIVITY_SORTS: Mapping[str, Order] = {
    "id": RecordKey(ACTIVITIES),
    "action": RootKey(ACTIVITIES),
    "position": ACTIVITIES.number(Activity.position),
    "start": _activity_days[0],
    "end": _activity_days[1],
    "type": ACTIVITY_TYPE,
    "title": ACTIVITIES.text(func.lower(Activity.title)),
    "updated_at": ACTIVITIES.instant(Activity.updated_at),
}
DEPLOYMENT_SORTS: Mapping[str, Order] = {
    "id": RecordKey(DEPLOYMENTS),
    "action": RootKey(DEPLOYMENTS),
    "sending_country": SENDING_COUNTRY,
    "organisation_type": ORGANISATION_TYPE,
    "experts_count": EXPERTS,
    "updated_at": DEPLOYMENTS.instant(Deployment.updated_at),
}
OUTPUT_SORTS: Mapping[str, Order] = {
    "id": RecordKey(OUTPUTS),
    "action": RootKey(OUTPUTS),
    "kind": OUTPUT_KIND,
    "title": OUTPUTS.text(func.lower(Output.title)),
    "published": OUTPUTS.day(Output.published_first_day),
    "updated_at": OUTPUTS.instant(Output.updated_at),
}
_country_code = _countries.text(Country.code)
COUNTRY_SORTS: Mapping[str, Order] = {
    "code": _country_code,
    "name": ByName((_country_code,), country_name),
    "subregion": _countries.text(Country.subregion),
}
_theme_slug = _themes.text(Theme.slug)
THEME_SORTS: Mapping[str, Order] = {
    "slug": _theme_slug,
    "name": ByName((_theme_slug, _themes.text(Theme.name)), theme_name),
    "pillar": _themes.text(Theme.pillar),
}
PARTNER_SORTS: Mapping[str, Order] = {
    "id": _partners.number(Partner.id),
    "name": ByName((_partners.text(Partner.name),), str),
    "country": _partners.text(Partner.country),
}
PUBLICATION_SORTS: Mapping[str, Order] = {
    "id": _publications.number(Publication.id),
    "title": _publications.text(func.lower(Publication.title)),
}
SOURCE_SORTS: Mapping[str, Order] = {
    "id": _sources.number(Source.id),
    "title": _sources.text(func.lower(Source.title)),
}
