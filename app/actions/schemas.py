"""Actions as JSON."""

from datetime import date, datetime
from typing import Annotated, ClassVar

from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from app.core.field_types import Id, Slug, distinct
from app.core.json_schema import UNIQUE
from app.core.partial_dates import PartialDate
from app.core.read_models import ReadModel
from app.core.text import Line, Prose
from app.core.write_models import WriteModel, merge_patch
from app.reference.countries import CountryCode, CountryRef
from app.reference.schemas import PartnerId, PartnerRef, RegionRef, RegionSlug, ThemeRef, ThemeSlug
from app.reference.vocabularies import Status


class ActionCounts(ReadModel):
    """How many records belong to an action."""

    activities: int
    """How many activities."""
    deployments: int
    """How many deployments, stated with or without a number of experts."""
    outputs: int
    """How many outputs."""


class ActionRead(ReadModel):
    """An action as lists show it."""

    id: int
    """What filters and other records name it by."""
    slug: str
    """Unique and stable; may stand for the id in an address."""
    title: str
    """Its title, as a rule the country and the theme."""
    objective: str | None
    """What the action was to achieve."""
    summary: str | None
    """What was done, and what came of it."""
    region: RegionRef | None
    """The facility's region."""
    countries: list[CountryRef]
    """The partner countries that asked for the action, in the order of its title."""
    themes: list[ThemeRef]
    """What the action is about, the weightiest first."""
    partners: list[PartnerRef]
    """The authorities and organisations that took part."""
    start: PartialDate | None
    """When the action began, as precisely as the source says; null while it has no date."""
    end: PartialDate | None
    """When the action ended; null while it runs, as far as is known."""
    confirmed_on: date | None
    """The last day on which its state is known, as its source says; null where the registry itself keeps it up to
    date."""
    status: Status
    """Its status on the day `as_of`, derived from its dates: after `confirmed_on`, an open end is `unconfirmed`, and so
    is what was only planned."""
    follows: int | None
    """The id of the earlier action that this one continues."""
    counts: ActionCounts
    """How many activities, deployments and outputs belong to it."""
    source: int | None
    """The id of the source in which the action was read."""
    version: int
    """Grows with each change of the action or of what belongs to it."""
    created_at: datetime
    """When the action was added to the registry."""
    updated_at: datetime
    """When the action, or what belongs to it, was last changed."""


class Dated(WriteModel):
    """What begins and ends."""

    start: PartialDate | None = None
    """When it began: a year, a month or a day, as precisely as it is known."""
    end: PartialDate | None = None
    """When it ended; null while it runs. What took place in one month or on one day ends as it starts."""

    @field_validator("end")
    @classmethod
    def _dates_in_order(cls, end: PartialDate | None, info: ValidationInfo) -> PartialDate | None:
        if cls.is_partial or end is None or "start" not in info.data:
            return end
        start = info.data["start"]
        if start is None:
            raise PydanticCustomError("end_without_start", "an end needs a start")
        if end.last_day < start.first_day:
            raise PydanticCustomError(
                "dates_out_of_order",
                "the end '{end}' lies before the start '{start}'",
                {"end": end, "start": start},
            )
        return end


def _last_day(day: PartialDate) -> PartialDate:
    return PartialDate(day.last_day.isoformat())


class ActionCreate(Dated):
    """What makes an action. Only the title is needed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "title": "Kyrgyzstan III: Migration Data",
                    "objective": "To help the authorities count and describe migration, and share what they know.",
                    "region": "asia",
                    "countries": ["KG"],
                    "themes": ["migration-data", "migration-policy"],
                    "partners": [],
                    "start": "2014-03",
                    "end": "2015",
                    "follows": 7,
                }
            ]
        }
    )
    read_only: ClassVar[frozenset[str]] = WriteModel.read_only | {
        "status",
        "counts",
        "activities",
        "deployments",
        "outputs",
    }

    slug: Slug | None = None
    """Part of the action's address, unique and stable; made from the title when it is left out, and never changed."""
    title: Line
    """Its title. Two actions may have the same one."""
    objective: Prose | None = None
    """What the action was to achieve."""
    summary: Prose | None = None
    """What was done, and what came of it."""
    region: RegionSlug | None = None
    """The facility's region."""
    countries: Annotated[list[CountryCode], Field(max_length=250), AfterValidator(distinct), UNIQUE] = []
    """The partner countries, in the order of the title."""
    themes: Annotated[list[ThemeSlug], Field(max_length=50), AfterValidator(distinct), UNIQUE] = []
    """Slugs of themes, the weightiest first."""
    partners: Annotated[list[PartnerId], Field(max_length=200), AfterValidator(distinct), UNIQUE] = []
    """Ids of partners."""
    confirmed_on: Annotated[PartialDate, AfterValidator(_last_day)] | None = None
    """The last day on which its state is known; left out, that of its source's `as_of`. Null says that the registry
    itself keeps the action up to date, whatever its source's date."""
    follows: Id | None = None
    """The id of the earlier action that this one continues."""
    source: Id | None = None
    """The id of the source in which the action was read."""


@merge_patch
class ActionPatch(ActionCreate):
    """What changes of an action (JSON Merge Patch): what is absent stays, null empties, lists are replaced whole."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"themes": ["migration-legislation", "irregular-migration"], "end": "2011-02"}]}
    )
