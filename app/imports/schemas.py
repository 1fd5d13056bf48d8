"""Imports as JSON: what would be recorded, what would change, and what has to be decided."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.actions.schemas import ActionCreate, ActionRead
from app.activities.schemas import ActivityCreate, ActivityRead
from app.core.partial_dates import PartialDate
from app.core.read_models import ReadModel
from app.deployments.schemas import DeploymentCreate, DeploymentRead
from app.imports.drafts import Severity
from app.imports.shapes import with_fields_of
from app.outputs.schemas import OutputCreate, OutputRead


class Operation(StrEnum):
    """What happens to a record."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    REJECT = "reject"


class Choice(StrEnum):
    """Which of two statements is to stand."""

    RECORDED = "recorded"
    NEW = "new"


class Prefer(StrEnum):
    """Which statement stands where the editor chose none."""

    RECORDED = "recorded"
    NEW = "new"
    ASK = "ask"


class OnReject(StrEnum):
    """What happens to the rest when something can't be imported."""

    REFUSE = "refuse"
    SKIP = "skip"


class State(StrEnum):
    """Where an import stands."""

    PLANNED = "planned"
    COMMITTED = "committed"


class ImportProblem(ReadModel):
    """Something that was met in the file, and where."""

    severity: Severity
    """`error`: not importable. `warning`: repaired or ambiguous, and the message says how it was read. `note`: worth
    knowing."""
    code: str
    """A stable name of the kind of problem, for programs."""
    message: str
    """What was met, and what would be right, for people."""
    line: int | None = None
    """The line of the text or the row of the table, from 1."""
    sheet: str | None = None
    """The sheet of a workbook."""
    column: str | None = None
    """The column of a table, or the field."""
    pointer: str | None = None
    """JSON Pointer into the file, where it is JSON."""
    quote: str | None = None
    """What stands there, word for word."""
    item: str | None = None
    """The item of the plan that it is about; null for an action itself, and for the file."""


class ImportSource(ReadModel):
    """The source that an import speaks for."""

    id: int | None
    """The id of the source; null while it is yet to be added."""
    title: str
    """Its title; the name of the file where no source was named."""
    publisher: str | None = None
    """Who published it."""
    url: str | None = None
    """Where it can be read."""
    as_of: PartialDate | None = None
    """The date whose state it describes."""


class Statement(ReadModel):
    """What somebody says about a field."""

    value: Any
    """The value, as it stands in the plan's records."""
    source: str | None = None
    """The title of the source that says so; null where it was written by hand."""
    source_id: int | None = None
    """The id of that source; null where there is none, or it is yet to be added."""
    key: str | None = None
    """The name of the key by which it was recorded."""
    instant: datetime | None = None
    """When it was recorded, in UTC."""
    line: int | None = None
    """The line of the file, or the row of the table."""
    quote: str | None = None
    """The sentence behind it, where one is known."""


class Difference(ReadModel):
    """A field that changes."""

    field: str
    """The name of the field."""
    before: Any
    """What is recorded; null when there is nothing."""
    after: Any
    """What it becomes."""


class Conflict(ReadModel):
    """A field about which two sources disagree. Nothing is overwritten by itself."""

    choice: str
    """What names this conflict in `choices`: the action's slug and the field, with the list and the place in it for
    what belongs to the action (`moldova/activities/3/start`). `moldova/same` asks whether it is that recorded action at
    all: choose when you send the file, since what would change follows from it."""
    field: str
    """The name of the field."""
    recorded: Statement
    """What is recorded, and who said so last."""
    new: Statement
    """What the file says."""
    chosen: Choice | None = None
    """Which one stands; null while nobody has chosen, and then the recorded one does."""


class ImportedPartner(ReadModel):
    """A partner of an action."""

    id: int | None
    """Its id; null while it is yet to be added."""
    name: str
    """Its full name."""
    acronym: str | None = None
    """How it is called for short."""


@with_fields_of(ActionCreate, ActionRead)
class ImportedAction(ReadModel):
    """An action as it will be recorded. What can't be read is null or left out, and a problem says why."""

    id: int | None
    """The id of the recorded action that it is; null for a new one."""
    slug: str | None
    """What names it in addresses, and in `choices`."""
    title: str | None
    """Its title."""
    partners: list[ImportedPartner]
    """The authorities and organisations that took part."""
    confirmed_on: PartialDate | None = None
    """The last day on which its state is known; a newer source moves it. Null where the registry itself keeps it up to
    date."""
    follows: str | None
    """The slug of the earlier action that this one continues."""
    source: ImportSource | None
    """Where it was read."""


class PlannedItem(ReadModel):
    """What a plan has one by one, to be looked at before it is committed."""

    item: str = ""
    """What names it in `exclude` of the commit: the place of an action in the plan, from 1, with the list and the place
    in it for what belongs to the action (`3`, `3/activities/2`), or the list and the place among the plan's references
    (`partners/1`)."""
    excluded: bool = False
    """Whether it was left out of the commit."""


class _PlannedChild(PlannedItem):
    operation: Operation
    """What happens to it."""
    line: int | None
    """The line of the text or the row of the table that it was read from."""
    id: int | None
    """The id of the record that it is; null for a new one."""
    differences: list[Difference]
    """The fields that change, for an update."""
    conflicts: list[Conflict]
    """The fields about which the record and the file disagree."""


@with_fields_of(ActivityCreate, ActivityRead)
class PlannedActivity(_PlannedChild):
    """An activity as it will be recorded."""


@with_fields_of(DeploymentCreate, DeploymentRead)
class PlannedDeployment(_PlannedChild):
    """A deployment as it will be recorded."""

    activity: int | None
    """The place of its activity in the plan's `activities` of the same action, from 1; null where it names none of
    them."""
    activity_id: int | None
    """The id of its activity, where that is recorded already."""


@with_fields_of(OutputCreate, OutputRead)
class PlannedOutput(_PlannedChild):
    """An output as it will be recorded."""


class PlannedAction(PlannedItem):
    """What happens to an action, and to what belongs to it."""

    operation: Operation
    """What happens to the action and what belongs to it, as a whole."""
    line: int | None
    """The line of the text or the row of the table where it begins."""
    sheet: str | None
    """The sheet of a workbook."""
    version: int | None
    """The version of the recorded action that the plan was made against; null for a new one."""
    speaks_for: ImportSource | None
    """The source that the file speaks for; null for an editor's own table."""
    action: ImportedAction
    """The action as it will be recorded."""
    activities: list[PlannedActivity]
    """Its activities that the file names, as they will be recorded."""
    deployments: list[PlannedDeployment]
    """Its deployments that the file names."""
    outputs: list[PlannedOutput]
    """Its outputs that the file names."""
    differences: list[Difference]
    """The fields of the action itself that change, for an update."""
    conflicts: list[Conflict]
    """The fields of the action itself about which the record and the file disagree."""
    problems: list[ImportProblem]
    """What was met in reading it; with an error it is rejected."""


class PlannedReference(PlannedItem):
    """What happens to a theme, partner, publication or source."""

    entity: Literal["themes", "partners", "publications", "sources"]
    """Which list it belongs to."""
    operation: Operation
    """What happens to it."""
    line: int | None
    """The row of the table, or the line of the text."""
    sheet: str | None
    """The sheet of a workbook."""
    key: int | str | None
    """The id or slug of the record that it is; null for a new one."""
    version: int | None
    """The version of that record that the plan was made against."""
    record: dict[str, Any]
    """It as it will be recorded, with the fields of its list."""
    differences: list[Difference]
    """The fields that change, for an update."""
    problems: list[ImportProblem]
    """What was met in reading it; with an error it is rejected."""


class ImportSummary(ReadModel):
    """How many actions."""

    create: int = 0
    """Actions that are new."""
    update: int = 0
    """Actions that change, themselves or in what belongs to them."""
    unchanged: int = 0
    """Actions that are recorded as the file has them, or where only open conflicts remain."""
    reject: int = 0
    """Actions that can't be imported."""
    excluded: int = 0
    """Actions that were left out of the commit."""
    conflicts: int = 0
    """Fields about which the record and the file disagree and nobody has chosen."""
    lists: dict[str, dict[str, int]] = {}
    """For each other list (`activities`, `partners` ...), how many of its records each operation has: `create`,
    `update`, `unchanged`, `reject`, or `excluded`."""

    def count(self, name: str, item: PlannedItem, operation: Operation) -> None:
        """One more record of a list."""
        counts = self.lists.setdefault(name, {})
        counted = "excluded" if item.excluded else operation.value
        counts[counted] = counts.get(counted, 0) + 1


class ImportHead(ReadModel):
    """An import, without its records."""

    id: int
    """What names it in an address."""
    state: State
    """`planned` until it is committed."""
    format: str
    """How the file was read: `page`, `csv`, `xlsx`, `json` or `ndjson`."""
    dry_run: bool
    """Whether nothing has been recorded of it yet."""
    file_name: str
    """The name of the file."""
    sha256: str
    """The checksum of the file."""
    created_at: datetime
    """When the plan was made, in UTC."""
    key: str | None
    """The name of the key by which it was made; null for the registry's own command."""
    committed_at: datetime | None
    """When it was committed, in UTC."""
    source: ImportSource
    """The source that the file speaks for."""
    summary: ImportSummary
    """How many actions there are of each operation."""


class ImportRead(ImportHead):
    """What an import records, or would record."""

    actions: list[PlannedAction]
    """Each action of the file, in its order."""
    columns: dict[str, str] = {}
    """What the editor said that columns hold."""
    references: list[PlannedReference]
    """Themes, partners, publications and sources that the file has, or that its actions need."""
    problems: list[ImportProblem]
    """What is about the file as a whole."""


class ImportPage(ReadModel):
    """Imports, the newest first."""

    items: list[ImportHead]
    """The imports of this page."""
    total: int
    """How many there are."""
    limit: int
    """How many a page has at most."""
    offset: int
    """How many stand before this page."""
    next: str | None
    """Where the next page is, or null on the last one."""
    previous: str | None
    """Where the previous page is, or null on the first one."""


Choices = Annotated[dict[str, Choice], Field(max_length=100_000)]


class CommitImport(BaseModel):
    """What to decide when a plan is committed. All of it may be left out."""

    model_config = ConfigDict(
        extra="forbid",
        use_attribute_docstrings=True,
        json_schema_extra={
            "examples": [
                {
                    "exclude": ["2"],
                    "edit": {"1": {"region": "asia"}},
                    "choices": {"moldova/end": "new"},
                    "prefer": "recorded",
                }
            ]
        },
    )

    exclude: Annotated[list[str], Field(max_length=100_000)] = []
    """What is left out, by its `item`: an action with all that belongs to it, something that belongs to one, or a
    theme, partner or publication that the file would add or change. What refers to something left out is recorded
    without that reference. An action that is rejected because of an item is recorded without it."""
    edit: Annotated[dict[str, dict[str, Any]], Field(max_length=10_000)] = {}
    """What is corrected, by its `item`: a JSON Merge Patch of an action or of something that belongs to one, with the
    names and codes of their lists (`{"3/activities/2": {"country": "EE", "place": null}}`). `activity` is the place of
    an activity in the plan; `slug`, `follows` and `source` can't be edited here. When the file is imported again, what
    it says of an edited field changes nothing."""
    choices: Choices = {}
    """For each conflict that is decided, by its `choice`: `recorded` or `new`."""
    prefer: Prefer = Prefer.ASK
    """What stands where no choice was made: `recorded`, `new`, or `ask`, which keeps the recorded value and leaves the
    conflict open."""
    on_reject: OnReject = OnReject.REFUSE
    """`refuse` commits nothing while a part of the file is rejected; `skip` commits the rest."""
