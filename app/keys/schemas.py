"""Keys as JSON."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from app.core.read_models import ReadModel
from app.core.roles import Role
from app.core.text import Line
from app.core.write_models import INTEGRAL, WriteModel


class KeyCreate(WriteModel):
    """What makes a key."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "night import", "role": "editor", "days": 365}]})

    name: Annotated[Line, Field(max_length=100, examples=["night import"])]
    """Who or what uses it; stands in the history of what it changes. Unique, and given for good."""
    role: Annotated[Role, Field(examples=["editor"])]
    """What it may do: `reader` nothing that is not open to all, `editor` write, `admin` everything."""
    days: Annotated[int, Field(strict=True, ge=1, le=36_500, examples=[365]), INTEGRAL] | None = None
    """How long it is valid; null for ever."""


class KeyRead(ReadModel):
    """A key, without its token."""

    id: int
    """The registry's number for it."""
    name: str
    """Who or what uses it."""
    role: Role
    """What it may do."""
    created_at: datetime
    """When it was made, in UTC."""
    expires_at: datetime | None
    """When it ends by itself."""
    last_used_at: datetime | None
    """When it last changed something, to the minute."""
    revoked_at: datetime | None
    """When it was ended."""


class KeyCreated(KeyRead):
    """A new key, with its token."""

    token: str
    """What is sent as `Authorization: Bearer …`. It is shown this once: only a hash is stored."""


class KeyList(ReadModel):
    """All keys, the newest first."""

    items: list[KeyRead]
    """The keys."""
    total: int
    """How many there are."""
