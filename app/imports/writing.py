"""Writing what actions refer to: themes, partners, publications and sources; found again, or added once."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.audit import explain
from app.core.editing import Editing
from app.core.locks import FOR_UPDATE, lock
from app.core.problems import ErrorItem, Invalid, invalid, validation_errors
from app.entities import REFERENCES
from app.imports.matching.signs import folded
from app.imports.problems import RecordMoved
from app.imports.provenance import provenance
from app.imports.schemas import ImportSource, Operation, PlannedReference
from app.reference.editing import PARTNER_EDITING, SOURCE_EDITING
from app.reference.models import Partner, Source


async def assign(session: AsyncSession, editing: Editing[Any, Any], record: Any, fields: Mapping[str, Any]) -> None:
    """Sets a record's fields by the same checks that a request passes.

    Raises Invalid, naming the record.
    """
    name = f"{editing.noun} '{fields.get('slug') or fields.get('title') or fields.get('name') or fields.get('id')}'"
    known = {field: value for field, value in fields.items() if field in editing.create.model_fields}
    try:
        await editing.set(session, record, editing.create.model_validate(known))
    except ValidationError as error:
        items = validation_errors([{**item, "loc": ("body", *item["loc"])} for item in error.errors()])
        raise invalid([_named(item, name) for item in items]) from None
    except Invalid as problem:
        raise invalid([_named(item, name) for item in problem.errors]) from None


def _named(item: ErrorItem, name: str) -> ErrorItem:
    return item.model_copy(update={"message": f"{name}: {item.message}"})


class ReferenceWriter:
    """Writes themes, partners, publications and sources in a session."""

    def __init__(self, session: AsyncSession, import_id: int) -> None:
        self.session = session
        self.import_id = import_id
        self.partners: dict[str | None, int] = {}
        """Ids by folded name."""
        self._sources: dict[tuple[str | None, str | None], int] = {}

    async def write(self, planned: Sequence[PlannedReference]) -> None:
        """Writes the planned rows.

        Raises RecordMoved for one that changed meanwhile.
        """
        for name, entity in REFERENCES.items():
            updated = (row.key for row in planned if row.entity == name and row.operation is Operation.UPDATE)
            await lock(self.session, entity.model, updated)
        for row in planned:
            match row.operation, row.entity:
                case Operation.CREATE, "partners":
                    await self.partner(row.record)
                case Operation.CREATE, "sources":
                    await self.source(ImportSource.model_validate({"id": None, **row.record}), row.record)
                case Operation.CREATE, _:
                    await self._add(REFERENCES[row.entity].editing, row.record)
                case Operation.UPDATE, _:
                    await self._update(REFERENCES[row.entity].editing, row)

    async def _update(self, editing: Editing[Any, Any], row: PlannedReference) -> None:
        record = await self.session.get(editing.model, row.key, with_for_update=FOR_UPDATE)
        if record is None or record.version != row.version:
            raise RecordMoved(f"{editing.noun} '{row.key}' has changed since the plan was made.")
        await assign(self.session, editing, record, row.record)
        explain(self.session.sync_session, record, provenance(self.import_id, None, [], {}))
        await self.session.flush()

    async def source(self, stated: ImportSource, record: Mapping[str, Any] | None = None) -> int:
        """The id of a source; one that isn't there is added, and one that came up meanwhile is the same one."""
        if stated.id is not None:
            return stated.id
        sign = folded(stated.title), stated.as_of
        if sign not in self._sources:
            for source in await self.session.scalars(select(Source).order_by(Source.id)):
                self._sources.setdefault((folded(source.title), source.as_of), source.id)
                self._sources.setdefault((folded(source.title), None), source.id)
        if sign not in self._sources:
            added = await self._add(SOURCE_EDITING, record or stated.model_dump(exclude={"id"}))
            self._sources[sign] = added.id
        return self._sources[sign]

    async def partner(self, named: Mapping[str, Any]) -> int:
        """The id of a partner; one that isn't there is added."""
        if named.get("id") is not None:
            return int(named["id"])
        if not self.partners:
            found = await self.session.execute(select(Partner.name, Partner.id))
            self.partners = {folded(name): key for name, key in found}
        sign = folded(named["name"])
        if sign not in self.partners:
            self.partners[sign] = (await self._add(PARTNER_EDITING, named)).id
        return self.partners[sign]

    async def _add(self, editing: Editing[Any, Any], fields: Mapping[str, Any]) -> Any:
        record = editing.model()
        await assign(self.session, editing, record, fields)
        explain(self.session.sync_session, record, provenance(self.import_id, None, [], {}))
        self.session.add(record)
        await self.session.flush()
        return record
