"""The routes of partners."""

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
from app.core.list_parameters import FieldsOf, ListQuery, Page, Sorting
from app.core.sessions import FileSessionDep, ReadSessionDep
from app.core.write_routes import WriteRoute
from app.reference.editing import PARTNER_EDITING
from app.reference.exporting import PARTNER_TABLE
from app.reference.schemas import PartnerCreate, PartnerPatch, PartnerRead, RecordId
from app.selection.filters import LinkedFilters

router = APIRouter(prefix="/partners", route_class=WriteRoute, tags=["Partners"], dependencies=LABELLED)

PartnerId = Annotated[RecordId, Path(description="The id of the partner.", examples=[1])]


class PartnerQuery(ListQuery, LinkedFilters):
    """What the list of partners can be asked."""

    sort: Annotated[str, Sorting("id", "name", "country")] = "name"
    fields: Annotated[str, FieldsOf(PartnerRead)] | None = None


@router.get("", response_model=Page[PartnerRead], responses=list_responses(PARTNER_TABLE))
async def list_partners(request: Request, session: FileSessionDep, query: Annotated[PartnerQuery, Query()]) -> Response:
    """Partners, by name. With a filter, or `has_actions=true`: those that took part in a matching action."""
    return await list_records(request, session, PARTNER_TABLE, query)


@router.get("/{id}", response_model=PartnerRead, responses=READ_ERRORS)
async def get_partner(request: Request, id: PartnerId, session: ReadSessionDep) -> Response:
    """A partner, with the `ETag` that a change of it needs."""
    return await read_record(request, session, PARTNER_EDITING, id)


@router.post("", status_code=201, response_model=PartnerRead, responses=CREATE_ERRORS)
async def create_partner(
    request: Request, session: EditSession, body: PartnerCreate, _idempotency_key: IdempotencyKey = None
) -> Response:
    """Adds a partner. A name that is taken is a 409: one organisation is one record."""
    return await create_record(request, session, PARTNER_EDITING, body)


@router.put("/{id}", response_model=PartnerRead, responses=CHANGE_ERRORS)
async def replace_partner(
    request: Request, id: PartnerId, session: EditSession, body: PartnerCreate, if_match: IfMatch = None
) -> Response:
    """Sets every field of a partner: what is left out is emptied. The body may be a partner as it was read."""
    return await replace_record(request, session, PARTNER_EDITING, id, body, if_match)


@router.patch("/{id}", response_model=PartnerRead, responses=CHANGE_ERRORS)
async def update_partner(
    request: Request, id: PartnerId, session: EditSession, body: PartnerPatch, if_match: IfMatch = None
) -> Response:
    """Changes the fields of a partner that the body names (JSON Merge Patch): what is absent stays, null empties. A new
    name shows in every action at once."""
    return await patch_record(request, session, PARTNER_EDITING, id, body, if_match)


@router.delete("/{id}", status_code=204, responses=DELETE_ERRORS)
async def delete_partner(id: PartnerId, session: EditSession, if_match: IfMatch = None) -> None:
    """Deletes a partner that no action has. Otherwise the answer is 409 and says how many have it."""
    await delete_record(session, PARTNER_EDITING, id, if_match)
