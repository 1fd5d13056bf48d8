"""Applying a plan: what it shows becomes the record, in one transaction, with history.

New records are made of what was planned without asking the database about each: the plan has resolved what they refer
to, in this transaction or against versions that are locked, and the tables' own constraints see the rest. They are
written in groups. What changes goes through the checks of an edit.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from app.actions.editing import ACTION_EDITING, is_vouched_for, new_links
from app.actions.models import Action
from app.activities.editing import ACTIVITY_EDITING, stated_status
from app.core.audit import explain
from app.core.editing import Editing
from app.core.problems import ErrorItem
from app.entities import CHILDREN
from app.imports.conflicts import conflicts_of
from app.imports.problems import RecordMoved
from app.imports.provenance import SourceRef, provenance
from app.imports.schemas import Conflict, Operation, PlannedAction
from app.imports.writing import ReferenceWriter, assign

_TOUCHING = (Operation.CREATE, Operation.UPDATE)
GROUP = 20
"""Few enough that other requests don't wait long while their history and their words are written."""


def is_touched(planned: PlannedAction) -> bool:
    """Whether applying the plan writes anything about the action: changes, or a choice that was made."""
    if planned.operation is Operation.REJECT or planned.excluded:
        return False
    return planned.operation in _TOUCHING or any(conflict.chosen for _, _, conflict in conflicts_of(planned))


class _Writing:
    """One action while it is written."""

    def __init__(self, planned: PlannedAction, record: Action, speaker: SourceRef | None) -> None:
        self.planned = planned
        self.record = record
        self.speaker = speaker
        self.activities: dict[int, Any] = {}
        """The records of its activities, by place."""


class Applier:
    """Writes planned actions in a session that whoever opened it commits."""

    def __init__(self, session: AsyncSession, import_id: int) -> None:
        self.session = session
        self.import_id = import_id
        self.references = ReferenceWriter(session, import_id)
        self._ids: dict[str, int] = {}
        self._records: dict[tuple[Editing[Any, Any], int], Any] = {}
        """Those that the group changes."""
        self._later: list[tuple[Action, str]] = []

    async def check_versions(self, expected: Mapping[int, tuple[int, str]], new_slugs: Sequence[str]) -> None:
        """Locks the actions that will change, in the order of their ids.

        Raises RecordMoved, naming the actions that changed since the plan was made, are gone, or came up meanwhile.
        """
        moved: list[tuple[str, str]] = []
        for batch in _batches(sorted(expected)):
            statement = select(Action.id, Action.version).where(Action.id.in_(batch)).order_by(Action.id)
            rows = await self.session.execute(statement.with_for_update(key_share=True))
            found = {row.id: row.version for row in rows}
            for key in batch:
                version, slug = expected[key]
                if key not in found:
                    moved.append((slug, f"'{slug}' was deleted meanwhile"))
                elif found[key] != version:
                    moved.append((slug, f"'{slug}' was at version {version} and is at {found[key]} now"))
        for batch in _batches(new_slugs):
            taken = await self.session.scalars(select(Action.slug).where(Action.slug.in_(batch)).order_by(Action.slug))
            moved += [(slug, f"'{slug}' was added meanwhile") for slug in taken]
        if moved:
            errors = [ErrorItem(code="moved", message=message) for _, message in moved[:100]]
            names = ", ".join(slug for slug, _ in moved[:10]) + (" and others" if len(moved) > 10 else "")
            raise RecordMoved(
                f"The record has moved since the plan was made: {names}. Send the file again.", errors=errors
            )

    async def write(self, planned: Iterable[PlannedAction]) -> AsyncIterator[int]:
        """Writes planned actions with what belongs to them, group by group; tells how many were dealt with."""
        group: list[PlannedAction] = []
        for action in planned:
            group.append(action)
            if len(group) == GROUP:
                await self._write_group(group)
                yield len(group)
                group = []
        await self._write_group(group)
        yield len(group)
        for record, slug in self._later:
            record.follows = await self._id_of(slug)
        await self.session.flush()

    async def _write_group(self, group: Sequence[PlannedAction]) -> None:
        waiting = [planned for planned in group if is_touched(planned)]
        await self._load(waiting)
        written: list[_Writing] = []
        while waiting:
            # An action comes after the one that it follows; one that follows in a circle gets that set at the end.
            coming = {planned.action.slug for planned in waiting if planned.operation is Operation.CREATE}
            ready = [planned for planned in waiting if planned.action.follows not in coming] or waiting
            now_written = [await self._write_action(planned) for planned in ready]
            await self.session.flush()
            self._ids |= {writing.record.slug: writing.record.id for writing in now_written}
            written += now_written
            done = {id(planned) for planned in ready}
            waiting = [planned for planned in waiting if id(planned) not in done]
        for kind in CHILDREN:
            for writing in written:
                await self._write_children(writing, kind)
            await self.session.flush()

    # -- actions --

    async def _write_action(self, planned: PlannedAction) -> _Writing:
        named = planned.speaks_for
        speaker = None if named is None else {"id": await self.references.source(named), "title": named.title}
        shown = planned.action
        record = self._record(ACTION_EDITING, shown.id, f"'{shown.slug}'")
        if planned.operation is Operation.CREATE or planned.differences:
            fields = {
                **shown.model_dump(exclude_unset=True),
                "partners": [await self.references.partner(partner.model_dump()) for partner in shown.partners],
                "source": None if shown.source is None else await self.references.source(shown.source),
                "follows": await self._follows(record, shown.follows),
            }
            if shown.id is None:
                body = self._fill(ACTION_EDITING, record, fields)
                new_links(record, body)
            else:
                await assign(self.session, ACTION_EDITING, record, fields)
        is_changed = shown.id is None or bool(planned.differences)
        self._explain(record, planned.conflicts, speaker, is_changed=is_changed)
        self.session.add(record)
        return _Writing(planned, record, speaker)

    async def _load(self, group: Sequence[PlannedAction]) -> None:
        """Loads what will change. The actions are locked, and so is what belongs to them."""
        keys: dict[Editing[Any, Any], set[int | None]] = {ACTION_EDITING: {planned.action.id for planned in group}}
        for name, entity in CHILDREN.items():
            keys[entity.editing] = {child.id for planned in group for child in getattr(planned, name)}
        self._records = {}
        for editing, wanted in keys.items():
            if known := wanted - {None}:
                statement = select(editing.model).where(editing.listing.resource.key.in_(known)).options(*editing.loads)
                for record in await self.session.scalars(statement.execution_options(populate_existing=True)):
                    self._records[editing, record.id] = record

    def _record(self, editing: Editing[Any, Any], key: int | None, name: str) -> Any:
        if key is None:
            return editing.model()
        record = self._records.get((editing, key))
        if record is None:
            raise RecordMoved(f"{name} was deleted meanwhile.")
        return record

    async def _follows(self, record: Action, slug: str | None) -> int | None:
        """The id of the earlier action; what comes further down in the file is set at the end."""
        if slug is None:
            return None
        found = await self._id_of(slug)
        if found is None:
            self._later.append((record, slug))
        return found

    async def _id_of(self, slug: str) -> int | None:
        if slug not in self._ids:
            found = await self.session.scalar(select(Action.id).where(Action.slug == slug))
            if found is None:
                return None
            self._ids[slug] = found
        return self._ids[slug]

    # -- what belongs to them --

    async def _write_children(self, writing: _Writing, kind: str) -> None:
        editing = CHILDREN[kind].editing
        planned_ones = getattr(writing.planned, kind)
        position = max((child.position or 0 for child in planned_ones), default=0) if kind == "activities" else 0
        if kind == "activities" and writing.planned.action.id is not None:
            highest = select(ACTIVITY_EDITING.model.position).where(ACTIVITY_EDITING.model.action == writing.record.id)
            position = max([position, *await self.session.scalars(highest)])
        for place, child in enumerate(planned_ones, 1):
            is_changed = child.operation in _TOUCHING
            if child.excluded or not (is_changed or any(conflict.chosen for conflict in child.conflicts)):
                if kind == "activities":
                    writing.activities[place] = child.id
                continue
            record = self._record(editing, child.id, f"{editing.noun} {child.id}")
            fields = {**child.model_dump(), "action": writing.record.id}
            if kind == "activities" and child.id is None and child.position is None:
                position += 1
                fields["position"] = position
            if kind == "deployments":
                fields["activity"] = _activity(writing, child)
            if child.id is None:
                self._fill(editing, record, fields)
            elif is_changed:
                await assign(self.session, editing, record, fields)
            self._explain(record, child.conflicts, writing.speaker, is_changed=is_changed)
            self.session.add(record)
            if kind == "activities":
                writing.activities[place] = record

    def _fill(self, editing: Editing[Any, Any], record: Any, fields: Mapping[str, Any]) -> Any:
        """Sets the fields of a new record, whose references the plan has resolved."""
        known = {name: value for name, value in fields.items() if name in editing.create.model_fields}
        body: Any = editing.create.model_validate(known)
        columns = inspect(editing.model).columns
        for name in type(body).model_fields:
            if name in columns:
                setattr(record, name, getattr(body, name))
        if editing is ACTIVITY_EDITING:
            record.stated_status = stated_status(body.status, body.start, body.end)
        if editing is ACTION_EDITING:
            record.vouched_for = is_vouched_for(body)
        return body

    def _explain(
        self, record: Any, conflicts: Sequence[Conflict], speaker: SourceRef | None, *, is_changed: bool
    ) -> None:
        decided = [conflict for conflict in conflicts if conflict.chosen is not None]
        if not is_changed and not decided:
            return
        if not is_changed:
            flag_modified(record, "updated_at")  # a decision is kept, also when nothing else changes
        told = provenance(self.import_id, speaker, decided, self.references.partners)
        explain(self.session.sync_session, record, told)


def _activity(writing: _Writing, deployment: Any) -> int | None:
    """The id of a deployment's activity, by its place in the plan or as it was recorded before."""
    found = writing.activities.get(deployment.activity)
    if found is None:
        return deployment.activity_id  # type: ignore[no-any-return]
    return found if isinstance(found, int) else int(found.id)


def _batches(values: Sequence[Any]) -> Iterable[list[Any]]:
    found = list(values)
    return (found[start : start + 500] for start in range(0, len(found), 500))
