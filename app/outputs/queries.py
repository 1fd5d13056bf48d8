"""How outputs are read."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.listing import Listing
from app.outputs.models import Output
from app.outputs.schemas import OutputRead
from app.selection.graph import OUTPUT_LIST, OUTPUT_SORTS


def _select_outputs(_as_of: date) -> Select[*tuple[Any, ...]]:
    return select(
        Output.id,
        Output.action,
        Output.kind,
        Output.title,
        Output.languages,
        Output.published,
        Output.source_quote,
    )


async def _outputs(_connection: AsyncConnection, rows: Sequence[RowMapping]) -> list[OutputRead]:
    return [OutputRead.model_validate(dict(row)) for row in rows]


OUTPUTS_LISTING = Listing(
    OUTPUT_LIST,
    OutputRead,
    _select_outputs,
    _outputs,
    OUTPUT_SORTS,
    OUTPUT_SORTS["id"],
)
