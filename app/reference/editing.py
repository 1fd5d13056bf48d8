"""How what the record refers to is written."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.editing import Editing, assign_fields, settle_slug
from app.reference.models import Partner, Publication, Source, Theme
from app.reference.queries import (
    PARTNERS_LISTING,
    PUBLICATIONS_LISTING,
    SOURCES_LISTING,
    THEMES_LISTING,
)
from app.reference.schemas import PartnerCreate, PublicationCreate, SourceCreate, ThemeCreate


async def _assign_theme(session: AsyncSession, theme: Theme, body: ThemeCreate) -> None:
    body = body.model_copy()
    await settle_slug(session, theme, body, text=body.name, otherwise="theme")
    await assign_fields(session, theme, body)


THEME_EDITING = Editing(Theme, ThemeCreate, THEMES_LISTING, assign=_assign_theme)
PARTNER_EDITING = Editing(Partner, PartnerCreate, PARTNERS_LISTING)
PUBLICATION_EDITING = Editing(Publication, PublicationCreate, PUBLICATIONS_LISTING)
SOURCE_EDITING = Editing(Source, SourceCreate, SOURCES_LISTING)
