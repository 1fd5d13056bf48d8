"""How what the record refers to is read."""

from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, select

from app.core.languages import LabelLanguage, language
from app.core.listing import Listing, as_found, columns_shown
from app.core.statements import Row, Rows
from app.reference.countries import COUNTRIES, country_name, country_ref, subregion_name
from app.reference.labels import theme_name
from app.reference.models import Country, Partner, Publication, Source, Theme
from app.reference.schemas import (
    CountryRead,
    PartnerRead,
    PublicationRead,
    SourceRead,
    SubregionRef,
    ThemeRead,
    region_ref,
)
from app.selection.graph import (
    COUNTRY_LIST,
    COUNTRY_SORTS,
    PARTNER_LIST,
    PARTNER_SORTS,
    PUBLICATION_LIST,
    PUBLICATION_SORTS,
    SOURCE_LIST,
    SOURCE_SORTS,
    THEME_LIST,
    THEME_SORTS,
)


def _select_countries(_as_of: date) -> Select[*tuple[Any, ...]]:
    return select(Country.code)


def _countries(_rows: Rows, found: list[Row]) -> list[Row]:
    return [country_read(row["code"]).model_dump(mode="json") for row in found]


def country_read(code: str) -> CountryRead:
    """A country as its own address shows it."""
    return _country(code, language())


@lru_cache(maxsize=len(COUNTRIES) * len(LabelLanguage))
def _country(code: str, _language: LabelLanguage) -> CountryRead:
    row = COUNTRIES[code]
    subregion = SubregionRef(code=row.subregion, name=subregion_name(row.subregion)) if row.subregion else None
    return CountryRead(
        code=row.code,
        name=country_name(code),
        subregion=subregion,
        eu_member_from=row.eu_member_from,
        eu_member_until=row.eu_member_until,
        aliases=list(row.aliases),
        demonyms=list(row.demonyms),
    )


def _select_themes(_as_of: date) -> Select[*tuple[Any, ...]]:
    return select(*columns_shown(Theme, ThemeRead))


def _themes(_rows: Rows, found: list[Row]) -> list[Row]:
    return [{**row, "name": theme_name(row["slug"], row["name"])} for row in found]


def _select_partners(_as_of: date) -> Select[*tuple[Any, ...]]:
    return select(*columns_shown(Partner, PartnerRead))


def _partners(_rows: Rows, found: list[Row]) -> list[Row]:
    return [{**row, "country": country_ref(row["country"])} for row in found]


def _select_publications(_as_of: date) -> Select[*tuple[Any, ...]]:
    return select(*columns_shown(Publication, PublicationRead))


def _publications(_rows: Rows, found: list[Row]) -> list[Row]:
    return [{**row, "region": region_ref(row["region"])} for row in found]


def _select_sources(_as_of: date) -> Select[*tuple[Any, ...]]:
    return select(*columns_shown(Source, SourceRead))


COUNTRIES_LISTING = Listing(
    COUNTRY_LIST,
    CountryRead,
    _select_countries,
    _countries,
    COUNTRY_SORTS,
    COUNTRY_SORTS["code"],
)
THEMES_LISTING = Listing(
    THEME_LIST,
    ThemeRead,
    _select_themes,
    _themes,
    THEME_SORTS,
    THEME_SORTS["slug"],
)
PARTNERS_LISTING = Listing(
    PARTNER_LIST,
    PartnerRead,
    _select_partners,
    _partners,
    PARTNER_SORTS,
    PARTNER_SORTS["id"],
)
PUBLICATIONS_LISTING = Listing(
    PUBLICATION_LIST,
    PublicationRead,
    _select_publications,
    _publications,
    PUBLICATION_SORTS,
    PUBLICATION_SORTS["id"],
)
SOURCES_LISTING = Listing(SOURCE_LIST, SourceRead, _select_sources, as_found, SOURCE_SORTS, SOURCE_SORTS["id"])
