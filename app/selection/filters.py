"""The filters of every list, facet, figure, search and export, each declared once."""

from dataclasses import replace
from typing import Annotated

from pydantic import Field, StringConstraints

from app.actions.models import Action
from app.core.field_types import SLUG_PATTERN
from app.core.filters import (
    NONE,
    Choice,
    Filters,
    Interval,
    Selection,
    matching,
    named,
    numbered,
    one_of,
    overlapping,
)
from app.core.json_schema import Keywords
from app.core.text import Query
from app.reference.countries import COUNTRIES as COUNTRY_ROWS
from app.reference.countries import MEMBER_STATES, SUBREGIONS, country_name
from app.reference.country_names import country_named
from app.reference.vocabularies import (
    ActivityType,
    OrganisationType,
    OutputKind,
    Pillar,
    Region,
    Status,
    label_of,
)
from app.search import documents
from app.search.synonyms import SYNONYMS
from app.selection.graph import (
    ACTION_DAYS,
    ACTION_END,
    ACTION_START,
    ACTION_STATUS,
    ACTIONS,
    ACTIVITY_COUNTRY,
    ACTIVITY_DAYS,
    ACTIVITY_STATUS,
    ACTIVITY_TYPE,
    COUNTRY,
    DEPLOYED_FOR,
    DEPLOYMENT_DAYS,
    EU_MEMBER,
    MEMBER_STATE,
    ORGANISATION_TYPE,
    OUTPUT_KIND,
    OUTSIDE_EU,
    PARTNER,
    PARTNER_NAME,
    PILLAR,
    REGION,
    SENDING_COUNTRY,
    SOURCE,
    SUBREGION,
    THEME,
    THEME_NAME,
)

# The countries whose names have an article in a sentence.
_WITH_ARTICLE = frozenset(
    "AE AX BQ BS CC CD CF CG CK DO FK FO GB GM IM IO KM KY MH MP MV NL PH PN SB TC TF UM US VG VI".split()  # noqa: SIM905
)


def _country(code: str) -> str:
    """A country's name as it stands in a sentence: "the Philippines"."""
    name = country_name(code)
    return f"the {name}" if code in _WITH_ARTICLE else name


def _sender(key: str) -> str:
    """What sent experts, in a sentence."""
    return "a country outside the EU" if key == OUTSIDE_EU else f"the member state {country_name(key)}"


# The EU's own codes of countries, and what people write instead of codes.
_EU_CODES = {"UK": "GB", "EL": "GR"}


def _country_meant(written: str) -> str | None:
    code = _EU_CODES.get(written.upper(), written.upper())
    return code if code in COUNTRY_ROWS else country_named(written)


CountryChoice = Annotated[
    str, Choice(list(COUNTRY_ROWS), none=True, meant=_country_meant), Keywords(title="CountryFilter")
]
ParentId = Annotated[str, StringConstraints(pattern=f"^([1-9][0-9]{{0,8}}|{NONE})$"), Keywords(examples=["1"])]
MANY = Field(max_length=300)
MANY_INTERVALS = Field(max_length=60)


class RecordFilters(Filters):
    """Repeat a parameter for OR; different parameters are AND. `none` keeps records without a value."""

    q: Annotated[
        list[Query],
        Field(max_length=30),
        matching(ACTIONS, documents.Kind.ACTION, "that mention {}", SYNONYMS),
    ] = []
    """Words that the action, its partners, activities, deployments or outputs have, in any form of the word (`train`,
    `training`); the last one may be the beginning of a longer word, as may `any*`. "Words in quotes" stand side by
    side, `-word` must not occur, `OR` leaves a choice. Case and accents make no difference; an acronym also finds what
    it stands for, and a people's name its country."""

    action: Annotated[
        list[Annotated[str, StringConstraints(max_length=100), Keywords(pattern=SLUG_PATTERN, examples=["1"])]],
        MANY,
        named(ACTIONS, Action.slug, "with the id or slug {}"),
    ] = []
    """Action by its id or slug: of a list of what belongs to actions, what belongs to this one."""

    source: Annotated[
        list[ParentId],
        MANY,
        numbered(SOURCE, "read in the source {}", without="without a source"),
    ] = []
    """Source in which the action was read, its id as `/sources` lists them."""

    activity: Annotated[
        list[ParentId],
        MANY,
        numbered(DEPLOYED_FOR, "for the activity {}", without="for no stated activity"),
    ] = []
    """Activity that experts were deployed for, its id."""

    country: Annotated[
        list[CountryChoice],
        MANY,
        one_of(COUNTRY, "", labels=country_name),
    ] = []
    """Partner country of the action, ISO 3166-1 alpha-2."""

    subregion: Annotated[
        list[Annotated[str, Choice(list(SUBREGIONS), none=True)]],
        MANY,
        one_of(
            SUBREGION,
            "in {}",
            labels=SUBREGIONS.__getitem__,
            without="outside every subregion",
        ),
    ] = []
    """Subregion of a partner country, UN M49 code (`143` is Central Asia)."""

    region: Annotated[
        list[Annotated[str, Choice(list(Region), none=True)]],
        MANY,
        one_of(REGION, "in the region {}", labels=label_of, without="without a region"),
    ] = []
    """The facility's region."""

    theme: Annotated[
        list[Annotated[str, Keywords(pattern=SLUG_PATTERN, examples=["labour-migration"])]],
        MANY,
        one_of(THEME, "", exists=THEME_NAME),
    ] = []
    """Theme of the action, its slug as `/themes` lists them."""

    pillar: Annotated[
        list[Annotated[str, Choice(list(Pillar), none=True)]],
        MANY,
        one_of(PILLAR, "under the pillar {}", labels=label_of),
    ] = []
    """Pillar of a theme of the action."""

    partner: Annotated[
        list[Annotated[str, Keywords(pattern=f"^([1-9][0-9]{{0,9}}|{NONE})$", examples=["1"])]],
        MANY,
        one_of(PARTNER, "", exists=PARTNER_NAME),
    ] = []
    """Partner of the action, its id as `/partners` lists them."""

    status: Annotated[
        list[Annotated[str, Choice(list(Status), none=False)]],
        MANY,
        one_of(ACTION_STATUS, "with the status {}"),
    ] = []
    """Status of the action on the day `as_of`; after its `confirmed_on`, an open end is `unconfirmed`."""

    active_in: Annotated[
        list[Interval],
        MANY_INTERVALS,
        overlapping(
            ACTION_DAYS,
            "that ran at any time {}",
            without="without dates",
        ),
    ] = []
    """Actions that are known to run at any time in a year, month, day or interval: with an open end, through their
    `confirmed_on`."""

    started_in: Annotated[
        list[Interval],
        MANY_INTERVALS,
        overlapping(
            ACTION_START,
            "that began {}",
            without="without a start",
        ),
    ] = []
    """Actions whose start lies, or may lie, in a year, month, day or interval."""

    ended_in: Annotated[
        list[Interval],
        MANY_INTERVALS,
        overlapping(
            ACTION_END,
            "that ended {}",
            without="without an end",
        ),
    ] = []
    """Actions whose end lies, or may lie, in a year, month, day or interval; `none` keeps open ends."""

    activity_type: Annotated[
        list[Annotated[str, Choice(list(ActivityType), none=True)]],
        MANY,
        one_of(ACTIVITY_TYPE, "of the type {}", labels=label_of),
    ] = []
    """Type of an activity."""

    activity_in: Annotated[
        list[Interval],
        MANY_INTERVALS,
        overlapping(
            ACTIVITY_DAYS,
            "taking place {}",
            without="without dates",
        ),
    ] = []
    """When an activity took place: a year, month, day or interval. `deployed_in` is about deployments instead."""

    activity_country: Annotated[
        list[CountryChoice],
        MANY,
        one_of(
            ACTIVITY_COUNTRY,
            "held in {}",
            labels=_country,
            without="without a stated country",
        ),
    ] = []
    """Country in which an activity was held, ISO 3166-1 alpha-2."""

    activity_status: Annotated[
        list[Annotated[str, Choice(list(Status), none=True)]],
        MANY,
        one_of(ACTIVITY_STATUS, "with the status {}", without="with an unknown status"),
    ] = []
    """Status of an activity on the day `as_of`."""

    sending_country: Annotated[
        list[CountryChoice],
        MANY,
        one_of(
            SENDING_COUNTRY,
            "from {}",
            labels=_country,
            without="without a stated sending country",
        ),
    ] = []
    """Country that sent experts, ISO 3166-1 alpha-2."""

    member_state: Annotated[
        list[
            Annotated[
                str,
                Choice([*MEMBER_STATES, OUTSIDE_EU], none=True, meant=_country_meant),
                Keywords(title="MemberStateFilter"),
            ]
        ],
        MANY,
        one_of(
            MEMBER_STATE,
            "from {}",
            labels=_sender,
            without="without a stated sending country",
        ),
    ] = []
    """Country that sent experts while it was a member state of the EU; `outside-eu` keeps deployments from a country
    that was none then, `none` those whose country is not stated, and actions without any."""

    eu_member: Annotated[
        list[Annotated[str, Choice(["true", "false"], none=True)]],
        MANY,
        one_of(
            EU_MEMBER,
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
            ORGANISATION_TYPE,
            "by an organisation of the type {}",
            labels=label_of,
        ),
    ] = []
    """Kind of organisation that sent experts."""

    deployed_in: Annotated[
        list[Interval],
        MANY_INTERVALS,
        overlapping(DEPLOYMENT_DAYS, "made {}", without="of an unknown time"),
    ] = []
    """When experts were deployed: a year, month, day or interval. The time of a deployment is that of its own activity,
    or that in which its action is known to run where the activity or its day is not known. `activity_in` is about
    activities instead: on deployments, it keeps those whose *action* has an activity at that time."""

    output_kind: Annotated[
        list[Annotated[str, Choice(list(OutputKind), none=True)]],
        MANY,
        one_of(OUTPUT_KIND, "of the kind {}", labels=label_of),
    ] = []
    """Kind of an output."""


class LinkedFilters(RecordFilters):
    """The filters of what actions are linked to: any of them keeps the records that a matching action has."""

    has_actions: bool = False
    """Only those that an action has; every other filter asks for that by itself."""

    def selection(self) -> Selection:
        """What these parameters select."""
        return replace(super().selection(), linked_only=self.has_actions)
