"""Activities as JSON."""

from typing import Annotated

from pydantic import ConfigDict, Field

from app.actions.schemas import Dated
from app.core.field_types import Id
from app.core.partial_dates import PartialDate
from app.core.read_models import ReadModel
from app.core.text import Line, Prose
from app.core.write_models import INTEGRAL, merge_patch
from app.reference.countries import CountryCode, CountryRef
from app.reference.vocabularies import ActivityType, Status


class ActivityRead(ReadModel):
    """A mission, training, study visit or other activity of an action."""

    id: int
    """What deployments and addresses name it by."""
    action: int
    """The id of its action."""
    position: int
    """Where it stands in its action, from 1."""
    type: ActivityType
    """What kind of activity it is."""
    title: str
    """What it was, in a few words."""
    description: str | None
    """What was done, for whom, and what came of it."""
    start: PartialDate | None
    """When it began, as precisely as the source says; null where the source gives no date."""
    end: PartialDate | None
    """When it ended; equal to the start for what took place in one month or on one day."""
    place: str | None
    """The town or venue."""
    country: CountryRef | None
    """Where it was held; the host of a study visit."""
    sessions: int
    """How many sessions the source counts in it, at least 1."""
    status: Status | None
    """As the source says, or as follows from the dates on the day `as_of`; null where neither tells it. After the
    `confirmed_on` of its action, what was planned or has an open end is `unconfirmed`."""
    source_quote: str | None
    """The sentence that it was read from, word for word."""


class ActivityCreate(Dated):
    """What makes an activity: its action, a type and a title."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "action": 1,
                    "type": "workshop",
                    "title": "Workshop on the revised migration law",
                    "description": "Brought together the services that apply the law.",
                    "start": "2010-11-16",
                    "end": "2010-11-18",
                    "place": "Baku",
                    "country": "AZ",
                }
            ]
        }
    )

    action: Id
    """The id of its action."""
    position: Annotated[int, Field(strict=True, ge=1, le=100_000), INTEGRAL] | None = None
    """Where it stands in its action; at the end when it is left out."""
    type: ActivityType
    """What kind of activity it is."""
    title: Line
    """What it was, in a few words."""
    description: Prose | None = None
    """What was done, for whom, and what came of it."""
    place: Line | None = None
    """The town or venue."""
    country: CountryCode | None = None
    """Where it was held; for a study visit, the host."""
    sessions: Annotated[int, Field(strict=True, ge=1, le=10_000), INTEGRAL] = 1
    """How many sessions the source counts in it."""
    status: Status | None = None
    """Needed only where the dates do not tell it, as for what was only planned: a status that follows from the dates is
    not stored as a statement. `unconfirmed` leaves what is recorded."""
    source_quote: Prose | None = None
    """The sentence that it was read from, word for word."""


@merge_patch
class ActivityPatch(ActivityCreate):
    """What changes of an activity (JSON Merge Patch): what is absent stays, null empties."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"place": "Ganja", "sessions": 2}]})
