"""The routes of sources."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

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
from app.core.formats.lists import list_records, list_responses
from app.core.idempotency import IdempotencyKey
from app.core.languages import LABELLED
from app.core.list_parameters import FieldsOf, Page, PlainQuery, Sorting
from app.core.sessions import FileSessionDep, ReadSessionDep
from app.core.write_routes import WriteRoute
from app.reference.editing import SOURCE_EDITING
from app.reference.exporting import SOURCE_TABLE
from app.reference.schemas import RecordId, SourceCreate, SourcePatch, SourceRead

router = APIRouter(prefix="/sources", route_class=WriteRoute, tags=["Sources"], dependencies=LABELLED)

SourceId = Annotated[RecordId, Path(description="The id of the source.", examples=[1])]


class SourceQuery(PlainQuery):
    """What the list of sources can be asked."""

    sort: Annotated[str, Sorting("id", "title")] = "title"
    fields: Annotated[str, FieldsOf(SourceRead)] | None = None


@router.get("", response_model=Page[SourceRead], responses=list_responses(SOURCE_TABLE))
async def list_sources(request: Request, session: FileSessionDep, query: Annotated[SourceQuery, Query()]) -> Response:
    """Sources in which the facts of the record were read, by title."""
    return await list_records(request, session, SOURCE_TABLE, query)


@router.get("/{id}", response_model=SourceRead, responses=READ_ERRORS)
async def get_source(request: Request, id: SourceId, session: ReadSessionDep) -> Response:
    """A source, with the `ETag` that a change of it needs."""
    return await read_record(request, session, SOURCE_EDITING, id)


@router.post("", status_code=201, response_model=SourceRead, responses=CREATE_ERRORS)
async def create_source(
    request: Request, session: EditSession, body: SourceCreate, _idempotency_key: IdempotencyKey = None
) -> Response:
    """Adds a source, which actions can then name."""
    return await create_record(request, session, SOURCE_EDITING, body)


@router.put("/{id}", response_model=SourceRead, responses=CHANGE_ERRORS)
async def replace_source(
    request: Request, id: SourceId, session: EditSession, body: SourceCreate, if_match: IfMatch = None
) -> Response:
    """Sets every field of a source: what is left out is emptied. The body may be a source as it was read."""
    return await replace_record(request, session, SOURCE_EDITING, id, body, if_match)


@router.patch("/{id}", response_model=SourceRead, responses=CHANGE_ERRORS)
async def update_source(
    request: Request, id: SourceId, session: EditSession, body: SourcePatch, if_match: IfMatch = None
) -> Response:
    """Changes the fields of a source that the body names (JSON Merge Patch): what is absent stays, null empties."""
    return await patch_record(request, session, SOURCE_EDITING, id, body, if_match)


@router.delete("/{id}", status_code=204, responses=DELETE_ERRORS)
async def delete_source(id: SourceId, session: EditSession, if_match: IfMatch = None) -> None:
    """Deletes a source that no action names. Otherwise the answer is 409 and says how many do."""
    await delete_record(session, SOURCE_EDITING, id, if_match)
