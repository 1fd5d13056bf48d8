"""The routes of outputs."""

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
from app.outputs.editing import OUTPUT_EDITING
from app.outputs.exporting import OUTPUT_TABLE
from app.outputs.schemas import OutputCreate, OutputPatch, OutputRead
from app.selection.filters import RecordFilters

router = APIRouter(prefix="/outputs", route_class=WriteRoute, tags=["Outputs"], dependencies=LABELLED)

OutputId = Annotated[RecordId, Path(description="The id of the output.", examples=[1])]


class OutputQuery(ListQuery, RecordFilters):
    """What the list of outputs can be asked."""

    sort: Annotated[str, Sorting("action", "kind", "title", "published", "updated_at", "id")] = "action"
    fields: Annotated[str, FieldsOf(OutputRead)] | None = None


@router.get("", response_model=Page[OutputRead], responses=list_responses(OUTPUT_TABLE))
async def list_outputs(request: Request, session: FileSessionDep, query: Annotated[OutputQuery, Query()]) -> Response:
    """Outputs, action by action: the reports, handbooks, strategies and other products that actions left behind.
    Filters keep the outputs of matching actions."""
    return await list_records(request, session, OUTPUT_TABLE, query)


@router.get("/{id:record}", response_model=OutputRead, responses=READ_ERRORS)
async def get_output(request: Request, id: OutputId, session: ReadSessionDep) -> Response:
    """An output, with the `ETag` that a change of it needs."""
    return await read_record(request, session, OUTPUT_EDITING, id)


@router.post("", status_code=201, response_model=OutputRead, responses=CREATE_ERRORS)
async def create_output(
    request: Request, session: EditSession, body: OutputCreate, _idempotency_key: IdempotencyKey = None
) -> Response:
    """Adds an output to an action."""
    return await create_record(request, session, OUTPUT_EDITING, body)


@router.post(
    f"/{BATCH}",
    status_code=201,
    response_model=Added[OutputRead],
    responses=CREATE_ERRORS,
    max_body_size=MAX_BATCH,
)
async def create_outputs(
    session: EditSession, body: Batch[OutputCreate], _idempotency_key: IdempotencyKey = None
) -> Response:
    """Adds up to 1,000 outputs together, all or none. What is wrong is told for each record, by its pointer."""
    return await create_batch(session, OUTPUT_EDITING, body.items)


@router.put("/{id:record}", response_model=OutputRead, responses=CHANGE_ERRORS)
async def replace_output(
    request: Request, id: OutputId, session: EditSession, body: OutputCreate, if_match: IfMatch = None
) -> Response:
    """Sets every field of an output: what is left out is emptied. The body may be an output as it was read."""
    return await replace_record(request, session, OUTPUT_EDITING, id, body, if_match)


@router.patch("/{id:record}", response_model=OutputRead, responses=CHANGE_ERRORS)
async def update_output(
    request: Request, id: OutputId, session: EditSession, body: OutputPatch, if_match: IfMatch = None
) -> Response:
    """Changes the fields of an output that the body names (JSON Merge Patch): what is absent stays, null empties, a
    list is replaced whole."""
    return await patch_record(request, session, OUTPUT_EDITING, id, body, if_match)


@router.delete("/{id:record}", status_code=204, responses=DELETE_ERRORS)
async def delete_output(id: OutputId, session: EditSession, if_match: IfMatch = None) -> None:
    """Deletes an output. Its action stays."""
    await delete_record(session, OUTPUT_EDITING, id, if_match)
