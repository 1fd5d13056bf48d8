"""The route of search."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from app.core.aggregates import AggregateSpec
from app.core.cursors import MAX_OFFSET
from app.core.editing import LIST_ERRORS
from app.core.filters import matching
from app.core.languages import LABELLED
from app.core.page_links import page_links, page_url
from app.core.parameters import IN_DIGITS
from app.core.reading import ReadSession
from app.core.sessions import ReadSessionDep
from app.core.text import Query as TextOfQuery
from app.core.text_search.query import parse
from app.insight.catalogue import MEASURES
from app.insight.search import interpretations
from app.insight.search.hits import Search
from app.insight.search.schemas import HitCounts, HitKind, Interpretation, InterpretedFilter, SearchPage
from app.insight.search.suggestions import suggest
from app.search import documents
from app.search.synonyms import SYNONYMS
from app.selection.filters import RecordFilters
from app.selection.graph import ACTIONS

router = APIRouter(prefix="/search", tags=["Search"], dependencies=LABELLED)
NO_WORD = "The query has no word to look for."


class SearchQuery(RecordFilters):
    """What is looked for, and among which records."""

    q: Annotated[
        list[TextOfQuery],
        Field(min_length=1, max_length=30, examples=[["labour migration"]]),
        matching(ACTIONS, documents.Kind.ACTION, "that mention {}", SYNONYMS),
    ]
    """What to look for: words (all of them, in any form), "words in quotes" side by side, `begin*`, `-without`, `OR`.
    Repeat it for other queries, of which one is enough."""

    kind: Annotated[list[HitKind], Field(max_length=10)] = []
    """Only hits of this kind; repeat it for several."""

    limit: Annotated[int, Field(ge=1, le=500), IN_DIGITS] = 20
    """How many hits a page has at most, 1 to 500."""
    offset: Annotated[int, Field(ge=0, le=MAX_OFFSET), IN_DIGITS] = 0
    """How many hits to pass over."""


@router.get("", response_model=SearchPage, responses=LIST_ERRORS, response_model_exclude_unset=True)
async def search(request: Request, session: ReadSessionDep, query: Annotated[SearchQuery, Query()]) -> Response:
    """Everything that mentions what is looked for: actions, activities, outputs and partners, the most useful first.

    - Each word may stand in any form (`train` finds training and trained), the last one may still be on its way
      (`traffick`), case and accents make no difference, and an acronym finds what it stands for (`THB`).
    - A country is found by its other names and by its people's: `Dutch` finds the actions with experts from the
      Netherlands.
    - `"words in quotes"` stand side by side, `-word` must not occur, `OR` between two words leaves a choice.
    - An action is found when its words stand anywhere in it or in what belongs to it; so the hits of the kind `action`
      are exactly the list `/actions?q=…` with the same filters.
    - `fragments` show where the words stand. They are HTML: escaped, with `<mark>` around what was found.
    - `interpretations` are the filters that its words name: `italy kyrgyzstan trainings 2013` are the actions in
      Kyrgyzstan of 2013 with trainings to which Italy sent experts, and the link to their list.
    - A query that finds nothing because of its spelling gets a `suggestion`.
    """
    known = await session.validator(request)
    if known.is_known:
        return known.not_modified()
    selection = query.selection()
    queries = [parsed for typed in query.q if (parsed := parse(typed, SYNONYMS))]
    besides = replace(selection, values={name: given for name, given in selection.values.items() if name != "q"})
    search = Search(queries, await session.matching(besides), query.kind, query.limit, query.offset)
    found = await session.connection.run_sync(search.run)
    total = found.total
    suggestion = None
    if queries and not found.counts and len(query.q) == 1:
        suggestion = await session.connection.run_sync(suggest, query.q[0], queries[0])
    understood = await _interpretations(session, query) if len(query.q) == 1 else []
    page = SearchPage(
        items=found.hits,
        total=total,
        limit=query.limit,
        offset=query.offset,
        next=_at(request, query.offset + query.limit) if query.offset + query.limit < total else None,
        previous=_at(request, max(query.offset - query.limit, 0)) if query.offset and total else None,
        counts=HitCounts.model_validate({kind.value: count for kind, count in found.counts.items()}),
        suggestion=suggestion,
        interpretations=understood,
        reason=None if queries else NO_WORD,
        **({} if query.release is None else {"release": query.release}),
    )
    exclude = {"release"} if query.release is None else None
    return known.answer(page, headers=page_links(request, page), exclude=exclude)


async def _interpretations(session: ReadSession, query: SearchQuery) -> list[Interpretation]:
    """What the query means as filters, beside those that the request has."""
    asked = query.selection()
    given = {name: values for name, values in asked.values.items() if name != "q"}

    async def actions_by(filters: dict[str, list[str]]) -> tuple[AggregateSpec, int]:
        values = RecordFilters.model_validate(filters).selection().values
        spec = AggregateSpec(MEASURES["actions"], (), replace(asked, values={**given, **values}))
        return spec, spec.distinct(await session.matching(spec.selection))

    remembered = (await session.snapshot()).found
    readings = await session.connection.run_sync(interpretations.read, query.q[0], remembered)
    meanings = {meaning for reading in readings for meaning in reading.meanings}
    # Two values of a filter are OR: what no action has would hide behind the other one.
    real = {each for each in meanings if (await actions_by({each.parameter: [each.value]}))[1]}
    found = []
    for reading in readings:
        if not real.issuperset(reading.meanings):
            continue
        spec, total = await actions_by(reading.filters() | ({"q": [reading.rest]} if reading.rest else {}))
        if total:
            labels = await session.connection.run_sync(interpretations.labels, reading.meanings)
            filters = [
                InterpretedFilter(parameter=meaning.parameter, value=meaning.value, label=label)
                for meaning, label in zip(reading.meanings, labels, strict=True)
            ]
            found.append(Interpretation(filters=filters, rest=reading.rest, total=total, href=spec.href()))
    return sorted(found, key=lambda each: -each.total)


def _at(request: Request, offset: int) -> str:
    return page_url(request, **({"offset": str(offset)} if offset else {}))
