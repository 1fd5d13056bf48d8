"""Revisions and changes as JSON."""

from datetime import datetime
from typing import Any

from app.core.audit import Operation
from app.reference.schemas import ReadModel


class Difference(ReadModel):
    """One field that changed."""

    field: str
    """The name of the field."""
    before: Any
    """What it was; null when there was nothing."""
    after: Any
    """What it is; null when there is nothing."""


class RecordChange(ReadModel):
    """What happened to one record in a revision."""

    entity: str
    """Which list the record belongs to: `actions`, `activities`, `deployments` or `outputs`."""
    id: str
    """The record's id."""
    operation: Operation
    """What happened to the record."""
    differences: list[Difference]
    """Field by field, with bare codes and ids."""


class Revision(ReadModel):
    """One version of an action: who made it, when, and what was different from the version before."""

    version: int
    """The version of the action that this made."""
    instant: datetime
    """When it was committed, in UTC."""
    key: str | None
    """The name of the key that was used; null for the registry's own commands."""
    operation: Operation
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
    """Numbers without a gap: each change has the one after the change before it."""
    instant: datetime
    """When it was committed, in UTC."""
    key: str | None
    """The name of the key that was used; null for the registry's own commands."""
    operation: Operation
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
    differences: list[Difference]
    """Field by field, with bare codes and ids."""


class ChangePage(ReadModel):
    """Changes in the order of commits."""

    items: list[Change]
    """The changes of this page."""
    next: str
    """Where to go on: ask again there, now or later, and nothing is missed."""
    latest: int
    """The number of the last change that there is; the feed is read up when the last item has it."""
