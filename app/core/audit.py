"""What changed, when, by whom: written by one listener, in the transaction of the change itself.

Every record that is `Versioned` is audited. Before a commit, each record that was created, updated or deleted becomes
one row of `changes`, with its facts after the change and a difference by field. Rows are numbered by a counter that is
taken last and held until the commit, so that their order is the order of commits, without a gap: who reads up to a
number has missed nothing before it. No call site has to remember any of this, and a statement that would go past it
is refused.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Index,
    String,
    Text,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column
from sqlalchemy.orm.attributes import instance_state

from app.core.database import Base, Instant, Versioned, history_of, now
from app.core.facts import complete_facts, differences_of, facts_of, is_root, written
from app.core.session_state import state_of

STATE_ID = 1
AT_ONCE = 10_000
"""How many records are looked up by one statement: the databases take some 32,000 parameters."""


class ChangeOperation(StrEnum):
    """What happened to a record."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    RESTORE = "restore"


class State(Base):
    """One row: the number of the last change, which is also the version of the record as a whole."""

    __tablename__ = "registry_state"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # Which history the numbers belong to: a backup that is put back begins another one, in which they come again.
    epoch: Mapped[str] = mapped_column(String(32))
    sequence: Mapped[int] = mapped_column(BigInteger)
    # The last change of what other records show the names of: a theme, a partner.
    labels_sequence: Mapped[int] = mapped_column(BigInteger)
    # Numbers after the first and up to the second one stand for different changes in different epochs (`epochs.py`).
    ambiguous_after: Mapped[int] = mapped_column(BigInteger, server_default="0")
    ambiguous_until: Mapped[int] = mapped_column(BigInteger, server_default="0")
    former_epochs: Mapped[str] = mapped_column(Text, server_default=text("''"))


class Change(Base):
    """One change of one record."""

    __tablename__ = "changes"
    __table_args__ = (
        CheckConstraint("operation IN ('create', 'update', 'delete', 'restore')", name="operation"),
        Index("ix_changes_root_root_version", "root", "root_version"),
        Index("ix_changes_entity_record", "entity", "record"),
    )

    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    instant: Mapped[datetime] = mapped_column(Instant)
    key_name: Mapped[str | None] = mapped_column(String(100))
    operation: Mapped[str] = mapped_column(String(10))
    entity: Mapped[str] = mapped_column(String(30))
    record: Mapped[str] = mapped_column(String(100))
    # The action that the record is or belongs to, and its version after the change; no foreign key, since the history
    # outlives what it tells of.
    root: Mapped[int | None]
    root_version: Mapped[int | None]
    version: Mapped[int]
    facts: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    differences: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    # Where the change came from and what was chosen over what, when it is not an editor's own.
    provenance: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


@dataclass
class Edit:
    """A change that is under way in a session."""

    record: Any
    operation: ChangeOperation
    roots: dict[int, None]


def _last_facts(session: Session, edits: Iterable[Edit]) -> dict[tuple[str, str], dict[str, Any]]:
    """What the records that were there stated after their last changes, by table and key."""
    keys: defaultdict[Any, list[str]] = defaultdict(list)
    for edit in edits:
        if edit.operation is not ChangeOperation.CREATE:
            keys[type(edit.record)].append(_key(edit.record))
    found = {}
    for kind, wanted in keys.items():
        entity = kind.__tablename__
        for start in range(0, len(wanted), AT_ONCE):
            theirs = (Change.entity == entity, Change.record.in_(wanted[start : start + AT_ONCE]))
            last = select(func.max(Change.sequence)).where(*theirs).group_by(Change.record)
            known = select(Change.record, Change.facts).where(Change.sequence.in_(last))
            for key, facts in session.connection().execute(known):
                found[entity, key] = complete_facts(kind, facts) if facts else {}
    return found


def _key(record: Any) -> str:
    identity = instance_state(record).identity
    assert identity is not None
    return str(identity[0])


def _root_keys(record: Any) -> Iterator[int]:
    """The actions that a record is, belongs to, or belonged to until now."""
    name = getattr(record, "audit_root", None)
    if name is None:
        return
    history = history_of(record, name)
    yield from (key for key in (*history.deleted, getattr(record, name)) if key is not None)


def explain(session: Session, record: Any, provenance: dict[str, Any]) -> None:
    """Says where the session's change of a record comes from; kept with the change, also where no field differs."""
    state_of(session).provenance[id(record)] = (record, provenance)


def note_edit(session: Session, record: Any, operation: ChangeOperation) -> None:
    """Notes that a record was changed, for the history."""
    edit: Edit = state_of(session).edits.setdefault(id(record), Edit(record, operation, {}))
    if operation is ChangeOperation.DELETE:
        edit.operation = operation
    edit.roots.update(dict.fromkeys(_root_keys(record)))


def collect_edits(session: Session, _context: Any) -> None:
    """After a flush: notes what it wrote."""
    seen = [
        *((record, ChangeOperation.CREATE) for record in session.new),
        *((record, ChangeOperation.UPDATE) for record in session.dirty if session.is_modified(record)),
        *((record, ChangeOperation.DELETE) for record in session.deleted),
    ]
    for record, operation in seen:
        if isinstance(record, Versioned):
            note_edit(session, record, operation)


def write_changes(session: Session) -> None:
    """Before a commit: writes what was collected into the history."""
    session.flush()
    state = state_of(session)
    edits, state.edits = state.edits, {}
    explained, state.provenance = state.provenance, {}
    if not edits:
        return
    rows = list(_rows(session, list(edits.values()), explained))
    if not rows:
        return
    last = _take_numbers(session, len(rows), labels=any(row["root"] is None for row in rows))
    for number, row in enumerate(rows, last - len(rows) + 1):
        row["sequence"] = number
    session.connection().execute(insert(Change), rows)


def _take_numbers(session: Session, count: int, *, labels: bool) -> int:
    """Moves the counter forward, and holds it until the commit: whoever comes next gets later numbers, and commits
    later."""
    values: dict[str, Any] = {"sequence": State.sequence + count}
    if labels:
        values["labels_sequence"] = State.sequence + count
    taken = session.connection().execute(
        update(State).where(State.id == STATE_ID).values(values).returning(State.epoch, State.sequence)
    )
    epoch, sequence = taken.one()
    state_of(session).last_change = (epoch, sequence)
    return int(sequence)


@cache
def _order() -> dict[str, int]:
    """The place of each table behind those that it refers to."""
    return {table.name: position for position, table in enumerate(Base.metadata.sorted_tables)}


def _rows(
    session: Session, edits: Sequence[Edit], explained: dict[int, tuple[Any, dict[str, Any]]]
) -> Iterator[dict[str, Any]]:
    """The rows of the edits: what is created or changed from the root down, then what is deleted from below up."""
    order, before = _order(), _last_facts(session, edits)

    def place(edit: Edit) -> tuple[bool, int]:
        position = order[type(edit.record).__tablename__]
        return (True, -position) if edit.operation is ChangeOperation.DELETE else (False, position)

    instant, state = now(), state_of(session)
    # A deletion is a version of its own, so that there is one to go back from.
    versions = {
        edit.record.id: edit.record.version + (edit.operation is ChangeOperation.DELETE)
        for edit in edits
        if is_root(edit.record)
    }
    for edit in sorted(edits, key=place):
        entity, key, gone = type(edit.record).__tablename__, _key(edit.record), edit.operation is ChangeOperation.DELETE
        after = {} if gone else facts_of(session, edit.record)
        found = differences_of(before.get((entity, key), {}), after)
        _, provenance = explained.get(id(edit.record), (None, None))
        if not found and not is_root(edit.record) and provenance is None:
            continue
        operation = edit.operation if gone else state.operation or edit.operation
        row = {
            "instant": instant,
            "key_name": state.key_name,
            "operation": operation.value,
            "entity": entity,
            "record": key,
            "version": edit.record.version,
            "facts": None if gone else after,
            "differences": found,
            "provenance": provenance,
        }
        roots: list[int | None] = [*edit.roots] or [None]
        for root in roots:
            version = None if root is None else versions.get(root, edit.record.version)
            yield row | {"root": root, "root_version": version}


def forbid_bulk(state: ORMExecuteState) -> None:
    """A bulk statement on an audited table would leave no trace."""
    if not (state.is_insert or state.is_update or state.is_delete) or state.execution_options.get("unaudited"):
        return
    mapper = state.bind_mapper
    if mapper is not None and issubclass(mapper.class_, Versioned):
        raise RuntimeError(f"a bulk statement on {mapper.class_.__name__} would leave no trace in the history")


def dumped(value: Any) -> str:
    """JSON in one canonical form, for checksums."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=written)
