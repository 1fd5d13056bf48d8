"""Releases as JSON."""

from datetime import date, datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from app.core.filters import RELEASE_NAME
from app.core.read_models import ReadModel
from app.core.text import Prose
from app.core.write_models import WriteModel

ReleaseName = Annotated[str, Field(pattern=RELEASE_NAME, max_length=50, examples=["2026-01"])]


class ReleaseCreate(WriteModel):
    """What makes a release."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "2026-01", "description": "The annual report."}]}
    )

    name: ReleaseName
    """How the release is asked for: `release=2026-01`. Unique, and given for good."""
    description: Prose | None = None
    """What it was made for."""


class ReleaseRead(ReadModel):
    """The record as it stood, under a name, for good."""

    name: str
    """How it is asked for."""
    description: str | None
    """What it was made for."""
    created_at: datetime
    """When it was made, in UTC."""
    as_of: date
    """The day on which status is judged when the release is asked without `as_of`."""
    sequence: int
    """The number of the last change that it holds."""
    checksum: str
    """SHA-256 of all its records in a canonical form (NDJSON with sorted names, table after table): two releases with
    the same records have the same checksum."""
    counts: dict[str, int]
    """How many records of each kind it holds."""


class ReleaseList(ReadModel):
    """All releases, the newest first."""

    items: list[ReleaseRead]
    """The releases."""
    total: int
    """How many there are."""
