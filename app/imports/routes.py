"""The routes of imports."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Form, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.bodies import FORM, check_media_type
from app.core.cursors import MAX_OFFSET
from app.core.database import DatabaseDep
from app.core.field_types import RecordId
from app.core.idempotency import IdempotencyConflict, IdempotencyKey, claim, is_claimed, settle
from app.core.limits import Places, client_of
from app.core.page_links import neighbours
from app.core.parameters import IN_DIGITS
from app.core.problems import (
    BadRequest,
    Forbidden,
    Invalid,
    NotFound,
    TooLarge,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    UnsupportedMediaType,
    responses,
)
from app.core.security import EditorKey, note_use
from app.core.session_state import state_of
from app.core.sessions import LongWriteSession
from app.core.write_routes import WriteRoute
from app.imports.form import ImportFile, check_form
from app.imports.importing import commit, keep, make_plan
from app.imports.limits import MAX_FILE
from app.imports.models import Import
from app.imports.plan_storage import stored_lines
from app.imports.problems import RecordMoved, RejectedRecords, UnreadableFile
from app.imports.review import Review
from app.imports.schemas import (
    CommitImport,
    ImportHead,
    ImportPage,
    ImportRead,
    ImportSource,
    ImportSummary,
    State,
)
from app.imports.snapshot import load_editor
from app.imports.template import template_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PIECE = 256 * 1024
_MAX_BODY = MAX_FILE + 2 * 1024 * 1024

router = APIRouter(prefix="/imports", route_class=WriteRoute, tags=["Imports"])

PLACES = Places("imports", total=2, per_client=1, waiting=10, wait_seconds=60)


async def _hold_place(request: Request) -> AsyncIterator[None]:
    async with PLACES.hold(client_of(request)):
        yield


# Who waits has its file on the disk, and neither a connection nor a lock.
_PLACE = Depends(_hold_place, scope="function")

ImportId = Annotated[RecordId, Path(description="The id of the import.", examples=[1])]


def _head(kept: Import) -> ImportHead:
    return ImportHead(
        id=kept.id,
        state=State(kept.state),
        format=kept.format,
        dry_run=kept.state == State.PLANNED.value,
        file_name=kept.file_name,
        sha256=kept.sha256,
        created_at=kept.created_at,
        key=kept.key_name,
        committed_at=kept.committed_at,
        source=ImportSource.model_validate(kept.source),
        summary=ImportSummary.model_validate(kept.summary),
    )


def _document(kept: Import) -> Iterator[bytes]:
    """An import as JSON, piece by piece: its actions may be many megabytes."""
    yield _head(kept).model_dump_json().encode()[:-1] + b',"actions":['
    piece = b""
    for place, line in enumerate(stored_lines(kept.actions)):
        piece += (b"," if place else b"") + line
        if len(piece) > _PIECE:
            yield piece
            piece = b""
    rest = json.dumps(kept.rest, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    yield piece + b"]," + rest[1:]


def _answer(kept: Import) -> Response:
    return StreamingResponse(_document(kept), media_type="application/json", headers={"Cache-Control": "no-store"})


_ERRORS = responses(
    BadRequest, Unauthorized, Forbidden, IdempotencyConflict, RecordMoved, TooLarge, UnsupportedMediaType, Invalid,
    UnreadableFile, RejectedRecords, TooManyRequests, Unavailable,
)  # fmt: skip


@router.post(
    "",
    response_model=ImportRead,
    responses=_ERRORS,
    max_body_size=_MAX_BODY,
    dependencies=[Depends(check_form), _PLACE],
)
async def import_file(
    request: Request,
    database: DatabaseDep,
    key: EditorKey,
    form: Annotated[ImportFile, Form(media_type=FORM)],
    dry_run: Annotated[
        bool | None, Query(description="`false` records what the plan shows. By default nothing is recorded.")
    ] = None,
    _idempotency_key: IdempotencyKey = None,
) -> Response:
    """Reads a file, and answers what would be recorded, field by field, and why. Nothing is recorded, unless `dry_run`
    is `false`; then all of it is, in one transaction. The plan is kept for 30 days, and can be committed later as it
    was shown.

    Actions are found by slug, by id, or by their title, countries and start; the same file twice changes nothing. What
    agrees with a recorded action in a part alone is a new one, with a warning; where that isn't clear, the action is
    rejected until `choices` say whether it is the same (`{"moldova/same": "recorded"}`) or another one (`"new"`).
    Where another source, or an editor, said something else of a recorded action, both statements are shown under
    `conflicts`, and nothing is overwritten until someone chooses.
    """
    is_dry, asked = form.is_dry(dry_run), await form.request()
    async with database.read_primary() as connection:
        plan = await make_plan(connection, asked)
    async with database.write(at_length=True) as session:
        state_of(session).key_name = key.name
        await note_use(session, key)
        await claim(request, session, key, form.digest(asked, is_dry=is_dry))
        kept = await keep(session, asked, plan, key.name)
        if not is_dry:
            await commit(session, kept, Review(), form.on_reject)
        answer = await _settled(session, kept)
        await session.commit()
    return answer


async def _settled(session: AsyncSession, kept: Import) -> Response:
    """The answer, kept whole where the request has an idempotency key."""
    if not is_claimed(session):
        return _answer(kept)
    return await settle(session, Response(b"".join(_document(kept)), media_type="application/json"))


async def _find(session: AsyncSession, key: int) -> Import:
    kept = await session.get(Import, key)
    if kept is None:
        raise NotFound(f"There is no import '{key}'.")
    return kept


@router.get("", response_model=ImportPage, responses=responses(Unauthorized, Forbidden, Invalid))
async def list_imports(
    request: Request,
    database: DatabaseDep,
    _key: EditorKey,
    limit: Annotated[int, Query(ge=1, le=500, description="How many items at most, 1 to 500."), IN_DIGITS] = 20,
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET, description="How many items to pass over."), IN_DIGITS] = 0,
) -> ImportPage:
    """Imports, the newest first, without their records. Needs an editor's key."""
    columns = [column for column in Import.__table__.columns if column.name != "actions"]
    async with database.look_up() as session:
        total = await session.scalar(select(func.count()).select_from(Import)) or 0
        rows = await session.execute(select(*columns).order_by(Import.id.desc()).limit(limit).offset(offset))
        items = [_head(Import(**{**row, "actions": b""})) for row in rows.mappings()]
    return ImportPage(
        items=items,
        total=total,
        limit=limit,
        offset=offset,
        **neighbours(request, limit, offset, total),
    )


@router.get(
    "/template.xlsx",
    response_class=Response,
    responses={
        200: {"description": "A workbook.", "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}
    },
)
async def get_template(database: DatabaseDep) -> Response:
    """A workbook to fill in: a sheet for each kind of record, with the columns explained, drop-downs for the
    vocabularies, and a codebook. What it holds is imported as it is."""
    async with database.look_up() as session:
        content = await template_workbook(session)
    headers = {"Content-Disposition": 'attachment; filename="mieux-import.xlsx"', "Cache-Control": "no-cache"}
    return Response(content, media_type=XLSX, headers=headers)


@router.get("/{id}", response_model=ImportRead, responses=responses(Unauthorized, Forbidden, NotFound, Invalid))
async def get_import(database: DatabaseDep, _key: EditorKey, id: ImportId) -> Response:
    """An import as it was planned, or as it was committed. Needs an editor's key, since a file may hold what isn't
    published."""
    async with database.look_up() as session:
        return _answer(await _find(session, id))


async def _commit_session(request: Request, session: LongWriteSession) -> AsyncSession:
    if await request.body():
        check_media_type(request)
    return session


CommitSession = Annotated[AsyncSession, Depends(_commit_session, scope="function")]


@router.post(
    "/{id}/commit",
    response_model=ImportRead,
    responses=responses(
        BadRequest,
        Unauthorized,
        Forbidden,
        NotFound,
        RecordMoved,
        TooLarge,
        UnsupportedMediaType,
        Invalid,
        RejectedRecords,
        TooManyRequests,
        Unavailable,
    ),
    dependencies=[_PLACE],
)
async def commit_import(
    session: CommitSession,
    id: ImportId,
    body: Annotated[CommitImport, Body(default_factory=CommitImport)],
    _idempotency_key: IdempotencyKey = None,
) -> Response:
    """Records what a kept plan shows, in one transaction. Where an action of it has changed since, the answer is 409
    and names it: send the file again, and look at the new plan."""
    kept = await session.get(Import, id, with_for_update=True)
    if kept is None:
        raise NotFound(f"There is no import '{id}'.")
    editor = await load_editor(session) if body.edit else None
    await commit(session, kept, Review(body.exclude, body.edit, editor, body.choices, body.prefer), body.on_reject)
    return await _settled(session, kept)
