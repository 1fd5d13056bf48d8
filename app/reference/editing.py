"""How what the record refers to is written."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.assigning import Draft, assign_fields, choose_slugs
from app.core.editing import Editing
from app.reference.models import Partner, Publication, Source, Theme
from app.reference.queries import (
    PARTNERS_LISTING,
    PUBLICATIONS_LISTING,
    SOURCES_LISTING,
    THEMES_LISTING,
)
from app.reference.schemas import PartnerCreate, PublicationCreate, SourceCreate, ThemeCreate


async def _assign_themes(session: AsyncSession, drafts: Sequence[Draft]) -> None:
    await choose_slugs(session, drafts, text="name", otherwise="theme")
    await assign_fields(session, drafts)


THEME_EDITING = Editing(Theme, ThemeCreate, THEMES_LISTING, assign=_assign_themes)
PARTNER_EDITING = Editing(Partner, PartnerCreate, PARTNERS_LISTING)
PUBLICATION_EDITING = Editing(Publication, PublicationCreate, PUBLICATIONS_LISTING)
SOURCE_EDITING = Editing(Source, SourceCreate, SOURCES_LISTING)
