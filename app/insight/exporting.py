"""Figures in every format. Each is made of the very object that the JSON is made of, so that all show the same numbers.

To add a format is to add its writer to `WRITERS`.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import prod
from typing import Any, Final

from fastapi import Request
from pydantic_core import to_json

from app.core.aggregates import MAX_CELLS, check_size
from app.core.dimensions import Dimension
from app.core.figure import Figure, Row
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
from app.insight.figures import Defined
from app.insight.pictures.charts import Chart, chart_of
from app.insight.pictures.layout import USUAL, Options, svg_of
from app.insight.pictures.rendering import rasterised
from app.insight.pictures.schemes import Scheme
from app.reference.countries import COUNTRIES, country_point

COUNTRY_DIMENSIONS: Final = ("country", "activity_country", "sending_country", "member_state")
_PLACES: Final = (*COUNTRY_DIMENSIONS, "subregion", "region")


@dataclass(frozen=True)
class Answered:
    """A figure that was asked for, ready to be written."""

    request: Request
    name: str
    """What a file with it is called: `actions-per-theme`."""
    defined: Defined
    sequence: object
    """The number of the last change that it counts."""
    query: Any
    """What was asked, with the options of the format."""

    @property
    def figure(self) -> Figure:
        """Its rows."""
        return self.defined.figure

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """What it is split by."""
        return self.defined.spec.by


Writer = Callable[[Answered], Awaitable[bytes]]
"""Writes a figure beside the event loop, since that may take tenths of a second."""


# -- tables --


def figure_columns(answered: Answered) -> list[Column]:
    """A key and a label for each dimension, the value, and the list behind it."""
    columns = []
    for place, dimension in enumerate(answered.dimensions):
        name, filter = dimension.name, dimension.filter  # noqa: A001 - the word of the domain
        about = f"The {dimension.noun}: what the filter `{filter}` takes; empty for records without a value."
        columns.append(Column(name, Kind.TEXT, about, name, _cell(place, "key"), is_key=True))
        columns.append(
            Column(f"{name}_label", Kind.TEXT, f"The {dimension.noun} in words.", name, _cell(place, "label"))
        )
    columns.append(Column("value", Kind.INTEGER, answered.defined.definition, "value", lambda row, _: row.value))
    behind = "The list of exactly these records; its `total` is the value."
    columns.append(Column("href", Kind.TEXT, behind, "href", lambda row, _: row.href))
    return columns


def _cell(place: int, part: str) -> Callable[[Any, Lookups], Any]:
    return lambda row, _: getattr(row.cells[place], part)


class Shape(StrEnum):
    """How a figure of two dimensions lies in a table."""

    LONG = "long"
    """A row for each pair of values."""
    WIDE = "wide"
    """A row for each value of the first dimension, a column for each of the second."""


def _table(answered: Answered) -> tuple[list[Column], Iterator[list[Any]]]:
    """The columns of a figure, and its rows."""
    columns, rows = figure_columns(answered), answered.figure.rows
    if answered.query.shape is not Shape.WIDE:
        return columns, rows_of(columns, rows, {})
    down, across = (axis.categories if rows else () for axis in answered.figure.axes)
    check_size(len(down) * len(across))
    values = [[0] * len(across) for _ in down]
    for place, other, value in zip(*answered.figure.places, answered.figure.values, strict=True):
        values[place][other] = value
    heads = Counter(category.label for category in across)
    name = answered.dimensions[1].name
    wide = [
        Column(
            category.label if heads[category.label] == 1 else f"{category.label} ({category.key})",
            Kind.INTEGER,
            f"The value where `{name}` is `{category.key or NONE}`.",
            "value",
            lambda row, _, at=at: row[1][at],  # type: ignore[misc]
        )
        for at, category in enumerate(across)
    ]
    columns = [replace(column, read=_of_first(column.read)) for column in columns[:2]]
    return [*columns, *wide], rows_of([*columns, *wide], [*zip(down, values, strict=True)], {})


def _of_first(read: Callable[[Any, Lookups], Any]) -> Callable[[Any, Lookups], Any]:
    return lambda row, lookups: read(Row((row[0],), 0, ""), lookups)


def _csv(answered: Answered) -> bytes:
    columns, rows = _table(answered)
    return csv_header(columns, bom=answered.query.bom) + csv_rows(rows)


def _xlsx(answered: Answered) -> bytes:
    columns, rows = _table(answered)
    definition = answered.defined.definition
    book = Workbook(definition[:200], export_day())
    sheet = book.sheet("figure", columns)
    sheet.add(rows)
    sheet.finish()
    totals = {f"total: {name}": str(value) for name, value in answered.defined.totals.items()}
    about = told(answered.request, answered.defined.spec.selection, answered.sequence)
    book.codebook({"definition": definition, **about, **totals}, {"figure": columns})
    with book.close() as file:
        file.seek(0)
        return file.read()


# -- cubes and maps --


def _axes(figure: Figure) -> Iterator[jsonstat.Axis]:
    """The dimensions with their keys in the order of the figure. Readers expect each to have a key."""
    is_large = prod(len(axis.categories) for axis in figure.axes) > MAX_CELLS and not figure.values
    for axis in figure.axes:
        dimension = axis.dimension
        role = "time" if dimension.in_years else "geo" if dimension.name in _PLACES else None
        categories = {} if is_large else {each.key or NONE: each.label for each in axis.categories}
        yield jsonstat.Axis(dimension.name, dimension.noun, categories or {NONE: dimension.none()}, role)


def _jsonstat(answered: Answered) -> bytes:
    defined = answered.defined
    about = {name: value for name, value in defined.about.items() if name != "by"}
    return jsonstat.dataset(
        [*_axes(answered.figure)],
        {tuple(cell.key or NONE for cell in row.cells): row.value for row in answered.figure.rows},
        label=defined.definition,
        source=provenance(answered.request).publisher,
        extension={**about, "totals": defined.totals, **defined.release},
    )


def _geojson(answered: Answered) -> bytes:
    columns = figure_columns(answered)
    names = [column.name for column in columns]
    place = next(at for at, each in enumerate(answered.dimensions) if each.name in COUNTRY_DIMENSIONS)
    rows: list[Row] = answered.figure.rows
    features = []
    for row, values in zip(rows, rows_of(columns, rows, {}), strict=True):
        key = row.cells[place].key
        point = {"type": "Point", "coordinates": country_point(key)} if key in COUNTRIES else None
        features.append({"type": "Feature", "geometry": point, "properties": dict(zip(names, values, strict=True))})
    about = {name: value for name, value in answered.defined.about.items() if name != "by"}
    about = {"type": "FeatureCollection", **about, "totals": answered.defined.totals}
    return to_json({**about, "features": features})


# -- pictures --


def _chart(answered: Answered) -> Chart:
    source = provenance(answered.request).title
    return chart_of(answered.defined, source=source, language=language())


def _options(answered: Answered) -> Options:
    query = answered.query
    return Options(query.width or USUAL, query.scheme or Scheme.LIGHT)


def _svg(answered: Answered) -> bytes:
    return svg_of(_chart(answered), _options(answered)).encode()


async def _png(answered: Answered) -> bytes:
    return await rasterised(await _in_thread(_svg)(answered))


def _in_thread(write: Callable[[Answered], bytes]) -> Writer:
    return lambda answered: run_sized(len(answered.figure.values), write, answered)


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
