"""The routes of publications."""

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
from app.reference.editing import PUBLICATION_EDITING
from app.reference.exporting import PUBLICATION_TABLE
from app.reference.schemas import PublicationCreate, PublicationPatch, PublicationRead, RecordId

router = APIRouter(prefix="/publications", route_class=WriteRoute, tags=["Publications"], dependencies=LABELLED)

PublicationId = Annotated[RecordId, Path(description="The id of the publication.", examples=[1])]


class PublicationQuery(PlainQuery):
    """What the list of publications can be asked."""

    sort: Annotated[str, Sorting("id", "title")] = "title"
    fields: Annotated[str, FieldsOf(PublicationRead)] | None = None


@router.get("", response_model=Page[PublicationRead], responses=list_responses(PUBLICATION_TABLE))
async def list_publications(
    request: Request, session: FileSessionDep, query: Annotated[PublicationQuery, Query()]
) -> Response:
    """Publications of the facility itself, by title. What an action produced stands under `/outputs`."""
    return await list_records(request, session, PUBLICATION_TABLE, query)


@router.get("/{id}", response_model=PublicationRead, responses=READ_ERRORS)
async def get_publication(request: Request, id: PublicationId, session: ReadSessionDep) -> Response:
    """A publication, with the `ETag` that a change of it needs."""
    return await read_record(request, session, PUBLICATION_EDITING, id)


@router.post("", status_code=201, response_model=PublicationRead, responses=CREATE_ERRORS)
async def create_publication(
    request: Request, session: EditSession, body: PublicationCreate, _idempotency_key: IdempotencyKey = None
) -> Response:
    """Adds a publication of the facility."""
    return await create_record(request, session, PUBLICATION_EDITING, body)


@router.put("/{id}", response_model=PublicationRead, responses=CHANGE_ERRORS)
async def replace_publication(
    request: Request, id: PublicationId, session: EditSession, body: PublicationCreate, if_match: IfMatch = None
) -> Response:
    """Sets every field of a publication: what is left out is emptied. The body may be a publication as it was read."""
    return await replace_record(request, session, PUBLICATION_EDITING, id, body, if_match)


@router.patch("/{id}", response_model=PublicationRead, responses=CHANGE_ERRORS)
async def update_publication(
    request: Request, id: PublicationId, session: EditSession, body: PublicationPatch, if_match: IfMatch = None
) -> Response:
    """Changes the fields of a publication that the body names (JSON Merge Patch): what is absent stays, null empties, a
    list is replaced whole."""
    return await patch_record(request, session, PUBLICATION_EDITING, id, body, if_match)


@router.delete("/{id}", status_code=204, responses=DELETE_ERRORS)
async def delete_publication(id: PublicationId, session: EditSession, if_match: IfMatch = None) -> None:
    """Deletes a publication. Nothing else refers to one."""
    await delete_record(session, PUBLICATION_EDITING, id, if_match)
