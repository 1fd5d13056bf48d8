"""What the facility publishes about itself, in one call."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from app.core.addresses import address
from app.core.aggregates import AggregateSpec
from app.core.dimensions import Measure
from app.core.editing import LIST_ERRORS
from app.core.filters import Selection
from app.core.index.matching import Matching
from app.core.languages import LABELLED, language
from app.core.listing import API
from app.core.sessions import ReadSessionDep
from app.core.threads import run_short
from app.insight.catalogue import DIMENSIONS, MEASURES
from app.insight.definitions import define
from app.insight.figures import compute, encoded, json_list, json_object
from app.insight.open_ends import UnconfirmedEnds, unconfirmed_ends
from app.insight.places import SUMMARIES, place_among
from app.insight.schemas import Aggregate, Described
from app.insight.wording import wording_of
from app.selection.filters import RecordFilters
from app.selection.graph import DEPLOYMENTS, PARTNER_LIST

router = APIRouter(prefix="/headline", tags=["Aggregates"], dependencies=[*LABELLED, place_among(SUMMARIES)])

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
async def get_headline(request: Request, session: ReadSessionDep, query: Annotated[HeadlineQuery, Query()]) -> Response:
    """The figures that the facility publishes about itself, each with its definition and the list behind it; for the
    whole record, or for what any filters keep."""
    known, matching = await session.begin(request, query.selection())
    if matching is None:
        return known.not_modified()
    return await run_short(len(matching.snapshot.roots), lambda: known.respond(_headline(query, matching)))


def _headline(query: HeadlineQuery, matching: Matching) -> bytes:
    """The answer as `Headline` describes it."""
    selection = query.selection()
    asked = _Asked(matching, selection)
    figures = {name: asked.figure(measure) for name, measure in _COUNTED.items()}
    about = {
        "as_of": selection.as_of,
        "filters": selection.values,
        "figures": {**figures, "member_states": asked.member_states(), "outside_eu": asked.outside_eu()},
    }
    split = {
        name: json_list([compute(asked.spec(measure, by), matching, asked.ends).to_json() for measure, by in parts])
        for name, parts in _SPLIT.items()
    }
    release = {} if query.release is None else {"release": query.release}
    return json_object({**encoded(about), **split, **encoded(release)})


@dataclass(frozen=True)
class _Asked:
    """What the figures are computed from."""

    matching: Matching
    selection: Selection

    @cached_property
    def ends(self) -> UnconfirmedEnds:
        """The unconfirmed ends of the actions, which are the same for all figures."""
        return unconfirmed_ends(self.matching, self.selection.as_of)

    def define(self, spec: AggregateSpec) -> str:
        """A figure in words."""
        return define(self.matching.snapshot, spec, self.ends)

    def spec(self, measure: str, *by: str) -> AggregateSpec:
        """A figure by some dimensions."""
        return AggregateSpec(MEASURES[measure], tuple(DIMENSIONS[name] for name in by), self.selection)

    def figure(self, measure: Measure) -> HeadlineFigure:
        """A figure that is not split."""
        spec = AggregateSpec(measure, (), self.selection)
        return HeadlineFigure(value=spec.distinct(self.matching), definition=self.define(spec), href=spec.href())

    def member_states(self) -> HeadlineFigure:
        """How many member states have a row of their own in the figure of deployments per member state."""
        spec = self.spec("deployments", "member_state")
        rows, behind = spec.figure(self.matching).rows, self.define(spec)
        texts = wording_of(language()).definition
        _, *parameters = spec.href().partition("?")
        return HeadlineFigure(
            value=sum(not row.cells[0].is_apart for row in rows),
            definition=texts["member_states"].format(definition=f"{behind[0].lower()}{behind[1:]}"),
            href=address(f"{API}/aggregates/deployments-per-member-state{''.join(parameters)}"),
        )

    def outside_eu(self) -> HeadlineShare | None:
        """Deployments from outside the EU among those whose sending country is known."""
        if "eu_member" in self.selection.values:
            return None
        outside, stated = self._from_members("false"), self._from_members("true", "false")
        part, whole = (each.distinct(self.matching.besides(each.selection, DEPLOYMENTS)) for each in (outside, stated))
        behind = self.define(outside)
        return HeadlineShare(
            value=part / whole if whole else None,
            part=part,
            whole=whole,
            definition=wording_of(language()).definition["share"].format(definition=behind.removesuffix(".")),
            href=outside.href(),
            whole_href=stated.href(),
        )

    def _from_members(self, *memberships: str) -> AggregateSpec:
        selection = replace(self.selection, values={**self.selection.values, "eu_member": memberships})
        return AggregateSpec(MEASURES["deployments"], (), selection)
