"""The routes of deployments."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

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
from app.core.formats.lists import list_records, list_responses
from app.core.idempotency import IdempotencyKey
from app.core.languages import LABELLED
from app.core.list_parameters import FieldsOf, ListQuery, Page, Sorting
from app.core.record_paths import BATCH
from app.core.sessions import FileSessionDep, ReadSessionDep
from app.core.write_routes import WriteRoute
from app.deployments.editing import DEPLOYMENT_EDITING
from app.deployments.exporting import DEPLOYMENT_TABLE
from app.deployments.schemas import DeploymentCreate, DeploymentPatch, DeploymentRead
from app.selection.filters import RecordFilters

router = APIRouter(prefix="/deployments", route_class=WriteRoute, tags=["Deployments"], dependencies=LABELLED)

DeploymentId = Annotated[RecordId, Path(description="The id of the deployment.", examples=[1])]


class DeploymentQuery(ListQuery, RecordFilters):
    """What the list of deployments can be asked."""

    sort: Annotated[
        str, Sorting("action", "sending_country", "organisation_type", "experts_count", "updated_at", "id")
    ] = "action"
    fields: Annotated[str, FieldsOf(DeploymentRead)] | None = None


@router.get("", response_model=Page[DeploymentRead], responses=list_responses(DEPLOYMENT_TABLE))
async def list_deployments(
    request: Request, session: FileSessionDep, query: Annotated[DeploymentQuery, Query()]
) -> Response:
    """Deployments, action by action: who sent experts, and how many where the source says so. What belongs to the
    action filters through it, and filters of activities keep the deployments of actions that have such an activity."""
    return await list_records(request, session, DEPLOYMENT_TABLE, query)


@router.get("/{id:record}", response_model=DeploymentRead, responses=READ_ERRORS)
async def get_deployment(request: Request, id: DeploymentId, session: ReadSessionDep) -> Response:
    """A deployment, with the `ETag` that a change of it needs."""
    return await read_record(request, session, DEPLOYMENT_EDITING, id)


@router.post("", status_code=201, response_model=DeploymentRead, responses=CREATE_ERRORS)
async def create_deployment(
    request: Request, session: EditSession, body: DeploymentCreate, _idempotency_key: IdempotencyKey = None
) -> Response:
    """Adds a deployment to an action, and to one of its activities where that is known; an activity of another action
    is refused. No names of persons: say where experts came from, and how many."""
    return await create_record(request, session, DEPLOYMENT_EDITING, body)


@router.post(
    f"/{BATCH}",
    status_code=201,
    response_model=Added[DeploymentRead],
    responses=CREATE_ERRORS,
    max_body_size=MAX_BATCH,
)
async def create_deployments(
    session: EditSession, body: Batch[DeploymentCreate], _idempotency_key: IdempotencyKey = None
) -> Response:
    """Adds up to 1,000 deployments together, all or none. What is wrong is told for each record, by its pointer."""
    return await create_batch(session, DEPLOYMENT_EDITING, body.items)


@router.put("/{id:record}", response_model=DeploymentRead, responses=CHANGE_ERRORS)
async def replace_deployment(
    request: Request, id: DeploymentId, session: EditSession, body: DeploymentCreate, if_match: IfMatch = None
) -> Response:
    """Sets every field of a deployment: what is left out is emptied. The body may be a deployment as it was read."""
    return await replace_record(request, session, DEPLOYMENT_EDITING, id, body, if_match)


@router.patch("/{id:record}", response_model=DeploymentRead, responses=CHANGE_ERRORS)
async def update_deployment(
    request: Request, id: DeploymentId, session: EditSession, body: DeploymentPatch, if_match: IfMatch = None
) -> Response:
    """Changes the fields of a deployment that the body names (JSON Merge Patch): what is absent stays, null empties.
    `is_eu_member_state` follows from the country and the date, and is refused."""
    return await patch_record(request, session, DEPLOYMENT_EDITING, id, body, if_match)


@router.delete("/{id:record}", status_code=204, responses=DELETE_ERRORS)
async def delete_deployment(id: DeploymentId, session: EditSession, if_match: IfMatch = None) -> None:
    """Deletes a deployment. Its action, and its activity, stay."""
    await delete_record(session, DEPLOYMENT_EDITING, id, if_match)
