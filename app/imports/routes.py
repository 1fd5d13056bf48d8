"""The routes of imports."""

import hashlib
import json
from collections.abc import AsyncIterator, Iterator
from typing import Annotated

from fastapi import APIRouter, Body, Depends, File, Form, Path, Query, Request, Response, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.bodies import check_media_type
from app.core.cursors import MAX_OFFSET
from app.core.database import DatabaseDep
from app.core.field_types import RecordId, WebAddress
from app.core.idempotency import IdempotencyConflict, IdempotencyKey, claim, settle
from app.core.json_schema import Keywords
from app.core.limits import Places, client_of
from app.core.page_links import neighbours
from app.core.parameters import IN_DIGITS, check_query
from app.core.partial_dates import PartialDate
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
    invalid,
    invalid_field,
    responses,
    validation_errors,
)
from app.core.security import EditorKey, note_use
from app.core.sessions import LongWriteSession
from app.core.text import Line, compose
from app.core.write_routes import WriteRoute
from app.imports.formats import ACCEPTED
from app.imports.importing import ImportRequest, commit, keep, make_plan
from app.imports.limits import MAX_FILE
from app.imports.models import Import
from app.imports.plan_storage import stored_lines
from app.imports.problems import RecordMoved, RejectedRecords, UnreadableFile
from app.imports.schemas import (
    Choice,
    Choices,
    CommitImport,
    ImportHead,
    ImportPage,
    ImportRead,
    ImportSource,
    ImportSummary,
    OnReject,
    Prefer,
    State,
)
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


async def _multipart(request: Request) -> None:
    """What comes is a form with a file, and each of its fields is known."""
    check_query(request)
    sent = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if sent != "multipart/form-data":
        raise UnsupportedMediaType(
            f"The body is '{sent or 'of no stated type'}'; send multipart/form-data with the file in 'file'.",
            headers={"Accept-Post": "multipart/form-data"},
        )
    known = ("file", "dry_run", "source", "source_title", "source_publisher", "source_url", "source_as_of", "choices",
             "prefer", "on_reject")  # fmt: skip
    form = await request.form()
    for name in form:
        if name not in known:
            raise invalid_field(f"/{name}", "unknown-field", f"there is no field '{name}' here", list(known))
        if len(form.getlist(name)) > 1:
            raise invalid_field(f"/{name}", "repeated-name", f"the field '{name}' is there several times")


_CHOICES: TypeAdapter[dict[str, Choice]] = TypeAdapter(Choices)


def _choices(written: str) -> dict[str, Choice]:
    try:
        named = json.loads(written or "{}")
    except (ValueError, RecursionError):
        raise invalid_field("/choices", "json-invalid", "a JSON object of choices is expected") from None
    try:
        return _CHOICES.validate_python(named)
    except ValidationError as error:
        items = validation_errors([{**item, "loc": ("body", "choices", *item["loc"])} for item in error.errors()])
        raise invalid(items) from None


_ERRORS = responses(
    BadRequest, Unauthorized, Forbidden, IdempotencyConflict, RecordMoved, TooLarge, UnsupportedMediaType, Invalid,
    UnreadableFile, RejectedRecords, TooManyRequests, Unavailable,
)  # fmt: skip


@router.post(
    "",
    response_model=ImportRead,
    responses=_ERRORS,
    max_body_size=_MAX_BODY,
    dependencies=[Depends(_multipart), _PLACE],
)
async def import_file(
    request: Request,
    database: DatabaseDep,
    key: EditorKey,
    file: Annotated[UploadFile, File(description=f"The file: {'; '.join(ACCEPTED.values())}. At most 32 MB.")],
    dry_run: Annotated[
        bool | None, Query(description="`false` records what the plan shows. By default nothing is recorded.")
    ] = None,
    form_dry_run: Annotated[bool | None, Form(alias="dry_run", description="The same as the query parameter.")] = None,
    source: Annotated[
        RecordId | None, Form(description="The id of the source that the file speaks for, if it is recorded already.")
    ] = None,
    source_title: Annotated[
        Line | None,
        Form(description="Or the title of the source; a new one is added. By default the name of the file."),
    ] = None,
    source_publisher: Annotated[Line | None, Form(description="Who published a new source.")] = None,
    source_url: Annotated[WebAddress | None, Form(description="Where a new source can be read.")] = None,
    source_as_of: Annotated[
        PartialDate | None, Form(description="The date whose state the source describes.", examples=["2015-12"])
    ] = None,
    choices: Annotated[
        str,
        Form(
            description="What stands where the record and the file disagree, as JSON: for each conflict, by its "
            "`choice`, `recorded` or `new`.",
            examples=['{"moldova/end": "new"}'],
        ),
        Keywords(contentMediaType="application/json"),
    ] = "{}",
    prefer: Annotated[
        Prefer,
        Form(
            description="What stands where no choice was made: `recorded`, `new`, or `ask`, which keeps the recorded "
            "value and leaves the conflict open."
        ),
    ] = Prefer.ASK,
    on_reject: Annotated[
        OnReject,
        Form(description="`refuse` records nothing while a part of the file is rejected; `skip` records the rest."),
    ] = OnReject.REFUSE,
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
    if dry_run is not None and form_dry_run is not None and dry_run != form_dry_run:
        raise invalid_field(
            "/dry_run", "contradiction", "the form and the address say different things about 'dry_run'"
        )
    is_dry = next((value for value in (dry_run, form_dry_run) if value is not None), True)
    content, name = await file.read(), _file_name(file)
    order = ImportRequest(
        content,
        name,
        _source(source, source_title, source_publisher, source_url, source_as_of, name),
        _choices(choices),
        prefer,
    )
    async with database.read_primary() as connection:
        plan = await make_plan(connection, order)
    asked = [source, source_title, source_publisher, source_url, source_as_of, choices, prefer, on_reject, is_dry, name]
    digest = hashlib.sha256(json.dumps(asked).encode() + b"\n" + content).digest()
    async with database.write(at_length=True) as session:
        session.sync_session.info["key_name"] = key.name
        await note_use(session, key)
        await claim(request, session, key, digest)
        kept = await keep(session, order, plan, key.name)
        if not is_dry:
            await commit(session, kept, {}, Prefer.ASK, on_reject)
        answer = await _settled(session, kept)
        await session.commit()
    return answer


async def _settled(session: AsyncSession, kept: Import) -> Response:
    """The answer, kept whole where the request has an idempotency key."""
    if "claimed" not in session.sync_session.info:
        return _answer(kept)
    return await settle(session, Response(b"".join(_document(kept)), media_type="application/json"))


def _file_name(file: UploadFile) -> str:
    """The name of the file without folders, as one line."""
    name = compose(file.filename or "").replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter if letter.isprintable() else " " for letter in name).strip()
    return shown.encode("utf-8", "replace").decode()[:300] or "unnamed"


def _source(
    key: int | None,
    title: str | None,
    publisher: str | None,
    url: str | None,
    as_of: PartialDate | None,
    file_name: str,
) -> ImportSource:
    if key is not None and (title or publisher or url or as_of):
        raise invalid_field("/source", "contradiction", "name a recorded source by its id, or describe a new one")
    return ImportSource(id=key, title=title or file_name, publisher=publisher, url=url, as_of=as_of)


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
    await commit(session, kept, body.choices, body.prefer, body.on_reject)
    return await _settled(session, kept)
