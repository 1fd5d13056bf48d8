"""The routes of exports."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import IO, Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic_core import to_json

from app.core.formats.files import answer_with_file
from app.core.formats.negotiation import XLSX, Format, disposition, file_name
from app.core.formats.provenance import export_day, provenance, told
from app.core.languages import LABELLED
from app.core.parameters import check_request
from app.core.problems import Invalid, TooManyRequests, Unavailable, responses
from app.core.reading import ReadSession
from app.core.sessions import FileSessionDep, ReadSessionDep
from app.exports.catalogue import catalogue
from app.exports.database import database_file
from app.exports.package import data_package
from app.exports.scope import Scope
from app.exports.workbook import workbook_file
from app.selection.filters import RecordFilters

router = APIRouter(prefix="/exports", tags=["Exports"], dependencies=LABELLED)
portal = APIRouter(tags=["Exports"], dependencies=[Depends(check_request)])

ZIP = Format(
    "zip",
    "application/zip",
    "zip",
    "A data package: CSV files with types and keys.",
    is_download=True,
    is_binary=True,
)
SQLITE = Format(
    "sqlite",
    "application/vnd.sqlite3",
    "sqlite",
    "A database of related tables.",
    is_download=True,
    is_binary=True,
)
IATI = Format("iati", "application/xml", "xml", "Activities in IATI 2.03.", is_download=True)
DCAT = Format("jsonld", "application/ld+json", "jsonld", "A catalogue in DCAT.")


class ExportQuery(RecordFilters):
    """What an export can be asked: every filter, `as_of` and `release`."""


ExportDep = Annotated[ExportQuery, Query()]
Writer = Callable[[Scope, Mapping[str, str]], Awaitable[IO[bytes]] | AsyncIterator[bytes]]
"""Makes a file, or its pieces, of a part of the record and of what the file says of itself."""


async def _answer(
    request: Request,
    session: ReadSession,
    query: ExportQuery,
    form: Format,
    write: Writer,
    subject: str = "registry",
) -> Response:
    validator = await session.validator(request, export_day(), provenance(request))
    if validator.is_known:
        return validator.not_modified()
    selection = query.selection()
    await session.matching(selection)  # refuses values that there are not
    name = file_name(subject, selection, form)
    headers = {**validator.headers, **disposition(form, name)}
    metadata = told(request, selection, validator.sequence)
    scope = Scope(session, selection)
    return await answer_with_file(request, lambda: write(scope, metadata), form.content_type, headers)


def _documented(form: Format) -> dict[str, Any]:
    """What a route says of its answers."""
    found = {200: {"description": form.about, "content": form.described()}}
    return {"response_class": Response, "responses": {**found, **responses(Invalid, TooManyRequests, Unavailable)}}


@router.get("/registry.xlsx", **_documented(XLSX))
async def export_workbook(request: Request, session: FileSessionDep, query: ExportDep) -> Response:
    """The record as a workbook: a sheet for each kind of record, with labels beside codes, and a codebook that defines
    every column and says what was filtered. Filters choose the actions; each comes with all that belongs to it."""
    return await _answer(request, session, query, XLSX, lambda scope, about: workbook_file(scope, about, export_day()))


@router.get("/registry.zip", **_documented(ZIP))
async def export_package(request: Request, session: FileSessionDep, query: ExportDep) -> Response:
    """The record as a Frictionless Data Package: a CSV file per table, links between actions and countries, themes and
    partners as tables of their own, and `datapackage.json` with types and keys. Filters choose the actions; each comes
    with all that belongs to it."""
    return await _answer(request, session, query, ZIP, lambda scope, about: data_package(scope, about, export_day()))


@router.get("/registry.sqlite", **_documented(SQLITE))
async def export_database(request: Request, session: FileSessionDep, query: ExportDep) -> Response:
    """The record as a SQLite database of related tables, ready for SQL or for Datasette; whatever database the registry
    itself runs on. Filters choose the actions; each comes with all that belongs to it."""
    return await _answer(request, session, query, SQLITE, database_file)


@router.get("/iati-activities.xml", **_documented(IATI))
async def export_iati(request: Request, session: FileSessionDep, query: ExportDep) -> Response:
    """The actions as activities of the International Aid Transparency Initiative, version 2.03. A date that is known as
    a month or a year is given as its first or last day, with the statement beside it."""
    from app.exports.iati import iati_activities

    source = provenance(request)
    return await _answer(
        request,
        session,
        query,
        IATI,
        lambda scope, _: iati_activities(scope, source, export_day()),
        "iati-activities",
    )


@portal.get("/catalog.jsonld", **_documented(DCAT))
async def get_catalogue(request: Request, session: ReadSessionDep) -> Response:
    """The registry as a data portal harvests it: a catalogue in DCAT (JSON-LD) with the dataset, its files, the
    publisher, the countries and the period that it covers."""
    source = provenance(request)
    validator = await session.validator(request, source)
    if validator.is_known:
        return validator.not_modified()
    found = await catalogue(session.connection, source)
    return Response(to_json(found, indent=2), headers={**validator.headers, "Content-Type": DCAT.content_type})
