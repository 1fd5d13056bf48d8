"""The filters of every list, facet, figure, search and export, each declared once."""

import re
from dataclasses import replace
from typing import Annotated

from pydantic import Field, WithJsonSchema

from app.actions.models import Action
from app.activities.models import Activity
from app.core.filters import (
    Choice,
    Filters,
    Interval,
    Selection,
    matching,
    one_of,
    overlapping,
)
from app.core.text import Query
from app.deployments.models import Deployment
from app.reference.countries import COUNTRIES as COUNTRY_ROWS
from app.reference.countries import MEMBER_STATES, SUBREGIONS, country_name
from app.reference.models import Country, Partner, Theme
from app.reference.schemas import MAX_ID
from app.reference.vocabularies import (
    ActivityType,
    OrganisationType,
    Pillar,
    Region,
    Status,
    label_of,
)
from app.search import documents
from app.search.synonyms import SYNONYMS
from app.selection.graph import (
    ACTION,
    ACTIVITIES,
    COUNTRIES,
    DEPLOYMENTS,
    IS_EU_MEMBER,
    MEMBER_STATE,
    PARTNERS,
    THEMES,
    action_status,
)

# A parameter's annotation is read after its default is set, so what it names must have another name than it.
from app.selection.graph import activity_status as status_of_activity


def _partner_id(value: str) -> int:
    """Raises ValueError for what is no id as this service writes it."""
    if not re.fullmatch("[1-9][0-9]{0,9}", value) or int(value) > MAX_ID:
        raise ValueError(value)
    return int(value)


def _theme_slug(value: str) -> str:
    """Raises ValueError for what the database could not even look for."""
    if not value.isprintable():
        raise ValueError(value)
    return value


# The countries whose names have an article in a sentence.
_WITH_ARTICLE = frozenset(
    "AE AX BQ BS CC CD CF CG CK DO FK FO GB GM IM IO KM KY MH MP MV NL PH PN SB TC TF UM US VG VI".split()  # noqa: SIM905
)


def _country(code: str) -> str:
    """A country's name as it stands in a sentence: "the Philippines"."""
    name = country_name(code)
    return f"the {name}" if code in _WITH_ARTICLE else name


CountryChoice = Annotated[str, Choice(list(COUNTRY_ROWS), none=True)]
MANY = Field(max_length=300)
MANY_INTERVALS = Field(max_length=60)


class RecordFilters(Filters):
    """Repeat a parameter for OR; different parameters are AND. `none` keeps records without a value."""

    q: Annotated[
        list[Query],
        Field(max_length=30),
        matching(ACTION, documents.ACTION, "that mention {}", SYNONYMS),
    ] = []
    """Words that the action, its partners, activities, deployments or outputs have, in any form of the word (`train`,
    `training`); the last one may be the beginning of a longer word, as may `any*`. "Words in quotes" stand side by
    side, `-word` must not occur, `OR` leaves a choice. Case and accents make no difference; an acronym also finds what
    it stands for, and a people's name its country."""

    country: Annotated[
        list[CountryChoice],
        MANY,
        one_of(COUNTRIES, Country.code, "", labels=country_name),
    ] = []
    """Partner country of the action, ISO 3166-1 alpha-2."""

    subregion: Annotated[
        list[Annotated[str, Choice(list(SUBREGIONS), none=True)]],
        MANY,
        one_of(
            COUNTRIES,
            Country.subregion,
            "in {}",
            labels=SUBREGIONS.__getitem__,
            without="outside every subregion",
        ),
    ] = []
    """Subregion of a partner country, UN M49 code (`143` is Central Asia)."""

    region: Annotated[
        list[Annotated[str, Choice(list(Region), none=True)]],
        MANY,
        one_of(None, Action.region, "in the region {}", labels=label_of, without="without a region"),
    ] = []
    """The facility's region."""

    theme: Annotated[
        list[Annotated[str, WithJsonSchema({"type": "string", "examples": ["labour-migration"]})]],
        MANY,
        one_of(THEMES, Theme.slug, "", exists=Theme.slug, convert=_theme_slug),
    ] = []
    """Theme of the action, its slug as `/themes` lists them."""

    pillar: Annotated[
        list[Annotated[str, Choice(list(Pillar), none=True)]],
        MANY,
        one_of(THEMES, Theme.pillar, "under the pillar {}", labels=label_of),
    ] = []
    """Pillar of a theme of the action."""

    partner: Annotated[
        list[Annotated[str, WithJsonSchema({"type": "string", "examples": ["1"]})]],
        MANY,
        one_of(PARTNERS, Partner.id, "", exists=Partner.id, convert=_partner_id),
    ] = []
    """Partner of the action, its id as `/partners` lists them."""

    status: Annotated[
        list[Annotated[str, Choice(list(Status), none=False)]],
        MANY,
        one_of(None, action_status, "with the status {}"),
    ] = []
    """Status of the action on the day `as_of`."""

    active_in: Annotated[
        list[Interval],
        MANY_INTERVALS,
        overlapping(
            None,
            Action.start,
            Action.start_first_day,
            Action.end_last_day,
            "that ran at any time {}",
            without="without dates",
        ),
    ] = []
    """Actions that run at any time in a year, month, day or interval. An open end has no last day."""

    started_in: Annotated[
        list[Interval],
        MANY_INTERVALS,
        overlapping(
            None,
            Action.start,
            Action.start_first_day,
            Action.start_last_day,
            "that began {}",
            without="without a start",
        ),
    ] = []
    """Actions whose start lies, or may lie, in a year, month, day or interval."""

    ended_in: Annotated[
        list[Interval],
        MANY_INTERVALS,
        overlapping(
            None,
            Action.end,
            Action.end_first_day,
            Action.end_last_day,
            "that ended {}",
            without="without an end",
        ),
    ] = []
    """Actions whose end lies, or may lie, in a year, month, day or interval; `none` keeps open ends."""

    activity_type: Annotated[
        list[Annotated[str, Choice(list(ActivityType), none=True)]],
        MANY,
        one_of(ACTIVITIES, Activity.type, "of the type {}", labels=label_of),
    ] = []
    """Type of an activity."""

    activity_in: Annotated[
        list[Interval],
        MANY_INTERVALS,
        overlapping(
            ACTIVITIES,
            Activity.start,
            Activity.start_first_day,
            Activity.end_last_day,
            "taking place {}",
            without="without dates",
        ),
    ] = []
    """When an activity took place: a year, month, day or interval."""

    activity_country: Annotated[
        list[CountryChoice],
        MANY,
        one_of(
            ACTIVITIES,
            Activity.country,
            "held in {}",
            labels=_country,
            without="without a stated country",
        ),
    ] = []
    """Country in which an activity was held, ISO 3166-1 alpha-2."""

    activity_status: Annotated[
        list[Annotated[str, Choice(list(Status), none=True)]],
        MANY,
        one_of(ACTIVITIES, status_of_activity, "with the status {}", without="with an unknown status"),
    ] = []
    """Status of an activity on the day `as_of`."""

    sending_country: Annotated[
        list[CountryChoice],
        MANY,
        one_of(
            DEPLOYMENTS,
            Deployment.sending_country,
            "from {}",
            labels=_country,
            without="without a stated sending country",
        ),
    ] = []
    """Country that sent experts, ISO 3166-1 alpha-2."""

    member_state: Annotated[
        list[Annotated[str, Choice(list(MEMBER_STATES), none=True)]],
        MANY,
        one_of(
            DEPLOYMENTS,
            MEMBER_STATE,
            "from the member state {}",
            labels=country_name,
            without="from no known member state",
            narrows=Deployment.sending_country,
        ),
    ] = []
    """Country that sent experts while it was a member state of the EU; `none` keeps deployments from elsewhere, from an
    unknown country, and actions without any."""

    eu_member: Annotated[
        list[Annotated[str, Choice(["true", "false"], none=True)]],
        MANY,
        one_of(
            DEPLOYMENTS,
            IS_EU_MEMBER,
            "from {}",
            labels={"true": "a member state of the EU", "false": "a country outside the EU"}.__getitem__,
            without="without a stated sending country",
        ),
    ] = []
    """Whether experts came from a country that was then a member state of the EU."""

    organisation_type: Annotated[
        list[Annotated[str, Choice(list(OrganisationType), none=True)]],
        MANY,
        one_of(
            DEPLOYMENTS,
            Deployment.organisation_type,
            "by an organisation of the type {}",
            labels=label_of,
        ),
    ] = []
    """Kind of organisation that sent experts."""


class LinkedFilters(RecordFilters):
    """The filters of what actions are linked to: any of them keeps the records that a matching action has."""

    has_actions: bool = False
    """Only those that an action has; every other filter asks for that by itself."""

    def selection(self) -> Selection:
        """What these parameters select."""
        return replace(super().selection(), linked_only=self.has_actions)
