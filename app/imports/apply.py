"""Applying a plan: what it shows becomes the record, in one transaction, with history."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from app.actions.editing import ACTION_EDITING
from app.actions.models import Action
from app.activities.editing import ACTIVITY_EDITING
from app.core.audit import explain
from app.core.editing import Editing
from app.core.problems import ErrorItem, Invalid, Problem, invalid, validation_errors
from app.deployments.editing import DEPLOYMENT_EDITING
from app.imports.deciding import conflicts_of
from app.imports.matching import folded
from app.imports.problems import RecordMoved
from app.imports.schemas import Choice, Conflict, ImportSource, Operation, PlannedAction, PlannedReference
from app.outputs.editing import OUTPUT_EDITING
from app.reference.editing import PARTNER_EDITING, PUBLICATION_EDITING, SOURCE_EDITING, THEME_EDITING
from app.reference.models import Partner, Source

_EDITINGS: Mapping[str, Editing[Any, Any]] = {
    "activities": ACTIVITY_EDITING,
    "deployments": DEPLOYMENT_EDITING,
    "outputs": OUTPUT_EDITING,
    "themes": THEME_EDITING,
    "partners": PARTNER_EDITING,
    "publications": PUBLICATION_EDITING,
    "sources": SOURCE_EDITING,
}
_TOUCHING = (Operation.CREATE, Operation.UPDATE)


def is_touched(planned: PlannedAction) -> bool:
    """Whether applying the plan writes anything about the action: changes, or a choice that was made."""
    if planned.operation is Operation.REJECT:
        return False
    return planned.operation in _TOUCHING or any(conflict.chosen for _, _, conflict in conflicts_of(planned))


class Applier:
    """Writes planned actions, one after the other, in a session that whoever opened it commits."""

    def __init__(self, session: AsyncSession, import_id: int) -> None:
        self.session = session
        self.import_id = import_id
        self._partners: dict[str | None, int] = {}
        self._sources: dict[tuple[str | None, str | None], int] = {}
        self._later: list[tuple[Action, str]] = []

    async def check_versions(self, expected: Mapping[int, tuple[int, str]], new_slugs: Sequence[str]) -> None:
        """Locks the actions that will change, in the order of their ids.

        Raises RecordMoved, naming the actions that changed since the plan was made, are gone, or came up meanwhile.
        """
        moved: list[tuple[str, str]] = []
        keys = sorted(expected)
        for start in range(0, len(keys), 500):
            batch = keys[start : start + 500]
            statement = select(Action.id, Action.version).where(Action.id.in_(batch)).order_by(Action.id)
            found = dict(await self._pairs(statement.with_for_update()))
            for key in batch:
                version, slug = expected[key]
                if key not in found:
                    moved.append((slug, f"'{slug}' was deleted meanwhile"))
                elif found[key] != version:
                    moved.append((slug, f"'{slug}' was at version {version} and is at {found[key]} now"))
        for start in range(0, len(new_slugs), 500):
            taken = await self.session.scalars(
                select(Action.slug).where(Action.slug.in_(new_slugs[start : start + 500])).order_by(Action.slug)
            )
            moved += [(slug, f"'{slug}' was added meanwhile") for slug in taken]
        if moved:
            errors = [ErrorItem(code="moved", message=message) for _, message in moved[:100]]
            names = ", ".join(slug for slug, _ in moved[:10]) + (" and others" if len(moved) > 10 else "")
            raise RecordMoved(
                f"The record has moved since the plan was made: {names}. Send the file again.", errors=errors
            )

    async def _pairs(self, statement: Any) -> list[tuple[int, int]]:
        return [(key, version) for key, version in await self.session.execute(statement)]

    # -- what actions refer to --

    async def write_references(self, planned: Iterable[PlannedReference]) -> None:
        """Writes themes, partners, publications and sources.

        Raises RecordMoved for one that changed meanwhile.
        """
        for row in planned:
            if row.operation not in _TOUCHING:
                continue
            editing = _EDITINGS[row.entity]
            if row.operation is Operation.CREATE and row.entity in ("partners", "sources"):
                # One that came up meanwhile is the same one.
                if row.entity == "partners":
                    await self._partner(row.record)
                else:
                    await self.source(
                        ImportSource.model_construct(id=None, **_without(row.record, "funder")), row.record
                    )
                continue
            record = editing.model()
            if row.operation is Operation.UPDATE:
                record = await self.session.get(editing.model, row.key, with_for_update=True)
                if record is None or record.version != row.version:
                    raise RecordMoved(f"{editing.noun} '{row.key}' has changed since the plan was made.")
            await self._assign(editing, record, row.record, f"{editing.noun} '{row.key or row.record.get('title')}'")
            explain(self.session.sync_session, record, self._provenance(None, [], {}))
            self.session.add(record)
            await self.session.flush()

    async def source(self, stated: ImportSource, record: Mapping[str, Any] | None = None) -> int:
        """The id of a source; one that isn't there is added."""
        if stated.id is not None:
            return stated.id
        sign = folded(stated.title), stated.as_of
        if sign not in self._sources:
            for source in await self.session.scalars(select(Source).order_by(Source.id)):
                self._sources.setdefault((folded(source.title), source.as_of), source.id)
                self._sources.setdefault((folded(source.title), None), source.id)
        if sign not in self._sources:
            fields = record or stated.model_dump(exclude={"id"})
            self._sources[sign] = (await self._add(SOURCE_EDITING, fields, f"source '{stated.title}'")).id
        return self._sources[sign]

    async def _partner(self, named: Mapping[str, Any]) -> int:
        if named.get("id") is not None:
            return int(named["id"])
        if not self._partners:
            found = await self.session.execute(select(Partner.name, Partner.id))
            self._partners = {folded(name): key for name, key in found}
        sign = folded(named["name"])
        if sign not in self._partners:
            added = await self._add(PARTNER_EDITING, _without(named, "id"), f"partner '{named['name']}'")
            self._partners[sign] = added.id
        return self._partners[sign]

    async def _add(self, editing: Editing[Any, Any], fields: Mapping[str, Any], name: str) -> Any:
        record = editing.model()
        await self._assign(editing, record, fields, name)
        explain(self.session.sync_session, record, self._provenance(None, [], {}))
        self.session.add(record)
        await self.session.flush()
        return record

    async def _assign(self, editing: Editing[Any, Any], record: Any, fields: Mapping[str, Any], name: str) -> None:
        try:
            body = editing.create.model_validate(
                {field: value for field, value in fields.items() if field in editing.create.model_fields}
            )
            await editing.assign(self.session, record, body)
        except ValidationError as error:
            items = validation_errors([{**item, "loc": ("body", *item["loc"])} for item in error.errors()])
            raise invalid([_named(item, name) for item in items]) from None
        except Problem as problem:
            if isinstance(problem, Invalid):
                raise invalid([_named(item, name) for item in problem.errors]) from None
            raise

    # -- actions --

    async def write(self, planned: PlannedAction) -> None:
        """Writes one planned action with what belongs to it."""
        if not is_touched(planned):
            return
        shown = planned.action.model_dump(mode="python")
        name = f"action '{shown['slug']}'"
        speaker = await self._speaker(planned)
        fields = {
            **shown,
            "partners": [await self._partner(partner) for partner in shown["partners"]],
            "source": None if planned.action.source is None else await self.source(planned.action.source),
            "follows": None,
        }
        record = await self._action(planned)
        fields["follows"] = await self._follows(record, shown["follows"])
        if planned.operation is Operation.CREATE or planned.differences:
            await self._assign(ACTION_EDITING, record, fields, name)
        self._explain(
            record,
            planned.conflicts,
            speaker,
            is_changed=planned.operation is Operation.CREATE or bool(planned.differences),
        )
        self.session.add(record)
        await self.session.flush()
        ids: dict[int, int] = {}
        for place, activity in enumerate(planned.activities, 1):
            child = await self._child("activities", record, activity, {}, speaker, f"{name}, activity {place}")
            ids[place] = child if child is not None else activity.id or 0
        for place, deployment in enumerate(planned.deployments, 1):
            its_activity = ids.get(deployment.activity or 0) or deployment.activity_id
            more = {"activity": its_activity}
            await self._child("deployments", record, deployment, more, speaker, f"{name}, deployment {place}")
        for place, output in enumerate(planned.outputs, 1):
            await self._child("outputs", record, output, {}, speaker, f"{name}, output {place}")

    async def _speaker(self, planned: PlannedAction) -> dict[str, Any] | None:
        named = planned.speaks_for
        return None if named is None else {"id": await self.source(named), "title": named.title}

    async def _action(self, planned: PlannedAction) -> Action:
        if planned.action.id is None:
            return Action()
        record = await self.session.get(Action, planned.action.id, with_for_update=True)
        if record is None:
            raise RecordMoved(f"'{planned.action.slug}' was deleted meanwhile.")
        return record

    async def _follows(self, record: Action, slug: str | None) -> int | None:
        """The id of the earlier action; one that stands further down in the file is set at the end."""
        if slug is None:
            return None
        found = await self.session.scalar(select(Action.id).where(Action.slug == slug))
        if found is None:
            self._later.append((record, slug))
        return found

    async def finish(self) -> None:
        """Sets what could not be set before all actions were there."""
        for record, slug in self._later:
            record.follows = await self.session.scalar(select(Action.id).where(Action.slug == slug))
        await self.session.flush()

    async def _child(
        self, kind: str, action: Action, planned: Any, more: dict[str, Any], speaker: dict[str, Any] | None, name: str
    ) -> int | None:
        is_changed = planned.operation in _TOUCHING
        if not is_changed and not any(conflict.chosen for conflict in planned.conflicts):
            return None
        editing = _EDITINGS[kind]
        record = editing.model()
        if planned.id is not None:
            record = await self.session.get(editing.model, planned.id, with_for_update=True)
            if record is None:
                raise RecordMoved(f"{name} was deleted meanwhile.")
        if is_changed:
            await self._assign(editing, record, {**planned.model_dump(), **more, "action": action.id}, name)
        self._explain(record, planned.conflicts, speaker, is_changed=is_changed)
        self.session.add(record)
        await self.session.flush()
        return int(record.id)

    def _explain(
        self, record: Any, conflicts: Sequence[Conflict], speaker: dict[str, Any] | None, *, is_changed: bool
    ) -> None:
        decided = [conflict for conflict in conflicts if conflict.chosen is not None]
        if not is_changed and not decided:
            return
        if not is_changed:
            flag_modified(record, "updated_at")  # a decision is kept, also when nothing else changes
        explain(self.session.sync_session, record, self._provenance(speaker, decided, self._partners))

    def _provenance(
        self, source: dict[str, Any] | None, decided: Sequence[Conflict], partners: Mapping[str | None, int]
    ) -> dict[str, Any]:
        return {
            "import_id": self.import_id,
            "source": source,
            "decisions": [
                {
                    "field": conflict.field,
                    "chosen": (conflict.chosen or Choice.RECORDED).value,
                    "recorded": _bare(conflict.field, conflict.recorded.value, partners),
                    "recorded_source": conflict.recorded.source,
                    "recorded_source_id": conflict.recorded.source_id,
                    "new": _bare(conflict.field, conflict.new.value, partners),
                    "new_source": conflict.new.source,
                    "new_source_id": source and source["id"],
                    "quote": conflict.new.quote,
                }
                for conflict in decided
            ],
        }


def _without(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}


def _named(item: ErrorItem, name: str) -> ErrorItem:
    return item.model_copy(update={"message": f"{name}: {item.message}"})


def _bare(field: str, value: Any, partners: Mapping[str | None, int]) -> Any:
    """A shown value as the history has it."""
    if isinstance(value, list):
        return [_bare(field, item, partners) for item in value]
    if isinstance(value, dict):
        if field == "partners" and value.get("id") is None:
            return partners.get(folded(value.get("name")))
        return next((value[name] for name in ("code", "slug", "id") if name in value), value)
    return value
