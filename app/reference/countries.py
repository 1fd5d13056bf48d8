"""Countries: ISO 3166-1 codes, UN M49 subregions and EU membership by date. They change with a release, not by editing.

`countries.csv` is the table: names in English, other names and demonyms as prose has them, and the days from and
through which a country was a member of the EU or what came before it. XK (Kosovo) is user-assigned in ISO 3166-1.
Latitude and longitude (WGS 84) are those of one point within the country's largest part, for maps.
"""

import csv
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.core.languages import LabelLanguage, language
from app.reference.labels import territory


@dataclass(frozen=True)
class CountryRow:
    """One country as the table has it."""

    code: str
    numeric: str | None
    name: str
    subregion: str | None
    eu_member_from: date | None
    eu_member_until: date | None
    aliases: tuple[str, ...]
    demonyms: tuple[str, ...]
    latitude: float
    longitude: float


def _rows() -> dict[str, CountryRow]:
    text = resources.files("app.reference").joinpath("countries.csv").read_text("utf-8")
    return {
        row["code"]: CountryRow(
            code=row["code"],
            numeric=row["numeric"] or None,
            name=row["name"],
            subregion=row["subregion"] or None,
            eu_member_from=_day(row["eu_member_from"]),
            eu_member_until=_day(row["eu_member_until"]),
            aliases=tuple(filter(None, row["aliases"].split("|"))),
            demonyms=tuple(filter(None, row["demonyms"].split("|"))),
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
        )
        for row in csv.DictReader(text.splitlines())
    }


def _day(written: str) -> date | None:
    return date.fromisoformat(written) if written else None


COUNTRIES: Final = _rows()
MEMBER_STATES: Final = tuple(code for code, row in COUNTRIES.items() if row.eu_member_from)
"""Every country that is or was a member state of the EU."""

SUBREGIONS: Final = {
    "015": "Northern Africa",
    "202": "Sub-Saharan Africa",
    "419": "Latin America and the Caribbean",
    "021": "Northern America",
    "143": "Central Asia",
    "030": "Eastern Asia",
    "035": "South-eastern Asia",
    "034": "Southern Asia",
    "145": "Western Asia",
    "151": "Eastern Europe",
    "154": "Northern Europe",
    "039": "Southern Europe",
    "155": "Western Europe",
    "053": "Australia and New Zealand",
    "054": "Melanesia",
    "057": "Micronesia",
    "061": "Polynesia",
}


class CountryRef(BaseModel):
    """A country where it stands in another record."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    code: str
    """ISO 3166-1 alpha-2."""
    name: str
    """Its short name."""


def country_ref(code: str | None) -> dict[str, str] | None:
    """The small object of a country, as `CountryRef` describes it. It is shared: nobody changes it."""
    return None if code is None else _reference(code, language())


@lru_cache(maxsize=len(COUNTRIES) * len(LabelLanguage))
def _reference(code: str, _language: LabelLanguage) -> dict[str, str]:
    return {"code": code, "name": country_name(code)}


def country_name(code: str) -> str:
    """A country's short name in the language of the request."""
    return territory(code, COUNTRIES[code].name)


def subregion_name(code: str) -> str:
    """A subregion's name in the language of the request."""
    return territory(code, SUBREGIONS[code])


def country_point(code: str) -> tuple[float, float]:
    """A point of the country: longitude and latitude, as maps have them."""
    row = COUNTRIES[code]
    return row.longitude, row.latitude


def _code(value: Any) -> Any:
    return value.get("code") if isinstance(value, dict) else value


def _known(code: str) -> str:
    if code not in COUNTRIES:
        raise PydanticCustomError(
            "unknown_country",
            "'{code}' is no ISO 3166-1 alpha-2 code of a country",
            {"code": code, "allowed": list(COUNTRIES)},
        )
    return code


CountryCode = Annotated[
    str,
    BeforeValidator(_code),
    AfterValidator(_known),
    WithJsonSchema(
        {
            "type": "string",
            "title": "CountryCode",
            "description": "ISO 3166-1 alpha-2 code.",
            "enum": list(COUNTRIES),
            "examples": ["AZ"],
        }
    ),
]
"""A country in a body: its code, or the small object with the code."""
