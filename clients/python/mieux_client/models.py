"""What the API answers and takes, as typed dictionaries. Written by `scripts/clients.py`."""

from typing import Any, Literal, NotRequired, TypedDict

ActivityType = Literal[
    "fact-finding-mission",
    "assessment-mission",
    "scoping-mission",
    "training",
    "training-of-trainers",
    "study-visit",
    "workshop",
    "seminar",
    "conference",
    "information-session",
    "knowledge-exchange",
    "round-table",
    "consultation",
    "expert-visit",
    "planning-session",
    "campaign",
    "drafting",
    "other",
]
ChangeOperation = Literal["create", "update", "delete", "restore"]
Choice = Literal["recorded", "new"]
CountedName = Literal["actions", "activities", "deployments", "experts", "countries", "outputs"]
CountryCode = str
CountryFilter = str
DimensionName = Literal[
    "theme",
    "pillar",
    "country",
    "subregion",
    "region",
    "partner",
    "status",
    "start_year",
    "active_year",
    "activity_type",
    "activity_year",
    "activity_country",
    "sending_country",
    "member_state",
    "eu_member",
    "organisation_type",
    "deployment_year",
    "output_kind",
]
FacetName = Literal[
    "country",
    "subregion",
    "region",
    "theme",
    "pillar",
    "partner",
    "status",
    "active_in",
    "started_in",
    "ended_in",
    "activity_type",
    "activity_in",
    "activity_country",
    "activity_status",
    "sending_country",
    "member_state",
    "eu_member",
    "organisation_type",
    "deployed_in",
    "output_kind",
]
HitKind = Literal["action", "activity", "output", "partner"]
Interval = str
LabelLanguage = Literal["en", "fr", "de", "es"]
LanguageCode = str
MeasureName = Literal["actions", "activities", "deployments", "experts", "countries", "outputs"]
OnReject = Literal["refuse", "skip"]
Operation = Literal["create", "update", "unchanged", "reject"]
OrganisationType = Literal[
    "national-administration",
    "academia",
    "ngo",
    "private-consultant",
    "international-organisation",
    "eu-body",
    "unspecified",
]
OutputKind = Literal[
    "report",
    "roadmap",
    "handbook",
    "strategy",
    "policy",
    "guidelines",
    "resource-book",
    "film",
    "campaign-material",
    "training-material",
    "other",
]
PartialDate = str
Pillar = Literal[
    "irregular-migration-and-trafficking",
    "legal-migration-and-mobility",
    "international-protection-and-asylum",
    "migration-and-development",
    "horizontal",
]
Prefer = Literal["recorded", "new", "ask"]
Region = Literal["asia", "eastern-europe", "latin-america", "middle-east-north-africa", "sub-saharan-africa"]
Role = Literal["reader", "editor", "admin"]
Scheme = Literal["light", "dark"]
Severity = Literal["error", "warning", "note"]
Shape = Literal["long", "wide"]
State = Literal["planned", "committed"]
Status = Literal["planned", "ongoing", "completed", "unconfirmed"]


class ActionAdded(TypedDict):
    """What was added, as it was sent."""

    items: "list[ActionRead]"
    """The records, in the order in which they were sent."""
    total: int
    """How many they are."""


class ActionBatch(TypedDict):
    """Records to add together: all of them, or none."""

    items: "list[ActionCreate]"
    """1 to 1,000 records."""


class ActionCounts(TypedDict):
    """How many records belong to an action."""

    activities: int
    """How many activities."""
    deployments: int
    """How many deployments, stated with or without a number of experts."""
    outputs: int
    """How many outputs."""


class ActionCreate(TypedDict):
    """What makes an action. Only the title is needed."""

    start: NotRequired["PartialDate | None"]
    """When it began: a year, a month or a day, as precisely as it is known."""
    end: NotRequired["PartialDate | None"]
    """When it ended; null while it runs. What took place in one month or on one day ends as it starts."""
    slug: NotRequired["str | None"]
    """Part of the action's address, unique and stable; made from the title when it is left out, and never changed."""
    title: str
    """Its title. Two actions may have the same one."""
    objective: NotRequired["str | None"]
    """What the action was to achieve."""
    summary: NotRequired["str | None"]
    """What was done, and what came of it."""
    region: NotRequired["Region | None"]
    """The facility's region."""
    countries: NotRequired["list[CountryCode]"]
    """The partner countries, in the order of the title."""
    themes: NotRequired["list[str]"]
    """Slugs of themes, the weightiest first."""
    partners: NotRequired["list[int]"]
    """Ids of partners."""
    confirmed_on: NotRequired["PartialDate | None"]
    """The last day on which its state is known; left out, that of its source's `as_of`. Null says that the registry itself keeps the action up to date, whatever its source's date."""
    follows: NotRequired["int | None"]
    """The id of the earlier action that this one continues."""
    source: NotRequired["int | None"]
    """The id of the source in which the action was read."""


class ActionDetail(TypedDict):
    """An action with its activities, deployments and outputs."""

    id: int
    """What filters and other records name it by."""
    slug: str
    """Unique and stable; may stand for the id in an address."""
    title: str
    """Its title, as a rule the country and the theme."""
    objective: "str | None"
    """What the action was to achieve."""
    summary: "str | None"
    """What was done, and what came of it."""
    region: "RegionRef | None"
    """The facility's region."""
    countries: "list[CountryRef]"
    """The partner countries that asked for the action, in the order of its title."""
    themes: "list[ThemeRef]"
    """What the action is about, the weightiest first."""
    partners: "list[PartnerRef]"
    """The authorities and organisations that took part."""
    start: "PartialDate | None"
    """When the action began, as precisely as the source says; null while it has no date."""
    end: "PartialDate | None"
    """When the action ended; null while it runs, as far as is known."""
    confirmed_on: "str | None"
    """The last day on which its state is known, as its source says; null where the registry itself keeps it up to date."""
    status: "Status"
    """Its status on the day `as_of`, derived from its dates: after `confirmed_on`, an open end is `unconfirmed`, and so is what was only planned."""
    follows: "int | None"
    """The id of the earlier action that this one continues."""
    counts: "ActionCounts"
    """How many activities, deployments and outputs belong to it."""
    source: "int | None"
    """The id of the source in which the action was read."""
    version: int
    """Grows with each change of the action or of what belongs to it."""
    created_at: str
    """When the action was added to the registry."""
    updated_at: str
    """When the action, or what belongs to it, was last changed."""
    activities: "list[ActivityRead]"
    """Its activities, by their position."""
    deployments: "list[DeploymentRead]"
    """Its deployments, as they were added."""
    outputs: "list[OutputRead]"
    """Its outputs, as they were added."""


class ActionPage(TypedDict):
    """A page of a list."""

    items: "list[ActionRead]"
    """The records of this page, in order."""
    total: int
    """How many records match, exactly."""
    limit: int
    """How many records a page has at most."""
    offset: int
    """How many records stand before this page."""
    next: "str | None"
    """Where the next page is, or null on the last one. Follow it as it is: its cursor has no meaning outside."""
    previous: "str | None"
    """Where the previous page is, or null on the first one."""
    release: NotRequired["str | None"]
    """The release that answered; left out when it was the record as it stands."""


class ActionPatch(TypedDict):
    """What changes of an action (JSON Merge Patch): what is absent stays, null empties, lists are replaced whole."""

    start: NotRequired["PartialDate | None"]
    """When it began: a year, a month or a day, as precisely as it is known."""
    end: NotRequired["PartialDate | None"]
    """When it ended; null while it runs. What took place in one month or on one day ends as it starts."""
    slug: NotRequired["str | None"]
    """Part of the action's address, unique and stable; made from the title when it is left out, and never changed."""
    title: NotRequired[str]
    """Its title. Two actions may have the same one."""
    objective: NotRequired["str | None"]
    """What the action was to achieve."""
    summary: NotRequired["str | None"]
    """What was done, and what came of it."""
    region: NotRequired["Region | None"]
    """The facility's region."""
    countries: NotRequired["list[CountryCode] | None"]
    """The partner countries, in the order of the title."""
    themes: NotRequired["list[str] | None"]
    """Slugs of themes, the weightiest first."""
    partners: NotRequired["list[int] | None"]
    """Ids of partners."""
    confirmed_on: NotRequired["PartialDate | None"]
    """The last day on which its state is known; left out, that of its source's `as_of`. Null says that the registry itself keeps the action up to date, whatever its source's date."""
    follows: NotRequired["int | None"]
    """The id of the earlier action that this one continues."""
    source: NotRequired["int | None"]
    """The id of the source in which the action was read."""


class ActionRead(TypedDict):
    """An action as lists show it."""

    id: int
    """What filters and other records name it by."""
    slug: str
    """Unique and stable; may stand for the id in an address."""
    title: str
    """Its title, as a rule the country and the theme."""
    objective: "str | None"
    """What the action was to achieve."""
    summary: "str | None"
    """What was done, and what came of it."""
    region: "RegionRef | None"
    """The facility's region."""
    countries: "list[CountryRef]"
    """The partner countries that asked for the action, in the order of its title."""
    themes: "list[ThemeRef]"
    """What the action is about, the weightiest first."""
    partners: "list[PartnerRef]"
    """The authorities and organisations that took part."""
    start: "PartialDate | None"
    """When the action began, as precisely as the source says; null while it has no date."""
    end: "PartialDate | None"
    """When the action ended; null while it runs, as far as is known."""
    confirmed_on: "str | None"
    """The last day on which its state is known, as its source says; null where the registry itself keeps it up to date."""
    status: "Status"
    """Its status on the day `as_of`, derived from its dates: after `confirmed_on`, an open end is `unconfirmed`, and so is what was only planned."""
    follows: "int | None"
    """The id of the earlier action that this one continues."""
    counts: "ActionCounts"
    """How many activities, deployments and outputs belong to it."""
    source: "int | None"
    """The id of the source in which the action was read."""
    version: int
    """Grows with each change of the action or of what belongs to it."""
    created_at: str
    """When the action was added to the registry."""
    updated_at: str
    """When the action, or what belongs to it, was last changed."""


class ActivityAdded(TypedDict):
    """What was added, as it was sent."""

    items: "list[ActivityRead]"
    """The records, in the order in which they were sent."""
    total: int
    """How many they are."""


class ActivityBatch(TypedDict):
    """Records to add together: all of them, or none."""

    items: "list[ActivityCreate]"
    """1 to 1,000 records."""


class ActivityCreate(TypedDict):
    """What makes an activity: its action, a type and a title."""

    start: NotRequired["PartialDate | None"]
    """When it began: a year, a month or a day, as precisely as it is known."""
    end: NotRequired["PartialDate | None"]
    """When it ended; null while it runs. What took place in one month or on one day ends as it starts."""
    action: int
    """The id of its action."""
    position: NotRequired["int | None"]
    """Where it stands in its action; at the end when it is left out."""
    type: "ActivityType"
    title: str
    """What it was, in a few words."""
    description: NotRequired["str | None"]
    """What was done, for whom, and what came of it."""
    place: NotRequired["str | None"]
    """The town or venue."""
    country: NotRequired["CountryCode | None"]
    """Where it was held; for a study visit, the host."""
    sessions: NotRequired[int]
    """How many sessions the source counts in it."""
    status: NotRequired["Status | None"]
    """Needed only where the dates do not tell it, as for what was only planned: a status that follows from the dates is not stored as a statement. `unconfirmed` leaves what is recorded."""
    source_quote: NotRequired["str | None"]
    """The sentence that it was read from, word for word."""


class ActivityPage(TypedDict):
    """A page of a list."""

    items: "list[ActivityRead]"
    """The records of this page, in order."""
    total: int
    """How many records match, exactly."""
    limit: int
    """How many records a page has at most."""
    offset: int
    """How many records stand before this page."""
    next: "str | None"
    """Where the next page is, or null on the last one. Follow it as it is: its cursor has no meaning outside."""
    previous: "str | None"
    """Where the previous page is, or null on the first one."""
    release: NotRequired["str | None"]
    """The release that answered; left out when it was the record as it stands."""


class ActivityPatch(TypedDict):
    """What changes of an activity (JSON Merge Patch): what is absent stays, null empties."""

    start: NotRequired["PartialDate | None"]
    """When it began: a year, a month or a day, as precisely as it is known."""
    end: NotRequired["PartialDate | None"]
    """When it ended; null while it runs. What took place in one month or on one day ends as it starts."""
    action: NotRequired[int]
    """The id of its action."""
    position: NotRequired["int | None"]
    """Where it stands in its action; at the end when it is left out."""
    type: NotRequired["ActivityType"]
    title: NotRequired[str]
    """What it was, in a few words."""
    description: NotRequired["str | None"]
    """What was done, for whom, and what came of it."""
    place: NotRequired["str | None"]
    """The town or venue."""
    country: NotRequired["CountryCode | None"]
    """Where it was held; for a study visit, the host."""
    sessions: NotRequired["int | None"]
    """How many sessions the source counts in it."""
    status: NotRequired["Status | None"]
    """Needed only where the dates do not tell it, as for what was only planned: a status that follows from the dates is not stored as a statement. `unconfirmed` leaves what is recorded."""
    source_quote: NotRequired["str | None"]
    """The sentence that it was read from, word for word."""


class ActivityRead(TypedDict):
    """A mission, training, study visit or other activity of an action."""

    id: int
    """What deployments and addresses name it by."""
    action: int
    """The id of its action."""
    position: int
    """Where it stands in its action, from 1."""
    type: "ActivityType"
    title: str
    """What it was, in a few words."""
    description: "str | None"
    """What was done, for whom, and what came of it."""
    start: "PartialDate | None"
    """When it began, as precisely as the source says; null where the source gives no date."""
    end: "PartialDate | None"
    """When it ended; equal to the start for what took place in one month or on one day."""
    place: "str | None"
    """The town or venue."""
    country: "CountryRef | None"
    """Where it was held; the host of a study visit."""
    sessions: int
    """How many sessions the source counts in it, at least 1."""
    status: "Status | None"
    """As the source says, or as follows from the dates on the day `as_of`; null where neither tells it. After the `confirmed_on` of its action, what was planned or has an open end is `unconfirmed`."""
    source_quote: "str | None"
    """The sentence that it was read from, word for word."""


class Aggregate(TypedDict):
    """A figure with its definition, its rows and how they add up."""

    measure: str
    """What is counted."""
    by: "list[str]"
    """By which dimensions."""
    filters: "dict[str, list[str]]"
    """The filters that were given."""
    as_of: str
    """The day on which status is judged."""
    definition: str
    """What is counted, in words."""
    rows: "list[AggregateRow]"
    """One for each value, or pair of values, that has records."""
    totals: "AggregateTotals"
    """How the rows add up."""
    release: NotRequired["str | None"]
    """The release that answered; left out when it was the record as it stands."""


class AggregateCell(TypedDict):
    """The value of a dimension in a row."""

    key: "str | None"
    """What the filter of the same name takes; null for records without a value."""
    label: str
    """For people, in English."""


class AggregateRow(TypedDict):
    """One row: a value for each dimension asked for, the figure, and the list behind it."""

    theme: NotRequired["AggregateCell | None"]
    """The theme of the row."""
    pillar: NotRequired["AggregateCell | None"]
    """The pillar of the row."""
    country: NotRequired["AggregateCell | None"]
    """The partner country of the row."""
    subregion: NotRequired["AggregateCell | None"]
    """The subregion of the partner country of the row."""
    region: NotRequired["AggregateCell | None"]
    """The region of the row."""
    partner: NotRequired["AggregateCell | None"]
    """The partner of the row."""
    status: NotRequired["AggregateCell | None"]
    """The status of the row."""
    start_year: NotRequired["AggregateCell | None"]
    """The start year of the row."""
    active_year: NotRequired["AggregateCell | None"]
    """The year of the row."""
    activity_type: NotRequired["AggregateCell | None"]
    """The activity type of the row."""
    activity_year: NotRequired["AggregateCell | None"]
    """The activity year of the row."""
    activity_country: NotRequired["AggregateCell | None"]
    """The activity country of the row."""
    sending_country: NotRequired["AggregateCell | None"]
    """The sending country of the row."""
    member_state: NotRequired["AggregateCell | None"]
    """The member state of the row."""
    eu_member: NotRequired["AggregateCell | None"]
    """The EU membership of the sending country of the row."""
    organisation_type: NotRequired["AggregateCell | None"]
    """The organisation type of the row."""
    deployment_year: NotRequired["AggregateCell | None"]
    """The deployment year of the row."""
    output_kind: NotRequired["AggregateCell | None"]
    """The output kind of the row."""
    value: int
    """How many distinct records stand in this row, or the sum of the stated numbers of experts."""
    href: str
    """The list of exactly these records; its `total` is the row's `value`. For `experts`, the deployments summed."""


class AggregateTotals(TypedDict):
    """How the rows add up: `sum_of_rows - counted_more_than_once = distinct`."""

    distinct: int
    """The figure as a whole: each record once."""
    sum_of_rows: int
    """The sum of all rows."""
    counted_more_than_once: int
    """By how much the rows add up to more, because a record stands in several."""
    unassigned: int
    """The sum of the rows without a value."""
    unconfirmed_ends: int
    """How many of the actions behind the figure have an open end that is not confirmed on `as_of`: they count through their `confirmed_on`."""
    href: str
    """The list of all the records that are counted."""


class ApiIndex(TypedDict):
    """What the API has."""

    title: str
    """What the service is called."""
    version: str
    """The version of the service."""
    documentation: str
    """The address of the documentation."""
    openapi: str
    """The address of the description for programs."""
    resources: "list[ApiResource]"
    """What can be read, except for single records."""


class ApiResource(TypedDict):
    """Something that can be read."""

    href: str
    """Its address."""
    summary: str
    """What is there."""


class Change(TypedDict):
    """One change of one record, in the order of commits."""

    sequence: int
    """Numbers without a gap: each change has the one after the change before it. After a backup was restored, numbers come again, in another epoch."""
    instant: str
    """When it was committed, in UTC."""
    key: "str | None"
    """The name of the key that was used; null for the registry's own commands."""
    operation: "ChangeOperation"
    """What happened to the record."""
    entity: str
    """Which list the record belongs to: `actions`, `activities`, `deployments`, `outputs`, `themes` ..."""
    id: str
    """The record's id or slug."""
    action: "int | None"
    """The action that the record is or belongs to."""
    version: int
    """The record's version after the change."""
    record: "dict[str, Any] | None"
    """What the record states after the change, with bare codes and ids; null after its deletion."""
    differences: "list[FieldDifference]"
    """Field by field, with bare codes and ids."""
    provenance: "Provenance | None"
    """Where it came from, when it was imported; null for an edit."""


class ChangePage(TypedDict):
    """Changes in the order of commits."""

    items: "list[Change]"
    """The changes of this page."""
    next: str
    """Where to go on: ask again there, now or later, and nothing is missed. Its `after` carries the epoch."""
    epoch: str
    """Which history the numbers belong to: another one begins when a backup is restored. `<epoch>-<number>` is the cursor behind a change, for `after` and for `Last-Event-ID`."""
    latest: int
    """The number of the last change that there is; the feed is read up when the last item has it."""


class CommitImport(TypedDict):
    """What to decide when a plan is committed. All of it may be left out."""

    exclude: NotRequired["list[str]"]
    """What is left out, by its `item`: an action with all that belongs to it, something that belongs to one, or a theme, partner or publication that the file would add or change. What refers to something left out is recorded without that reference. An action that is rejected because of an item is recorded without it."""
    edit: NotRequired["dict[str, dict[str, Any]]"]
    """What is corrected, by its `item`: a JSON Merge Patch of an action or of something that belongs to one, with the names and codes of their lists (`{"3/activities/2": {"country": "EE", "place": null}}`). `activity` is the place of an activity in the plan; `slug`, `follows` and `source` can't be edited here. When the file is imported again, what it says of an edited field changes nothing."""
    choices: NotRequired["dict[str, Choice]"]
    """For each conflict that is decided, by its `choice`: `recorded` or `new`."""
    prefer: NotRequired["Prefer"]
    """What stands where no choice was made: `recorded`, `new`, or `ask`, which keeps the recorded value and leaves the conflict open."""
    on_reject: NotRequired["OnReject"]
    """`refuse` commits nothing while a part of the file is rejected; `skip` commits the rest."""


class Conflict(TypedDict):
    """A field about which two sources disagree. Nothing is overwritten by itself."""

    choice: str
    """What names this conflict in `choices`: the action's slug and the field, with the list and the place in it for what belongs to the action (`moldova/activities/3/start`). `moldova/same` asks whether it is that recorded action at all: choose when you send the file, since what would change follows from it."""
    field: str
    """The name of the field."""
    recorded: "Statement"
    """What is recorded, and who said so last."""
    new: "Statement"
    """What the file says."""
    chosen: NotRequired["Choice | None"]
    """Which one stands; null while nobody has chosen, and then the recorded one does."""


class CountryPage(TypedDict):
    """A page of a list."""

    items: "list[CountryRead]"
    """The records of this page, in order."""
    total: int
    """How many records match, exactly."""
    limit: int
    """How many records a page has at most."""
    offset: int
    """How many records stand before this page."""
    next: "str | None"
    """Where the next page is, or null on the last one. Follow it as it is: its cursor has no meaning outside."""
    previous: "str | None"
    """Where the previous page is, or null on the first one."""
    release: NotRequired["str | None"]
    """The release that answered; left out when it was the record as it stands."""


class CountryRead(TypedDict):
    """A country."""

    code: str
    """ISO 3166-1 alpha-2 (XK, Kosovo, is user-assigned)."""
    name: str
    """Short English name."""
    subregion: "SubregionRef | None"
    """UN M49 subregion; null for Antarctica."""
    eu_member_from: "str | None"
    """First day as a member state of the EU or of what came before it; null for a country that never was one."""
    eu_member_until: "str | None"
    """Last day as a member state; null while the membership lasts."""
    aliases: "list[str]"
    """Other names that prose uses."""
    demonyms: "list[str]"
    """Adjectives and nouns of nationality that prose uses."""


class CountryRef(TypedDict):
    """A country where it stands in another record."""

    code: str
    """ISO 3166-1 alpha-2."""
    name: str
    """Its short name."""


class Decision(TypedDict):
    """What was chosen where two sources disagreed."""

    field: str
    """The name of the field."""
    chosen: Literal["recorded", "new"]
    """Which statement stands: the one that was recorded, or the new one."""
    recorded: Any
    """What was recorded, with bare codes and ids."""
    recorded_source: "str | None"
    """The title of the source that had said so; null where it was written by hand."""
    recorded_source_id: "int | None"
    """The id of that source."""
    new: Any
    """What the other source says, with bare codes and ids."""
    new_source: "str | None"
    """The title of the other source."""
    new_source_id: "int | None"
    """The id of the other source."""
    quote: "str | None"
    """The sentence of the other source, where one is known."""


class DeploymentAdded(TypedDict):
    """What was added, as it was sent."""

    items: "list[DeploymentRead]"
    """The records, in the order in which they were sent."""
    total: int
    """How many they are."""


class DeploymentBatch(TypedDict):
    """Records to add together: all of them, or none."""

    items: "list[DeploymentCreate]"
    """1 to 1,000 records."""


class DeploymentCreate(TypedDict):
    """What makes a deployment. Only its action is needed."""

    action: int
    """The id of its action."""
    activity: NotRequired["int | None"]
    """The id of an activity of the same action; null where the source names only the action."""
    sending_country: NotRequired["CountryCode | None"]
    """The country that sent the experts; null where the source names none."""
    origin: NotRequired["str | None"]
    """A group that the source names in place of a country, such as "European"."""
    organisation_type: NotRequired["OrganisationType"]
    """What kind of organisation sent them."""
    organisation: NotRequired["str | None"]
    """The sending organisation, never a person."""
    experts_count: NotRequired["int | None"]
    """How many experts; null where it is not known. A deployment of nobody is none."""
    source_quote: NotRequired["str | None"]
    """The sentence that it was read from, word for word."""


class DeploymentPage(TypedDict):
    """A page of a list."""

    items: "list[DeploymentRead]"
    """The records of this page, in order."""
    total: int
    """How many records match, exactly."""
    limit: int
    """How many records a page has at most."""
    offset: int
    """How many records stand before this page."""
    next: "str | None"
    """Where the next page is, or null on the last one. Follow it as it is: its cursor has no meaning outside."""
    previous: "str | None"
    """Where the previous page is, or null on the first one."""
    release: NotRequired["str | None"]
    """The release that answered; left out when it was the record as it stands."""


class DeploymentPatch(TypedDict):
    """What changes of a deployment (JSON Merge Patch): what is absent stays, null empties."""

    action: NotRequired[int]
    """The id of its action."""
    activity: NotRequired["int | None"]
    """The id of an activity of the same action; null where the source names only the action."""
    sending_country: NotRequired["CountryCode | None"]
    """The country that sent the experts; null where the source names none."""
    origin: NotRequired["str | None"]
    """A group that the source names in place of a country, such as "European"."""
    organisation_type: NotRequired["OrganisationType | None"]
    """What kind of organisation sent them."""
    organisation: NotRequired["str | None"]
    """The sending organisation, never a person."""
    experts_count: NotRequired["int | None"]
    """How many experts; null where it is not known. A deployment of nobody is none."""
    source_quote: NotRequired["str | None"]
    """The sentence that it was read from, word for word."""


class DeploymentRead(TypedDict):
    """Experts of one country and kind of organisation. Names of persons are stored nowhere."""

    id: int
    """What names it in an address."""
    action: int
    """The id of its action."""
    activity: "int | None"
    """The id of the activity that the experts were sent to; null where the source names only the action."""
    sending_country: "CountryRef | None"
    """The country that sent them; null where the source names none."""
    origin: "str | None"
    """A group that the source names in place of a country, such as "European"."""
    organisation_type: "OrganisationType"
    """What kind of organisation sent them; `unspecified` where the source names none."""
    organisation: "str | None"
    """The sending organisation, where the source names it."""
    experts_count: "int | None"
    """How many experts; null where the source does not say, never 0."""
    is_eu_member_state: "bool | None"
    """Whether the country was a member state of the EU on the first day of the activity, or of the action where the activity or its date is not known; null where the country is unknown."""
    source_quote: "str | None"
    """The sentence that it was read from, word for word."""


class Difference(TypedDict):
    """A field that changes."""

    field: str
    """The name of the field."""
    before: Any
    """What is recorded; null when there is nothing."""
    after: Any
    """What it becomes."""


class ErrorItem(TypedDict):
    """One thing that is wrong, and where."""

    parameter: NotRequired["str | None"]
    """The query, path or header parameter that is meant."""
    pointer: NotRequired["str | None"]
    """JSON Pointer (RFC 6901) into the body that was sent."""
    code: str
    """A stable name of the kind of error, for programs."""
    message: str
    """What is wrong and what would be right, for people."""
    allowed: NotRequired["list[str | int] | None"]
    """The values that would have been accepted, where they can be listed."""


class Facet(TypedDict):
    """A filter with its values."""

    parameter: str
    """The filter's name."""
    label: str
    """For people."""
    values: "list[FacetValue]"
    """Its values: years as they run, others by their count."""


class FacetValue(TypedDict):
    """A value of a filter, and what it would leave."""

    value: str
    """What the parameter takes; `none` for records without a value."""
    label: str
    """For people."""
    count: int
    """How many records this value leaves, beside the other parameters' filters."""
    is_selected: bool
    """Whether the request has this value."""
    href: str
    """The list of exactly these records."""


class Facets(TypedDict):
    """For the given filters, the count behind each value of each filter."""

    measure: str
    """What is counted."""
    filters: "dict[str, list[str]]"
    """The filters that were given."""
    as_of: str
    """The day on which status is judged."""
    definition: str
    """What `total` counts, in words."""
    total: int
    """How many records all given filters leave."""
    href: str
    """The list of these records."""
    facets: "list[Facet]"
    """The filters, each counted without its own values, so that what could be chosen instead is seen."""
    release: NotRequired["str | None"]
    """The release that answered; left out when it was the record as it stands."""


class FieldDifference(TypedDict):
    """One field that changed."""

    field: str
    """The name of the field."""
    before: Any
    """What it was; null when there was nothing."""
    after: Any
    """What it is; null when there is nothing."""


class Headline(TypedDict):
    """What the facility publishes about itself."""

    as_of: str
    """The day on which status is judged."""
    filters: "dict[str, list[str]]"
    """The filters that were given."""
    figures: "HeadlineFigures"
    """Each with what it means and what was counted."""
    per_region: "list[Aggregate]"
    """Actions, countries, activities and deployments per region."""
    per_organisation_type: "list[Aggregate]"
    """Deployments and stated experts per kind of organisation."""
    release: NotRequired["str | None"]
    """The release that answered; left out when it was the record as it stands."""


class HeadlineFigure(TypedDict):
    """One figure, with what it means and where it comes from."""

    value: int
    """The figure."""
    definition: str
    """What is counted, in words."""
    href: str
    """What was counted: a list with `value` as its `total` (for experts, the deployments that were summed), or the figure of which it counts the rows."""


class HeadlineFigures(TypedDict):
    """The figures."""

    actions: "HeadlineFigure"
    """Actions."""
    countries: "HeadlineFigure"
    """Partner countries that had an action."""
    partners: "HeadlineFigure"
    """Partner organisations that took part in an action."""
    activities: "HeadlineFigure"
    """Activities."""
    deployments: "HeadlineFigure"
    """Deployments."""
    experts: "HeadlineFigure"
    """The sum of the numbers of experts that are stated."""
    member_states: "HeadlineFigure"
    """Member states of the EU that sent experts."""
    outside_eu: "HeadlineShare | None"
    """The share of deployments from outside the EU; null when the request filters by `eu_member`, which decides it."""


class HeadlineShare(TypedDict):
    """A part of a whole, both of which can be looked up."""

    value: "float | None"
    """The part divided by the whole, 0 to 1; null when the whole is 0."""
    part: int
    """How many records the part has."""
    whole: int
    """How many records the whole has."""
    definition: str
    """What is compared with what, in words."""
    href: str
    """The list of the part."""
    whole_href: str
    """The list of the whole."""


class Health(TypedDict):
    """The state of the service."""

    status: str
    """The word for it: `ok` or `ready`."""


class HitAction(TypedDict):
    """The action that a hit is or belongs to."""

    id: int
    """Its id."""
    slug: str
    """Its name in URLs."""
    title: str
    """Its title."""


class HitCounts(TypedDict):
    """How many records of each kind match, whatever `kind` was asked for."""

    action: NotRequired[int]
    """Actions. It is the `total` of `/actions` for the same `q` and filters."""
    activity: NotRequired[int]
    """Activities."""
    output: NotRequired[int]
    """Outputs."""
    partner: NotRequired[int]
    """Partners."""


class HitFragment(TypedDict):
    """A piece of a record's text."""

    field: str
    """The field that it stands in, as the record has it."""
    html: str
    """The text, escaped for HTML, with `<mark>` around each word that was found: it can stand in a page as it is."""


class ImportFile(TypedDict):
    """A file, and how it is to be imported."""

    file: str
    """The file: the text of a regional page, or its HTML (.txt, .html); one table, separated by commas, semicolons or tabs (.csv, .tsv); a workbook with a sheet for each kind of record (.xlsx, .ods); records as the API answers them or takes them (.json); one record on each line (.ndjson, .jsonl). At most 32 MB."""
    dry_run: NotRequired[bool]
    """The same as the query parameter."""
    source: NotRequired[int]
    """The id of the source that the file speaks for, if it is recorded already."""
    source_title: NotRequired[str]
    """Or the title of the source; a new one is added. By default the name of the file."""
    source_publisher: NotRequired[str]
    """Who published a new source."""
    source_url: NotRequired[str]
    """Where a new source can be read."""
    source_as_of: NotRequired[str]
    """The date whose state the source describes."""
    choices: NotRequired[str]
    """What stands where the record and the file disagree, as JSON: for each conflict, by its `choice`, `recorded` or `new`."""
    columns: NotRequired[str]
    """What columns of tables hold, as JSON: the field of each that is not known by its name."""
    prefer: NotRequired["Prefer"]
    """What stands where no choice was made: `recorded`, `new`, or `ask`, which keeps the recorded value and leaves the conflict open."""
    on_reject: NotRequired["OnReject"]
    """`refuse` records nothing while a part of the file is rejected; `skip` records the rest."""


class ImportHead(TypedDict):
    """An import, without its records."""

    id: int
    """What names it in an address."""
    state: "State"
    """`planned` until it is committed."""
    format: str
    """How the file was read: `page`, `csv`, `xlsx`, `json` or `ndjson`."""
    dry_run: bool
    """Whether nothing has been recorded of it yet."""
    file_name: str
    """The name of the file."""
    sha256: str
    """The checksum of the file."""
    created_at: str
    """When the plan was made, in UTC."""
    key: "str | None"
    """The name of the key by which it was made; null for the registry's own command."""
    committed_at: "str | None"
    """When it was committed, in UTC."""
    source: "ImportSource"
    """The source that the file speaks for."""
    summary: "ImportSummary"
    """How many actions there are of each operation."""


class ImportPage(TypedDict):
    """Imports, the newest first."""

    items: "list[ImportHead]"
    """The imports of this page."""
    total: int
    """How many there are."""
    limit: int
    """How many a page has at most."""
    offset: int
    """How many stand before this page."""
    next: "str | None"
    """Where the next page is, or null on the last one."""
    previous: "str | None"
    """Where the previous page is, or null on the first one."""


class ImportProblem(TypedDict):
    """Something that was met in the file, and where."""

    severity: "Severity"
    """`error`: not importable. `warning`: repaired or ambiguous, and the message says how it was read. `note`: worth knowing."""
    code: str
    """A stable name of the kind of problem, for programs."""
    message: str
    """What was met, and what would be right, for people."""
    line: NotRequired["int | None"]
    """The line of the text or the row of the table, from 1."""
    sheet: NotRequired["str | None"]
    """The sheet of a workbook."""
    column: NotRequired["str | None"]
    """The column of a table, or the field."""
    pointer: NotRequired["str | None"]
    """JSON Pointer into the file, where it is JSON."""
    quote: NotRequired["str | None"]
    """What stands there, word for word."""
    item: NotRequired["str | None"]
    """The item of the plan that it is about; null for an action itself, and for the file."""


class ImportRead(TypedDict):
    """What an import records, or would record."""

    id: int
    """What names it in an address."""
    state: "State"
    """`planned` until it is committed."""
    format: str
    """How the file was read: `page`, `csv`, `xlsx`, `json` or `ndjson`."""
    dry_run: bool
    """Whether nothing has been recorded of it yet."""
    file_name: str
    """The name of the file."""
    sha256: str
    """The checksum of the file."""
    created_at: str
    """When the plan was made, in UTC."""
    key: "str | None"
    """The name of the key by which it was made; null for the registry's own command."""
    committed_at: "str | None"
    """When it was committed, in UTC."""
    source: "ImportSource"
    """The source that the file speaks for."""
    summary: "ImportSummary"
    """How many actions there are of each operation."""
    actions: "list[PlannedAction]"
    """Each action of the file, in its order."""
    columns: NotRequired["dict[str, str]"]
    """What the editor said that columns hold."""
    references: "list[PlannedReference]"
    """Themes, partners, publications and sources that the file has, or that its actions need."""
    problems: "list[ImportProblem]"
    """What is about the file as a whole."""


class ImportSource(TypedDict):
    """The source that an import speaks for."""

    id: "int | None"
    """The id of the source; null while it is yet to be added."""
    title: str
    """Its title; the name of the file where no source was named."""
    publisher: NotRequired["str | None"]
    """Who published it."""
    url: NotRequired["str | None"]
    """Where it can be read."""
    as_of: NotRequired["PartialDate | None"]
    """The date whose state it describes."""


class ImportSummary(TypedDict):
    """How many actions."""

    create: NotRequired[int]
    """Actions that are new."""
    update: NotRequired[int]
    """Actions that change, themselves or in what belongs to them."""
    unchanged: NotRequired[int]
    """Actions that are recorded as the file has them, or where only open conflicts remain."""
    reject: NotRequired[int]
    """Actions that can't be imported."""
    excluded: NotRequired[int]
    """Actions that were left out of the commit."""
    conflicts: NotRequired[int]
    """Fields about which the record and the file disagree and nobody has chosen."""
    lists: NotRequired["dict[str, dict[str, int]]"]
    """For each other list (`activities`, `partners` ...), how many of its records each operation has: `create`, `update`, `unchanged`, `reject`, or `excluded`."""


class ImportedAction(TypedDict):
    """An action as it will be recorded. What can't be read is null or left out, and a problem says why."""

    id: "int | None"
    """The id of the recorded action that it is; null for a new one."""
    slug: "str | None"
    """What names it in addresses, and in `choices`."""
    title: "str | None"
    """Its title."""
    objective: "str | None"
    """What the action was to achieve."""
    summary: "str | None"
    """What was done, and what came of it."""
    region: "RegionRef | None"
    """The facility's region."""
    countries: "list[CountryRef]"
    """The partner countries that asked for the action, in the order of its title."""
    themes: "list[ThemeRef]"
    """What the action is about, the weightiest first."""
    partners: "list[ImportedPartner]"
    """The authorities and organisations that took part."""
    start: "PartialDate | None"
    """When the action began, as precisely as the source says; null while it has no date."""
    end: "PartialDate | None"
    """When the action ended; null while it runs, as far as is known."""
    confirmed_on: NotRequired["PartialDate | None"]
    """The last day on which its state is known; a newer source moves it. Null where the registry itself keeps it up to date."""
    follows: "str | None"
    """The slug of the earlier action that this one continues."""
    source: "ImportSource | None"
    """Where it was read."""


class ImportedPartner(TypedDict):
    """A partner of an action."""

    id: "int | None"
    """Its id; null while it is yet to be added."""
    name: str
    """Its full name."""
    acronym: NotRequired["str | None"]
    """How it is called for short."""


class Interpretation(TypedDict):
    """A way to understand the query as filters."""

    filters: "list[InterpretedFilter]"
    """The filters that it names, in its order."""
    rest: str
    """The words that name none; empty when all do. They stay as `q` in the list."""
    total: int
    """How many actions these filters and words leave."""
    href: str
    """The list of these actions."""


class InterpretedFilter(TypedDict):
    """A filter that words of the query name."""

    parameter: str
    """The filter, as lists take it."""
    value: str
    """Its value."""
    label: str
    """The value for people."""


class KeyCreate(TypedDict):
    """What makes a key."""

    name: str
    """Who or what uses it; stands in the history of what it changes. Unique, and given for good."""
    role: "Role"
    """What it may do: `reader` nothing that is not open to all, `editor` write, `admin` everything."""
    days: NotRequired["int | None"]
    """How long it is valid; null for ever."""


class KeyCreated(TypedDict):
    """A new key, with its token."""

    id: int
    """The registry's number for it."""
    name: str
    """Who or what uses it."""
    role: "Role"
    """What it may do."""
    created_at: str
    """When it was made, in UTC."""
    expires_at: "str | None"
    """When it ends by itself."""
    last_used_at: "str | None"
    """When it last changed something, to the minute."""
    revoked_at: "str | None"
    """When it was ended."""
    token: str
    """What is sent as `Authorization: Bearer …`. It is shown this once: only a hash is stored."""


class KeyList(TypedDict):
    """All keys, the newest first."""

    items: "list[KeyRead]"
    """The keys."""
    total: int
    """How many there are."""


class KeyRead(TypedDict):
    """A key, without its token."""

    id: int
    """The registry's number for it."""
    name: str
    """Who or what uses it."""
    role: "Role"
    """What it may do."""
    created_at: str
    """When it was made, in UTC."""
    expires_at: "str | None"
    """When it ends by itself."""
    last_used_at: "str | None"
    """When it last changed something, to the minute."""
    revoked_at: "str | None"
    """When it was ended."""


class OutputAdded(TypedDict):
    """What was added, as it was sent."""

    items: "list[OutputRead]"
    """The records, in the order in which they were sent."""
    total: int
    """How many they are."""


class OutputBatch(TypedDict):
    """Records to add together: all of them, or none."""

    items: "list[OutputCreate]"
    """1 to 1,000 records."""


class OutputCreate(TypedDict):
    """What makes an output: its action, a kind and a title."""

    action: int
    """The id of its action."""
    kind: "OutputKind"
    title: str
    """Its title, or what it is where it has none."""
    languages: NotRequired["list[LanguageCode]"]
    """ISO 639-1 codes; empty where the source names none."""
    published: NotRequired["PartialDate | None"]
    """When it came out: a year, a month or a day, as precisely as it is known."""
    source_quote: NotRequired["str | None"]
    """The sentence that it was read from, word for word."""


class OutputPage(TypedDict):
    """A page of a list."""

    items: "list[OutputRead]"
    """The records of this page, in order."""
    total: int
    """How many records match, exactly."""
    limit: int
    """How many records a page has at most."""
    offset: int
    """How many records stand before this page."""
    next: "str | None"
    """Where the next page is, or null on the last one. Follow it as it is: its cursor has no meaning outside."""
    previous: "str | None"
    """Where the previous page is, or null on the first one."""
    release: NotRequired["str | None"]
    """The release that answered; left out when it was the record as it stands."""


class OutputPatch(TypedDict):
    """What changes of an output (JSON Merge Patch): what is absent stays, null empties, lists are replaced whole."""

    action: NotRequired[int]
    """The id of its action."""
    kind: NotRequired["OutputKind"]
    title: NotRequired[str]
    """Its title, or what it is where it has none."""
    languages: NotRequired["list[LanguageCode] | None"]
    """ISO 639-1 codes; empty where the source names none."""
    published: NotRequired["PartialDate | None"]
    """When it came out: a year, a month or a day, as precisely as it is known."""
    source_quote: NotRequired["str | None"]
    """The sentence that it was read from, word for word."""


class OutputRead(TypedDict):
    """A product of an action."""

    id: int
    """What names it in an address."""
    action: int
    """The id of its action."""
    kind: "OutputKind"
    title: str
    """Its title, or what it is where it has none."""
    languages: "list[str]"
    """ISO 639-1 codes; empty where the source names none."""
    published: "PartialDate | None"
    """When it came out, as precisely as the source says."""
    source_quote: "str | None"
    """The sentence that it was read from, word for word."""


class PartnerCreate(TypedDict):
    """What makes a partner. Only the name is needed."""

    name: str
    """Its full name, unique."""
    acronym: NotRequired["str | None"]
    """How it is called for short."""
    country: NotRequired["CountryCode | None"]
    """The country that it belongs to; null for an international one."""


class PartnerPage(TypedDict):
    """A page of a list."""

    items: "list[PartnerRead]"
    """The records of this page, in order."""
    total: int
    """How many records match, exactly."""
    limit: int
    """How many records a page has at most."""
    offset: int
    """How many records stand before this page."""
    next: "str | None"
    """Where the next page is, or null on the last one. Follow it as it is: its cursor has no meaning outside."""
    previous: "str | None"
    """Where the previous page is, or null on the first one."""
    release: NotRequired["str | None"]
    """The release that answered; left out when it was the record as it stands."""


class PartnerPatch(TypedDict):
    """What changes of a partner (JSON Merge Patch): what is absent stays, null empties."""

    name: NotRequired[str]
    """Its full name, unique."""
    acronym: NotRequired["str | None"]
    """How it is called for short."""
    country: NotRequired["CountryCode | None"]
    """The country that it belongs to; null for an international one."""


class PartnerRead(TypedDict):
    """An authority or organisation that takes part in actions."""

    id: int
    """What filters and bodies name it by."""
    name: str
    """Its full name, unique."""
    acronym: "str | None"
    """How it is called for short."""
    country: "CountryRef | None"
    """The country that it belongs to; null for an international one."""


class PartnerRef(TypedDict):
    """A partner where it stands in an action."""

    id: int
    """What filters and bodies name it by."""
    name: str
    """Its full name."""
    acronym: "str | None"
    """How it is called for short."""


class PlannedAction(TypedDict):
    """What happens to an action, and to what belongs to it."""

    item: NotRequired[str]
    """What names it in `exclude` of the commit: the place of an action in the plan, from 1, with the list and the place in it for what belongs to the action (`3`, `3/activities/2`), or the list and the place among the plan's references (`partners/1`)."""
    excluded: NotRequired[bool]
    """Whether it was left out of the commit."""
    operation: "Operation"
    """What happens to the action and what belongs to it, as a whole."""
    line: "int | None"
    """The line of the text or the row of the table where it begins."""
    sheet: "str | None"
    """The sheet of a workbook."""
    version: "int | None"
    """The version of the recorded action that the plan was made against; null for a new one."""
    speaks_for: "ImportSource | None"
    """The source that the file speaks for; null for an editor's own table."""
    action: "ImportedAction"
    """The action as it will be recorded."""
    activities: "list[PlannedActivity]"
    """Its activities that the file names, as they will be recorded."""
    deployments: "list[PlannedDeployment]"
    """Its deployments that the file names."""
    outputs: "list[PlannedOutput]"
    """Its outputs that the file names."""
    differences: "list[Difference]"
    """The fields of the action itself that change, for an update."""
    conflicts: "list[Conflict]"
    """The fields of the action itself about which the record and the file disagree."""
    problems: "list[ImportProblem]"
    """What was met in reading it; with an error it is rejected."""


class PlannedActivity(TypedDict):
    """An activity as it will be recorded."""

    item: NotRequired[str]
    """What names it in `exclude` of the commit: the place of an action in the plan, from 1, with the list and the place in it for what belongs to the action (`3`, `3/activities/2`), or the list and the place among the plan's references (`partners/1`)."""
    operation: "Operation"
    """What happens to it."""
    excluded: NotRequired[bool]
    """Whether it was left out of the commit."""
    line: "int | None"
    """The line of the text or the row of the table that it was read from."""
    id: "int | None"
    """The id of the record that it is; null for a new one."""
    position: "int | None"
    """Where it stands in its action, from 1."""
    type: "str | None"
    """What kind of activity it is."""
    title: "str | None"
    """What it was, in a few words."""
    description: "str | None"
    """What was done, for whom, and what came of it."""
    start: "PartialDate | None"
    """When it began, as precisely as the source says; null where the source gives no date."""
    end: "PartialDate | None"
    """When it ended; equal to the start for what took place in one month or on one day."""
    place: "str | None"
    """The town or venue."""
    country: "CountryRef | None"
    """Where it was held; the host of a study visit."""
    sessions: "int | None"
    """How many sessions the source counts in it, at least 1."""
    status: "str | None"
    """As the source says, or as follows from the dates on the day `as_of`; null where neither tells it. After the `confirmed_on` of its action, what was planned or has an open end is `unconfirmed`."""
    source_quote: "str | None"
    """The sentence that it was read from, word for word."""
    differences: "list[Difference]"
    """The fields that change, for an update."""
    conflicts: "list[Conflict]"
    """The fields about which the record and the file disagree."""


class PlannedDeployment(TypedDict):
    """A deployment as it will be recorded."""

    item: NotRequired[str]
    """What names it in `exclude` of the commit: the place of an action in the plan, from 1, with the list and the place in it for what belongs to the action (`3`, `3/activities/2`), or the list and the place among the plan's references (`partners/1`)."""
    operation: "Operation"
    """What happens to it."""
    excluded: NotRequired[bool]
    """Whether it was left out of the commit."""
    line: "int | None"
    """The line of the text or the row of the table that it was read from."""
    id: "int | None"
    """The id of the record that it is; null for a new one."""
    activity: "int | None"
    """The place of its activity in the plan's `activities` of the same action, from 1; null where it names none of them."""
    sending_country: "CountryRef | None"
    """The country that sent them; null where the source names none."""
    origin: "str | None"
    """A group that the source names in place of a country, such as "European"."""
    organisation_type: "str | None"
    """What kind of organisation sent them; `unspecified` where the source names none."""
    organisation: "str | None"
    """The sending organisation, where the source names it."""
    experts_count: "int | None"
    """How many experts; null where the source does not say, never 0."""
    source_quote: "str | None"
    """The sentence that it was read from, word for word."""
    differences: "list[Difference]"
    """The fields that change, for an update."""
    conflicts: "list[Conflict]"
    """The fields about which the record and the file disagree."""
    activity_id: "int | None"
    """The id of its activity, where that is recorded already."""


class PlannedOutput(TypedDict):
    """An output as it will be recorded."""

    item: NotRequired[str]
    """What names it in `exclude` of the commit: the place of an action in the plan, from 1, with the list and the place in it for what belongs to the action (`3`, `3/activities/2`), or the list and the place among the plan's references (`partners/1`)."""
    operation: "Operation"
    """What happens to it."""
    excluded: NotRequired[bool]
    """Whether it was left out of the commit."""
    line: "int | None"
    """The line of the text or the row of the table that it was read from."""
    id: "int | None"
    """The id of the record that it is; null for a new one."""
    kind: "str | None"
    """What kind of product it is."""
    title: "str | None"
    """Its title, or what it is where it has none."""
    languages: "list[str]"
    """ISO 639-1 codes; empty where the source names none."""
    published: "PartialDate | None"
    """When it came out, as precisely as the source says."""
    source_quote: "str | None"
    """The sentence that it was read from, word for word."""
    differences: "list[Difference]"
    """The fields that change, for an update."""
    conflicts: "list[Conflict]"
    """The fields about which the record and the file disagree."""


class PlannedReference(TypedDict):
    """What happens to a theme, partner, publication or source."""

    item: NotRequired[str]
    """What names it in `exclude` of the commit: the place of an action in the plan, from 1, with the list and the place in it for what belongs to the action (`3`, `3/activities/2`), or the list and the place among the plan's references (`partners/1`)."""
    excluded: NotRequired[bool]
    """Whether it was left out of the commit."""
    entity: Literal["themes", "partners", "publications", "sources"]
    """Which list it belongs to."""
    operation: "Operation"
    """What happens to it."""
    line: "int | None"
    """The row of the table, or the line of the text."""
    sheet: "str | None"
    """The sheet of a workbook."""
    key: "int | str | None"
    """The id or slug of the record that it is; null for a new one."""
    version: "int | None"
    """The version of that record that the plan was made against."""
    record: "dict[str, Any]"
    """It as it will be recorded, with the fields of its list."""
    differences: "list[Difference]"
    """The fields that change, for an update."""
    problems: "list[ImportProblem]"
    """What was met in reading it; with an error it is rejected."""


class ProblemDocument(TypedDict):
    """RFC 9457 problem details, with the request's id and a list of what is wrong."""

    type: str
    """A URI reference that names the kind of problem, and leads to its explanation."""
    title: str
    """The kind of problem in words, the same each time."""
    status: int
    """The HTTP status."""
    detail: NotRequired["str | None"]
    """What happened this time."""
    instance: str
    """The path that was asked for."""
    request_id: str
    """The id of this request, also in the header `X-Request-ID` and in the service's log."""
    errors: NotRequired["list[ErrorItem]"]
    """Each thing that is wrong, with its parameter or pointer."""


class ProblemType(TypedDict):
    """A kind of problem."""

    slug: str
    """Its name, as in the `type` of a problem document."""
    status: int
    """The HTTP status that comes with it."""
    title: str
    """It in words."""
    description: str
    """What it means, and what to do."""


class Provenance(TypedDict):
    """Where a change came from, when it was imported."""

    import_id: int
    """The import that made it."""
    source: "ProvenanceSource | None"
    """The source that it speaks for; null for an editor's own table."""
    decisions: "list[Decision]"
    """What was chosen over what."""


class ProvenanceSource(TypedDict):
    """The source of a change."""

    id: "int | None"
    """Its id."""
    title: str
    """Its title at that time."""


class PublicationCreate(TypedDict):
    """What makes a publication. Only the title is needed."""

    title: str
    """Its title, as printed."""
    languages: NotRequired["list[LanguageCode]"]
    """ISO 639-1 codes of the editions."""
    url: NotRequired["str | None"]
    """Where it can be downloaded, beginning with `https://` or `http://`."""
    region: NotRequired["Region | None"]
    """The region that it is about; null for several or all."""


class PublicationPage(TypedDict):
    """A page of a list."""

    items: "list[PublicationRead]"
    """The records of this page, in order."""
    total: int
    """How many records match, exactly."""
    limit: int
    """How many records a page has at most."""
    offset: int
    """How many records stand before this page."""
    next: "str | None"
    """Where the next page is, or null on the last one. Follow it as it is: its cursor has no meaning outside."""
    previous: "str | None"
    """Where the previous page is, or null on the first one."""
    release: NotRequired["str | None"]
    """The release that answered; left out when it was the record as it stands."""


class PublicationPatch(TypedDict):
    """What changes of a publication (JSON Merge Patch): what is absent stays, null empties, lists are replaced whole."""

    title: NotRequired[str]
    """Its title, as printed."""
    languages: NotRequired["list[LanguageCode] | None"]
    """ISO 639-1 codes of the editions."""
    url: NotRequired["str | None"]
    """Where it can be downloaded, beginning with `https://` or `http://`."""
    region: NotRequired["Region | None"]
    """The region that it is about; null for several or all."""


class PublicationRead(TypedDict):
    """A document of the facility itself."""

    id: int
    """What names it in an address."""
    title: str
    """Its title, as printed."""
    languages: "list[str]"
    """ISO 639-1 codes of the editions."""
    url: "str | None"
    """Where it can be downloaded; null where that is not known."""
    region: "RegionRef | None"
    """The region that it is about; null for several or all."""


class RecordChange(TypedDict):
    """What happened to one record in a revision."""

    entity: str
    """Which list the record belongs to: `actions`, `activities`, `deployments` or `outputs`."""
    id: str
    """The record's id."""
    operation: "ChangeOperation"
    """What happened to the record."""
    differences: "list[FieldDifference]"
    """Field by field, with bare codes and ids."""
    provenance: "Provenance | None"
    """Where it came from, when it was imported; null for an edit."""


class RegionPage(TypedDict):
    """A page of a list."""

    items: "list[RegionRead]"
    """The records of this page, in order."""
    total: int
    """How many records match, exactly."""
    limit: int
    """How many records a page has at most."""
    offset: int
    """How many records stand before this page."""
    next: "str | None"
    """Where the next page is, or null on the last one. Follow it as it is: its cursor has no meaning outside."""
    previous: "str | None"
    """Where the previous page is, or null on the first one."""
    release: NotRequired["str | None"]
    """The release that answered; left out when it was the record as it stands."""


class RegionRead(TypedDict):
    """A region of the facility, not of the UN."""

    slug: "Region"
    """What filters and bodies name it by."""
    name: str
    """Its name, in the language that was asked for."""


class RegionRef(TypedDict):
    """A region of the facility."""

    slug: "Region"
    """What filters and bodies name it by."""
    name: str
    """Its name, in the language that was asked for."""


class ReleaseCreate(TypedDict):
    """What makes a release."""

    name: str
    """How the release is asked for: `release=2026-01`. Unique, and given for good."""
    description: NotRequired["str | None"]
    """What it was made for."""


class ReleaseList(TypedDict):
    """All releases, the newest first."""

    items: "list[ReleaseRead]"
    """The releases."""
    total: int
    """How many there are."""


class ReleaseRead(TypedDict):
    """The record as it stood, under a name, for good."""

    name: str
    """How it is asked for."""
    description: "str | None"
    """What it was made for."""
    created_at: str
    """When it was made, in UTC."""
    as_of: str
    """The day on which status is judged when the release is asked without `as_of`."""
    sequence: int
    """The number of the last change that it holds."""
    checksum: str
    """SHA-256 of all its records in a canonical form (NDJSON with sorted names, table after table): two releases with the same records have the same checksum."""
    counts: "dict[str, int]"
    """How many records of each kind it holds."""


class Revision(TypedDict):
    """One version of an action: who made it, when, and what was different from the version before."""

    version: int
    """The version of the action that this made."""
    instant: str
    """When it was committed, in UTC."""
    key: "str | None"
    """The name of the key that was used; null for the registry's own commands."""
    operation: "ChangeOperation"
    """What happened to the action as a whole; a change of what belongs to it is an update of it."""
    changes: "list[RecordChange]"
    """What happened to the action's own record and to each that belongs to it."""


class RevisionPage(TypedDict):
    """Revisions of an action, the newest first."""

    items: "list[Revision]"
    """The revisions of this page."""
    total: int
    """How many revisions there are."""
    limit: int
    """How many a page has at most."""
    offset: int
    """How many stand before this page."""
    next: "str | None"
    """Where the next page is, or null on the last one."""
    previous: "str | None"
    """Where the previous page is, or null on the first one."""


class SearchHit(TypedDict):
    """A record that was found."""

    kind: "HitKind"
    """What kind of record it is."""
    id: int
    """Its id."""
    title: str
    """Its title; a partner's name. Plain text, not HTML."""
    action: "HitAction | None"
    """The action that it is or belongs to; null for a partner, which several actions may have."""
    fragments: "list[HitFragment]"
    """Up to three pieces of its text that show why it was found, the most telling first."""
    score: float
    """How well it answers the query. Only good for a comparison with other hits of the same query."""
    href: str
    """The record."""


class SearchPage(TypedDict):
    """A page of hits, the most useful first."""

    items: "list[SearchHit]"
    """The hits of this page."""
    total: int
    """How many records match, exactly."""
    limit: int
    """How many hits a page has at most."""
    offset: int
    """How many hits stand before this page."""
    next: "str | None"
    """Where the next page is, or null on the last one."""
    previous: "str | None"
    """Where the previous page is, or null on the first one."""
    counts: "HitCounts"
    """How many of each kind there are."""
    suggestion: "str | None"
    """The query with the spelling that the record knows, when nothing was found for it as it was typed; else null."""
    interpretations: "list[Interpretation]"
    """What the query may mean as filters (`italy kyrgyzstan trainings 2013`), those that leave most actions first, and those that leave none left out; a country may be meant as sender or as partner."""
    reason: "str | None"
    """Why nothing could be found, when the query has no word to look for; else null."""
    release: NotRequired["str | None"]
    """The release that answered; left out when it was the record as it stands."""


class SourceCreate(TypedDict):
    """What makes a source. Only the title is needed."""

    title: str
    """The title of the page or document."""
    publisher: NotRequired["str | None"]
    """Who published it."""
    url: NotRequired["str | None"]
    """Where it can be read, beginning with `https://` or `http://`."""
    as_of: NotRequired["PartialDate | None"]
    """The date whose state the source describes: a year, a month or a day."""
    funder: NotRequired["str | None"]
    """Who paid for what the source reports."""


class SourcePage(TypedDict):
    """A page of a list."""

    items: "list[SourceRead]"
    """The records of this page, in order."""
    total: int
    """How many records match, exactly."""
    limit: int
    """How many records a page has at most."""
    offset: int
    """How many records stand before this page."""
    next: "str | None"
    """Where the next page is, or null on the last one. Follow it as it is: its cursor has no meaning outside."""
    previous: "str | None"
    """Where the previous page is, or null on the first one."""
    release: NotRequired["str | None"]
    """The release that answered; left out when it was the record as it stands."""


class SourcePatch(TypedDict):
    """What changes of a source (JSON Merge Patch): what is absent stays, null empties."""

    title: NotRequired[str]
    """The title of the page or document."""
    publisher: NotRequired["str | None"]
    """Who published it."""
    url: NotRequired["str | None"]
    """Where it can be read, beginning with `https://` or `http://`."""
    as_of: NotRequired["PartialDate | None"]
    """The date whose state the source describes: a year, a month or a day."""
    funder: NotRequired["str | None"]
    """Who paid for what the source reports."""


class SourceRead(TypedDict):
    """Where facts of the record were read."""

    id: int
    """What actions name it by."""
    title: str
    """The title of the page or document."""
    publisher: "str | None"
    """Who published it."""
    url: "str | None"
    """Where it can be read; null where that is not known."""
    as_of: "PartialDate | None"
    """The date whose state the source describes."""
    funder: "str | None"
    """Who paid for what the source reports."""


class Statement(TypedDict):
    """What somebody says about a field."""

    value: Any
    """The value, as it stands in the plan's records."""
    source: NotRequired["str | None"]
    """The title of the source that says so; null where it was written by hand."""
    source_id: NotRequired["int | None"]
    """The id of that source; null where there is none, or it is yet to be added."""
    key: NotRequired["str | None"]
    """The name of the key by which it was recorded."""
    instant: NotRequired["str | None"]
    """When it was recorded, in UTC."""
    line: NotRequired["int | None"]
    """The line of the file, or the row of the table."""
    quote: NotRequired["str | None"]
    """The sentence behind it, where one is known."""


class SubregionRef(TypedDict):
    """A subregion of UN M49."""

    code: str
    """UN M49 code of three digits."""
    name: str
    """Its name, in the language that was asked for."""


class ThemeCreate(TypedDict):
    """What makes a theme: a name and a pillar."""

    slug: NotRequired["str | None"]
    """Unique and stable: actions name the theme by it. Made from the name when it is left out; later it can't be changed."""
    name: str
    """Its name in English, unique."""
    pillar: "Pillar"
    """The pillar under which it stands."""
    description: NotRequired["str | None"]
    """What actions on this theme are about."""


class ThemePage(TypedDict):
    """A page of a list."""

    items: "list[ThemeRead]"
    """The records of this page, in order."""
    total: int
    """How many records match, exactly."""
    limit: int
    """How many records a page has at most."""
    offset: int
    """How many records stand before this page."""
    next: "str | None"
    """Where the next page is, or null on the last one. Follow it as it is: its cursor has no meaning outside."""
    previous: "str | None"
    """Where the previous page is, or null on the first one."""
    release: NotRequired["str | None"]
    """The release that answered; left out when it was the record as it stands."""


class ThemePatch(TypedDict):
    """What changes of a theme (JSON Merge Patch): what is absent stays, null empties."""

    slug: NotRequired["str | None"]
    """Unique and stable: actions name the theme by it. Made from the name when it is left out; later it can't be changed."""
    name: NotRequired[str]
    """Its name in English, unique."""
    pillar: NotRequired["Pillar"]
    """The pillar under which it stands."""
    description: NotRequired["str | None"]
    """What actions on this theme are about."""


class ThemeRead(TypedDict):
    """A subject of actions."""

    slug: str
    """Unique and stable; what filters and bodies name the theme by."""
    name: str
    """Its name in English, unique."""
    pillar: "Pillar"
    """The pillar of the EU's Global Approach to Migration and Mobility under which it stands."""
    description: "str | None"
    """What actions on this theme are about."""


class ThemeRef(TypedDict):
    """A theme where it stands in an action."""

    slug: str
    """What filters and bodies name it by."""
    name: str
    """Its name, in the language that was asked for."""


class VocabularyItem(TypedDict):
    """A value of a closed vocabulary."""

    value: str
    """What filters and bodies take."""
    label: str
    """For people, in English."""
