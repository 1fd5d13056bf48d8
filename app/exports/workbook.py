"""The record as a workbook: a sheet per entity with labels beside codes, and a codebook of all columns."""

from asyncio import to_thread
from collections.abc import Mapping, Sequence
from datetime import date
from typing import IO, Any, Final

from app.core.formats.records import Table
from app.core.formats.tables import rows_of
from app.core.formats.workbook import Workbook
from app.entities import ENTITIES
from app.exports.scope import Scope
from app.reference.exporting import COUNTRY_TABLE

SHEETS: Final[Sequence[Table[Any]]] = (*(entity.table for entity in ENTITIES.values()), COUNTRY_TABLE)


async def workbook_file(scope: Scope, metadata: Mapping[str, str], day: date) -> IO[bytes]:
    """The workbook, as an open file.

    Raises Invalid when a sheet can't hold all rows.
    """
    book = Workbook(metadata["title"], day)
    try:
        for table in SHEETS:
            listing = table.listing
            assert listing is not None
            sheet = book.sheet(table.name, table.columns)
            async for records in scope.records(listing):
                lookups = await table.lookups(scope.connection, records, set(table.titles))
                await to_thread(sheet.add, list(rows_of(table.columns, records, lookups)))
            sheet.finish()
        book.codebook(metadata, {table.name: table.columns for table in SHEETS})
        return await to_thread(book.close)
    except BaseException:
        book.discard()
        raise
