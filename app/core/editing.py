"""Creating, replacing, patching and deleting records.

A write model's fields have the names of the mapped attributes, so that assigning needs no code; what the table
declares (foreign keys, unique columns, who refers to whom) is checked before, with an error that names the field, and
again by the database at the moment of writing.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Request, Response
from pydantic import BaseModel, ValidationError
from pydantic_core import to_json
from sqlalchemy import Table, bindparam, func, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.interfaces import ORMOption

from app.core.addresses import address
from app.core.assigning import Draft, assign_fields, form_of_columns
from app.core.bodies import check_media_type
from app.core.caching import RecordState, record_validator, with_record_state
from app.core.conditions import check_match
from app.core.database import Base
from app.core.filters import today
from app.core.idempotency import settle
from app.core.listing import Listing
from app.core.locks import FOR_UPDATE, lock
from app.core.problems import (
    BadRequest,
    Conflict,
    Forbidden,
    Gone,
    InUse,
    Invalid,
    NotFound,
    PreconditionRequired,
    StaleVersion,
    TooLarge,
    Unauthorized,
    UnsupportedMediaType,
    invalid,
    responses,
    validation_errors,
)
from app.core.reading import ReadSession
from app.core.sessions import WriteSession
from app.core.statements import Row, Rows, Statement, read_over
from app.core.write_models import WriteModel

Record = TypeVar("Record", bound=Base)
Read = TypeVar("Read", bound=BaseModel)
Assign = Callable[[AsyncSession, Sequence[Draft]], Awaitable[None]]
Form = Callable[[AsyncSession, Any], Awaitable[dict[str, Any]]]


@dataclass(frozen=True)
class Editing(Generic[Record, Read]):
    """How one resource is written: its table, its write model, and how it reads afterwards."""

    model: type[Record]
    create: type[WriteModel]
    listing: Listing[Read]
    assign: Assign = assign_fields
    """Sets what drafts state, or says what is wrong with them; asks the database about all of them at once."""
    form: Form | None = None
    loads: Sequence[ORMOption] = ()
    """What is loaded with a record that will change."""
    remove: Callable[[AsyncSession, Any], Awaitable[None]] = AsyncSession.delete
    """Takes a record out, with what belongs to it."""
    details: Callable[[Rows, Row, date], Row] | None = None
    """Completes a record of the list to what its own address shows."""
    parent: Any = None
    """For a child: its parent's class, whose changes show in it, and which is locked before it."""

    @property
    def noun(self) -> str:
        """The resource's name in messages."""
        return str(self.model.__table__.info["noun"])  # type: ignore[attr-defined]

    async def set(self, session: AsyncSession, record: Record, body: WriteModel) -> None:
        """Sets what a record states.

        Raises Invalid and Conflict for what can't be stated.
        """
        draft = Draft(record, body)
        await self.assign(session, [draft])
        if draft.problem is not None:
            raise draft.problem

    async def add(self, session: AsyncSession, bodies: Sequence[WriteModel]) -> list[Draft]:
        """Adds new records, unless something is wrong with one of them: then it is noted with it."""
        await self.lock_parents(session, map(parent_in, bodies))
        drafts = [Draft(self.model(), body) for body in bodies]
        await self.assign(session, drafts)
        if all(draft.problem is None for draft in drafts):
            session.add_all(draft.record for draft in drafts)
            await session.flush()
        return drafts

    async def lock_parents(self, session: AsyncSession, keys: Iterable[int | None]) -> None:
        """Locks the parents that children are about to be added to, or move between."""
        if self.parent is not None:
            await lock(session, self.parent, keys)

    async def find(
        self, session: AsyncSession, key: Any, if_match: str | None, *, new_parent: int | None = None
    ) -> Record:
        """The record to change, if it is at the version that `If-Match` names: locked until the end of the request,
        with its parent and the one that it is to have.

        Raises NotFound, and what `check_match` raises.
        """
        if not _can_be(key):
            raise NotFound(f"There is no {self.noun} '{key}'.")
        if self.parent is not None:
            child: Any = self.model
            parent = await session.scalar(select(child.action).where(self.listing.resource.key == key))
            await self.lock_parents(session, (parent, new_parent))
        record = await session.get(self.model, key, options=self.loads, with_for_update=FOR_UPDATE)
        if record is None:
            raise NotFound(f"There is no {self.noun} '{key}'.")
        await check_match(session, if_match, record.version)  # type: ignore[attr-defined]
        return record


@lru_cache(maxsize=256)
def _record(editing: Editing[Any, Any], as_of: date) -> Statement:
    """The record with the key `key`, with what its answer depends on."""
    key, whole = editing.listing.resource.key, editing.model.version
    if editing.parent is not None:
        whole = select(editing.parent.version).where(editing.parent.id == editing.model.action)
        whole = whole.correlate(editing.model).scalar_subquery()
    statement = with_record_state(editing.listing.select(as_of), editing.model, whole)
    return Statement(statement.where(key == bindparam("key", type_=key.type)))


def _can_be(key: Any) -> bool:
    """Whether there could be such a key. A database would not even look for one with NUL in it."""
    return not isinstance(key, str) or key.isprintable()


LIST_ERRORS = responses(Invalid)
FEED_ERRORS = responses(Gone, Invalid)
READ_ERRORS = responses(NotFound, Invalid)
CREATE_ERRORS = responses(BadRequest, Unauthorized, Forbidden, Conflict, TooLarge, UnsupportedMediaType, Invalid)
CHANGE_ERRORS = responses(
    BadRequest,
    Unauthorized,
    Forbidden,
    NotFound,
    Conflict,
    StaleVersion,
    TooLarge,
    UnsupportedMediaType,
    Invalid,
    PreconditionRequired,
)
RESTORE_ERRORS = responses(
    Unauthorized, Forbidden, NotFound, Conflict, InUse, StaleVersion, Invalid, PreconditionRequired
)
DELETE_ERRORS = responses(Unauthorized, Forbidden, NotFound, InUse, StaleVersion, Invalid, PreconditionRequired)


async def _edit_session(request: Request, session: WriteSession) -> AsyncSession:
    check_media_type(request)
    return session


EditSession = Annotated[AsyncSession, Depends(_edit_session, scope="function")]
"""The session of a request that edits a record by JSON: first the key is looked at, then the form of the request."""


def parent_in(body: WriteModel) -> int | None:
    """The parent that a child is to have, where the body names one."""
    return getattr(body, "action", None)


async def create_record(
    request: Request, session: AsyncSession, editing: Editing[Record, Read], body: WriteModel
) -> Response:
    """Adds a record and answers 201 with it and its address."""
    (draft,) = await editing.add(session, [body])
    if draft.problem is not None:
        raise draft.problem
    key = inspect(draft.record).identity[0]
    response = await show_written(request, session, editing, key, status=201)
    response.headers["Location"] = address(f"{request.url.path.rstrip('/')}/{key}")
    return await settle(session, response)


async def replace_record(
    request: Request,
    session: AsyncSession,
    editing: Editing[Record, Read],
    key: Any,
    body: WriteModel,
    if_match: str | None,
) -> Response:
    """Sets every field of a record, if it is at the version that `If-Match` names, and answers with it."""
    record = await editing.find(session, key, if_match, new_parent=parent_in(body))
    await editing.set(session, record, body)
    await session.flush()
    return await show_written(request, session, editing, key)


async def patch_record(
    request: Request,
    session: AsyncSession,
    editing: Editing[Record, Read],
    key: Any,
    patch: WriteModel,
    if_match: str | None,
) -> Response:
    """Applies a JSON Merge Patch (RFC 7396): what is absent stays, null empties, lists are replaced whole."""
    record = await editing.find(session, key, if_match, new_parent=parent_in(patch))
    if editing.form:
        form = await editing.form(session, record)
    else:
        form = await form_of_columns(editing.create, record)
    for name in patch.model_fields_set:
        value = getattr(patch, name)
        if value is None and editing.create.model_fields[name].default is not None:
            form.pop(name, None)
        else:
            form[name] = value
    try:
        body = editing.create.model_validate(form)
    except ValidationError as error:
        items = validation_errors([{**item, "loc": ("body", *item["loc"])} for item in error.errors()])
        raise invalid(items) from None
    await editing.set(session, record, body)
    await session.flush()
    return await show_written(request, session, editing, key)


async def delete_record(session: AsyncSession, editing: Editing[Record, Read], key: Any, if_match: str | None) -> None:
    """Deletes a record, if it is at the version that `If-Match` names and nothing else refers to it.

    Raises InUse.
    """
    record = await editing.find(session, key, if_match)
    await _check_unused(session, editing, key)
    await editing.remove(session, record)
    await session.flush()


async def _check_unused(session: AsyncSession, editing: Editing[Record, Read], key: Any) -> None:
    """Children that belong to a record go with it (ON DELETE CASCADE); whatever else names it keeps it alive."""
    table = editing.model.__table__
    assert isinstance(table, Table)
    for other in Base.metadata.sorted_tables:
        for foreign_key in other.foreign_keys:
            if foreign_key.column.table is not table or foreign_key.ondelete == "CASCADE":
                continue
            if foreign_key.column.name not in table.primary_key.columns:
                continue
            users = await session.scalar(select(func.count()).select_from(other).where(foreign_key.parent == key))
            if users:
                plural = str(other.info.get("plural", other.name))
                raise InUse(f"{editing.noun} '{key}' is named by {users} of the {plural}.", used_by={plural: users})


async def read_record(
    request: Request, session: ReadSession, editing: Editing[Record, Read], key: Any, *, as_of: date | None = None
) -> Response:
    """The record as its address shows it, with its ETag; 304 when the client has it already.

    Raises NotFound.
    """
    return await session.read(lambda rows: _show(request, rows, editing, key, as_of=as_of))


async def show_written(
    request: Request, session: AsyncSession, editing: Editing[Record, Read], key: Any, status: int = 200
) -> Response:
    """The record as it was just written."""
    connection = await session.connection()
    return await read_over(connection, lambda rows: _show(request, rows, editing, key, status=status))


def _show(
    request: Request,
    rows: Rows,
    editing: Editing[Any, Any],
    key: Any,
    *,
    as_of: date | None = None,
    status: int = 200,
) -> Response:
    day = as_of or today()
    found = rows(_record(editing, day), key=key) if _can_be(key) else []
    if not found:
        raise NotFound(f"There is no {editing.noun} '{key}'.")
    known = record_validator(request, RecordState.taken_from(found[0]), editing.noun, key)
    if known.is_known and request.method == "GET":
        return known.not_modified()
    (shown,) = editing.listing.assemble(rows, found)
    return known.respond(to_json(editing.details(rows, shown, day) if editing.details else shown), status)
