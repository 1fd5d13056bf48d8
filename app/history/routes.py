"""The routes of the history and of the feed of changes."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from app.actions.detail import ActionDetail
from app.actions.editing import ACTION_EDITING
from app.actions.models import Action
from app.core.addresses import address
from app.core.caching import state_validator
from app.core.conditions import IF_MATCH, EntityTags, check_match
from app.core.cursors import MAX_OFFSET
from app.core.database import DatabaseDep
from app.core.editing import FEED_ERRORS, READ_ERRORS, RESTORE_ERRORS, show_written
from app.core.field_types import MAX_ID, SLUG_PATTERN
from app.core.head import is_head
from app.core.idempotency import IdempotencyKey, settle
from app.core.json_schema import Keywords
from app.core.languages import LABELLED
from app.core.locks import lock
from app.core.page_links import neighbours
from app.core.parameters import IN_DIGITS
from app.core.problems import TooManyRequests, Unavailable, invalid_parameter, responses
from app.core.security import AdminKey
from app.core.sessions import LiveConnection, WriteSession
from app.core.write_routes import WriteRoute
from app.history.feed import CURSOR, PATH, Place, read_changes
from app.history.past import detail_at
from app.history.queries import resolve, revisions, snapshot
from app.history.restore import elsewhere, restore
from app.history.schemas import ChangePage, RevisionPage
from app.history.stream import JoinedStream

history = APIRouter(prefix="/actions/{action}/history", route_class=WriteRoute, tags=["History"], dependencies=LABELLED)
changes = APIRouter(prefix="/changes", tags=["History"])

Named = Annotated[
    str,
    Path(description="The id or the slug of an action that is or was.", max_length=100, examples=["1"]),
    Keywords(pattern=SLUG_PATTERN),
]
Version = Annotated[int, Path(ge=1, le=MAX_ID, description="A version of the action.", examples=[1]), IN_DIGITS]
Limit = Annotated[int, Query(ge=1, le=500, description="How many items at most, 1 to 500."), IN_DIGITS]
Offset = Annotated[int, Query(ge=0, le=MAX_OFFSET, description="How many items to pass over."), IN_DIGITS]
After = Annotated[
    str,
    Query(
        pattern=CURSOR,
        description="The place behind the last change that you have: a cursor as in `next`, or the change's number.",
        examples=["0"],
    ),
]


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
    if_match: Annotated[
        EntityTags | None,
        Header(
            alias=IF_MATCH,
            description="The `ETag` that came with the action you read; a deleted action needs none. Without it the "
            "answer is 428; if somebody else changed the action since, 412.",
        ),
    ] = None,
    _idempotency_key: IdempotencyKey = None,
) -> Response:
    """Makes an action, with all that belonged to it, what it was at a version; that is a new version. A deleted action
    comes back with its id. Needs an admin's key, and `If-Match` like every change of a record."""
    connection = await session.connection()
    key = await resolve(connection, action)
    past = await snapshot(connection, key, version)
    await lock(session, Action, (key, *await elsewhere(session, key, past)))
    present = await session.get(Action, key)
    if present is not None:
        await check_match(session, if_match, present.version)
    elif if_match is not None:
        await check_match(session, if_match, None)
    await restore(session, key, past)
    return await settle(session, await show_written(request, session, ACTION_EDITING, key))


@changes.get("", response_model=ChangePage, responses=FEED_ERRORS)
async def list_changes(database: DatabaseDep, after: After = "0", limit: Limit = 100) -> ChangePage:
    """Every change of every record, in the order in which they were committed, without a gap: who follows `next` misses
    nothing, even of changes that are being made at the same moment. Applied in order, the changes build a copy.

    When an administrator restores a backup, another history begins, and a cursor into the former one is answered with
    410, and so is a number that isn't there yet: discard the copy, and build it again from `after=0`, as `begin_again`
    of the problem says. `after` may be the number of a change alone; as long as that number may stand for a change
    which a restored backup has replaced, it is a 410, too, so follow `next`, which is never in doubt."""
    found = await read_changes(database, Place.parse(after), limit)
    return ChangePage(
        items=found.items,
        next=f"{address(PATH)}?after={found.end}&limit={limit}",
        epoch=str(found.end.epoch),
        latest=found.latest,
    )


@changes.get(
    "/stream",
    response_class=StreamingResponse,
    responses={
        200: {"description": "Server-sent events.", "content": {"text/event-stream": {}}},
        **FEED_ERRORS,
        **responses(TooManyRequests, Unavailable),
    },
)
async def stream_changes(
    request: Request,
    database: DatabaseDep,
    stream: JoinedStream,
    after: Annotated[
        str | None,
        Query(
            pattern=CURSOR,
            description="Begin behind this change: its number or a cursor. By default, behind the last one there is.",
        ),
    ] = None,
    last_event_id: Annotated[
        Annotated[str, Field(max_length=30), Keywords(pattern=CURSOR)] | None,
        Header(alias="Last-Event-ID", description="What a browser sends to go on: the id of the last event."),
    ] = None,
) -> Response:
    """The same feed as server-sent events, as changes are committed; each event's id is the cursor behind its change. A
    client that comes back with `Last-Event-ID` goes on where it was. When a backup is restored, an event `gone` says
    where to begin again, and the stream ends; to come back with a cursor of before is a 410."""
    if last_event_id is not None and not re.fullmatch(CURSOR, last_event_id):
        raise invalid_parameter("Last-Event-ID", "last-event-id", "the id of an event or the number of a change")
    start = after if last_event_id is None else last_event_id
    begun = await read_changes(database, None if start is None else Place.parse(start), 0)
    headers = {"Cache-Control": "no-store"}
    if is_head(request):
        return Response(media_type="text/event-stream", headers=headers)
    return StreamingResponse(stream.events(request, begun.end), media_type="text/event-stream", headers=headers)
