"""Visits, missions and trainings that a verb tells: `six officials visited Sweden`, `staff were trained in Lviv`."""

from collections.abc import Sequence
from typing import Final

from app.imports.page.activities.events import Event
from app.imports.page.activities.places import Place
from app.imports.page.language.lexicon import Kind, Token
from app.imports.page.language.words import BE, FINITE, number_of

VISITED: Final = frozenset(("visited", "travelled", "traveled", "returned", "went", "spent"))
_STAYS: Final = frozenset(("day", "days", "week", "weeks", "month", "months"))
_VISITORS: Final = (Kind.PERSON, Kind.EXPERT)


def is_own(token: Token, own: Sequence[str]) -> bool:
    return token.value in own if token.kind is Kind.COUNTRY else any(code in own for code in token.value)


def visit_by_verb(tokens: list[Token], at: int, own: Sequence[str]) -> Event | None:
    """`Six officials visited Sweden`, `an expert visited Tashkent`, `Sweden was visited by six officials`."""
    if tokens[at].low == "visited" and tokens[at - 1].low in BE:
        return _visit_in_passive(tokens, at, own)
    visitor = next((t for t in reversed(tokens[max(0, at - 14) : at]) if t.kind in _VISITORS), None)
    if tokens[at - 1].low == "team":
        return _mission_by_verb(tokens, at, own)
    if visitor is None or not _travels(tokens, at, visitor):
        return None
    ahead = tokens[at + 1 : at + (5 if visitor.kind is Kind.EXPERT and tokens[at].low != "spent" else 10)]
    ends = next((place for place, token in enumerate(ahead) if token.low in FINITE or token.low == ","), len(ahead))
    target = next((t for t in ahead[:ends] if t.kind in (Kind.COUNTRY, Kind.CITY)), None)
    if target is None:
        return None
    by_experts = visitor.kind is Kind.EXPERT
    if by_experts or is_own(target, own):
        # experts go to the partner countries, and its officials elsewhere
        return Event(at, "expert-visit", at, ordinal="verb") if by_experts and is_own(target, own) else None
    event = Event(at, "study-visit", at, ordinal="verb")
    if target.kind is Kind.COUNTRY and ahead[ahead.index(target) - 1].low == "of":
        event.places = [Place(None, str(target.value))]  # "visited the statistical office of Malta"
    return event


def _travels(tokens: list[Token], at: int, visitor: Token) -> bool:
    """Whether the verb tells of a visit: not `returned` of officials, nor `spent their budget in Italy`."""
    is_stay = tokens[at].low == "spent"
    if is_stay and _STAYS.isdisjoint(token.low for token in tokens[at + 1 : at + 4]):
        return False
    return visitor.kind is Kind.EXPERT or not (is_stay or tokens[at].low in ("returned", "went"))


def _mission_by_verb(tokens: list[Token], at: int, own: Sequence[str]) -> Event | None:
    """`The MIEUX team went to Kyiv to assess the needs`."""
    target = next((t for t in tokens[at + 1 : at + 5] if t.kind in (Kind.COUNTRY, Kind.CITY)), None)
    if target is None or not is_own(target, own):
        return None
    assesses = any(token.low in ("assess", "assessing", "evaluate", "analyse", "needs") for token in tokens[at:])
    return Event(at, "assessment-mission" if assesses else "expert-visit", at, ordinal="verb")


def _visit_in_passive(tokens: list[Token], at: int, own: Sequence[str]) -> Event | None:
    host = tokens[at - 2]
    guest = any(token.kind is Kind.PERSON for token in tokens[at + 1 : at + 12])
    if host.kind not in (Kind.COUNTRY, Kind.CITY) or not guest or is_own(host, own):
        return None
    places = [Place(None, str(host.value))] if host.kind is Kind.COUNTRY else []
    return Event(at, "study-visit", at - 2, ordinal="verb", places=places)


def training_by_verb(tokens: list[Token], at: int) -> Event | None:
    """`Staff of the border posts were trained in Cali`."""
    before = tokens[at - 1] if tokens[at - 1].low not in ("also", "then", "subsequently") else tokens[at - 2]
    is_passive = before.low in ("was", "were", "been")
    trains = any(t.kind is Kind.PERSON or number_of(t) or t.low == "staff" for t in tokens[at + 1 : at + 5])
    is_active = trains and before.low not in ("be", "to", "the", "a", "newly", "who", ",")
    return Event(at, "training", at, ordinal="verb") if is_passive or is_active else None


def visit_by_invitation(tokens: list[Token], at: int, own: Sequence[str]) -> Event | None:
    """`The UK invited five Tajik officials`: a visit to the country that invites."""
    if tokens[at - 1].low in BE:
        return _visit_on_invitation(tokens, at, own)
    host = next((t for t in reversed(tokens[max(0, at - 3) : at]) if t.kind is Kind.COUNTRY), None)
    if host is None:  # "the Austrian Federal Police hosted six officers"
        host = next((t for t in reversed(tokens[max(0, at - 9) : at]) if t.kind is Kind.NATIONALITY), None)
    guest = any(t.kind is Kind.PERSON or number_of(t) for t in tokens[at + 1 : at + 8])
    if host is None or not guest or host.value in own:
        return None
    return _visit_to(host, tokens[at + 2 : at + 16], at)


def _visit_to(host: Token, ahead: list[Token], at: int) -> Event:
    """A visit to the host's country, or to a town there that stands ahead, which is found with the other places."""
    has_town = any(token.kind is Kind.CITY and host.value in token.value for token in ahead)
    places = [] if has_town else [Place(None, str(host.value))]
    return Event(at, "study-visit", at, ordinal="verb", places=places)


def _visit_on_invitation(tokens: list[Token], at: int, own: Sequence[str]) -> Event | None:
    """`Lebanese judges were invited to Malta`."""
    guest = any(t.kind is Kind.PERSON for t in tokens[max(0, at - 8) : at])
    if guest and tokens[at].low != "invited" and at + 1 < len(tokens) and tokens[at + 1].low == "by":
        return _visit_received(tokens, at, own)
    target = next((t for t in tokens[at + 1 : at + 4] if t.kind in (Kind.COUNTRY, Kind.CITY)), None)
    if not guest or target is None or is_own(target, own):
        return None
    return Event(at, "study-visit", at, ordinal="verb")


def _visit_received(tokens: list[Token], at: int, own: Sequence[str]) -> Event | None:
    """`Five officials were received by the Belgian Immigration Office in Brussels`."""
    host = next((t for t in tokens[at + 2 : at + 5] if t.kind in (Kind.COUNTRY, Kind.NATIONALITY)), None)
    town = next((t for t in tokens[at + 2 : at + 12] if t.kind is Kind.CITY), None)
    if host is None and town is not None and not is_own(town, own):
        return Event(at, "study-visit", at, ordinal="verb")  # "welcomed by the Office for Foreigners in Warsaw"
    if host is None or host.value in own:
        return None
    return _visit_to(host, tokens[at + 2 : at + 12], at)
