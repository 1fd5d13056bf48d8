"""What can be counted, and how it can be split: the measures, dimensions and presets, each declared once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final

from app.actions.models import Action
from app.activities.models import Activity
from app.core.aggregates import Dimension, Measure, Years
from app.core.filters import Link
from app.core.partial_dates import Span
from app.deployments.models import Deployment
from app.reference.countries import COUNTRIES as COUNTRY_ROWS
from app.reference.countries import MEMBER_STATES, SUBREGIONS, country_name, subregion_name
from app.reference.labels import theme_name, translated
from app.reference.models import Country, Partner, Theme
from app.reference.vocabularies import (
    ActivityType,
    OrganisationType,
    Pillar,
    Region,
    Status,
    label_of,
)
from app.selection.graph import (
    ACTION_LIST,
    ACTIVITIES,
    ACTIVITY_LIST,
    COUNTRIES,
    COUNTRY_LIST,
    DEPLOYMENT_LIST,
    DEPLOYMENTS,
    IS_EU_MEMBER,
    MEMBER_STATE,
    OUTPUT_LIST,
    PARTNERS,
    THEMES,
    action_status,
)

MEASURES: Final = {
    measure.name: measure
    for measure in (
        Measure("actions", ACTION_LIST, "actions"),
        Measure("activities", ACTIVITY_LIST, "activities"),
        Measure("deployments", DEPLOYMENT_LIST, "deployments"),
        Measure("experts", DEPLOYMENT_LIST, "deployments", summed=Deployment.experts_count),
        Measure("countries", COUNTRY_LIST, "partner countries"),
        Measure("outputs", OUTPUT_LIST, "outputs"),
    )
}

_MEMBERSHIPS: Final = {
    code: Span(row.eu_member_from, row.eu_member_until or date.max)
    for code, row in COUNTRY_ROWS.items()
    if row.eu_member_from
}
_EU_LABELS: Final = {"true": "EU member states", "false": "Outside the EU"}


def dimension_of(
    name: str,
    link: Link | None,
    column: Any,
    noun: str,
    none: str,
    label: Callable[[str], str] = str,
    **options: Any,
) -> Dimension:
    """A dimension with its own name as its filter's, whose row of records without a value is called in the language of
    the request."""
    options.setdefault("filter", name)
    unassigned = partial(translated, "none", none, none)
    return Dimension(name=name, link=link, column=column, noun=noun, none=unassigned, label=label, **options)


DIMENSIONS: Final = {
    dimension.name: dimension
    for dimension in (
        dimension_of(
            "theme", THEMES, Theme.slug, "theme", "No theme", lookup=(Theme.slug, Theme.name), named=theme_name
        ),
        dimension_of("pillar", THEMES, Theme.pillar, "pillar", "No theme", label_of, known=list(Pillar)),
        dimension_of(
            "country",
            COUNTRIES,
            Country.code,
            "partner country",
            "No country",
            country_name,
            known=list(COUNTRY_ROWS),
        ),
        dimension_of(
            "subregion",
            COUNTRIES,
            Country.subregion,
            "subregion of the partner country",
            "No subregion",
            subregion_name,
            known=list(SUBREGIONS),
        ),
        dimension_of("region", None, Action.region, "region", "No region", label_of, known=list(Region)),
        dimension_of("partner", PARTNERS, Partner.id, "partner", "No partner", lookup=(Partner.id, Partner.name)),
        dimension_of("status", None, action_status, "status", "No status", label_of, known=list(Status)),
        dimension_of(
            "start_year",
            None,
            Action.start_year,
            "start year",
            "No start",
            filter="started_in",
            in_years=True,
        ),
        dimension_of(
            "active_year",
            None,
            Years(Action.start_first_day, Action.end_last_day),
            "year",
            "No dates",
            filter="active_in",
            in_years=True,
        ),
        dimension_of(
            "activity_type",
            ACTIVITIES,
            Activity.type,
            "activity type",
            "No activity",
            label_of,
            known=list(ActivityType),
        ),
        dimension_of(
            "activity_year",
            ACTIVITIES,
            Years(Activity.start_first_day, Activity.end_last_day),
            "activity year",
            "No dated activity",
            filter="activity_in",
            in_years=True,
        ),
        dimension_of(
            "activity_country",
            ACTIVITIES,
            Activity.country,
            "activity country",
            "Place not stated",
            country_name,
            known=list(COUNTRY_ROWS),
        ),
        dimension_of(
            "sending_country",
            DEPLOYMENTS,
            Deployment.sending_country,
            "sending country",
            "Country not stated",
            country_name,
            known=list(COUNTRY_ROWS),
        ),
        dimension_of(
            "member_state",
            DEPLOYMENTS,
            MEMBER_STATE,
            "member state",
            "Not known to be from a member state",
            country_name,
            known=MEMBER_STATES,
            member_states=_MEMBERSHIPS,
        ),
        dimension_of(
            "eu_member",
            DEPLOYMENTS,
            IS_EU_MEMBER,
            "EU membership of the sending country",
            "Country not stated",
            lambda key: translated("eu_member", key, _EU_LABELS[key]),
            known=list(_EU_LABELS),
        ),
        dimension_of(
            "organisation_type",
            DEPLOYMENTS,
            Deployment.organisation_type,
            "organisation type",
            "No deployment",
            label_of,
            known=list(OrganisationType),
        ),
    )
}


@dataclass(frozen=True)
class Preset:
    """A figure with a name of its own."""

    name: str
    measure: str
    by: tuple[str, ...]
    about: str
    """What it answers, for the documentation."""


PRESETS: Final = {
    preset.name: preset
    for preset in (
        Preset("actions-per-theme", "actions", ("theme",), "What are the actions about?"),
        Preset("actions-per-country", "actions", ("country",), "Which partner countries had how many actions?"),
        Preset(
            "actions-per-region",
            "actions",
            ("region",),
            "How do the actions spread over the facility's regions?",
        ),
        Preset("actions-per-year", "actions", ("active_year",), "How many actions ran in each year?"),
        Preset(
            "actions-per-status",
            "actions",
            ("status",),
            "How many actions are planned, ongoing and completed?",
        ),
        Preset("activities-per-type", "activities", ("activity_type",), "What kinds of activities are held?"),
        Preset(
            "activities-per-year",
            "activities",
            ("activity_year",),
            "How many activities took place in each year?",
        ),
        Preset(
            "deployments-per-member-state",
            "deployments",
            ("member_state",),
            "Which member states of the EU sent experts, and how often?",
        ),
        Preset(
            "deployments-per-sending-country",
            "deployments",
            ("sending_country",),
            "Which countries sent experts, inside and outside the EU?",
        ),
        Preset(
            "deployments-per-organisation-type",
            "deployments",
            ("organisation_type",),
            "What kinds of organisations sent experts?",
        ),
        Preset(
            "member-states-by-country",
            "actions",
            ("member_state", "country"),
            "Which member states worked with which partner countries?",
        ),
        Preset(
            "themes-by-year",
            "actions",
            ("theme", "active_year"),
            "How have the themes developed over the years?",
        ),
    )
}
