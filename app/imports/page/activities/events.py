"""An activity at a place in a sentence, before it is settled what becomes of it."""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from app.imports.page.activities.places import Place
from app.imports.page.dates.mentions import Span
from app.imports.page.outputs.finding import Product
from app.imports.page.outputs.frames import COMPLETED


class Known(NamedTuple):
    """What the sentences before tell."""

    countries: tuple[str, ...]
    session_type: str | None
    """What `session` means."""
    series_type: str | None
    """The type of the activities that were last spoken of as several: `a set of trainings`."""
    last_type: str | None
    """The type of the last activity."""
    mission_type: str | None
    """The type of the last mission, for `the second mission`."""
    place: Place | None
    """Where the last activity was held, for `in the same city`."""
    types: frozenset[str]
    """The types of the activities that were told."""


@dataclass(slots=True)
class Event:
    """An activity at a place in a sentence, before it is settled what becomes of it."""

    at: int
    type: str
    start: int
    """Where its phrase begins, with article and adjectives."""
    is_plural: bool = False
    is_definite: bool = False
    ordinal: str | None = None
    number: int | None = None
    is_series: bool = False
    spans: list[Span] = field(default_factory=list)
    dated_at: list[int] = field(default_factory=list)
    """Where the dates stand, if each stands by itself."""
    places: list[Place] = field(default_factory=list)
    status: str = COMPLETED
    happens: bool = False
    """Whether the sentence tells that it takes place."""
    end: int = 0
    """Where what belongs to it ends."""
    product: Product | None = None
    is_open: bool = False
    is_bare: bool = False
    """Whether it is `training`, of which there may have been several, and not `a training`."""
    is_listed_apart: bool = False
    """Whether several are told one by one: `two workshops, one on visas and the other on borders`."""
    is_stretch: bool = False
    """Whether its date tells how long it took: `throughout 2015`, `between May and July`."""


SESSIONS: Final = frozenset(
    (
        "information-session",
        "training",
        "knowledge-exchange",
        "workshop",
        "planning-session",
        "drafting",
        "consultation",
    )
)
"""The types of what is called a session."""
MISSIONS: Final = frozenset(("fact-finding-mission", "assessment-mission", "scoping-mission"))
SHARED: Final = {"mission": "expert-visit", "exchange": "knowledge-exchange", "mapping": "other"}
"""Words that say less than a type, and the type that they stand for where nothing says more."""
