"""What the facility publishes about itself, in one call."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.addresses import address
from app.core.aggregates import Measure, Question
from app.core.caching import state_validator
from app.core.editing import LIST_ERRORS
from app.core.filters import Selection
from app.core.languages import LABELLED
from app.core.listing import API
from app.core.sessions import ReadConnection
from app.insight.catalogue import DIMENSIONS, MEASURES
from app.insight.definitions import define
from app.insight.figures import compute
from app.insight.places import FIGURE_PLACE
from app.insight.schemas import Aggregate, Described
from app.selection.filters import RecordFilters
from app.selection.graph import ACTION, PARTNER_LIST

router = APIRouter(prefix="/headline", tags=["Aggregates"], dependencies=[*LABELLED, FIGURE_PLACE])

_COUNTED: Final = {
    "actions": MEASURES["actions"],
    "countries": MEASURES["countries"],
    "partners": Measure("partners", PARTNER_LIST, "partner organisations"),
    "activities": MEASURES["activities"],
    "deployments": MEASURES["deployments"],
    "experts": MEASURES["experts"],
}
_SPLIT: Final = {
    "per_region": [("actions", "region"), ("countries", "region"), ("activities", "region"), ("deployments", "region")],
    "per_organisation_type": [("deployments", "organisation_type"), ("experts", "organisation_type")],
}


class HeadlineFigure(Described):
    """One figure, with what it means and where it comes from."""

    value: int
    """The figure."""
    definition: str
    """What is counted, in words."""
    href: str
    """What was counted: a list with `value` as its `total` (for experts, the deployments that were summed), or the
    figure of which it counts the rows."""


class HeadlineShare(Described):
    """A part of a whole, both of which can be looked up."""

    value: float | None
    """The part divided by the whole, 0 to 1; null when the whole is 0."""
    part: int
    """How many records the part has."""
    whole: int
    """How many records the whole has."""
    definition: str
    """What is compared with what, in words."""
    href: str
    """The list of the part."""
    whole_href: str
    """The list of the whole."""


class HeadlineFigures(Described):
    """The figures."""

    actions: HeadlineFigure
    """Actions."""
    countries: HeadlineFigure
    """Partner countries that had an action."""
    partners: HeadlineFigure
    """Partner organisations that took part in an action."""
    activities: HeadlineFigure
    """Activities."""
    deployments: HeadlineFigure
    """Deployments."""
    experts: HeadlineFigure
    """The sum of the numbers of experts that are stated."""
    member_states: HeadlineFigure
    """Member states of the EU that sent experts."""
    outside_eu: HeadlineShare | None
    """The share of deployments from outside the EU; null when the request filters by `eu_member`, which decides it."""


class Headline(Described):
    """What the facility publishes about itself."""

    as_of: date
    """The day on which status is judged."""
    filters: dict[str, list[str]]
    """The filters that were given."""
    figures: HeadlineFigures
    """Each with what it means and what was counted."""
    per_region: list[Aggregate]
    """Actions, countries, activities and deployments per region."""
    per_organisation_type: list[Aggregate]
    """Deployments and stated experts per kind of organisation."""
    release: str | None = None
    """The release that answered; left out when it was the record as it stands."""


class HeadlineQuery(RecordFilters):
    """The filters of every list."""


@router.get("", response_model=Headline, responses=LIST_ERRORS, response_model_exclude_unset=True)
async def get_headline(
    request: Request, connection: ReadConnection, query: Annotated[HeadlineQuery, Query()]
) -> Response:
    """The figures that the facility publishes about itself, each with its definition and the list behind it; for the
    whole record, or for what any filters keep."""
    known = await state_validator(request, connection)
    if known.is_known:
        return known.not_modified()
    selection = query.selection()
    await selection.check(connection)
    answer = Headline(
        as_of=selection.as_of,
        filters={name: list(values) for name, values in selection.values.items()},
        figures=HeadlineFigures(
            **{name: await _figure(connection, measure, selection) for name, measure in _COUNTED.items()},
            member_states=await _member_states(connection, selection),
            outside_eu=await _outside_eu(connection, selection),
        ),
        **{
            name: [await compute(connection, _question(measure, by, selection)) for measure, by in split]
            for name, split in _SPLIT.items()
        },
        **({} if query.release is None else {"release": query.release}),
    )
    return known.answer(answer, exclude_unset=True)


def _question(measure: str, by: str, selection: Selection) -> Question:
    return Question(ACTION, MEASURES[measure], (DIMENSIONS[by],), selection)


async def _figure(connection: AsyncConnection, measure: Measure, selection: Selection) -> HeadlineFigure:
    question = Question(ACTION, measure, (), selection)
    return HeadlineFigure(
        value=await question.distinct(connection),
        definition=await define(connection, question),
        href=question.href(()),
    )


async def _member_states(connection: AsyncConnection, selection: Selection) -> HeadlineFigure:
    """How many member states have a row of their own in the figure of deployments per member state."""
    question = _question("deployments", "member_state", selection)
    rows = await question.split(connection)
    behind = await define(connection, question)
    _, *parameters = question.href(()).partition("?")
    return HeadlineFigure(
        value=sum(row.cells[0].key is not None for row in rows),
        definition=f"Member states of the EU with a row in this figure: {behind[0].lower()}{behind[1:]}",
        href=address(f"{API}/aggregates/deployments-per-member-state{''.join(parameters)}"),
    )


async def _outside_eu(connection: AsyncConnection, selection: Selection) -> HeadlineShare | None:
    """Deployments from outside the EU among those whose sending country is known."""
    if "eu_member" in selection.values:
        return None
    outside, stated = (
        Question(ACTION, MEASURES["deployments"], (), _narrowed(selection, *values))
        for values in (("false",), ("true", "false"))
    )
    part, whole = await outside.distinct(connection), await stated.distinct(connection)
    behind = await define(connection, outside)
    return HeadlineShare(
        value=part / whole if whole else None,
        part=part,
        whole=whole,
        definition=f"{behind.removesuffix('.')}; as a share of those whose sending country is stated.",
        href=outside.href(()),
        whole_href=stated.href(()),
    )


def _narrowed(selection: Selection, *memberships: str) -> Selection:
    return replace(selection, values={**selection.values, "eu_member": memberships})
