"""The routes of figures."""

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from app.core.aggregates import AggregateSpec
from app.core.formats.negotiation import (
    CSV,
    JSON,
    PNG,
    SVG,
    VARY,
    XLSX,
    Format,
    check_mark,
    disposition,
    file_name,
)
from app.core.formats.provenance import export_day
from app.core.json_schema import UNIQUE
from app.core.languages import LABELLED
from app.core.parameters import IN_DIGITS
from app.core.problems import invalid_parameter
from app.core.reading import ReadSession
from app.core.sessions import ReadSessionDep
from app.core.threads import run_sized
from app.insight.catalogue import DIMENSIONS, MEASURES, PRESETS, Preset
from app.insight.exporting import FIGURE_FORMATS, WRITERS, Answered, Shape, figure_responses, offer_for
from app.insight.figures import compute
from app.insight.pictures.layout import NARROWEST, WIDEST
from app.insight.pictures.schemes import Scheme
from app.insight.places import FIGURES, place_among
from app.insight.schemas import Aggregate
from app.selection.filters import RecordFilters

router = APIRouter(prefix="/aggregates", tags=["Aggregates"], dependencies=[*LABELLED, place_among(FIGURES)])

MeasureName = StrEnum("MeasureName", {name.upper(): name for name in MEASURES})  # type: ignore[misc]
DimensionName = StrEnum("DimensionName", {name.upper(): name for name in DIMENSIONS})  # type: ignore[misc]


class PresetQuery(RecordFilters):
    """What a figure can be asked, beside what it counts."""

    include_empty: bool = False
    """Adds a row of zero for every known value that no record has."""

    format: Annotated[str, FIGURE_FORMATS.choice] | None = None
    """The format of the answer, before what `Accept` says; JSON by default. `geojson` is for figures by country."""

    bom: bool = False
    """Begins a CSV with a byte order mark, so that Excel reads it as UTF-8."""

    shape: Shape | None = None
    """How a figure of two dimensions lies in CSV and XLSX: by default `long`, a row for each pair of values; `wide` has
    a row for each value of the first dimension, and a column for each of the second."""

    width: Annotated[int, Field(ge=NARROWEST, le=WIDEST), IN_DIGITS] | None = None
    """How wide a picture is, in pixels: 400 to 2000, by default 900. Its height follows from what it shows."""

    scheme: Scheme | None = None
    """The ground of a picture, by default `light`."""

    def check_options(self, chosen: Format) -> None:
        """Refuses what another format would be asked.

        Raises Invalid.
        """
        check_mark(chosen, bom=self.bom)
        if self.shape is not None and chosen not in (CSV, XLSX):
            raise invalid_parameter("shape", "contradiction", "only tables have a shape: add `format=csv`")
        for name in ("width", "scheme"):
            if getattr(self, name) is not None and chosen not in (SVG, PNG):
                raise invalid_parameter(name, "contradiction", f"only pictures have a {name}: add `format=svg`")


class AggregateQuery(PresetQuery):
    """What a figure counts, and per what."""

    measure: Annotated[MeasureName, Field(examples=["deployments"])]
    """What is counted. `experts` is the sum of the numbers that the sources state."""
    by: Annotated[list[DimensionName], Field(min_length=1, max_length=2, examples=[["member_state"]]), UNIQUE]
    """One or two dimensions, the parameter repeated."""


async def _answer(
    request: Request,
    session: ReadSession,
    measure: str,
    by: tuple[str, ...],
    query: PresetQuery,
    name: str | None = None,
) -> Response:
    chosen = offer_for(by).choose(request, query.format)
    query.check_options(chosen)
    if query.shape is Shape.WIDE and len(by) < 2:
        raise invalid_parameter("shape", "contradiction", "only a figure of two dimensions has a wide table")
    made_on = (export_day(),) if chosen is XLSX else ()
    selection = query.selection()
    form = () if chosen is JSON else (chosen.name, *made_on)
    known, matching = await session.begin(request, selection, *form)
    if matching is None:
        return known.not_modified(VARY)
    dimensions = tuple(DIMENSIONS[name] for name in by)
    spec = AggregateSpec(MEASURES[measure], dimensions, selection, query.include_empty)
    effort = spec.effort(matching)
    if chosen is JSON:
        return await run_sized(effort, lambda: known.respond(compute(spec, matching).to_json(), headers=VARY))
    defined = await run_sized(effort, compute, spec, matching)
    called = name or f"{measure}-per-{'-and-'.join(by)}"
    answered = Answered(request, called, defined, known.sequence, query)
    content = await WRITERS[chosen](answered)
    told = disposition(chosen, file_name(called, selection, chosen))
    return Response(content, headers={**known.headers, **VARY, **told, "Content-Type": chosen.content_type})


@router.get("", response_model=Aggregate, responses=figure_responses(), response_model_exclude_unset=True)
async def get_aggregate(
    request: Request, session: ReadSessionDep, query: Annotated[AggregateQuery, Query()]
) -> Response:
    """Any figure: a measure per one or two dimensions, over the records that the filters keep.

    - Counts are of **distinct** records: an action with two themes is one action, in two rows.
    - Each row's `href` is the list of its records; its `total` is the row's `value`.
    - Records without a value form the row with the key `null`.
    - `sum_of_rows - counted_more_than_once = distinct`, and `distinct` is the total of the list that is not split.
    - Two dimensions of one link (`theme` and `pillar`, say) are read from the same linked record.
    """
    if len(set(query.by)) < len(query.by):
        raise invalid_parameter("by", "repeated", "a dimension is named twice", list(DIMENSIONS))
    return await _answer(request, session, query.measure, tuple(query.by), query)


def _add_preset(preset: Preset) -> None:
    async def get_preset(request: Request, session: ReadSessionDep, query: Annotated[PresetQuery, Query()]) -> Response:
        return await _answer(request, session, preset.measure, preset.by, query, preset.name)

    per = " and ".join(f"`{name}`" for name in preset.by)
    documented: dict[str, Any] = {
        "name": f"get_{preset.name.replace('-', '_')}",
        "summary": preset.name.replace("-", " ").capitalize(),
        "description": f"{preset.about} A preset: `measure={preset.measure}` by {per}, with any filter.",
    }
    router.add_api_route(
        f"/{preset.name}",
        get_preset,
        response_model=Aggregate,
        response_model_exclude_unset=True,
        responses=figure_responses(preset.by),
        **documented,
    )


for _preset in PRESETS.values():
    _add_preset(_preset)
