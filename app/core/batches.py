"""Records that are added together: all of them, or none."""

from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar, get_args

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema
from sqlalchemy import inspect
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import Base
from app.core.editing import Editing
from app.core.filters import today
from app.core.idempotency import settle
from app.core.problems import invalid
from app.core.write_models import Model, WriteModel

Record = TypeVar("Record", bound=Base)
Read = TypeVar("Read", bound=BaseModel)

MAX_BATCH = 32 * 1024 * 1024


class Batch(BaseModel, Generic[Model]):
    """Records to add together: all of them, or none."""

    model_config = ConfigDict(extra="forbid")

    items: Annotated[list[Model], Field(min_length=1, max_length=1000, description="1 to 1,000 records.")]

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """With an example of one record, the same as that of the record."""
        described = handler.resolve_ref_schema(handler(schema))
        (kind,) = get_args(cls.model_fields["items"].annotation)
        examples = kind.model_json_schema().get("examples", ()) if hasattr(kind, "model_json_schema") else ()
        return {
            **described,
            "description": Batch.__doc__,
            "examples": [{"items": [example]} for example in examples[:1]],
        }


class Added(BaseModel, Generic[Read]):
    """What was added, in the order in which it was sent."""

    model_config = ConfigDict(json_schema_extra={"description": "What was added, as it was sent."})

    items: Annotated[list[Read], Field(description="The records, in the order in which they were sent.")]
    total: Annotated[int, Field(description="How many they are.")]


async def create_batch(session: AsyncSession, editing: Editing[Record, Read], bodies: Sequence[WriteModel]) -> Response:
    """Adds records together and answers 201 with them.

    Raises Invalid with what is wrong in each record, by its pointer, and adds none.
    """
    drafts = await editing.add(session, bodies)
    errors = [
        error.model_copy(update={"pointer": f"/items/{position}{error.pointer or ''}"})
        for position, draft in enumerate(drafts)
        for error in (draft.problem.errors if draft.problem else ())
    ]
    if errors:
        raise invalid(errors)
    connection = await session.connection()
    keys = [inspect(draft.record).identity[0] for draft in drafts]
    key = editing.listing.resource.key
    added = await editing.listing.records(connection, today(), keys)
    by_key = {getattr(item, key.key): item for item in added}
    answer = Added[editing.listing.read](items=[by_key[key] for key in keys], total=len(keys))  # type: ignore[name-defined]
    content = answer.__pydantic_serializer__.to_json(answer)
    return await settle(session, Response(content, 201, media_type="application/json"))
