"""The routes of activities."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from app.activities.editing import ACTIVITY_EDITING
from app.activities.exporting import ACTIVITY_TABLE
from app.activities.schemas import ActivityCreate, ActivityPatch, ActivityRead
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
from app.core.field_types import RecordId
from app.core.filters import AsOf
from app.core.formats.lists import list_records, list_responses
from app.core.idempotency import IdempotencyKey
from app.core.languages import LABELLED
from app.core.list_parameters import FieldsOf, ListQuery, Page, Sorting
from app.core.record_paths import BATCH
from app.core.sessions import FileSessionDep, ReadSessionDep
from app.core.write_routes import WriteRoute
from app.selection.filters import RecordFilters

router = APIRouter(prefix="/activities", route_class=WriteRoute, tags=["Activities"], dependencies=LABELLED)

ActivityId = Annotated[RecordId, Path(description="The id of the activity.", examples=[1])]


class ActivityQuery(ListQuery, RecordFilters):
    """What the list of activities can be asked."""

    sort: Annotated[str, Sorting("action", "position", "start", "end", "type", "title", "updated_at", "id")] = (
        "action,position"
    )
    fields: Annotated[str, FieldsOf(ActivityRead)] | None = None


@router.get("", response_model=Page[ActivityRead], responses=list_responses(ACTIVITY_TABLE))
async def list_activities(
    request: Request, session: FileSessionDep, query: Annotated[ActivityQuery, Query()]
) -> Response:
    """Activities, action by action in their order. What belongs to the action filters through it, and filters of
    deployments keep the activities of actions that have such a deployment."""
    return await list_records(request, session, ACTIVITY_TABLE, query)


@router.get("/{id:record}", response_model=ActivityRead, responses=READ_ERRORS)
async def get_activity(request: Request, id: ActivityId, session: ReadSessionDep, as_of: AsOf = None) -> Response:
    """An activity, with the `ETag` that a change of it needs. `as_of` judges its status on another day."""
    return await read_record(request, session, ACTIVITY_EDITING, id, as_of=as_of)


@router.post("", status_code=201, response_model=ActivityRead, responses=CREATE_ERRORS)
async def create_activity(
    request: Request, session: EditSession, body: ActivityCreate, _idempotency_key: IdempotencyKey = None
) -> Response:
    """Adds an activity to an action; without a `position` it comes last. A `status` is kept only where the dates do not
    tell it."""
    return await create_record(request, session, ACTIVITY_EDITING, body)


@router.post(
    f"/{BATCH}",
    status_code=201,
    response_model=Added[ActivityRead],
    responses=CREATE_ERRORS,
    max_body_size=MAX_BATCH,
)
async def create_activities(
    session: EditSession, body: Batch[ActivityCreate], _idempotency_key: IdempotencyKey = None
) -> Response:
    """Adds up to 1,000 activities together, all or none. What is wrong is told for each record, by its pointer."""
    return await create_batch(session, ACTIVITY_EDITING, body.items)


@router.put("/{id:record}", response_model=ActivityRead, responses=CHANGE_ERRORS)
async def replace_activity(
    request: Request, id: ActivityId, session: EditSession, body: ActivityCreate, if_match: IfMatch = None
) -> Response:
    """Sets every field of an activity: what is left out is emptied, and the position stays. The body may be an activity
    as it was read."""
    return await replace_record(request, session, ACTIVITY_EDITING, id, body, if_match)


@router.patch("/{id:record}", response_model=ActivityRead, responses=CHANGE_ERRORS)
async def update_activity(
    request: Request, id: ActivityId, session: EditSession, body: ActivityPatch, if_match: IfMatch = None
) -> Response:
    """Changes the fields of an activity that the body names (JSON Merge Patch): what is absent stays, null empties. To
    another action it moves alone: while deployments name it, the answer is 409."""
    return await patch_record(request, session, ACTIVITY_EDITING, id, body, if_match)


@router.delete("/{id:record}", status_code=204, responses=DELETE_ERRORS)
async def delete_activity(id: ActivityId, session: EditSession, if_match: IfMatch = None) -> None:
    """Deletes an activity. While deployments name it, the answer is 409 and says how many."""
    await delete_record(session, ACTIVITY_EDITING, id, if_match)
