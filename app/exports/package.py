"""The record as a data package: CSV files, with their types and keys described in `datapackage.json`."""

import zipfile
from collections.abc import AsyncIterator, Mapping
from datetime import date
from typing import Any

from pydantic_core import to_json

from app.core.formats.delimited import csv_header, csv_rows
from app.core.formats.files import Outbox
from app.core.formats.tables import Column, Kind
from app.exports.resources import RESOURCES, Resource
from app.exports.scope import Scope

_PARTIAL_DATE = "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"
_TYPES = {
    Kind.TEXT: "string",
    Kind.INTEGER: "integer",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "string",
    Kind.INSTANT: "datetime",
}
ABOUT = """\
Technical assistance in migration as data: actions with their activities, deployments and outputs, and what they refer
to. Codes and ids refer to the other tables, as `datapackage.json` describes; dates are as precise as their source (a
year, a month or a day); an empty cell says that nothing is known. A text that begins like a formula has a single quote
before it, so that no spreadsheet runs it."""


async def data_package(scope: Scope, metadata: Mapping[str, str], day: date) -> AsyncIterator[bytes]:
    """The archive, piece by piece."""
    outbox = Outbox()
    with zipfile.ZipFile(outbox, "w", zipfile.ZIP_DEFLATED) as archive:
        for resource in RESOURCES:
            with archive.open(_entry(f"data/{resource.name}.csv", day), "w", force_zip64=True) as file:
                file.write(csv_header(resource.columns))
                async for rows in resource.read(scope):
                    file.write(csv_rows(rows))
                    yield outbox.take()
        archive.writestr(_entry("datapackage.json", day), to_json(_descriptor(scope, metadata, day), indent=2))
        lines = [f"{name}: {value}" for name, value in metadata.items()]
        archive.writestr(_entry("README.md", day), "\n".join([f"# {metadata['title']}", "", ABOUT, "", *lines, ""]))
    yield outbox.take()


def _entry(name: str, day: date) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _descriptor(scope: Scope, metadata: Mapping[str, str], day: date) -> dict[str, Any]:
    licence = metadata["licence"]
    return {
        "profile": "data-package",
        "name": "mieux-registry",
        "title": metadata["title"],
        "description": ABOUT,
        "version": metadata["last_change"],
        "created": f"{day.isoformat()}T00:00:00Z",
        "contributors": [{"title": metadata["publisher"], "role": "publisher"}],
        **({"licenses": [{"path": licence}]} if licence.startswith("http") else {}),
        "keywords": ["migration", "technical assistance", "European Union", "capacity building"],
        "selection": {name: metadata[name] for name in ("filters", "as_of", "release", "address")},
        "resources": [_described(resource, scope) for resource in RESOURCES],
    }


def _described(resource: Resource, scope: Scope) -> dict[str, Any]:
    keys = [
        {"fields": [name], "reference": {"resource": "" if to == resource.name else to, "fields": [column]}}
        for name, (to, column) in resource.keys_within(scope).items()
    ]
    return {
        "name": resource.name,
        "path": f"data/{resource.name}.csv",
        "profile": "tabular-data-resource",
        "title": resource.name.replace("_", " ").capitalize(),
        "description": resource.about,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": {
            "fields": [_field(column, resource) for column in resource.columns],
            "missingValues": [""],
            "primaryKey": list(resource.primary_key),
            **({"foreignKeys": keys} if keys else {}),
        },
    }


def _field(column: Column, resource: Resource) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if column.name in resource.primary_key:
        constraints["required"] = True
    if column.kind is Kind.DATE:
        constraints["pattern"] = _PARTIAL_DATE
    if column.allowed:
        constraints["enum"] = list(column.allowed)
    return {
        "name": column.name,
        "type": _TYPES[column.kind],
        "description": column.definition,
        **({"constraints": constraints} if constraints else {}),
    }
