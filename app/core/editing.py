"""Creating, replacing, patching and deleting records, with the rules that the tables declare.

A write model's fields have the names of the mapped attributes, so that assigning needs no code; what the table
declares (foreign keys, unique columns, who refers to whom) is checked before, with an error that names the field, and
again by the database at the moment of writing.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import count
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel, ValidationError
from sqlalchemy import Column, Select, Table, bindparam, func, inspect, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.addresses import address
from app.core.audit import State
from app.core.bodies import check_media_type
from app.core.caching import RecordState, record_validator, select_record_state
from app.core.database import Base
from app.core.epochs import epoch_mark
from app.core.filters import today
from app.core.idempotency import settle
from app.core.json_schema import Keywords
from app.core.listing import Listing
from app.core.locks import FOR_UPDATE, lock, reserve
from app.core.problems import (
    BadRequest,
    Conflict,
    ErrorItem,
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
    invalid_field,
    invalid_parameter,
    responses,
    validation_errors,
)
from app.core.sessions import WriteSession
from app.core.text import slugify
from app.core.write_models import WriteModel

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
IF_MATCH = "If-Match"
_ASCII_TAG = r'(W/)?"[!#-~]*"'
_TAGS = re.compile(rf"\s*(?:\*|{_TAG})(?:\s*,\s*(?:\*|{_TAG}))*\s*")
_RECORD_TAG = re.compile(r'"([0-9]+)-([0-9a-f]+)["-]')

Record = TypeVar("Record", bound=Base)
Read = TypeVar("Read", bound=BaseModel)
Assign = Callable[[AsyncSession, Any, Any], Awaitable[None]]
Form = Callable[[AsyncSession, Any], Awaitable[dict[str, Any]]]


async def assign_fields(session: AsyncSession, record: Any, body: WriteModel) -> None:
    """Sets the mapped attributes that have a write model's names, after checking what the table declares.

    Raises Invalid for a reference to a record that isn't there, Conflict for a value that must be unique and is taken.
    """
    mapper = inspect(type(record))
    for name in type(body).model_fields:
        if name in mapper.columns:
            setattr(record, name, getattr(body, name))
    named = [name for name in type(body).model_fields if name in mapper.columns]
    for name in named:
        _check_stable(record, name, mapper.columns[name])
    await check_columns(session, record, named)


def _check_stable(record: Any, name: str, column: Column[Any]) -> None:
    """A key that was given out stays: others may have noted it."""
    history = inspect(record).attrs[name].history
    if column.primary_key and history.deleted:
        raise invalid_field(f"/{name}", f"{name}-is-stable", f"the {name} '{history.deleted[0]}' can't be changed")


async def check_columns(session: AsyncSession, record: Any, names: Sequence[str]) -> None:
    """Checks what the table declares of the named attributes, as they are set.

    Raises Invalid for a reference to a record that isn't there, Conflict for a value that must be unique and is taken.
    """
    columns = inspect(type(record)).columns
    for name in names:
        await _check_reference(session, name, columns[name], getattr(record, name))
        await _check_unique(session, record, name, columns[name])


async def _check_reference(session: AsyncSession, name: str, column: Column[Any], value: Any) -> None:
    if value is None:
        return
    for foreign_key in column.foreign_keys:
        target = foreign_key.column
        if foreign_key.constraint is not None and len(foreign_key.constraint.columns) > 1:
            continue
        if await session.scalar(select(target).where(target == value)) is None:
            noun = target.table.info.get("noun", target.table.name)
            raise invalid_field(f"/{name}", "unknown-reference", f"there is no {noun} '{value}'")


async def _check_unique(session: AsyncSession, record: Any, name: str, column: Column[Any]) -> None:
    value = getattr(record, name)
    if value is None or not (column.unique or column.primary_key):
        return
    state = inspect(record)
    if state.persistent and not state.attrs[name].history.has_changes():
        return
    if await _is_taken(session, column, value):
        raise Conflict(
            f"{name} '{value}' is taken",
            errors=[ErrorItem(pointer=f"/{name}", code="taken", message=f"'{value}' is taken")],
        )


async def settle_slug(session: AsyncSession, record: Any, body: Any, *, text: str, otherwise: str) -> None:
    """A new record whose body has no slug gets a free one, made from the text; a slug that was given out stays.

    Raises Invalid for a body that would change it.
    """
    column = type(record).slug
    if inspect(record).persistent:
        if body.slug not in (None, record.slug):
            raise invalid_field("/slug", "slug-is-stable", f"the slug '{record.slug}' can't be changed")
        body.slug = record.slug
    elif body.slug is None:
        # What makes it unique must fit, too.
        wanted = slugify(text, otherwise=otherwise, longest=min(80, column.type.length - 5))
        body.slug = await _free_slug(session, column, wanted)


async def _free_slug(session: AsyncSession, column: Any, wanted: str) -> str:
    """A slug that no record has, and that no other transaction is about to give to one."""
    is_reserved = await reserve(session, column, wanted)
    taken = set(await session.scalars(select(column).where(column.startswith(wanted, autoescape=True))))
    if is_reserved and wanted not in taken:
        return wanted
    for slug in (f"{wanted}-{number}" for number in count(2)):
        # Who reserved it before may have used it, and be done, since the taken ones were read.
        if slug not in taken and await reserve(session, column, slug) and not await _is_taken(session, column, slug):
            return slug
    raise AssertionError("there is always one more number")


async def _is_taken(session: AsyncSession, column: Any, value: Any) -> bool:
    return await session.scalar(select(column).where(column == value)) is not None


async def form_of_columns(create: type[WriteModel], record: Any) -> dict[str, Any]:
    """A record as what would be sent to make it."""
    mapper = inspect(type(record))
    return {name: getattr(record, name) for name in create.model_fields if name in mapper.columns}


@dataclass(frozen=True)
class Editing(Generic[Record, Read]):
    """How one resource is written: its table, its write model, and how it reads afterwards."""

    model: type[Record]
    create: type[WriteModel]
    listing: Listing[Read]
    assign: Assign = assign_fields
    form: Form | None = None
    remove: Callable[[AsyncSession, Any], Awaitable[None]] = AsyncSession.delete
    """Takes a record out, with what belongs to it."""
    details: Callable[[AsyncConnection, Read, date], Awaitable[BaseModel]] | None = None
    """Completes a record of the list to what its own address shows."""
    parent: Any = None
    """For a child: its parent's class, whose changes show in it, and which is locked before it."""

    @property
    def noun(self) -> str:
        """The resource's name in messages."""
        return str(self.model.__table__.info["noun"])  # type: ignore[attr-defined]

    async def read(self, connection: AsyncConnection, key: Any, as_of: date | None = None) -> BaseModel:
        """The record as its own address shows it.

        Raises NotFound.
        """
        day = as_of or today()
        found = await self.listing.records(connection, day, [key]) if _can_be(key) else []
        if not found:
            raise NotFound(f"There is no {self.noun} '{key}'.")
        return await self.details(connection, found[0], day) if self.details else found[0]

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
        record = await session.get(self.model, key, with_for_update=FOR_UPDATE)
        if record is None:
            raise NotFound(f"There is no {self.noun} '{key}'.")
        await check_match(session, if_match, record.version)  # type: ignore[attr-defined]
        return record

    async def state(self, connection: AsyncConnection, key: Any) -> RecordState:
        """What the answer with a record depends on.

        Raises NotFound.
        """
        found = (await connection.execute(_select_state(self), {"key": key})).first() if _can_be(key) else None
        if found is None:
            raise NotFound(f"There is no {self.noun} '{key}'.")
        return RecordState(*found)


@lru_cache(maxsize=32)
def _select_state(editing: Editing[Any, Any]) -> Select[*tuple[Any, ...]]:
    """Selects the state of the record with the key `key`."""
    key, whole = editing.listing.resource.key, editing.model.version
    if editing.parent is not None:
        whole = select(editing.parent.version).where(editing.parent.id == editing.model.action).scalar_subquery()
    return select_record_state(editing.model, whole).where(key == bindparam("key", type_=key.type))


def _can_be(key: Any) -> bool:
    """Whether there could be such a key. A database would not even look for one with NUL in it."""
    return not isinstance(key, str) or key.isprintable()


EntityTags = Annotated[str, Keywords(pattern=rf"^(\*|{_ASCII_TAG}(, {_ASCII_TAG})*)$")]
"""The value of an `If-Match`."""

IfMatch = Annotated[
    EntityTags | None,
    Header(
        alias=IF_MATCH,
        description="The `ETag` that came with the record you read. Without it the answer is 428; if somebody else "
        "changed the record since, 412.",
    ),
]


async def check_match(session: AsyncSession, if_match: str | None, version: int | None) -> None:
    """Compares `If-Match` with the version of the record that is about to change; None is one that isn't there.

    The record must be locked, so that neither its version nor the epoch changes any more.

    Raises PreconditionRequired without the header, StaleVersion when it names another version or a version of another
    epoch, Invalid when it is no list of entity tags.
    """
    if if_match is None:
        raise PreconditionRequired("Send the ETag that you read as If-Match, so that nobody's change is lost.")
    if not _TAGS.fullmatch(if_match):
        raise invalid_parameter("If-Match", "entity-tag", "send the ETag as it came, with its quotes")
    if "*" in re.sub(_TAG, "", if_match):
        return
    # Version and epoch decide, whatever the representation: something on the way that compresses marks a tag as weak,
    # and the version that it names is the same one.
    named = set(_RECORD_TAG.findall(if_match))
    epoch = epoch_mark(await session.scalar(select(State.epoch)) or "")
    if (str(version), epoch) not in named:
        if any(its_epoch != epoch for _, its_epoch in named):
            happened = "A backup was restored since you read the record"
        else:
            happened = "It was deleted" if version is None else f"The record is at version {version} now"
        raise StaleVersion(f"{happened}; read it again and repeat the change on it.", current_version=version)


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
    await editing.lock_parents(session, [parent_in(body)])
    record = editing.model()
    await editing.assign(session, record, body)
    session.add(record)
    await session.flush()
    key = inspect(record).identity[0]  # type: ignore[index]
    response = await read_record(request, await session.connection(), editing, key, status=201)
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
    await editing.assign(session, record, body)
    await session.flush()
    return await read_record(request, await session.connection(), editing, key)


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
        if value is None:
            form.pop(name, None)
        else:
            form[name] = value
    try:
        body = editing.create.model_validate(form)
    except ValidationError as error:
        items = validation_errors([{**item, "loc": ("body", *item["loc"])} for item in error.errors()])
        raise invalid(items) from None
    await editing.assign(session, record, body)
    await session.flush()
    return await read_record(request, await session.connection(), editing, key)


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
    request: Request,
    connection: AsyncConnection,
    editing: Editing[Record, Read],
    key: Any,
    *,
    as_of: date | None = None,
    status: int = 200,
) -> Response:
    """The record as its address shows it, with its ETag; 304 when the client has it already.

    Raises NotFound.
    """
    found = record_validator(request, await editing.state(connection, key), editing.noun, key)
    if found.is_known and request.method == "GET":
        return found.not_modified()
    shown = await editing.read(connection, key, as_of)
    return found.answer(shown, status)
