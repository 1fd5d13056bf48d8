"""The part of the record that a plan is made against, as plain values: no database from here on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Past:
    """A change of one record, from its history."""

    entity: str
    record: int
    root_version: int
    instant: datetime
    key: str | None
    is_creation: bool
    differences: list[dict[str, Any]]
    provenance: dict[str, Any] | None
    source: int | None
    """The source that the action named after the change."""


@dataclass(slots=True)
class Recorded:
    """A record with what its write model has: bare codes and ids."""

    id: int
    version: int
    values: dict[str, Any]


@dataclass(slots=True)
class RecordedAction(Recorded):
    """An action with what belongs to it."""

    children: dict[str, list[Recorded]] = field(default_factory=dict)
    """By the name of their list."""
    history: list[Past] = field(default_factory=list)
    """Loaded where something differs, the oldest first."""


@dataclass(slots=True, frozen=True)
class ActionKey:
    """What an action is found by."""

    id: int
    slug: str
    title: str
    start: str | None
    countries: tuple[str, ...]
    end: str | None = None


@dataclass(slots=True)
class Known:
    """What actions refer to, and all slugs that are taken."""

    references: dict[str, dict[Any, Recorded]]
    """By the name of their list, then by slug or id."""
    slugs: dict[str, int]
    """The id of each action by its slug."""

    def slug_of(self, key: int | None) -> str | None:
        """The slug of an action."""
        return self._by_id.get(key) if key is not None else None

    _by_id: Mapping[int, str] = field(init=False)

    def __post_init__(self) -> None:
        self._by_id = {key: slug for slug, key in self.slugs.items()}
