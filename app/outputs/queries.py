"""How outputs are read."""

from datetime import date
from typing import Any

from sqlalchemy import Select, select

from app.core.listing import Listing, as_found, columns_shown
from app.outputs.models import Output
from app.outputs.schemas import OutputRead
from app.selection.graph import OUTPUT_LIST, OUTPUT_SORTS


def _select_outputs(_as_of: date) -> Select[*tuple[Any, ...]]:
    return select(*columns_shown(Output, OutputRead))


OUTPUTS_LISTING = Listing(
    OUTPUT_LIST,
    OutputRead,
    _select_outputs,
    as_found,
    OUTPUT_SORTS,
    OUTPUT_SORTS["id"],
)
