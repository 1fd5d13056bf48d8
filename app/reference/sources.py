"""The routes of sources."""

from typing import Annotated

from fastapi import Path

from app.core.crud_router import Texts, crud_router
from app.core.field_types import RecordId
from app.core.list_parameters import FieldsOf, PlainQuery, Sorting
from app.reference.editing import SOURCE_EDITING
from app.reference.exporting import SOURCE_TABLE
from app.reference.schemas import SourcePatch, SourceRead

SourceId = Annotated[RecordId, Path(alias="id", description="The id of the source.", examples=[1])]


class SourceQuery(PlainQuery):
    """What the list of sources can be asked."""

    sort: Annotated[str, Sorting("id", "title")] = "title"
    fields: Annotated[str, FieldsOf(SourceRead)] | None = None


router = crud_router(
    SOURCE_EDITING,
    SOURCE_TABLE,
    query=SourceQuery,
    patch=SourcePatch,
    key=SourceId,
    texts=Texts(
        list="Sources in which the facts of the record were read, by title.",
        get="A source, with the `ETag` that a change of it needs.",
        create="Adds a source, which actions can then name.",
        replace="Sets every field of a source: what is left out is emptied. The body may be a source as it was read.",
        update="Changes the fields of a source that the body names (JSON Merge Patch): what is absent stays, null "
        "empties.",
        delete="Deletes a source that no action names. Otherwise the answer is 409 and says how many do.",
    ),
)
