"""How what the record refers to stands in tables."""

from app.core.formats.records import Table
from app.core.formats.tables import columns_of
from app.reference.queries import (
    COUNTRIES_LISTING,
    PARTNERS_LISTING,
    PUBLICATIONS_LISTING,
    SOURCES_LISTING,
    THEMES_LISTING,
)
from app.reference.schemas import CountryRead, PartnerRead, PublicationRead, RegionRead, SourceRead, ThemeRead
from app.reference.vocabularies import label_of

THEME_TABLE = Table(THEMES_LISTING, columns_of(ThemeRead, label_of=label_of))
COUNTRY_TABLE = Table(COUNTRIES_LISTING, columns_of(CountryRead, label_of=label_of))
PARTNER_TABLE = Table(PARTNERS_LISTING, columns_of(PartnerRead, label_of=label_of))
PUBLICATION_TABLE = Table(PUBLICATIONS_LISTING, columns_of(PublicationRead, label_of=label_of))
SOURCE_TABLE = Table(SOURCES_LISTING, columns_of(SourceRead, label_of=label_of))
REGION_COLUMNS = columns_of(RegionRead, label_of=label_of)
