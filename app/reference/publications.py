"""The routes of publications."""

from typing import Annotated

from fastapi import Path

from app.core.crud_router import Texts, crud_router
from app.core.field_types import RecordId
from app.core.list_parameters import FieldsOf, PlainQuery, Sorting
from app.reference.editing import PUBLICATION_EDITING
from app.reference.exporting import PUBLICATION_TABLE
from app.reference.schemas import PublicationPatch, PublicationRead

PublicationId = Annotated[RecordId, Path(alias="id", description="The id of the publication.", examples=[1])]


class PublicationQuery(PlainQuery):
    """What the list of publications can be asked."""

    sort: Annotated[str, Sorting("id", "title")] = "title"
    fields: Annotated[str, FieldsOf(PublicationRead)] | None = None


router = crud_router(
    PUBLICATION_EDITING,
    PUBLICATION_TABLE,
    query=PublicationQuery,
    patch=PublicationPatch,
    key=PublicationId,
    texts=Texts(
        list="Publications of the facility itself, by title. What an action produced stands under `/outputs`.",
        get="A publication, with the `ETag` that a change of it needs.",
        create="Adds a publication of the facility.",
        replace="Sets every field of a publication: what is left out is emptied. The body may be a publication as it "
        "was read.",
        update="Changes the fields of a publication that the body names (JSON Merge Patch): what is absent stays, null "
        "empties, a list is replaced whole.",
        delete="Deletes a publication. Nothing else refers to one.",
    ),
)
