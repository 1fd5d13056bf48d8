"""The counts behind each value of each filter, so that a front end can show what a click would bring."""

from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from pydantic_core import to_json

from app.core.aggregates import AggregateSpec
from app.core.dimensions import Dimension
from app.core.editing import LIST_ERRORS
from app.core.filters import NONE
from app.core.index.matching import Matching
from app.core.languages import LABELLED, LabelLanguage, language
from app.core.sessions import ReadSessionDep
from app.core.threads import run_short
from app.insight.catalogue import BY_FILTER, MEASURES
from app.insight.definitions import define
from app.insight.open_ends import unconfirmed_ends
from app.insight.places import SUMMARIES, place_among
from app.insight.schemas import Described
from app.insight.wording import wording_of
from app.selection.filters import RecordFilters

router = APIRouter(prefix="/facets", tags=["Aggregates"], dependencies=[*LABELLED, place_among(SUMMARIES)])

FACETS: Final = {name: BY_FILTER[name] for name in RecordFilters.declared() if name in BY_FILTER}
"""By parameter, in the order in which the filters are declared."""

FacetName = StrEnum("FacetName", {name.upper(): name for name in FACETS})  # type: ignore[misc]
CountedName = StrEnum("CountedName", {name.upper(): name for name in MEASURES})  # type: ignore[misc]


class FacetValue(Described):
    """A value of a filter, and what it would leave."""

    value: str
    """What the parameter takes; `none` for records without a value."""
    label: str
    """For people."""
    count: int
    """How many records this value leaves, beside the other parameters' filters."""
    is_selected: bool
    """Whether the request has this value."""
    href: str
    """The list of exactly these records."""


class Facet(Described):
    """A filter with its values."""

    parameter: str
    """The filter's name."""
    label: str
    """For people."""
    values: list[FacetValue]
    """Its values: years as they run, others by their count."""


class Facets(Described):
    """For the given filters, the count behind each value of each filter."""

    measure: str
    """What is counted."""
    filters: dict[str, list[str]]
    """The filters that were given."""
    as_of: date
    """The day on which status is judged."""
    definition: str
    """What `total` counts, in words."""
    total: int
    """How many records all given filters leave."""
    href: str
    """The list of these records."""
    facets: list[Facet]
    """The filters, each counted without its own values, so that what could be chosen instead is seen."""
    release: str | None = None
    """The release that answered; left out when it was the record as it stands."""


class FacetQuery(RecordFilters):
    """What is counted, and behind which filters."""

    measure: Annotated[CountedName, Field(examples=["actions"])] = CountedName("actions")
    """What is counted. `experts` is the sum of the numbers that the sources state."""
    facet: Annotated[list[FacetName], Field(max_length=len(FACETS), examples=[["theme", "country"]])] = []
    """Only these filters, the parameter repeated; by default all of them."""
    include_empty: bool = False
    """Adds a count of zero for every known value that would leave no record."""


@router.get("", response_model=Facets, responses=LIST_ERRORS, response_model_exclude_unset=True)
async def list_facets(request: Request, session: ReadSessionDep, query: Annotated[FacetQuery, Query()]) -> Response:
    """For any filters, what each value of each filter would leave, in one call.

    A filter is counted **without its own values** and with all the others: after `theme=asylum`, the other themes
    still show how many actions they would bring. So a value's `count` is the `total` of its `href`. The values of one
    filter may add up to more than `total`, because a record can have several.
    """
    known, matching = await session.begin(request, query.selection())
    if matching is None:
        return known.not_modified()
    return await run_short(len(matching.snapshot.roots), lambda: known.respond(_facets(query, matching)))


def _facets(query: FacetQuery, matching: Matching) -> bytes:
    """The answer as `Facets` describes it."""
    selection, measure = query.selection(), MEASURES[query.measure]
    whole = AggregateSpec(measure, (), selection)
    names = [name for name in FACETS if name in query.facet] if query.facet else list(FACETS)
    return to_json(
        {
            "measure": measure.name,
            "filters": selection.values,
            "as_of": selection.as_of,
            "definition": define(matching.snapshot, whole, unconfirmed_ends(matching, whole.selection.as_of)),
            "total": whole.distinct(matching),
            "href": whole.href(),
            "facets": [_facet(FACETS[name], whole, matching, include_empty=query.include_empty) for name in names],
            **({} if query.release is None else {"release": query.release}),
        }
    )


def _facet(dimension: Dimension, whole: AggregateSpec, matching: Matching, *, include_empty: bool) -> dict[str, Any]:
    """The counts behind the values of one filter."""
    name, selection = dimension.filter, whole.selection
    chosen = selection.values.get(name, ())
    others = replace(selection, values={key: values for key, values in selection.values.items() if key != name})
    narrowed = matching.besides(others, *([dimension.link] if chosen else []))
    figure = AggregateSpec(whole.measure, (dimension,), others, include_empty).figure(narrowed)
    values = [
        {
            "value": (value := NONE if row.cells[0].key is None else row.cells[0].key),
            "label": row.cells[0].label,
            "count": row.value,
            "is_selected": value in chosen,
            "href": row.href,
        }
        for row in figure.rows
    ]
    return {"parameter": name, "label": _label(dimension), "values": values}


def _label(dimension: Dimension) -> str:
    """What a filter is called, in the language of the request."""
    wording, name = wording_of(language()), dimension.filter
    called = wording.filters.get(name) or wording.nouns[dimension.name]
    return name.replace("_", " ").capitalize() if language() is LabelLanguage.EN else f"{called[0].upper()}{called[1:]}"
