"""The routes of partners."""

from typing import Annotated

from fastapi import Path

from app.core.crud_router import Texts, crud_router
from app.core.field_types import RecordId
from app.core.list_parameters import FieldsOf, ListQuery, Sorting
from app.reference.editing import PARTNER_EDITING
from app.reference.exporting import PARTNER_TABLE
from app.reference.schemas import PartnerPatch, PartnerRead
from app.selection.filters import LinkedFilters

PartnerId = Annotated[RecordId, Path(alias="id", description="The id of the partner.", examples=[1])]


class PartnerQuery(ListQuery, LinkedFilters):
    """What the list of partners can be asked."""

    sort: Annotated[str, Sorting("id", "name", "country")] = "name"
    fields: Annotated[str, FieldsOf(PartnerRead)] | None = None


router = crud_router(
    PARTNER_EDITING,
    PARTNER_TABLE,
    query=PartnerQuery,
    patch=PartnerPatch,
    key=PartnerId,
    texts=Texts(
        list="Partners, by name. With a filter, or `has_actions=true`: those that took part in a matching action.",
        get="A partner, with the `ETag` that a change of it needs.",
        create="Adds a partner. A name that is taken is a 409: one organisation is one record.",
        replace="Sets every field of a partner: what is left out is emptied. The body may be a partner as it was read.",
        update="Changes the fields of a partner that the body names (JSON Merge Patch): what is absent stays, null "
        "empties. A new name shows in every action at once.",
        delete="Deletes a partner that no action has. Otherwise the answer is 409 and says how many have it.",
    ),
)
