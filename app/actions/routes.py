"""The routes of actions."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from sqlalchemy import bindparam, select

from app.actions.detail import ActionDetail
from app.actions.editing import ACTION_EDITING
from app.actions.exporting import ACTION_FORMATS, ACTION_TABLE, ACTION_UNITS
from app.actions.models import Action
from app.actions.schemas import ActionCreate, ActionPatch, ActionRead
from app.core.batches import MAX_BATCH, Added, Batch, create_batch
from app.core.conditions import IfMatch
from app.core.editing import (
    CHANGE_ERRORS,
    CREATE_ERRORS,
    DELETE_ERRORS,
    READ_ERRORS,
    EditSession,
    create_record,
    delete_record,
    patch_record,
    read_record,
    replace_record,
)
from app.core.field_types import SLUG_PATTERN
from app.core.filters import AsOf, Choice
from app.core.formats.lists import list_records, list_responses
from app.core.idempotency import IdempotencyKey
from app.core.json_schema import Keywords
from app.core.languages import LABELLED
from app.core.list_parameters import FieldsOf, ListQuery, Page, Sorting
from app.core.problems import NotFound
from app.core.record_paths import BATCH
from app.core.sessions import FileSessionDep, ReadSessionDep
from app.core.statements import Rows, Statement, read_over
from app.core.write_routes import WriteRoute
from app.selection.filters import RecordFilters

router = APIRouter(prefix="/actions", route_class=WriteRoute, tags=["Actions"], dependencies=LABELLED)


_ID = re.compile("[1-9][0-9]{0,8}")
Named = Annotated[
    str,
    Path(description="The id or the slug of the action.", max_length=100, examples=["1"]),
    Keywords(pattern=SLUG_PATTERN),
]


_KEY = Statement(select(Action.id).where(Action.slug == bindparam("slug")))


def _key(rows: Rows, named: str) -> int:
    """The id of the action with a slug.

    Raises NotFound.
    """
    found = rows(_KEY, slug=named) if named.isprintable() else []
    if not found:
        raise NotFound(f"There is no action '{named}'.")
    return int(found[0]["id"])


async def _key_to_read(session: ReadSessionDep, action: Named) -> int:
    """Whether there is an action with an id is seen when it is read."""
    return int(action) if _ID.fullmatch(action) else await session.read(lambda rows: _key(rows, action))


async def _key_to_edit(session: EditSession, action: Named) -> int:
    """Looks in the session that will write: a second connection might wait for this one, and a replica lags behind."""
    if _ID.fullmatch(action):
        return int(action)
    return await read_over(await session.connection(), lambda rows: _key(rows, action))


ActionKey = Annotated[int, Depends(_key_to_read)]
EditedActionKey = Annotated[int, Depends(_key_to_edit, scope="function")]


class ActionQuery(ListQuery, RecordFilters):
    """What the list of actions can be asked."""

    sort: Annotated[str, Sorting("start", "end", "title", "created_at", "updated_at", "id")] = "-start"
    fields: Annotated[str, FieldsOf(ActionRead)] | None = None

    format: Annotated[str, ACTION_FORMATS.choice] | None = None
    """The format of the answer, before what `Accept` says; JSON by default. Any other format holds all actions that
    match, not a page of them, unless `limit`, `offset` or `cursor` is given."""

    unit: Annotated[str, Choice(list(ACTION_UNITS), none=False)] | None = None
    """What a row of a CSV or XLSX stands for: `country` gives one row per action and partner country, of those that
    the filters keep; by default a row is an action."""


@router.get("", response_model=Page[ActionRead], responses=list_responses(ACTION_TABLE))
async def list_actions(request: Request, session: FileSessionDep, query: Annotated[ActionQuery, Query()]) -> Response:
    """Actions, those that began last first, each with its countries, themes, partners and counts. Every filter narrows
    the list; `next` leads through it."""
    return await list_records(request, session, ACTION_TABLE, query)


@router.get("/{action:record}", response_model=ActionDetail, responses=READ_ERRORS)
async def get_action(request: Request, action: ActionKey, session: ReadSessionDep, as_of: AsOf = None) -> Response:
    """An action by its id or slug, with its activities, deployments and outputs, and with the `ETag` that a change of
    it needs. `as_of` judges each status on another day."""
    return await read_record(request, session, ACTION_EDITING, action, as_of=as_of)


@router.post("", status_code=201, response_model=ActionDetail, responses=CREATE_ERRORS)
async def create_action(
    request: Request, session: EditSession, body: ActionCreate, _idempotency_key: IdempotencyKey = None
) -> Response:
    """Adds an action. Countries, themes and partners are named by bare code, slug or id, or by the object as it is
    read. An equal title is no conflict: the slug gets a number."""
    return await create_record(request, session, ACTION_EDITING, body)


@router.post(
    f"/{BATCH}",
    status_code=201,
    response_model=Added[ActionRead],
    responses=CREATE_ERRORS,
    max_body_size=MAX_BATCH,
)
async def create_actions(
    session: EditSession, body: Batch[ActionCreate], _idempotency_key: IdempotencyKey = None
) -> Response:
    """Adds up to 1,000 actions together, all or none. What is wrong is told for each record, by its pointer."""
    return await create_batch(session, ACTION_EDITING, body.items)


@router.put("/{action:record}", response_model=ActionDetail, responses=CHANGE_ERRORS)
async def replace_action(
    request: Request, action: EditedActionKey, session: EditSession, body: ActionCreate, if_match: IfMatch = None
) -> Response:
    """Sets every field of an action: what is left out is emptied, and the slug stays. The body may be an action as it
    was read: what the registry derives is passed over, and so are its activities, deployments and outputs."""
    return await replace_record(request, session, ACTION_EDITING, action, body, if_match)


@router.patch("/{action:record}", response_model=ActionDetail, responses=CHANGE_ERRORS)
async def update_action(
    request: Request, action: EditedActionKey, session: EditSession, body: ActionPatch, if_match: IfMatch = None
) -> Response:
    """Changes the fields of an action that the body names (JSON Merge Patch): what is absent stays, null empties, a
    list is replaced whole. A field that the registry derives is refused."""
    return await patch_record(request, session, ACTION_EDITING, action, body, if_match)


@router.delete("/{action:record}", status_code=204, responses=DELETE_ERRORS)
async def delete_action(action: EditedActionKey, session: EditSession, if_match: IfMatch = None) -> None:
    """Deletes an action with its activities, deployments and outputs. While a later action follows it, the answer is
    409."""
    await delete_record(session, ACTION_EDITING, action, if_match)
