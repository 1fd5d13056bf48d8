"""The routes of what is read only: countries, regions and vocabularies."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from app.core.caching import fixed_answer
from app.core.editing import LIST_ERRORS, READ_ERRORS
from app.core.filters import Selection
from app.core.formats.lists import (
    Batches,
    asks_for_part,
    choose_format,
    list_records,
    list_responses,
    only,
    write_list,
)
from app.core.formats.negotiation import JSON, VARY
from app.core.json_schema import Keywords
from app.core.languages import LABELLED
from app.core.list_parameters import FieldsOf, ListQuery, Page, Sorting
from app.core.listing import Part, page_response
from app.core.page_links import page_url
from app.core.problems import NotFound, invalid_parameter
from app.core.reading import ReadSession
from app.core.sessions import FileSessionDep
from app.reference.countries import COUNTRIES
from app.reference.exporting import COUNTRY_TABLE, REGION_TABLE
from app.reference.queries import country_read
from app.reference.schemas import CountryRead, RegionRead, VocabularyItem
from app.reference.vocabularies import VOCABULARIES, Region, label_of
from app.selection.filters import LinkedFilters
from app.selection.graph import REGION

countries = APIRouter(prefix="/countries", tags=["Countries"], dependencies=LABELLED)
regions = APIRouter(prefix="/regions", tags=["Regions"], dependencies=LABELLED)
vocabularies = APIRouter(prefix="/vocabularies", tags=["Vocabularies"], dependencies=LABELLED)


class CountryQuery(ListQuery, LinkedFilters):
    """What the list of countries can be asked."""

    sort: Annotated[str, Sorting("name", "code", "subregion")] = "name"
    fields: Annotated[str, FieldsOf(CountryRead)] | None = None


@countries.get("", response_model=Page[CountryRead], responses=list_responses(COUNTRY_TABLE))
async def list_countries(
    request: Request, session: FileSessionDep, query: Annotated[CountryQuery, Query()]
) -> Response:
    """All countries of ISO 3166-1, by name. With a filter, or `has_actions=true`: the partner countries of matching
    actions."""
    return await list_records(request, session, COUNTRY_TABLE, query)


@countries.get("/{code}", response_model=CountryRead, responses=READ_ERRORS)
async def get_country(
    request: Request,
    code: Annotated[str, Path(description="ISO 3166-1 alpha-2.", examples=["KG"]), Keywords(enum=list(COUNTRIES))],
) -> Response:
    """A country with its other names and its time as a member state of the EU."""
    if code not in COUNTRIES:
        raise NotFound(f"'{code}' is no ISO 3166-1 alpha-2 code of a country.")
    return fixed_answer(request, country_read(code))


class RegionQuery(ListQuery, LinkedFilters):
    """What the list of regions can be asked."""

    sort: Annotated[str, Sorting("slug")] = "slug"
    fields: Annotated[str, FieldsOf(RegionRead)] | None = None


def _region(slug: str) -> RegionRead:
    return RegionRead(slug=Region(slug), name=label_of(slug))


async def _matching(session: ReadSession, query: RegionQuery, selection: Selection) -> list[RegionRead]:
    """The regions that the filters keep, in the query's order."""
    if query.cursor is not None:
        raise invalid_parameter("cursor", "bad-cursor", "this short list is paged by offset")
    slugs = sorted(Region, reverse=query.sort.startswith("-"))
    if selection.values or selection.linked_only:
        matching = (await session.matching(selection)).values(REGION)
        slugs = [slug for slug in slugs if slug in matching]
    return [_region(slug) for slug in slugs]


@regions.get("", response_model=Page[RegionRead], responses=list_responses(REGION_TABLE))
async def list_regions(request: Request, session: FileSessionDep, query: Annotated[RegionQuery, Query()]) -> Response:
    """The facility's regions. With a filter, or `has_actions=true`: those of matching actions."""
    begin, end = query.offset, query.offset + query.limit
    chosen = choose_format(request, REGION_TABLE, query)
    if chosen is not JSON:

        async def read(selection: Selection) -> Batches[RegionRead]:
            matching = await _matching(session, query, selection)
            return Batches(only(matching[begin:end] if asks_for_part(query) else matching))

        return await write_list(request, session, REGION_TABLE, query, chosen, read)
    known = await session.validator(request)
    if known.is_known:
        return known.not_modified(VARY)
    selection = query.selection()
    matching = await _matching(session, query, selection)
    page = Part(
        items=[region.model_dump(mode="json") for region in matching[begin:end]],
        total=len(matching),
        limit=query.limit,
        offset=begin,
        next=page_url(request, offset=str(end)) if end < len(matching) else None,
        previous=page_url(request, offset=str(max(begin - query.limit, 0))) if 0 < begin <= len(matching) else None,
        release=query.release,
    )
    return page_response(request, page, query.fields, known)


@regions.get("/{slug}", response_model=RegionRead, responses=READ_ERRORS)
async def get_region(
    request: Request,
    slug: Annotated[str, Path(description="The slug of the region.", examples=["asia"]), Keywords(enum=list(Region))],
) -> Response:
    """A region of the facility."""
    if slug not in list(Region):
        raise NotFound(f"There is no region '{slug}'.")
    return fixed_answer(request, _region(slug))


def _items(name: str) -> list[VocabularyItem]:
    return [VocabularyItem(value=member.value, label=label_of(member)) for member in VOCABULARIES[name]]


@vocabularies.get("", response_model=dict[str, list[VocabularyItem]], responses=LIST_ERRORS)
async def list_vocabularies(request: Request) -> Response:
    """Every closed vocabulary: its values, each with its label."""
    return fixed_answer(request, {name: _items(name) for name in VOCABULARIES})


@vocabularies.get("/{name}", response_model=list[VocabularyItem], responses=READ_ERRORS)
async def get_vocabulary(
    request: Request,
    name: Annotated[
        str,
        Path(description="The name of the vocabulary.", examples=["activity_type"]),
        Keywords(enum=list(VOCABULARIES)),
    ],
) -> Response:
    """One closed vocabulary."""
    if name not in VOCABULARIES:
        raise NotFound(f"There is no vocabulary '{name}'; there are {', '.join(VOCABULARIES)}.")
    return fixed_answer(request, _items(name))
