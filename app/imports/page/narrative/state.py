"""What is gathered while the sentences of an action are read."""

from dataclasses import dataclass, field
from typing import NamedTuple

from app.imports.drafts import Finding
from app.imports.page.activities.events import Event
from app.imports.page.activities.places import Place
from app.imports.page.dates.mentions import Span
from app.imports.page.deployments.models import Sender
from app.imports.page.outputs.finding import Product
from app.imports.page.partners import Institution
from app.imports.page.sentences import Sentence


class SourcedSentence(NamedTuple):
    """A sentence, and the line of the page on which it begins."""

    sentence: Sentence
    line: int


@dataclass(slots=True)
class Activity:
    """An activity, as gathered from its sentence."""

    type: str
    title: str
    source: SourcedSentence
    span: Span | None
    place: Place | None
    sessions: int
    status: str
    event: Event
    is_open: bool = False


@dataclass(slots=True)
class Deployed:
    sender: Sender
    source: SourcedSentence
    activities: list[Activity]
    speaks_of_action: bool


@dataclass(slots=True)
class Narrative:
    """What is known of an action while its sentences are read."""

    countries: tuple[str, ...]
    activities: list[Activity] = field(default_factory=list)
    deployed: list[Deployed] = field(default_factory=list)
    products: list[tuple[Product, SourcedSentence, str | None]] = field(default_factory=list)
    names: list[tuple[str, str]] = field(default_factory=list)
    partners: list[Institution] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)
    anchor: str | None = None
    session_type: str | None = None
    series_type: str | None = None
    last_type: str | None = None
    mission_type: str | None = None
    place: Place | None = None
