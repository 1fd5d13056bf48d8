"""Themes, partners, publications, sources, countries, regions and vocabularies as JSON."""

from datetime import date
from functools import lru_cache
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from app.core.field_types import SLUG, Id, Slug, WebAddress, distinct
from app.core.json_schema import UNIQUE, Keywords
from app.core.languages import LabelLanguage, language
from app.core.partial_dates import PartialDate
from app.core.read_models import ReadModel
from app.core.text import Line, Prose
from app.core.write_models import WriteModel, merge_patch
from app.reference.countries import CountryCode, CountryRef
from app.reference.vocabularies import Pillar, Region, label_of


def _id_of(value: Any) -> Any:
    return value.get("id") if isinstance(value, dict) else value


def _slug_of(value: Any) -> Any:
    return value.get("slug") if isinstance(value, dict) else value


PartnerId = Annotated[Id, BeforeValidator(_id_of)]
"""A partner in a body: its id, or the small object with the id."""


ThemeSlug = Annotated[str, SLUG, BeforeValidator(_slug_of)]
"""A theme in a body: its slug, or the small object with the slug."""

RegionSlug = Annotated[Region, BeforeValidator(_slug_of)]
"""A region in a body: its slug, or the small object with the slug."""


_LANGUAGES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo "
    "es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka "
    "kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng "
    "nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su "
    "sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
LANGUAGES = tuple(_LANGUAGES.split())
"""ISO 639-1."""


def _language(code: str) -> str:
    if code not in LANGUAGES:
        context = {"code": code, "allowed": list(LANGUAGES)}
        raise PydanticCustomError("unknown_language", "'{code}' is no ISO 639-1 code of a language", context)
    return code


Language = Annotated[
    str, AfterValidator(_language), Keywords(enum=list(LANGUAGES), title="LanguageCode"), Field(examples=["en"])
]
Languages = Annotated[list[Language], Field(max_length=50), AfterValidator(distinct), UNIQUE]
"""ISO 639-1 codes, each once."""


class SubregionRef(ReadModel):
    """A subregion of UN M49."""

    code: str
    """UN M49 code of three digits."""
    name: str
    """Its name, in the language that was asked for."""


class RegionRef(ReadModel):
    """A region of the facility."""

    slug: Region
    """What filters and bodies name it by."""
    name: str
    """Its name, in the language that was asked for."""


class ThemeRef(ReadModel):
    """A theme where it stands in an action."""

    slug: str
    """What filters and bodies name it by."""
    name: str
    """Its name, in the language that was asked for."""


class PartnerRef(ReadModel):
    """A partner where it stands in an action."""

    id: int
    """What filters and bodies name it by."""
    name: str
    """Its full name."""
    acronym: str | None
    """How it is called for short."""


def region_ref(slug: str | None) -> dict[str, str] | None:
    """The small object of a region, as `RegionRef` describes it. It is shared: nobody changes it."""
    return None if slug is None else _region(slug, language())


@lru_cache(maxsize=len(Region) * len(LabelLanguage))
def _region(slug: str, _language: LabelLanguage) -> dict[str, str]:
    return {"slug": slug, "name": label_of(slug)}


class CountryRead(ReadModel):
    """A country."""

    code: str
    """ISO 3166-1 alpha-2 (XK, Kosovo, is user-assigned)."""
    name: str
    """Short English name."""
    subregion: SubregionRef | None
    """UN M49 subregion; null for Antarctica."""
    eu_member_from: date | None
    """First day as a member state of the EU or of what came before it; null for a country that never was one."""
    eu_member_until: date | None
    """Last day as a member state; null while the membership lasts."""
    aliases: list[str]
    """Other names that prose uses."""
    demonyms: list[str]
    """Adjectives and nouns of nationality that prose uses."""


class RegionRead(ReadModel):
    """A region of the facility, not of the UN."""

    slug: Region
    """What filters and bodies name it by."""
    name: str
    """Its name, in the language that was asked for."""


class VocabularyItem(ReadModel):
    """A value of a closed vocabulary."""

    value: str
    """What filters and bodies take."""
    label: str
    """For people, in English."""


class ThemeRead(ReadModel):
    """A subject of actions."""

    slug: str
    """Unique and stable; what filters and bodies name the theme by."""
    name: str
    """Its name in English, unique."""
    pillar: Pillar
    """The pillar of the EU's Global Approach to Migration and Mobility under which it stands."""
    description: str | None
    """What actions on this theme are about."""


class ThemeCreate(WriteModel):
    """What makes a theme: a name and a pillar."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Migration and climate",
                    "pillar": "migration-and-development",
                    "description": "Movements that a changing climate sets off, and what authorities can do ahead.",
                }
            ]
        }
    )
    read_only: ClassVar[frozenset[str]] = frozenset({"version", "created_at", "updated_at"})

    slug: Annotated[Slug, Field(max_length=80)] | None = None
    """Unique and stable: actions name the theme by it. Made from the name when it is left out; later it can't be
    changed."""
    name: Line
    """Its name in English, unique."""
    pillar: Pillar
    """The pillar under which it stands."""
    description: Prose | None = None
    """What actions on this theme are about."""


@merge_patch
class ThemePatch(ThemeCreate):
    """What changes of a theme (JSON Merge Patch): what is absent stays, null empties."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"description": "Procedures, reception and protection for asylum seekers."}]}
    )


class PartnerRead(ReadModel):
    """An authority or organisation that takes part in actions."""

    id: int
    """What filters and bodies name it by."""
    name: str
    """Its full name, unique."""
    acronym: str | None
    """How it is called for short."""
    country: CountryRef | None
    """The country that it belongs to; null for an international one."""


class PartnerCreate(WriteModel):
    """What makes a partner. Only the name is needed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "National Statistics Office of the Philippines", "acronym": "NSO", "country": "PH"}]
        }
    )

    name: Line
    """Its full name, unique."""
    acronym: Annotated[Line, Field(max_length=30)] | None = None
    """How it is called for short."""
    country: CountryCode | None = None
    """The country that it belongs to; null for an international one."""


@merge_patch
class PartnerPatch(PartnerCreate):
    """What changes of a partner (JSON Merge Patch): what is absent stays, null empties."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"acronym": "SMS"}]})


class PublicationRead(ReadModel):
    """A document of the facility itself."""

    id: int
    """What names it in an address."""
    title: str
    """Its title, as printed."""
    languages: list[str]
    """ISO 639-1 codes of the editions."""
    url: str | None
    """Where it can be downloaded; null where that is not known."""
    region: RegionRef | None
    """The region that it is about; null for several or all."""


class PublicationCreate(WriteModel):
    """What makes a publication. Only the title is needed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "title": "MIEUX Newsletter Asia",
                    "languages": ["en", "ru"],
                    "url": "https://example.org/newsletter-asia.pdf",
                    "region": "asia",
                }
            ]
        }
    )

    title: Line
    """Its title, as printed."""
    languages: Languages = []
    """ISO 639-1 codes of the editions."""
    url: WebAddress | None = None
    """Where it can be downloaded, beginning with `https://` or `http://`."""
    region: RegionSlug | None = None
    """The region that it is about; null for several or all."""


@merge_patch
class PublicationPatch(PublicationCreate):
    """What changes of a publication (JSON Merge Patch): what is absent stays, null empties, lists are replaced
    whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"languages": ["en", "es", "fr", "pt"]}]})


class SourceRead(ReadModel):
    """Where facts of the record were read."""

    id: int
    """What actions name it by."""
    title: str
    """The title of the page or document."""
    publisher: str | None
    """Who published it."""
    url: str | None
    """Where it can be read; null where that is not known."""
    as_of: PartialDate | None
    """The date whose state the source describes."""
    funder: str | None
    """Who paid for what the source reports."""


class SourceCreate(WriteModel):
    """What makes a source. Only the title is needed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "title": "MIEUX in Eastern Europe: regional page",
                    "publisher": "ICMPD, MIEUX facility",
                    "url": "https://example.org/eastern-europe",
                    "as_of": "2015-12",
                    "funder": "European Union",
                }
            ]
        }
    )

    title: Line
    """The title of the page or document."""
    publisher: Line | None = None
    """Who published it."""
    url: WebAddress | None = None
    """Where it can be read, beginning with `https://` or `http://`."""
    as_of: PartialDate | None = None
    """The date whose state the source describes: a year, a month or a day."""
    funder: Line | None = None
    """Who paid for what the source reports."""


@merge_patch
class SourcePatch(SourceCreate):
    """What changes of a source (JSON Merge Patch): what is absent stays, null empties."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"as_of": "2016-02"}]})
