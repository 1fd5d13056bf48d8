"""Lists in every format: pages as JSON, and everything that matches as a file."""

from asyncio import to_thread
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import IO, Any, Generic, Protocol, TypeVar

from fastapi import Request, Response
from pydantic import BaseModel
from pydantic_core import to_json

from app.core.filters import Selection
from app.core.formats.delimited import csv_header, csv_rows
from app.core.formats.files import Make, answer_with_file
from app.core.formats.negotiation import (
    CSV,
    GEOJSON,
    JSON,
    NDJSON,
    PLACE,
    VARY,
    XLSX,
    Format,
    check_mark,
    disposition,
    file_name,
)
from app.core.formats.provenance import export_day, told
from app.core.formats.records import Point, Table, Unit
from app.core.formats.tables import Column, Lookups, rows_of
from app.core.formats.workbook import Workbook
from app.core.index.matching import Matching
from app.core.list_parameters import ListParameters
from app.core.listing import fetch_page, read_part, walk
from app.core.page_links import page_links
from app.core.problems import Invalid, NotAcceptable, TooManyRequests, Unavailable, invalid_parameter, responses
from app.core.reading import ReadSession

Record = TypeVar("Record", bound=BaseModel)


class ExportParameters(ListParameters, Protocol):
    """A list query with the format that it asks for."""

    format: str | None
    bom: bool

    @property
    def model_fields_set(self) -> set[str]:
        """The parameters that were given."""
        ...


@dataclass(frozen=True)
class Batches(Generic[Record]):
    """The records of an answer, some at a time."""

    parts: AsyncIterator[list[Record]]
    headers: Mapping[str, str] = field(default_factory=dict)
    """What the answer says of its place in the list."""


@dataclass(frozen=True)
class _Export(Generic[Record]):
    """A list that is about to be written."""

    request: Request
    session: ReadSession
    table: Table[Record]
    query: Any
    selection: Selection
    batches: AsyncIterator[list[Record]]

    @cached_property
    def unit(self) -> Unit | None:
        """What a row stands for, unless it is a record."""
        name = getattr(self.query, "unit", None)
        return None if name is None else self.table.units[name]

    @cached_property
    def columns(self) -> list[Column]:
        """The columns that are asked for."""
        return self.table.columns_for(self.query.fields, None if self.unit is None else self.unit.name)

    async def rows(self) -> AsyncIterator[list[list[Any]]]:
        """The rows, some at a time."""
        wanted = {column.field for column in self.columns}
        async for records in self.batches:
            lookups = await self.table.lookups(self.session.connection, records, wanted)
            if self.unit is None:
                yield list(rows_of(self.columns, records, lookups))
            else:
                matching = await self.session.matching(self.selection)
                yield [row for record in records for row in self._unit_rows(self.unit, record, matching, lookups)]

    def _unit_rows(self, unit: Unit, record: Any, matching: Matching, lookups: Lookups) -> Iterator[list[Any]]:
        """A row for each link of the record that the filters keep, as a figure by that dimension counts them."""
        key = next(iter(unit.reference.model_fields))
        by_key = {str(getattr(item, key)): item for item in getattr(record, unit.field)}
        for linked in matching.linked(unit.link, record.id):
            item = None if linked is None else by_key[linked]
            yield [column.read(item if column.field == unit.field else record, lookups) for column in self.columns]

    # -- the formats --

    async def csv(self) -> AsyncIterator[bytes]:
        """Lines."""
        yield csv_header(self.columns, bom=self.query.bom)
        async for rows in self.rows():
            yield csv_rows(rows)

    async def ndjson(self) -> AsyncIterator[bytes]:
        """The records as the JSON list has them, one per line."""
        include: Any = None if self.query.fields is None else set(self.query.fields.split(","))
        async for records in self.batches:
            yield b"".join(
                record.__pydantic_serializer__.to_json(record, include=include) + b"\n" for record in records
            )

    async def geojson(self) -> AsyncIterator[bytes]:
        """A collection of features (RFC 7946)."""
        points = self.table.points
        assert points is not None
        names = [column.name for column in self.columns]
        wanted = {column.field for column in self.columns}
        yield b'{"type":"FeatureCollection","features":['
        comma = b""
        async for records in self.batches:
            lookups = await self.table.lookups(self.session.connection, records, wanted)
            features = [
                to_json(
                    {
                        "type": "Feature",
                        "id": record.id,  # type: ignore[attr-defined]
                        "geometry": multi_point(points(record)),
                        "properties": dict(zip(names, row, strict=True)),
                    }
                )
                for record, row in zip(records, rows_of(self.columns, records, lookups), strict=True)
            ]
            yield comma + b",\n".join(features)
            comma = b",\n"
        yield b"]}\n"

    async def xlsx(self, sequence: object) -> IO[bytes]:
        """A workbook of a sheet and its codebook."""
        about = told(self.request, self.selection, sequence)
        book = Workbook(f"{about['title']}: {self.table.name}", export_day())
        try:
            sheet = book.sheet(self.table.name, self.columns)
            async for rows in self.rows():
                await to_thread(sheet.add, rows)
            sheet.finish()
            book.codebook(about, {self.table.name: self.columns})
            return await to_thread(book.close)
        except BaseException:
            book.discard()
            raise


def multi_point(points: Sequence[Point]) -> dict[str, Any] | None:
    """A geometry of some points; null for none."""
    return {"type": "MultiPoint", "coordinates": points} if points else None


async def list_records(
    request: Request, session: ReadSession, table: Table[Record], query: ExportParameters
) -> Response:
    """Answers a list request in the format that it asks for. JSON is a page; any other format holds all records that
    match, unless `limit`, `offset` or `cursor` ask for a part.

    Raises Invalid, and NotAcceptable.
    """
    chosen = choose_format(request, table, query)
    listing = table.listing
    assert listing is not None
    if chosen is JSON:
        return await fetch_page(request, session, listing, query)

    async def read(selection: Selection) -> Batches[Record]:
        if asks_for_part(query):
            page = await session.read_at(
                selection, lambda moment: read_part(request, moment, listing, query, selection)
            )
            return Batches(only(listing.models(page.items)), page_links(request, page))
        return Batches(walk(session, listing, query, selection))

    return await write_list(request, session, table, query, chosen, read)


def choose_format(request: Request, table: Table[Any], query: ExportParameters) -> Format:
    """The format of a list's answer.

    Raises Invalid, also for an option that this format hasn't, and NotAcceptable.
    """
    chosen = table.offer.choose(request, query.format)
    check_mark(chosen, bom=query.bom)
    if getattr(query, "unit", None) is not None and chosen not in (CSV, XLSX):
        raise invalid_parameter("unit", "contradiction", f"rows are those of csv and xlsx: {chosen.name} has none")
    return chosen


def asks_for_part(query: ExportParameters) -> bool:
    """Whether a part of the list is asked for, which then is all that a file holds."""
    return bool(query.model_fields_set & PLACE)


async def write_list(
    request: Request,
    session: ReadSession,
    table: Table[Record],
    query: ExportParameters,
    chosen: Format,
    read: Callable[[Selection], Awaitable[Batches[Record]]],
) -> Response:
    """Answers with the records that `read` gives for the query's filters, in another format than JSON."""
    made_on = (export_day(),) if chosen is XLSX else ()
    validator = await session.validator(request, chosen.name, *made_on)
    if validator.is_known:
        return validator.not_modified(VARY)
    selection = query.selection()
    await session.matching(selection)  # refuses values that there are not
    batches = await read(selection)
    name = file_name(table.name, selection, chosen)
    headers = {**validator.headers, **VARY, **disposition(chosen, name), **batches.headers}
    export = _Export(request, session, table, query, selection, batches.parts)
    return await answer_with_file(request, _making(export, chosen, validator.sequence), chosen.content_type, headers)


def _making(export: _Export[Any], chosen: Format, sequence: int | None) -> Make:
    match chosen.name:
        case XLSX.name:
            return lambda: export.xlsx(sequence)
        case CSV.name:
            return export.csv
        case NDJSON.name:
            return export.ndjson
        case GEOJSON.name:
            return export.geojson
        case other:
            raise AssertionError(other)


async def only(records: list[Record]) -> AsyncIterator[list[Record]]:
    """Some records as the only part."""
    yield records


def list_responses(table: Table[Any]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a list's route, for its documentation: every format with its media type, and the errors."""
    examples = {
        CSV: ",".join(column.name for column in table.columns) + "\r\n",
        GEOJSON: {"type": "FeatureCollection", "features": []},
    }
    content: dict[str, Any] = {}
    for form in table.offer.formats[1:]:
        content |= form.described(examples.get(form))
    told_formats = "A page as JSON; or all records that match, as a table or a stream of records."
    refusals = responses(NotAcceptable, Invalid, TooManyRequests, Unavailable)
    return {200: {"description": told_formats, "content": content}, **refusals}
