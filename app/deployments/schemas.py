"""Deployments as JSON."""

from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from app.core.field_types import Id
from app.core.read_models import ReadModel
from app.core.text import Line, Prose
from app.core.write_models import INTEGRAL, WriteModel, merge_patch
from app.reference.countries import CountryCode, CountryRef
from app.reference.vocabularies import OrganisationType


class DeploymentRead(ReadModel):
    """Experts of one country and kind of organisation. Names of persons are stored nowhere."""

    id: int
    """What names it in an address."""
    action: int
    """The id of its action."""
    activity: int | None
    """The id of the activity that the experts were sent to; null where the source names only the action."""
    sending_country: CountryRef | None
    """The country that sent them; null where the source names none."""
    origin: str | None
    """A group that the source names in place of a country, such as "European"."""
    organisation_type: OrganisationType
    """What kind of organisation sent them; `unspecified` where the source names none."""
    organisation: str | None
    """The sending organisation, where the source names it."""
    experts_count: int | None
    """How many experts; null where the source does not say, never 0."""
    is_eu_member_state: bool | None
    """Whether the country was a member state of the EU on the first day of the activity, or of the action where the
    activity or its date is not known; null where the country is unknown."""
    source_quote: str | None
    """The sentence that it was read from, word for word."""


class DeploymentCreate(WriteModel):
    """What makes a deployment. Only its action is needed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "action": 1,
                    "activity": 1,
                    "sending_country": "BG",
                    "organisation_type": "national-administration",
                    "organisation": "State Agency for Refugees",
                    "experts_count": 2,
                }
            ]
        }
    )
    read_only: ClassVar[frozenset[str]] = WriteModel.read_only | {"is_eu_member_state"}

    action: Id
    """The id of its action."""
    activity: Id | None = None
    """The id of an activity of the same action; null where the source names only the action."""
    sending_country: CountryCode | None = None
    """The country that sent the experts; null where the source names none."""
    origin: Line | None = None
    """A group that the source names in place of a country, such as "European"."""
    organisation_type: OrganisationType = OrganisationType.UNSPECIFIED
    """What kind of organisation sent them."""
    organisation: Line | None = None
    """The sending organisation, never a person."""
    experts_count: Annotated[int, Field(strict=True, ge=1, le=100_000), INTEGRAL] | None = None
    """How many experts; null where it is not known. A deployment of nobody is none."""
    source_quote: Prose | None = None
    """The sentence that it was read from, word for word."""


@merge_patch
class DeploymentPatch(DeploymentCreate):
    """What changes of a deployment (JSON Merge Patch): what is absent stays, null empties."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"experts_count": 3}]})
