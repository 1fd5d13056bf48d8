"""The routes of the history and of the feed of changes."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from app.actions.detail import ActionDetail
from app.actions.editing import ACTION_EDITING
from app.actions.models import Action
from app.core.addresses import address
from app.core.caching import state_validator
from app.core.cursors import MAX_OFFSET
from app.core.database import Database, DatabaseDep
from app.core.editing import (
    LIST_ERRORS,
    READ_ERRORS,
    RESTORE_ERRORS,
    IfMatch,
    check_version,
    read_record,
)
from app.core.idempotency import IdempotencyKey, settle
from app.core.languages import LABELLED
from app.core.listing import API, neighbours
from app.core.metrics import FEED_LISTENERS
from app.core.problems import invalid_parameter
from app.core.security import AdminKey
from app.core.sessions import LiveConnection, WriteSession
from app.core.stopping import is_stopping
from app.core.write_routes import WriteRoute
from app.history.past import detail_at
from app.history.queries import change_page, feed, latest, resolve, revisions, snapshot
from app.history.restore import restore
from app.history.schemas import ChangePage, RevisionPage
from app.reference.schemas import MAX_ID

history = APIRouter(prefix="/actions/{action}/history", route_class=WriteRoute, tags=["History"], dependencies=LABELLED)
changes = APIRouter(prefix="/changes", tags=["History"])

Named = Annotated[
    str, Path(description="The id or the slug of an action that is or was.", max_length=100, examples=["1"])
]
Version = Annotated[int, Path(ge=1, le=MAX_ID, description="A version of the action.", examples=[1])]
Limit = Annotated[int, Query(ge=1, le=500, description="How many items at most, 1 to 500.")]
Offset = Annotated[int, Query(ge=0, le=MAX_OFFSET, description="How many items to pass over.")]
POLL_SECONDS = 0.5
HEARTBEAT_SECONDS = 15


async def _key(connection: LiveConnection, action: Named) -> int:
    return await resolve(connection, action)


ActionKey = Annotated[int, Depends(_key, scope="function")]


@history.get("", response_model=RevisionPage, responses=READ_ERRORS)
async def list_revisions(
    request: Request, connection: LiveConnection, action: ActionKey, limit: Limit = 20, offset: Offset = 0
) -> Response:
    """What changed in an action and in what belongs to it, when, by which key, field by field; the newest first. The
    history of a deleted action stays."""
    validator = await state_validator(request, connection)
    if validator.is_known:
        return validator.not_modified()
    items, total = await revisions(connection, action, limit, offset)
    page = RevisionPage(
        items=items,
        total=total,
        limit=limit,
        offset=offset,
        **neighbours(request, limit, offset, total),
    )
    return validator.answer(page)


@history.get("/{version}", response_model=ActionDetail, responses=READ_ERRORS)
async def get_revision(request: Request, connection: LiveConnection, action: ActionKey, version: Version) -> Response:
    """An action with all that belonged to it, as it stood at a version."""
    validator = await state_validator(request, connection)
    if validator.is_known:
        return validator.not_modified()
    past = await detail_at(connection, await snapshot(connection, action, version))
    return validator.answer(past)


@history.post("/{version}/restore", response_model=ActionDetail, responses=RESTORE_ERRORS)
async def restore_revision(
    request: Request,
    session: WriteSession,
    _admin: AdminKey,
    action: Named,
    version: Version,
    if_match: IfMatch = None,
    _idempotency_key: IdempotencyKey = None,
) -> Response:
    """Makes an action, with all that belonged to it, what it was at a version; that is a new version. A deleted action
    comes back with its id. Needs an admin's key. `If-Match` is not needed, but obeyed."""
    connection = await session.connection()
    key = await resolve(connection, action)
    present = await session.get(Action, key, with_for_update=True)
    if if_match is not None:
        check_version(if_match, present.version if present is not None else 0)
    await restore(session, key, await snapshot(connection, key, version))
    return await settle(session, await read_record(request, connection, ACTION_EDITING, key))


@changes.get("", response_model=ChangePage, responses=LIST_ERRORS)
async def list_changes(
    connection: LiveConnection,
    after: Annotated[int, Query(ge=0, le=MAX_OFFSET, description="The number of the last change that you have.")] = 0,
    limit: Limit = 100,
) -> ChangePage:
    """Every change of every record, in the order in which they were committed, without a gap: who follows `next` misses
    nothing, even of changes that are being made at the same moment. Applied in order, the changes build a copy."""
    return await change_page(connection, address(f"{API}/changes"), after, limit)


@changes.get(
    "/stream",
    response_class=StreamingResponse,
    responses={200: {"description": "Server-sent events.", "content": {"text/event-stream": {}}}, **LIST_ERRORS},
)
async def stream_changes(
    database: DatabaseDep,
    after: Annotated[
        int | None,
        Query(
            ge=0, le=MAX_OFFSET, description="Begin behind this change; by default, behind the last one that there is."
        ),
    ] = None,
    last_event_id: Annotated[
        str | None, Field(max_length=20), Header(alias="Last-Event-ID", description="What a browser sends to go on.")
    ] = None,
) -> StreamingResponse:
    """The same feed as server-sent events, as changes are committed; each event's id is the change's number. A client
    that comes back with `Last-Event-ID` goes on where it was."""
    if last_event_id is not None and not (last_event_id.isascii() and last_event_id.isdigit()):
        raise invalid_parameter("Last-Event-ID", "last-event-id", "the number of a change is expected")
    start = after if last_event_id is None else int(last_event_id)
    if start is None:
        async with database.read() as connection:
            start = await latest(connection)
    events = _events(database, start)
    return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _events(database: Database, after: int) -> AsyncIterator[bytes]:
    silent = 0.0
    yield b"retry: 2000\n\n"
    with FEED_LISTENERS.track_inprogress():
        while not is_stopping():
            async with database.read() as connection:  # given back before anything is waited for
                items = await feed(connection, after, 100)
            for item in items:
                after = item.sequence
                yield f"id: {after}\nevent: change\ndata: {item.model_dump_json()}\n\n".encode()
            if items:
                silent = 0.0
                continue
            await asyncio.sleep(POLL_SECONDS)
            silent += POLL_SECONDS
            if silent >= HEARTBEAT_SECONDS:
                silent = 0.0
                yield b": still here\n\n"
