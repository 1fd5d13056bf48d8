"""The routes of themes."""

from typing import Annotated

from fastapi import Path

from app.core.crud_router import Texts, crud_router
from app.core.field_types import SLUG_PATTERN
from app.core.json_schema import Keywords
from app.core.list_parameters import FieldsOf, ListQuery, Sorting
from app.reference.editing import THEME_EDITING
from app.reference.exporting import THEME_TABLE
from app.reference.schemas import ThemePatch, ThemeRead
from app.selection.filters import LinkedFilters

ThemeSlug = Annotated[
    str,
    Path(alias="slug", max_length=80, description="The slug of the theme.", examples=["asylum"]),
    Keywords(pattern=SLUG_PATTERN),
]


class ThemeQuery(ListQuery, LinkedFilters):
    """What the list of themes can be asked."""

    sort: Annotated[str, Sorting("slug", "name", "pillar")] = "name"
    fields: Annotated[str, FieldsOf(ThemeRead)] | None = None


router = crud_router(
    THEME_EDITING,
    THEME_TABLE,
    query=ThemeQuery,
    patch=ThemePatch,
    key=ThemeSlug,
    texts=Texts(
        list="Themes, by name. With a filter, or `has_actions=true`: those that a matching action has.",
        get="A theme with its pillar, and with the `ETag` that a change of it needs.",
        create="Adds a theme under a pillar. Without a `slug` one is made from the name; a name or slug that is taken "
        "is a 409.",
        replace="Sets every field of a theme: what is left out is emptied. The slug stays, since actions name the "
        "theme by it.",
        update="Changes the fields of a theme that the body names (JSON Merge Patch): what is absent stays, null "
        "empties. A new name shows in every action at once; the slug can't be changed.",
        delete="Deletes a theme that no action has. Otherwise the answer is 409 and says how many have it.",
    ),
)
