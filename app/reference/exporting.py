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

THEME_TABLE = Table("themes", columns_of(ThemeRead, label_of=label_of), THEMES_LISTING)
COUNTRY_TABLE = Table("countries", columns_of(CountryRead, label_of=label_of), COUNTRIES_LISTING)
PARTNER_TABLE = Table("partners", columns_of(PartnerRead, label_of=label_of), PARTNERS_LISTING)
PUBLICATION_TABLE = Table("publications", columns_of(PublicationRead, label_of=label_of), PUBLICATIONS_LISTING)
SOURCE_TABLE = Table("sources", columns_of(SourceRead, label_of=label_of), SOURCES_LISTING)
REGION_TABLE: Table[RegionRead] = Table("regions", columns_of(RegionRead, label_of=label_of))
