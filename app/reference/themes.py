"""The routes of themes."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from app.core.conditions import IfMatch
from app.core.editing import (
    CHANGE_ERRORS,
    CREATE_ERRORS,
    DELETE_ERRORS,
    READ_ERRORS,
    EditSession,
    create_record,
    delete_record,
    patch_record,
    read_record,
    replace_record,
)
from app.core.formats.lists import list_records, list_responses
from app.core.idempotency import IdempotencyKey
from app.core.json_schema import Keywords
from app.core.languages import LABELLED
from app.core.list_parameters import FieldsOf, ListQuery, Page, Sorting
from app.core.sessions import FileSessionDep, ReadSessionDep
from app.core.write_routes import WriteRoute
from app.reference.editing import THEME_EDITING
from app.reference.exporting import THEME_TABLE
from app.reference.schemas import SLUG_PATTERN, ThemeCreate, ThemePatch, ThemeRead
from app.selection.filters import LinkedFilters

router = APIRouter(prefix="/themes", route_class=WriteRoute, tags=["Themes"], dependencies=LABELLED)

ThemeSlug = Annotated[
    str,
    Path(max_length=80, description="The slug of the theme.", examples=["asylum"]),
    Keywords(pattern=SLUG_PATTERN),
]


class ThemeQuery(ListQuery, LinkedFilters):
    """What the list of themes can be asked."""

    sort: Annotated[str, Sorting("slug", "name", "pillar")] = "name"
    fields: Annotated[str, FieldsOf(ThemeRead)] | None = None


@router.get("", response_model=Page[ThemeRead], responses=list_responses(THEME_TABLE))
async def list_themes(request: Request, session: FileSessionDep, query: Annotated[ThemeQuery, Query()]) -> Response:
    """Themes, by name. With a filter, or `has_actions=true`: those that a matching action has."""
    return await list_records(request, session, THEME_TABLE, query)


@router.get("/{slug}", response_model=ThemeRead, responses=READ_ERRORS)
async def get_theme(request: Request, slug: ThemeSlug, session: ReadSessionDep) -> Response:
    """A theme with its pillar, and with the `ETag` that a change of it needs."""
    return await read_record(request, session, THEME_EDITING, slug)


@router.post("", status_code=201, response_model=ThemeRead, responses=CREATE_ERRORS)
async def create_theme(
    request: Request, session: EditSession, body: ThemeCreate, _idempotency_key: IdempotencyKey = None
) -> Response:
    """Adds a theme under a pillar. Without a `slug` one is made from the name; a name or slug that is taken is a
    409."""
    return await create_record(request, session, THEME_EDITING, body)


@router.put("/{slug}", response_model=ThemeRead, responses=CHANGE_ERRORS)
async def replace_theme(
    request: Request, slug: ThemeSlug, session: EditSession, body: ThemeCreate, if_match: IfMatch = None
) -> Response:
    """Sets every field of a theme: what is left out is emptied. The slug stays, since actions name the theme by it."""
    return await replace_record(request, session, THEME_EDITING, slug, body, if_match)


@router.patch("/{slug}", response_model=ThemeRead, responses=CHANGE_ERRORS)
async def update_theme(
    request: Request, slug: ThemeSlug, session: EditSession, body: ThemePatch, if_match: IfMatch = None
) -> Response:
    """Changes the fields of a theme that the body names (JSON Merge Patch): what is absent stays, null empties. A new
    name shows in every action at once; the slug can't be changed."""
    return await patch_record(request, session, THEME_EDITING, slug, body, if_match)


@router.delete("/{slug}", status_code=204, responses=DELETE_ERRORS)
async def delete_theme(slug: ThemeSlug, session: EditSession, if_match: IfMatch = None) -> None:
    """Deletes a theme that no action has. Otherwise the answer is 409 and says how many have it."""
    await delete_record(session, THEME_EDITING, slug, if_match)
