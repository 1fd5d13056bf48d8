"""What can be counted, and how it can be split: the measures, dimensions and presets, each declared once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final

from app.core.dimensions import Dimension, Measure
from app.core.filters import NONE, Selection
from app.core.index.columns import UNKNOWN, day_number
from app.core.index.schema import Coded, Period
from app.core.index.snapshot import Snapshot
from app.core.partial_dates import Span
from app.reference.countries import COUNTRIES as COUNTRY_ROWS
from app.reference.countries import MEMBER_STATES, SUBREGIONS, country_name, subregion_name
from app.reference.labels import theme_name, translated
from app.reference.vocabularies import (
    ActivityType,
    OrganisationType,
    OutputKind,
    Pillar,
    Region,
    Status,
    label_of,
)
from app.selection.graph import (
    ACTION_DAYS,
    ACTION_END,
    ACTION_LIST,
    ACTION_START,
    ACTION_STATUS,
    ACTIVITY_COUNTRY,
    ACTIVITY_DAYS,
    ACTIVITY_LIST,
    ACTIVITY_STATUS,
    ACTIVITY_TYPE,
    COUNTRY,
    COUNTRY_LIST,
    DEPLOYMENT_DAYS,
    DEPLOYMENT_LIST,
    EU_MEMBER,
    EXPERTS,
    MEMBER_STATE,
    ORGANISATION_TYPE,
    OUTPUT_KIND,
    OUTPUT_LIST,
    OUTSIDE_EU,
    PARTNER,
    PARTNER_NAME,
    PILLAR,
    REGION,
    SENDING_COUNTRY,
    SUBREGION,
    THEME,
    THEME_NAME,
)

MEASURES: Final = {
    measure.name: measure
    for measure in (
        Measure("actions", ACTION_LIST, "actions"),
        Measure("activities", ACTIVITY_LIST, "activities"),
        Measure("deployments", DEPLOYMENT_LIST, "deployments"),
        Measure("experts", DEPLOYMENT_LIST, "deployments", summed=EXPERTS),
        Measure("countries", COUNTRY_LIST, "partner countries"),
        Measure("outputs", OUTPUT_LIST, "outputs"),
    )
}

_MEMBERSHIPS: Final = {
    code: Span(row.eu_member_from, row.eu_member_until or date.max)
    for code, row in COUNTRY_ROWS.items()
    if row.eu_member_from
}


def _member_states(snapshot: Snapshot, selection: Selection) -> list[str]:
    """The member states of the days that a figure is about: those of `active_in`, else from the first start on."""
    given = [value for value in selection.values.get("active_in", ()) if value != NONE]
    starts = snapshot.rows[ACTION_DAYS.link].columns[ACTION_DAYS.first]
    first = min(int(starts.min(initial=UNKNOWN)), day_number(selection.as_of))
    since = date(first // 10000, first // 100 % 100, first % 100)
    period = [Span.parse(value) for value in given] or [Span(since, selection.as_of)]
    return [*(code for code, days in _MEMBERSHIPS.items() if any(map(days.intersection, period))), OUTSIDE_EU]


_EU_LABELS: Final = {"true": "EU member states", "false": "Outside the EU"}


def _membership(key: str) -> str:
    return translated("eu_member", key, _EU_LABELS[key])


def _sender_name(key: str) -> str:
    """A member state, or what stands for all countries that were none."""
    return _membership("false") if key == OUTSIDE_EU else country_name(key)


def dimension_of(
    name: str,
    column: Coded | Period,
    noun: str,
    none: str,
    label: Callable[[str], str] = str,
    **options: Any,
) -> Dimension:
    """A dimension with its own name as its filter's, whose row of records without a value is called in the language of
    the request."""
    options.setdefault("filter", name)
    unassigned = partial(translated, "none", none, none)
    return Dimension(name=name, column=column, noun=noun, none=unassigned, label=label, **options)


DIMENSIONS: Final = {
    dimension.name: dimension
    for dimension in (
        dimension_of("theme", THEME, "theme", "No theme", lookup=THEME_NAME, named=theme_name),
        dimension_of("pillar", PILLAR, "pillar", "No theme", label_of, known=list(Pillar)),
        dimension_of(
            "country",
            COUNTRY,
            "partner country",
            "No country",
            country_name,
            known=list(COUNTRY_ROWS),
        ),
        dimension_of(
            "subregion",
            SUBREGION,
            "subregion of the partner country",
            "No subregion",
            subregion_name,
            known=list(SUBREGIONS),
        ),
        dimension_of("region", REGION, "region", "No region", label_of, known=list(Region)),
        dimension_of("partner", PARTNER, "partner", "No partner", lookup=PARTNER_NAME),
        dimension_of("status", ACTION_STATUS, "status", "No status", label_of, known=list(Status)),
        dimension_of(
            "start_year",
            ACTION_START,
            "start year",
            "No start",
            filter="started_in",
        ),
        dimension_of(
            "active_year",
            ACTION_DAYS,
            "year",
            "No dates",
            filter="active_in",
        ),
        dimension_of(
            "activity_type",
            ACTIVITY_TYPE,
            "activity type",
            "No activity",
            label_of,
            known=list(ActivityType),
        ),
        dimension_of(
            "activity_year",
            ACTIVITY_DAYS,
            "activity year",
            "No dated activity",
            filter="activity_in",
        ),
        dimension_of(
            "activity_country",
            ACTIVITY_COUNTRY,
            "activity country",
            "Place not stated",
            country_name,
            known=list(COUNTRY_ROWS),
        ),
        dimension_of(
            "sending_country",
            SENDING_COUNTRY,
            "sending country",
            "Country not stated",
            country_name,
            known=list(COUNTRY_ROWS),
        ),
        dimension_of(
            "member_state",
            MEMBER_STATE,
            "member state",
            "Country not stated",
            _sender_name,
            known=(*MEMBER_STATES, OUTSIDE_EU),
            known_to=_member_states,
            apart=OUTSIDE_EU,
        ),
        dimension_of(
            "eu_member",
            EU_MEMBER,
            "EU membership of the sending country",
            "Country not stated",
            _membership,
            known=list(_EU_LABELS),
        ),
        dimension_of(
            "organisation_type",
            ORGANISATION_TYPE,
            "organisation type",
            "No deployment",
            label_of,
            known=list(OrganisationType),
        ),
        dimension_of(
            "deployment_year",
            DEPLOYMENT_DAYS,
            "deployment year",
            "Date not known",
            filter="deployed_in",
        ),
        dimension_of("output_kind", OUTPUT_KIND, "output kind", "No output", label_of, known=list(OutputKind)),
    )
}


_OTHERS: Final = (
    dimension_of("end_year", ACTION_END, "end year", "No end", filter="ended_in"),
    dimension_of(
        "activity_status", ACTIVITY_STATUS, "activity status", "Not known, or no activity", label_of, known=list(Status)
    ),
)
"""What filters have beside the dimensions of figures."""
BY_FILTER: Final = {dimension.filter: dimension for dimension in (*DIMENSIONS.values(), *_OTHERS)}


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
            "How many actions are planned, ongoing and completed, and of how many is that not confirmed?",
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
            "deployments-per-year", "deployments", ("deployment_year",), "How many deployments were there in each year?"
        ),
        Preset(
            "member-states-by-year",
            "deployments",
            ("member_state", "deployment_year"),
            "Which member states sent experts in which years?",
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
