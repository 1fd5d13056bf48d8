"""Figures in every format. Each is made of the very object that the JSON is made of, so that all show the same numbers.

To add a format is to add its writer to `WRITERS`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request
from pydantic_core import to_json

from app.core.aggregates import Dimension, Question
from app.core.filters import NONE
from app.core.formats import jsonstat
from app.core.formats.delimited import csv_header, csv_rows
from app.core.formats.negotiation import CSV, GEOJSON, JSON, JSONSTAT, PNG, SVG, XLSX, Format, Offer
from app.core.formats.provenance import export_day, provenance, told
from app.core.formats.tables import Column, Kind, Lookups, rows_of
from app.core.formats.workbook import Workbook
from app.core.languages import language
from app.core.problems import Invalid, NotAcceptable, TooManyRequests, Unavailable, responses
from app.core.threads import run_sized
from app.insight.pictures.charts import Chart, chart_of
from app.insight.pictures.layout import USUAL, Options, svg_of
from app.insight.pictures.rendering import rasterised
from app.insight.pictures.schemes import Scheme
from app.insight.schemas import Aggregate
from app.reference.countries import country_point

COUNTRY_DIMENSIONS: Final = ("country", "activity_country", "sending_country", "member_state")
_PLACES: Final = (*COUNTRY_DIMENSIONS, "subregion", "region")


@dataclass(frozen=True)
class Answered:
    """A figure that was asked for, ready to be written."""

    request: Request
    name: str
    """What a file with it is called: `actions-per-theme`."""
    question: Question
    aggregate: Aggregate
    sequence: object
    """The number of the last change that it counts."""
    query: Any
    """What was asked, with the options of the format."""

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """What it is split by."""
        return self.question.by


Writer = Callable[[Answered], Awaitable[bytes]]
"""Writes a figure beside the event loop, since that may take tenths of a second."""


# -- tables --


def figure_columns(answered: Answered) -> list[Column]:
    """A key and a label for each dimension, the value, and the list behind it."""
    columns = []
    for dimension in answered.dimensions:
        name, filter = dimension.name, dimension.filter  # noqa: A001 - the word of the domain
        about = f"The {dimension.noun}: what the filter `{filter}` takes; empty for records without a value."
        columns.append(Column(name, Kind.TEXT, about, name, _cell(name, "key"), is_key=True))
        told_label = f"The {dimension.noun} in words."
        columns.append(Column(f"{name}_label", Kind.TEXT, told_label, name, _cell(name, "label")))
    definition = answered.aggregate.definition
    columns.append(Column("value", Kind.INTEGER, definition, "value", lambda row, _: row.value))
    behind = "The list of exactly these records; its `total` is the value."
    columns.append(Column("href", Kind.TEXT, behind, "href", lambda row, _: row.href))
    return columns


def _cell(name: str, part: str) -> Callable[[Any, Lookups], Any]:
    return lambda row, _: getattr(getattr(row, name), part)


def _csv(answered: Answered) -> bytes:
    columns = figure_columns(answered)
    rows = rows_of(columns, answered.aggregate.rows, {})
    return csv_header(columns, bom=answered.query.bom) + csv_rows(rows)


def _xlsx(answered: Answered) -> bytes:
    columns = figure_columns(answered)
    book = Workbook(answered.aggregate.definition[:200], export_day())
    sheet = book.sheet("figure", columns)
    sheet.add(rows_of(columns, answered.aggregate.rows, {}))
    sheet.finish()
    totals = {f"total: {name}": str(value) for name, value in answered.aggregate.totals.model_dump().items()}
    about = told(answered.request, answered.question.selection, answered.sequence)
    book.codebook({"definition": answered.aggregate.definition, **about, **totals}, {"figure": columns})
    with book.close() as file:
        file.seek(0)
        return file.read()


# -- cubes and maps --


def _axis(answered: Answered, dimension: Dimension) -> jsonstat.Axis:
    """A dimension with its keys in the order that the figure gives them: years run, others stand by their weight."""
    weights: dict[str | None, int] = {}
    labels = {}
    rows: list[Any] = answered.aggregate.rows
    for row in rows:
        cell = getattr(row, dimension.name)
        labels[cell.key] = cell.label
        weights[cell.key] = weights.get(cell.key, 0) + row.value

    def place(key: str | None) -> tuple[Any, ...]:
        return key is None, 0 if dimension.in_years else -weights[key], labels[key], key or ""

    role = "time" if dimension.in_years else "geo" if dimension.name in _PLACES else None
    categories = {key or NONE: labels[key] for key in sorted(labels, key=place)}
    return jsonstat.Axis(dimension.name, dimension.noun, categories, role)


def _jsonstat(answered: Answered) -> bytes:
    aggregate = answered.aggregate
    names = [dimension.name for dimension in answered.dimensions]
    rows: list[Any] = aggregate.rows
    return jsonstat.dataset(
        [_axis(answered, dimension) for dimension in answered.dimensions],
        {tuple(getattr(row, name).key or NONE for name in names): row.value for row in rows},
        label=aggregate.definition,
        source=provenance(answered.request).publisher,
        extension=aggregate.model_dump(exclude={"rows", "by"}, exclude_unset=True, mode="json"),
    )


def _geojson(answered: Answered) -> bytes:
    columns = figure_columns(answered)
    names = [column.name for column in columns]
    place = next(dimension.name for dimension in answered.dimensions if dimension.name in COUNTRY_DIMENSIONS)
    rows: list[Any] = answered.aggregate.rows
    features = []
    for row, values in zip(rows, rows_of(columns, rows, {}), strict=True):
        key = getattr(row, place).key
        point = None if key is None else {"type": "Point", "coordinates": country_point(key)}
        features.append({"type": "Feature", "geometry": point, "properties": dict(zip(names, values, strict=True))})
    about = answered.aggregate.model_dump(include={"measure", "definition", "as_of", "filters", "totals"}, mode="json")
    return to_json({"type": "FeatureCollection", **about, "features": features})


# -- pictures --


def _chart(answered: Answered) -> Chart:
    source = provenance(answered.request).title
    return chart_of(answered.aggregate, answered.question, source=source, language=language())


def _options(answered: Answered) -> Options:
    query = answered.query
    return Options(query.width or USUAL, query.scheme or Scheme.LIGHT)


def _svg(answered: Answered) -> bytes:
    return svg_of(_chart(answered), _options(answered)).encode()


async def _png(answered: Answered) -> bytes:
    return await rasterised(await _in_thread(_svg)(answered))


def _in_thread(write: Callable[[Answered], bytes]) -> Writer:
    return lambda answered: run_sized(len(answered.aggregate.rows), write, answered)


WRITERS: Final[Mapping[Format, Writer]] = {
    CSV: _in_thread(_csv),
    XLSX: _in_thread(_xlsx),
    JSONSTAT: _in_thread(_jsonstat),
    GEOJSON: _in_thread(_geojson),
    SVG: _in_thread(_svg),
    PNG: _png,
}
"""Each format's writer, in the order of preference."""

FIGURE_FORMATS: Final = Offer(JSON, *WRITERS)
_WITHOUT_MAP: Final = FIGURE_FORMATS.besides(GEOJSON)


def offer_for(by: tuple[str, ...]) -> Offer:
    """The formats of a figure: only one that has countries can be put on a map."""
    return FIGURE_FORMATS if set(by) & set(COUNTRY_DIMENSIONS) else _WITHOUT_MAP


def figure_responses(by: tuple[str, ...] | None = None) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a figure's route, for its documentation."""
    offered = FIGURE_FORMATS if by is None else offer_for(by)
    header = ",".join(f"{name},{name}_label" for name in by or ("theme",)) + ",value,href\r\n"
    content: dict[str, Any] = {}
    for form in offered.formats[1:]:
        content |= form.described(header if form is CSV else None)
    return {200: {"content": content}, **responses(NotAcceptable, Invalid, TooManyRequests, Unavailable)}
