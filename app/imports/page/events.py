"""Words that may tell of an activity, each with its article, number and type, before its sentence is asked about it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from app.imports.page.dates import Span
from app.imports.page.lexicon import Kind, Token
from app.imports.page.outputs import COMPLETED, Product
from app.imports.page.places import Place
from app.imports.page.words import BE, FINITE, ORDINALS, number_of
from app.imports.page.wordsets import words

_NO_EVENT_AFTER: Final = words(
    "material materials curriculum curricula module modules need needs centre center centres centers institute "
    "institutes institution institutions academy school participants participant manual manuals package methods "
    "methodology methodologies results findings phase phases cycle cycles component components capacity capacities "
    "unit department plan plans tool tools techniques programmes opportunities facilities facility skills report "
    "reports strategy strategies message branding provider providers site website room budget evaluation system "
    "systems mechanism mechanisms process needs-based framework frameworks activities on-site points point"
)
_DEFINITE: Final = words("the this these those that such its their said each any every no all both")
_FOLLOWERS: Final = words("followed complemented supplemented accompanied")
_QUANTITIES: Final = words("series set number several various couple range")
_VISITORS: Final = (Kind.PERSON, Kind.EXPERT)


@dataclass(frozen=True, slots=True)
class Known:
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
    is_told_apart: bool = False
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
VISITED: Final = frozenset(("visited", "travelled", "traveled", "returned", "went"))
INVITED: Final = words("invited welcomed received hosted")
STARTERS: Final = VISITED | INVITED | ORDINALS | {"repeated", "trained"}


def event_at(tokens: list[Token], at: int, known: Known) -> Event | None:
    token, own = tokens[at], known.countries
    if token.kind is Kind.ACTIVITY:
        return _named_event(tokens, at, known)
    if token.low in VISITED and at > 1:
        return _visit_by_verb(tokens, at, own)
    if token.low in INVITED and at > 0:
        return _visit_by_invitation(tokens, at, own)
    if token.low == "repeated" and at > 1:
        return _repetition(tokens, at, known)
    if token.low == "trained" and at > 1:
        return _training_by_verb(tokens, at)
    if token.low in ORDINALS and at + 1 < len(tokens):
        return _elided(tokens, at, known)
    return None


def _named_event(tokens: list[Token], at: int, known: Known) -> Event | None:  # noqa: PLR0911 - each return is one word that isn't
    token = tokens[at]
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if following is not None and (
        following.low in _NO_EVENT_AFTER or following.kind in (Kind.PRODUCT, Kind.INSTITUTION)
    ):
        return None
    if following is not None and following.kind is Kind.ACTIVITY and following.value not in ("mapping", "exchange"):
        return None  # "training workshop" in words that aren't listed: the last one counts
    if (
        following is not None
        and following.low == "-"
        and at + 2 < len(tokens)
        and tokens[at + 2].start == following.end
    ):
        return None
    if token.low == "review" and not _is_noun(tokens, at):
        return None
    if token.low == "course" and at and _is_passing_of_time(tokens, at):
        return None  # "in the course of the mission", "of course"
    event = Event(at, str(token.value), at, is_plural=token.is_plural)
    _read_phrase(tokens, event)
    if event.is_plural and event.number is None:
        event.number = _towns(tokens, event)
    event.is_told_apart = event.is_plural and event.number is not None and _is_told_apart(tokens, event)
    followed = at > 1 and tokens[at - 1].low == "by" and tokens[at - 2].low in (*_FOLLOWERS, "preceded")
    if (
        at
        and not followed
        and tokens[at - 1].low in ("to", "will", "by")
        and token.low in ("training", "review", "visit", "campaign", "course")
    ):
        return None
    if token.low == "training" and following is not None and _is_gerund(tokens, at, event):
        return None
    return _typed(tokens, event, known)


def _is_passing_of_time(tokens: list[Token], at: int) -> bool:
    """`In the course of the mission`, `of course`."""
    if tokens[at - 1].low == "of":
        return True
    follows = at + 1 < len(tokens) and tokens[at + 1].low == "of"
    return follows and at > 1 and tokens[at - 2].low in ("in", "during", "over", "throughout")


def _is_noun(tokens: list[Token], at: int) -> bool:
    return at > 0 and (
        tokens[at - 1].low in ("a", "the", "an", "legal", "comprehensive", "joint", "first", "thorough")
        or tokens[at - 1].kind is Kind.NATIONALITY
    )


def _is_gerund(tokens: list[Token], at: int, event: Event) -> bool:
    """`By training border guards`: somebody is trained, and nothing is said to take place."""
    before = tokens[at - 1].low if at else ""
    after = tokens[at + 1]
    return (
        before in ("by", "for", "in", "of", "through", "at")
        and event.start == at
        and after.kind in (Kind.WORD, Kind.PERSON, Kind.NATIONALITY)
        and after.low not in ("on", "for", "in", "and", "with", "to", "from", "of", "at", "was", "were", "took", "is")
    )


def _read_phrase(tokens: list[Token], event: Event) -> None:  # noqa: PLR0912 - each branch is one kind of word before a noun
    """Reads the words before the noun: article, ordinal, number, `a series of`."""
    at = event.at - 1
    while at >= 0 and event.at - at < 12:
        token = tokens[at]
        number = number_of(token)
        if token.low in _DEFINITE:
            event.is_definite = True
            event.start = at
            if tokens[at - 1].low != "of" or token.low == "each":
                break
        elif token.low in ("a", "an"):
            event.start = at
            break
        elif token.low in ORDINALS:
            event.ordinal = token.low
            event.start = at
        elif number and not (
            at + 1 < len(tokens)
            and tokens[at + 1].low in ("-", "day", "days", "week", "weeks", "hour", "hours", "month", "months")
        ):
            if event.number is None:
                event.number = number
            event.start = at
        elif token.low == "of":
            before = tokens[at - 1] if at else None
            if before is None or not (before.low in _QUANTITIES or before.low in ORDINALS or number_of(before)):
                break
            event.is_series = event.is_series or before.low in _QUANTITIES
            if before.low in ORDINALS:
                event.number = None  # "the first of two workshops" is one
        elif token.low in _QUANTITIES:
            event.is_series = True
            event.start = at
        elif (
            token.kind in (Kind.WORD, Kind.NATIONALITY, Kind.GROUP, Kind.CITY)
            or token.low == "-"
            or token.kind is Kind.NUMBER
        ):
            if token.low in FINITE or token.low in _PHRASE_STOPS:
                break
            if token.kind is not Kind.SIGN:
                event.start = at
        else:
            break
        at -= 1


_PHRASE_STOPS: Final = words(
    "in on at for to by with and or as from into through during after before which that who when also under between "
    "following via including include comprising featuring consisted was were is are be been being of held took "
    "delivered then"
)


def _towns(tokens: list[Token], event: Event) -> int | None:
    """`Sessions were held in six towns`: the number of times that the number of places tells."""
    for at in range(event.at + 1, min(len(tokens) - 2, event.at + 16)):
        if tokens[at].low == "in" and tokens[at + 2].low in (
            "towns",
            "cities",
            "regions",
            "provinces",
            "districts",
            "locations",
            "municipalities",
        ):
            return number_of(tokens[at + 1])
    return None


_ABOUT: Final = words("on for in to with at dedicated devoted about dealing")


def _is_told_apart(tokens: list[Token], event: Event) -> bool:
    """Whether as many are told one by one as there were: `one on visas and the other on borders`."""
    told = 0
    for at in range(event.at + 1, min(len(tokens) - 1, event.at + 60)):
        is_one = tokens[at].low == "one" or (tokens[at].low == "other" and tokens[at - 1].low == "the")
        told += is_one and tokens[at + 1].low in _ABOUT
    return told == event.number


def _session_before(tokens: list[Token], at: int) -> str | None:
    """What kind of sessions the sentence has spoken of: `three training sessions: a session on visas ...`."""
    for token in reversed(tokens[:at]):
        if token.kind is Kind.ACTIVITY and "session" in token.low and token.value in SESSIONS:
            return str(token.value)
    return None


def _typed(tokens: list[Token], event: Event, known: Known) -> Event | None:
    """Settles the type of words that several kinds of activity share."""
    own = known.countries
    if event.type in ("exchange", "mapping"):
        if tokens[event.start].low not in ("a", "an") and not event.ordinal and not event.number:
            return None  # without any article it is no event
        event.type = "knowledge-exchange" if event.type == "exchange" else "other"
    elif event.type == "session":
        event.type = _session_before(tokens, event.at) or known.session_type or "information-session"
    elif event.type == "mission":
        follows = event.ordinal in ("second", "third", "fourth", "last", "final")
        event.type = (known.mission_type if follows else None) or "expert-visit"
    elif event.type == "visit":
        ahead = tokens[event.at + 1 : event.at + 9]
        by_experts = any(token.kind is Kind.EXPERT for token in ahead) or "mieux" in {token.low for token in ahead[:5]}
        target = next((t for t in ahead if t.kind in (Kind.COUNTRY, Kind.CITY)), None)
        if by_experts or (target and _is_own(target, own)):
            event.type = "expert-visit"
        elif target:
            event.type = "study-visit"
        else:
            return None
    return event


def _is_own(token: Token, own: Sequence[str]) -> bool:
    return token.value in own if token.kind is Kind.COUNTRY else any(code in own for code in token.value)


def _visit_by_verb(tokens: list[Token], at: int, own: Sequence[str]) -> Event | None:
    """`Six officials visited Sweden`, `an expert visited Tashkent`, `Sweden was visited by six officials`."""
    if tokens[at].low == "visited" and tokens[at - 1].low in BE:
        return _visit_in_passive(tokens, at, own)
    visitor = next((t for t in reversed(tokens[max(0, at - 14) : at]) if t.kind in _VISITORS), None)
    if tokens[at - 1].low == "team":
        return _mission_by_verb(tokens, at, own)
    if visitor is None or (visitor.kind is Kind.PERSON and tokens[at].low in ("returned", "went")):
        return None
    ahead = tokens[at + 1 : at + (5 if visitor.kind is Kind.EXPERT else 10)]
    ends = next((place for place, token in enumerate(ahead) if token.low in FINITE or token.low == ","), len(ahead))
    target = next((t for t in ahead[:ends] if t.kind in (Kind.COUNTRY, Kind.CITY)), None)
    if target is None:
        return None
    if visitor.kind is Kind.EXPERT or _is_own(target, own):
        return (
            Event(at, "expert-visit", at, ordinal="verb")
            if visitor.kind is Kind.EXPERT and _is_own(target, own)
            else None
        )
    event = Event(at, "study-visit", at, ordinal="verb")
    if target.kind is Kind.COUNTRY and ahead[ahead.index(target) - 1].low == "of":
        event.places = [Place(None, str(target.value))]  # "visited the statistical office of Malta"
    return event


_SHARED: Final = {"mission": "expert-visit", "exchange": "knowledge-exchange", "mapping": "other"}
"""Words that say less than a type, and the type that they stand for where nothing says more."""


def _repetition(tokens: list[Token], at: int, known: Known) -> Event | None:
    """`A training took place in May and was repeated in June`, `It was repeated in July`: one more of the same."""
    joint = at - 2 if tokens[at - 1].low in BE else at - 1
    is_led = tokens[joint].low in ("and", ",", "it") or tokens[joint].kind is Kind.ACTIVITY
    if not is_led or not any(token.low in BE for token in tokens[:at]):
        return None
    kind = next((str(t.value) for t in reversed(tokens[:at]) if t.kind is Kind.ACTIVITY), known.last_type)
    if kind in (None, "visit", "session"):
        return None
    return Event(at, _SHARED.get(kind, kind), at, ordinal="verb")


def _mission_by_verb(tokens: list[Token], at: int, own: Sequence[str]) -> Event | None:
    """`The MIEUX team went to Kyiv to assess the needs`."""
    target = next((t for t in tokens[at + 1 : at + 5] if t.kind in (Kind.COUNTRY, Kind.CITY)), None)
    if target is None or not _is_own(target, own):
        return None
    assesses = any(token.low in ("assess", "assessing", "evaluate", "analyse", "needs") for token in tokens[at:])
    return Event(at, "assessment-mission" if assesses else "expert-visit", at, ordinal="verb")


def _visit_in_passive(tokens: list[Token], at: int, own: Sequence[str]) -> Event | None:
    host = tokens[at - 2]
    guest = any(token.kind is Kind.PERSON for token in tokens[at + 1 : at + 12])
    if host.kind not in (Kind.COUNTRY, Kind.CITY) or not guest or _is_own(host, own):
        return None
    places = [Place(None, str(host.value))] if host.kind is Kind.COUNTRY else []
    return Event(at, "study-visit", at - 2, ordinal="verb", places=places)


def _training_by_verb(tokens: list[Token], at: int) -> Event | None:
    """`Staff of the border posts were trained in Cali`."""
    before = tokens[at - 1] if tokens[at - 1].low not in ("also", "then", "subsequently") else tokens[at - 2]
    return Event(at, "training", at, ordinal="verb") if before.low in ("was", "were", "been") else None


def _visit_by_invitation(tokens: list[Token], at: int, own: Sequence[str]) -> Event | None:
    """`The UK invited five Tajik officials`: a visit to the country that invites."""
    if tokens[at - 1].low in BE:
        return _visit_on_invitation(tokens, at, own)
    host = next((t for t in reversed(tokens[max(0, at - 3) : at]) if t.kind is Kind.COUNTRY), None)
    guest = any(t.kind is Kind.PERSON for t in tokens[at + 1 : at + 8])
    if host is None or not guest or host.value in own:
        return None
    return Event(at, "study-visit", at, ordinal="verb", places=[Place(None, str(host.value))])


def _visit_on_invitation(tokens: list[Token], at: int, own: Sequence[str]) -> Event | None:
    """`Lebanese judges were invited to Malta`."""
    guest = any(t.kind is Kind.PERSON for t in tokens[max(0, at - 8) : at])
    if guest and tokens[at].low != "invited" and at + 1 < len(tokens) and tokens[at + 1].low == "by":
        return _visit_received(tokens, at, own)
    target = next((t for t in tokens[at + 1 : at + 4] if t.kind in (Kind.COUNTRY, Kind.CITY)), None)
    if not guest or target is None or _is_own(target, own):
        return None
    return Event(at, "study-visit", at, ordinal="verb")


def _visit_received(tokens: list[Token], at: int, own: Sequence[str]) -> Event | None:
    """`Five officials were received by the Belgian Immigration Office in Brussels`."""
    host = next((t for t in tokens[at + 2 : at + 5] if t.kind in (Kind.COUNTRY, Kind.NATIONALITY)), None)
    if host is None or host.value in own:
        return None
    event = Event(at, "study-visit", at, ordinal="verb")
    town = next((t for t in tokens[at + 2 : at + 12] if t.kind is Kind.CITY and host.value in t.value), None)
    if town is None:
        event.places = [Place(None, str(host.value))]
    return event


_ORDER: Final = words("first second third fourth fifth sixth last final other")
_AFTER_ELISION: Final = words(
    "in on at to for from took was were is will followed dealt focused held dealing dedicated devoted addressed looked "
    "covered gathered concerned being went led brought , ( . ; :"
)


def _elided(tokens: list[Token], at: int, known: Known) -> Event | None:
    """`The first workshop took place in May and the second in June`, `another one`, `the first of these`: the noun is
    left out."""
    low, before = tokens[at].low, tokens[at - 1].low if at else ""
    after = at + 1
    has_pronoun = tokens[after].low == "one"
    if has_pronoun:
        after += 1
    elif tokens[after].low == "of" and after + 1 < len(tokens) and tokens[after + 1].low in _OF_THEM:
        has_pronoun, after = True, after + 2
    is_ordinal = low in _ORDER and before in ("the", "a")
    if not is_ordinal and not (has_pronoun and (low == "another" or before in ("the", "a"))):
        return None
    if after < len(tokens) and tokens[after].low not in _AFTER_ELISION:
        return None
    if low != "first" and _orders_something_else(tokens, at):
        return None
    goes_on = has_pronoun or at < 2 or any(token.low in _ORDER for token in tokens[: at - 1])
    kind = _noun_before(tokens, at, known) or (known.series_type if goes_on else None)
    if kind is None:
        return None
    return Event(at, kind, at - 1 if before in ("the", "a") else at, ordinal=low)


def _orders_something_else(tokens: list[Token], at: int) -> bool:
    """`The first topic was taken up in May, and the second in June`."""
    for place in range(at - 2, -1, -1):
        if tokens[place].low in _ORDER:
            noun = tokens[place + 1 : place + 4]
            return (
                noun[0].kind is Kind.WORD
                and noun[0].low not in _AFTER_ELISION | {"one", "of"}
                and not any(token.kind is Kind.ACTIVITY for token in noun)
            )
    return False


_OF_THEM: Final = frozenset(("these", "them", "those", "which"))


def _noun_before(tokens: list[Token], at: int, known: Known) -> str | None:
    """The type of the nearest activity that is named before a place."""
    for place in range(at - 2, -1, -1):
        if tokens[place].kind is Kind.ACTIVITY and not tokens[place].low.startswith("training of"):
            kind = str(tokens[place].value)
            kind = {**_SHARED, "session": known.session_type or "information-session"}.get(kind, kind)
            return None if kind == "visit" else kind
    return None
