"""The registry as a data portal sees it: a catalogue in DCAT with its files, to be harvested."""

from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.actions.models import Action, ActionCountry, ActionTheme
from app.core.formats.negotiation import CSV, GEOJSON, NDJSON, XLSX
from app.core.formats.provenance import Provenance
from app.core.listing import API
from app.core.partial_dates import UNKNOWN_DAY
from app.reference.countries import country_name
from app.reference.models import Theme

CONTEXT: Final = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_MEDIA: Final = "https://www.iana.org/assignments/media-types/"
_THEMES: Final = "http://publications.europa.eu/resource/authority/data-theme/"
_ENGLISH: Final = {"@id": "http://publications.europa.eu/resource/authority/language/ENG"}

FILES: Final = (
    ("/exports/registry.xlsx", XLSX.media_type, "Workbook with a sheet per entity and a codebook", None),
    (
        "/exports/registry.zip",
        "application/zip",
        "Data package: CSV files with their types and keys",
        "https://specs.frictionlessdata.io/data-package/",
    ),
    ("/exports/registry.sqlite", "application/vnd.sqlite3", "SQLite database with related tables", None),
    (
        "/exports/iati-activities.xml",
        "application/xml",
        "IATI activities, version 2.03",
        "https://iatistandard.org/en/iati-standard/203/",
    ),
    ("/actions?format=csv", CSV.media_type, "Actions as a table", None),
    ("/activities?format=csv", CSV.media_type, "Activities as a table", None),
    ("/deployments?format=csv", CSV.media_type, "Deployments as a table", None),
    ("/outputs?format=csv", CSV.media_type, "Outputs as a table", None),
    ("/actions?format=geojson", GEOJSON.media_type, "Actions on a map", "https://www.rfc-editor.org/rfc/rfc7946"),
    ("/actions?format=ndjson", NDJSON.media_type, "Actions as one JSON object per line", None),
)
"""Below the API's base path: each file with its media type, title and the standard that it keeps to."""


async def catalogue(connection: AsyncConnection, source: Provenance) -> dict[str, Any]:
    """The catalogue as JSON-LD."""
    modified = await connection.scalar(select(func.max(Action.updated_at)))
    own = f"{source.address}/catalog.jsonld"
    dated = (
        {} if modified is None else {"dct:modified": _typed(modified.isoformat().replace("+00:00", "Z"), "dateTime")}
    )
    publisher = {"@id": f"{own}#publisher", "@type": "foaf:Agent", "foaf:name": source.publisher}
    dataset = {
        "@id": f"{own}#registry",
        "@type": "dcat:Dataset",
        "dct:identifier": f"{own}#registry",
        "dct:title": _said("Technical assistance in migration: actions, activities, deployments and outputs"),
        "dct:description": _said(
            "Answers of the MIEUX facility to requests of partner countries: each action with its activities, the "
            "experts that were deployed (never by name) and its outputs, with dates as precise as their sources."
        ),
        "dct:publisher": {"@id": publisher["@id"]},
        "dct:language": [_ENGLISH],
        "dcat:theme": [{"@id": f"{_THEMES}{code}"} for code in ("SOCI", "INTR", "GOVE")],
        "dcat:keyword": [_said(name) for name in await _theme_names(connection)],
        "dct:spatial": [
            {"@type": "dct:Location", "dct:identifier": code, "skos:prefLabel": _said(country_name(code))}
            for code in sorted(await connection.scalars(select(ActionCountry.country).distinct()))
        ],
        **await _period(connection),
        **dated,
        "dcat:distribution": [_distribution(source, *file) for file in FILES],
    }
    service = {
        "@id": f"{own}#service",
        "@type": "dcat:DataService",
        "dct:title": _said("The registry's API"),
        "dcat:endpointURL": {"@id": f"{source.address}{API}"},
        "dcat:endpointDescription": {"@id": f"{source.address}/openapi.json"},
        "dcat:servesDataset": {"@id": dataset["@id"]},
        **_licence(source),
    }
    return {
        "@context": CONTEXT,
        "@id": own,
        "@type": "dcat:Catalog",
        "dct:title": _said(source.title),
        "dct:description": _said("The data of the MIEUX facility, for people and programs."),
        "dct:publisher": publisher,
        "dct:language": [_ENGLISH],
        **dated,
        "dcat:dataset": [dataset],
        "dcat:service": [service],
    }


def _distribution(source: Provenance, path: str, media_type: str, title: str, standard: str | None) -> dict[str, Any]:
    url = f"{source.address}{API}{path}"
    return {
        "@id": url,
        "@type": "dcat:Distribution",
        "dct:title": _said(title),
        "dcat:accessURL": {"@id": url},
        "dcat:downloadURL": {"@id": url},
        "dcat:mediaType": {"@id": f"{_MEDIA}{media_type}"},
        **({} if standard is None else {"dct:conformsTo": {"@id": standard}}),
        **_licence(source),
    }


def _licence(source: Provenance) -> dict[str, Any]:
    return {} if source.licence is None else {"dct:license": {"@id": source.licence}}


async def _theme_names(connection: AsyncConnection) -> list[str]:
    used = select(ActionTheme.theme).distinct()
    return list(await connection.scalars(select(Theme.name).where(Theme.slug.in_(used)).order_by(Theme.name)))


async def _period(connection: AsyncConnection) -> dict[str, Any]:
    """From the first day of an action through the last one; without it while an action runs with an open end."""
    dated = Action.start_first_day < UNKNOWN_DAY
    columns = (func.min(Action.start_first_day), func.max(Action.end_last_day))
    first, last = (await connection.execute(select(*columns).where(dated))).one()
    if first is None:
        return {}
    end = {} if last == UNKNOWN_DAY else {"dcat:endDate": _typed(last.isoformat(), "date")}
    period = {"@type": "dct:PeriodOfTime", "dcat:startDate": _typed(first.isoformat(), "date"), **end}
    return {"dct:temporal": period}


def _said(text: str) -> dict[str, str]:
    return {"@value": text, "@language": "en"}


def _typed(value: str, kind: str) -> dict[str, str]:
    return {"@value": value, "@type": f"xsd:{kind}"}
