"""Revisions and changes as JSON."""

from datetime import datetime
from typing import Any, Literal

from app.core.audit import ChangeOperation
from app.core.read_models import ReadModel


class FieldDifference(ReadModel):
    """One field that changed."""

    field: str
    """The name of the field."""
    before: Any
    """What it was; null when there was nothing."""
    after: Any
    """What it is; null when there is nothing."""


class Decision(ReadModel):
    """What was chosen where two sources disagreed."""

    field: str
    """The name of the field."""
    chosen: Literal["recorded", "new"]
    """Which statement stands: the one that was recorded, or the new one."""
    recorded: Any
    """What was recorded, with bare codes and ids."""
    recorded_source: str | None
    """The title of the source that had said so; null where it was written by hand."""
    recorded_source_id: int | None
    """The id of that source."""
    new: Any
    """What the other source says, with bare codes and ids."""
    new_source: str | None
    """The title of the other source."""
    new_source_id: int | None
    """The id of the other source."""
    quote: str | None
    """The sentence of the other source, where one is known."""


class ProvenanceSource(ReadModel):
    """The source of a change."""

    id: int | None
    """Its id."""
    title: str
    """Its title at that time."""


class Provenance(ReadModel):
    """Where a change came from, when it was imported."""

    import_id: int
    """The import that made it."""
    source: ProvenanceSource | None
    """The source that it speaks for; null for an editor's own table."""
    decisions: list[Decision]
    """What was chosen over what."""


class RecordChange(ReadModel):
    """What happened to one record in a revision."""

    entity: str
    """Which list the record belongs to: `actions`, `activities`, `deployments` or `outputs`."""
    id: str
    """The record's id."""
    operation: ChangeOperation
    """What happened to the record."""
    differences: list[FieldDifference]
    """Field by field, with bare codes and ids."""
    provenance: Provenance | None
    """Where it came from, when it was imported; null for an edit."""


class Revision(ReadModel):
    """One version of an action: who made it, when, and what was different from the version before."""

    version: int
    """The version of the action that this made."""
    instant: datetime
    """When it was committed, in UTC."""
    key: str | None
    """The name of the key that was used; null for the registry's own commands."""
    operation: ChangeOperation
    """What happened to the action as a whole; a change of what belongs to it is an update of it."""
    changes: list[RecordChange]
    """What happened to the action's own record and to each that belongs to it."""


class RevisionPage(ReadModel):
    """Revisions of an action, the newest first."""

    items: list[Revision]
    """The revisions of this page."""
    total: int
    """How many revisions there are."""
    limit: int
    """How many a page has at most."""
    offset: int
    """How many stand before this page."""
    next: str | None
    """Where the next page is, or null on the last one."""
    previous: str | None
    """Where the previous page is, or null on the first one."""


class Change(ReadModel):
    """One change of one record, in the order of commits."""

    sequence: int
    """Numbers without a gap: each change has the one after the change before it. After a backup was restored, numbers
    come again, in another epoch."""
    instant: datetime
    """When it was committed, in UTC."""
    key: str | None
    """The name of the key that was used; null for the registry's own commands."""
    operation: ChangeOperation
    """What happened to the record."""
    entity: str
    """Which list the record belongs to: `actions`, `activities`, `deployments`, `outputs`, `themes` ..."""
    id: str
    """The record's id or slug."""
    action: int | None
    """The action that the record is or belongs to."""
    version: int
    """The record's version after the change."""
    record: dict[str, Any] | None
    """What the record states after the change, with bare codes and ids; null after its deletion."""
    differences: list[FieldDifference]
    """Field by field, with bare codes and ids."""
    provenance: Provenance | None
    """Where it came from, when it was imported; null for an edit."""


class ChangePage(ReadModel):
    """Changes in the order of commits."""

    items: list[Change]
    """The changes of this page."""
    next: str
    """Where to go on: ask again there, now or later, and nothing is missed. Its `after` carries the epoch."""
    epoch: str
    """Which history the numbers belong to: another one begins when a backup is restored. `<epoch>-<number>` is the
    cursor behind a change, for `after` and for `Last-Event-ID`."""
    latest: int
    """The number of the last change that there is; the feed is read up when the last item has it."""
