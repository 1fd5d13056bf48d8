"""What a search answers."""

from enum import StrEnum

from app.insight.schemas import Described


class HitKind(StrEnum):
    """What kind of record was found."""

    ACTION = "action"
    ACTIVITY = "activity"
    OUTPUT = "output"
    PARTNER = "partner"


class HitAction(Described):
    """The action that a hit is or belongs to."""

    id: int
    """Its id."""
    slug: str
    """Its name in URLs."""
    title: str
    """Its title."""


class HitFragment(Described):
    """A piece of a record's text."""

    field: str
    """The field that it stands in, as the record has it."""
    html: str
    """The text, escaped for HTML, with `<mark>` around each word that was found: it can stand in a page as it is."""


class SearchHit(Described):
    """A record that was found."""

    kind: HitKind
    """What kind of record it is."""
    id: int
    """Its id."""
    title: str
    """Its title; a partner's name. Plain text, not HTML."""
    action: HitAction | None
    """The action that it is or belongs to; null for a partner, which several actions may have."""
    fragments: list[HitFragment]
    """Up to three pieces of its text that show why it was found, the most telling first."""
    score: float
    """How well it answers the query. Only good for a comparison with other hits of the same query."""
    href: str
    """The record."""


class HitCounts(Described):
    """How many records of each kind match, whatever `kind` was asked for."""

    action: int = 0
    """Actions. It is the `total` of `/actions` for the same `q` and filters."""
    activity: int = 0
    """Activities."""
    output: int = 0
    """Outputs."""
    partner: int = 0
    """Partners."""


class InterpretedFilter(Described):
    """A filter that words of the query name."""

    parameter: str
    """The filter, as lists take it."""
    value: str
    """Its value."""
    label: str
    """The value for people."""


class Interpretation(Described):
    """A way to understand the query as filters."""

    filters: list[InterpretedFilter]
    """The filters that it names, in its order."""
    rest: str
    """The words that name none; empty when all do. They stay as `q` in the list."""
    total: int
    """How many actions these filters and words leave."""
    href: str
    """The list of these actions."""


class SearchPage(Described):
    """A page of hits, the most useful first."""

    items: list[SearchHit]
    """The hits of this page."""
    total: int
    """How many records match, exactly."""
    limit: int
    """How many hits a page has at most."""
    offset: int
    """How many hits stand before this page."""
    next: str | None
    """Where the next page is, or null on the last one."""
    previous: str | None
    """Where the previous page is, or null on the first one."""
    counts: HitCounts
    """How many of each kind there are."""
    suggestion: str | None
    """The query with the spelling that the record knows, when nothing was found for it as it was typed; else null."""
    interpretations: list[Interpretation]
    """What the query may mean as filters (`italy kyrgyzstan trainings 2013`), those that leave most actions first, and
    those that leave none left out; a country may be meant as sender or as partner."""
    reason: str | None
    """Why nothing could be found, when the query has no word to look for; else null."""
    release: str | None = None
    """The release that answered; left out when it was the record as it stands."""
