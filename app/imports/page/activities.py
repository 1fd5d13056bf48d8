"""Finds activities in sentences: what took place, when, where and how often.

A word for an activity is an activity of the action when the sentence tells that it takes place: with a date, a verb
(`was held`, `followed`, `will be organised`) or a frame (`started with`). A word with `the` and no date of its own
speaks of what was told before; a series that is only announced is no activity beside its sessions.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from app.imports.page.dates import Dates, Mention, Span
from app.imports.page.lexicon import Kind, Token
from app.imports.page.outputs import COMPLETED, ONGOING, PLANNED, Product
from app.imports.page.places import Place, find_places, place_before, unknown_town
from app.imports.page.sentences import Sentence
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
_HAPPENED: Final = words(
    "held organised organized conducted delivered implemented carried provided given undertaken completed finalised "
    "finalized followed follow follows launched hosted convened performed arranged facilitated concluded executed "
    "repeated attended offered staged complete conclude close end devoted dedicated focused rounded accomplished "
    "realised realized run"
)
_TOOK: Final = words("took take takes taken taking")
_STARTED: Final = words(
    "organised organized held conducted implemented delivered provided undertook carried hosted included comprised "
    "consisted featured followed complemented supplemented accompanied started began opened launched kicked "
    "concluded conclude ended end completed closed close finalised rounded preceded attended participated benefited "
    "involved foresees envisages include consist undertake organise hold deliver conduct implement combined offered "
    "convened facilitated continued continue culminated crowned saw supported arranged paid made repeated finished "
    "visited joined encompassed was were"
)
_PLANS: Final = words("planned scheduled foreseen envisaged foresees envisages upcoming forthcoming")
_DEFINITE: Final = words("the this these those that such its their said each any every no all both")
_PURPOSE: Final = words(
    "results result findings outcome outcomes recommendations conclusions aim aims purpose objective objectives "
    "content context cycle framework topics topic delivery organisation organization implementation preparation "
    "number quality provision means benefits participants effectiveness impact evaluation follow-up development "
    "design planning basis"
)
_FOLLOWERS: Final = words("followed complemented supplemented accompanied")
_BREAKS: Final = words("subsequently thereafter afterwards later whereas while")
_QUANTITIES: Final = words("series set number several various couple range")
_VISITORS: Final = (Kind.PERSON, Kind.EXPERT)


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


@dataclass(frozen=True, slots=True)
class Known:
    """What the sentences before tell: the partner countries, what `session` means, and the types that were met."""

    countries: tuple[str, ...]
    session_type: str | None
    types: frozenset[str]


def find_events(
    sentence: Sentence, dates: Dates, products: list[Product], known: Known, *, in_objective: bool
) -> list[Event]:
    """The activities that a sentence tells of, each with its dates and places; those of drafting among them."""
    tokens, own = sentence.tokens, known.countries
    if not products and Kind.ACTIVITY not in sentence.kinds and sentence.words.isdisjoint(_VISITED | _INVITED):
        return []
    events = [
        event
        for at, token in enumerate(tokens)
        if (token.kind is Kind.ACTIVITY or token.low in _STARTERS)
        and (event := _event_at(tokens, at, own, known.session_type))
    ]
    events = [event for event in events if not _is_topic(tokens, event)]
    drafted = [
        Event(p.at, "drafting", min(p.at, p.verb), product=p, status=p.status, happens=True)
        for p in products
        if p.is_drafted
    ]
    events = sorted([*_without_drafting_words(events, products), *drafted], key=lambda event: event.at)
    if not events:
        return []
    _set_ends(tokens, events)
    _merge_predicates(tokens, events)
    _attach_dates(tokens, events, dates.mentions)
    for index, event in enumerate(events):
        if event.product is None:
            _judge(tokens, events, index, in_objective=in_objective)
    for event in events:
        _attach_places(sentence, events, event, own)
        if event.is_definite and not event.spans and event.places and event.type not in known.types:
            event.happens = event.happens or _is_first_told(tokens, event)
    _drop_headings(tokens, events)
    return [event for event in events if event.happens]


def _without_drafting_words(events: list[Event], products: list[Product]) -> list[Event]:
    """`The drafting session` of a document that is drafted already is told once."""
    return [
        e for e in events if not (e.type == "drafting" and any(p.is_drafted and abs(p.at - e.at) < 8 for p in products))
    ]


def _is_topic(tokens: list[Token], event: Event) -> bool:
    """Whether the word belongs to the subject of another one: `training on strategies and information campaigns`."""
    if (
        event.ordinal
        or event.number
        or event.is_series
        or (event.start != event.at and tokens[event.start].low in ("a", "an"))
    ):
        return False
    for at in range(event.start - 1, max(-1, event.start - 12), -1):
        token = tokens[at]
        if token.low in ("on", "about", "regarding", "concerning"):
            return any(other.kind is Kind.ACTIVITY for other in tokens[max(0, at - 8) : at])
        if (
            token.kind in (Kind.ACTIVITY, Kind.MONTH)
            or token.low in FINITE
            or token.low in (";", ":", "by", "with", "to", "in", "as")
        ):
            return False
        if token.low == "and" and tokens[at - 1].low == ",":
            return False
    return False


def _is_first_told(tokens: list[Token], event: Event) -> bool:
    """`Following the visit of an expert to Tashkent`: told by the way, and nowhere else."""
    before = tokens[event.start - 1].low if event.start else ""
    return before in ("following", "after", "during") and event.start <= 2


def _merge_predicates(tokens: list[Token], events: list[Event]) -> None:
    """`The last session, in May 2010, was a training of trainers` tells of one activity, whose kind stands last."""
    for event, following in itertools.pairwise(events):
        is_predicate = (
            tokens[following.start - 1].low in ("was", "were", "is")
            and event.product is None
            and following.ordinal != "verb"
        )
        if (
            is_predicate
            and following.product is None
            and not any(t.low in (";", "which") for t in tokens[event.at : following.at])
        ):
            if event.is_plural and not following.is_plural:
                events.remove(event)  # "the sessions were a visit and a workshop": what follows tells what they were
                return
            event.type, event.is_plural = following.type, event.is_plural and following.is_plural
            event.end = following.end
            events.remove(following)
            return


def _drop_headings(tokens: list[Token], events: list[Event]) -> None:
    """`It ended with two sessions: a workshop in May and a seminar in June` tells of two activities, not of four."""
    for index, event in enumerate(events[:-1]):
        listed = [other for other in events[index + 1 :] if other.happens]
        if not event.is_plural or event.spans or event.product or len(listed) < 2:
            continue
        between = {token.low for token in tokens[event.at + 1 : listed[0].at]}
        if between & {";", ":", "namely"} and not (event.places and event.number and event.number > len(listed)):
            event.happens = False


# -- from a word to an event --

_VISITED: Final = frozenset(("visited", "travelled", "traveled"))
_INVITED: Final = words("invited welcomed received hosted")
_STARTERS: Final = _VISITED | _INVITED | ORDINALS | {"repeated"}


def _event_at(tokens: list[Token], at: int, own: Sequence[str], session_type: str | None) -> Event | None:
    token = tokens[at]
    if token.kind is Kind.ACTIVITY:
        return _named_event(tokens, at, own, session_type)
    if token.low in _VISITED and at > 1:
        return _visit_by_verb(tokens, at, own)
    if token.low in _INVITED and at > 0:
        return _visit_by_invitation(tokens, at, own)
    if token.low == "repeated" and at > 1:
        return _repetition(tokens, at)
    if token.low in ORDINALS and at + 1 < len(tokens):
        return _elided(tokens, at, session_type)
    return None


def _named_event(tokens: list[Token], at: int, own: Sequence[str], session_type: str | None) -> Event | None:
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
    event = Event(at, str(token.value), at, is_plural=token.is_plural)
    _read_phrase(tokens, event)
    if event.is_plural and event.number is None:
        event.number = _towns(tokens, event)
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
    return _typed(tokens, event, own, session_type)


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


def _read_phrase(tokens: list[Token], event: Event) -> None:
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


def _typed(tokens: list[Token], event: Event, own: Sequence[str], session_type: str | None) -> Event | None:
    """Settles the type of words that several kinds of activity share."""
    if event.type in ("exchange", "mapping"):
        if event.start == event.at:
            return None  # without any article it is no event
        event.type = "knowledge-exchange" if event.type == "exchange" else "other"
    elif event.type == "session":
        event.type = session_type or "information-session"
    elif event.type == "mission":
        event.type = "expert-visit"
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
    """`Six officials visited Sweden`, `an expert visited Tashkent`."""
    target = next((t for t in tokens[at + 1 : at + 5] if t.kind in (Kind.COUNTRY, Kind.CITY)), None)
    visitor = next((t for t in reversed(tokens[max(0, at - 14) : at]) if t.kind in _VISITORS), None)
    if target is None or visitor is None:
        return None
    if visitor.kind is Kind.EXPERT or _is_own(target, own):
        return (
            Event(at, "expert-visit", at, ordinal="verb")
            if visitor.kind is Kind.EXPERT and _is_own(target, own)
            else None
        )
    return Event(at, "study-visit", at, ordinal="verb")


def _repetition(tokens: list[Token], at: int) -> Event | None:
    """`A training took place in May and was repeated in June`: one more of the same."""
    if tokens[at - 1].low not in BE or tokens[at - 2].low not in ("and", ","):
        return None
    kind = next((str(t.value) for t in reversed(tokens[:at]) if t.kind is Kind.ACTIVITY), None)
    return Event(at, kind, at, ordinal="verb") if kind and kind not in ("visit", "mission", "session") else None


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
    target = next((t for t in tokens[at + 1 : at + 4] if t.kind in (Kind.COUNTRY, Kind.CITY)), None)
    if not guest or target is None or _is_own(target, own):
        return None
    return Event(at, "study-visit", at, ordinal="verb")


def _elided(tokens: list[Token], at: int, session_type: str | None) -> Event | None:
    """`The first workshop took place in May and the second in June`: the noun is left out."""
    following = tokens[at + 1]
    before = tokens[at - 1].low if at else ""
    if before not in ("the", "a") or tokens[at].low in (
        "new",
        "initial",
        "subsequent",
        "further",
        "additional",
        "next",
    ):
        return None
    if following.low == "one" and at + 2 < len(tokens):
        following = tokens[at + 2]
    if (
        following.low not in ("in", "on", "took", "was", "followed", "dealt", "focused", "held")
        and following.low != ","
    ):
        return None
    for place in range(at - 2, -1, -1):
        if tokens[place].kind is Kind.ACTIVITY and not tokens[place].low.startswith("training of"):
            kind = str(tokens[place].value)
            kind = {"mission": "expert-visit", "session": session_type or "information-session"}.get(kind, kind)
            if kind == "visit":
                return None
            return Event(at, kind, at - 1, ordinal=tokens[at].low)
    return None


# -- dates --


def _set_ends(tokens: list[Token], events: list[Event]) -> None:
    for event, following in zip(events, [*events[1:], None], strict=True):
        event.end = following.start if following else len(tokens)


def _attach_dates(tokens: list[Token], events: list[Event], mentions: list[Mention]) -> None:
    """Gives each date to the activities that it belongs to: those before it, or those after it where it leads."""
    leading: list[Mention] = []
    for mention in mentions:
        before = [event for event in events if event.at < mention.first]
        after = [event for event in events if event.at >= mention.after]
        if _leads(tokens, mention, before, after):
            leading.append(mention)
        elif before:
            _attach_back(tokens, before, mention, mentions)
    for mention in leading:
        following = next(
            (other.first for other in mentions if other.first > mention.first and other in leading), len(tokens)
        )
        _attach_forward(tokens, [e for e in events if mention.after <= e.at < following], mention)
    for event in events:
        at = event.start - 1
        if not event.spans and at > 0 and tokens[at].low in ("during", "at"):
            # "was initiated in May during a workshop"
            event.spans = next((list(mention.spans) for mention in mentions if mention.after == at), [])


def _leads(tokens: list[Token], mention: Mention, before: list[Event], after: list[Event]) -> bool:
    """Whether a date speaks of what follows it rather than of what stands before it."""
    if not before:
        return bool(after)
    at = mention.first - 1
    while at >= 0 and tokens[at].low in (
        "in",
        "on",
        "from",
        "early",
        "late",
        "mid",
        "-",
        "during",
        "between",
        "the",
        "of",
        "end",
        "beginning",
        "throughout",
        "by",
        "at",
        "until",
        "since",
        "around",
    ):
        at -= 1
    lead = tokens[at].low if at >= 0 else ""
    if not after or lead in ("(", "held", "place"):
        return False
    if lead in ("", ";", ":", "then", "finally"):
        return True
    near = after[0].start - mention.after <= 4
    comma = mention.after < len(tokens) and tokens[mention.after].low == ","
    nearest = before[-1]
    if lead in ("and", ",", "while", "when", "but") and (near or comma):
        return bool(nearest.spans) or lead in ("while", "when", "but") or _has_verb(tokens, nearest.at, at)
    # "the action began in May with a workshop": the date follows a verb whose subject is no activity
    return _has_break(tokens, nearest.at, at)


def _has_verb(tokens: list[Token], begin: int, end: int) -> bool:
    return any(
        token.low in ("was", "were", "is", "are", "will", "took", "has", "have") for token in tokens[begin + 1 : end]
    )


def _has_break(tokens: list[Token], begin: int, end: int) -> bool:
    """Whether a new statement begins between two places."""
    for at in range(begin + 1, end):
        low = tokens[at].low
        if low == ";" or (low == "followed" and at + 1 < len(tokens) and tokens[at + 1].low == "by"):
            return True
    return False


def _attach_back(tokens: list[Token], before: list[Event], mention: Mention, mentions: list[Mention]) -> None:
    """To the nearest activity before the date, and to those joined with it before any verb: `a session and a workshop
    followed in July`."""
    nearest = before[-1]
    if nearest.product and _is_of_another_verb(tokens, nearest, mention):
        return
    if _is_left_behind(tokens, nearest, mention):
        return
    if nearest.spans:
        if (nearest.number and nearest.number > 1) or nearest.is_plural:
            nearest.spans += mention.spans
            nearest.dated_at.append(mention.first)
        return
    group = [nearest]
    for event in reversed(before[:-1]):
        between = tokens[event.at + 1 : group[0].at]
        dated = any(event.at < other.first < group[0].at for other in mentions)
        verb = any(
            token.low in FINITE or token.low in (";", "followed", "during", "which", "that") for token in between
        )
        joined = any(token.low in ("and", ",", "&", "with") for token in between)
        if event.spans or dated or verb or not joined:
            break
        group.insert(0, event)
    _share(group, mention)


_LATER_VERBS: Final = words(
    "presented adopted validated published approved endorsed distributed discussed printed signed launched"
)


def _is_left_behind(tokens: list[Token], event: Event, mention: Mention) -> bool:
    """`After the mission, a report was written in May`: the date speaks of the report."""
    if event.start > 3 or tokens[0].low not in (
        "following",
        "after",
        "further",
        "based",
        "upon",
        "during",
        "on",
        "building",
    ):
        return False
    between = tokens[event.at + 1 : mention.first]
    comma = next((at for at, token in enumerate(between) if token.low == ","), None)
    if comma is None or (comma + 1 < len(between) and between[comma + 1].low in ("which", "held", "conducted", "that")):
        return False
    return any(token.low in FINITE for token in between[comma:])


def _is_of_another_verb(tokens: list[Token], event: Event, mention: Mention) -> bool:
    """`was drafted by experts and presented in May`: when it was presented doesn't tell when it was drafted."""
    assert event.product is not None
    begin = max(event.product.verb, event.at)
    return any(token.low in _LATER_VERBS for token in tokens[begin + 3 : mention.first])


def _attach_forward(tokens: list[Token], after: list[Event], mention: Mention) -> None:
    group: list[Event] = []
    for event in after:
        begin = group[-1].at if group else mention.after
        if group and (_has_break(tokens, begin, event.at) or any(t.low in _BREAKS for t in tokens[begin : event.at])):
            break
        if group and _is_aside(tokens, begin, event):
            break
        group.append(event)
    _share([event for event in group if not event.spans], mention)


def _is_aside(tokens: list[Token], begin: int, event: Event) -> bool:
    """Whether an activity is only mentioned beside another one: `to prepare a workshop`, `as a basis for training`."""
    between = tokens[begin + 1 : event.start]
    return bool(between) and between[-1].low in ("for", "of", "on", "about", "prepare", "from")


def _share(group: list[Event], mention: Mention) -> None:
    if not group:
        return
    if len(mention.spans) > 1 and len(mention.spans) == len(group):
        for event, span in zip(group, mention.spans, strict=True):
            event.spans = [span]
        return
    for event in group:
        event.spans = list(mention.spans)
        event.dated_at = [mention.first]
        event.is_open = mention.is_open


# -- whether it takes place --


def _judge(tokens: list[Token], events: list[Event], index: int, *, in_objective: bool) -> None:
    event = events[index]
    clause = _clause(tokens, event)
    event.status = _status(tokens, event, clause)
    purpose = _is_purpose(tokens, event)
    if event.ordinal == "verb":
        event.happens = True
    elif event.spans:
        event.happens = not (purpose and event.is_definite and not _follows_relative(tokens, event))
    elif event.is_definite and not event.ordinal:
        event.happens = False
    elif event.start == 0 and tokens[0].start == 0 and not tokens[0].is_capital and not in_objective:
        event.happens = True  # an item of a list
    elif purpose or (in_objective and not _told_as_fact(tokens, event)):
        event.happens = False
    else:
        event.happens = (
            _happens_after(tokens, event) or _happens_before(tokens, event) or _joined_with_one(tokens, events, index)
        )
    if _is_denied(tokens, event):
        event.happens = False


def _clause(tokens: list[Token], event: Event) -> list[Token]:
    begin = event.start
    while begin > 0 and event.start - begin < 30 and tokens[begin - 1].low != ";":
        begin -= 1
    end = event.at
    while end < len(tokens) and end - event.at < 30 and tokens[end].low != ";":
        end += 1
    return tokens[begin:end]


def _status(tokens: list[Token], event: Event, clause: list[Token]) -> str:
    lows = {token.low for token in clause}
    if (
        "will" in lows
        or lows & {"upcoming", "forthcoming"}
        or {"under", "preparation"} <= lows
        or {"going", "to"} <= lows
        or (lows & _PLANS and lows & {"is", "are", "remains"})
        or ({"is", "to", "be"} <= lows and "to be" in " ".join(t.low for t in clause))
    ):
        return PLANNED
    after = [token.low for token in tokens[event.at + 1 : event.at + 14]]
    if ("being" in after and {"is", "are"} & set(after)) or {"underway", "ongoing"} & set(after):
        return ONGOING
    return COMPLETED


def _is_denied(tokens: list[Token], event: Event) -> bool:
    before = [token.low for token in tokens[max(0, event.start - 1) : event.at]]
    after = [token.low for token in tokens[event.at + 1 : min(event.at + 16, max(event.end, event.at + 8))]]
    if {"postponed", "cancelled", "canceled"} & set(after):
        return True
    if any(pair in (("not", "be"), ("not", "take")) for pair in itertools.pairwise(after)):
        return True
    return "no" in before or ("not" in [token.low for token in tokens[event.at : event.at + 8]] and not event.spans)


def _is_purpose(tokens: list[Token], event: Event) -> bool:
    """Whether the activity stands as an aim or a means: `through the delivery of workshops`."""
    at = event.start - 1
    if at < 0:
        return False
    low = tokens[at].low
    before = tokens[at - 1].low if at else ""
    if low in ("of", "from", "for", "on") and before in _PURPOSE:
        if before in ("organisation", "organization", "implementation", "delivery", "provision"):
            lead = (
                tokens[at - 3].low
                if at > 2 and tokens[at - 2].low in ("the", "a")
                else tokens[at - 2].low
                if at > 1
                else ""
            )
            return lead in ("through", "for", "of", "in", "on")
        return True
    if low in ("on", "about", "for", "regarding", "concerning") and not event.spans:
        return True
    if low in ("through", "via") and not event.spans:
        return True
    verb = low if low not in ("a", "an") else before
    return (
        verb.endswith("ing")
        and verb not in ("following", "during", "including", "being", "opening", "closing")
        and not event.spans
    )


def _follows_relative(tokens: list[Token], event: Event) -> bool:
    return any(token.low in ("which", "held", "that") for token in tokens[event.at + 1 : event.at + 5])


def _told_as_fact(tokens: list[Token], event: Event) -> bool:
    """In an objective, a past tense: `MIEUX organised a seminar`; not `to organise`, nor `by means of`."""
    if _is_purpose(tokens, event):
        return False
    before = tokens[max(0, event.start - 3) : event.start]
    if any(
        token.low in ("organised", "organized", "held", "conducted", "delivered", "implemented", "hosted")
        for token in before
    ):
        return not any(token.low == "to" for token in before)
    after = [token.low for token in tokens[event.at + 1 : event.at + 25]]
    return any(low == "took" or (low in BE and following in _HAPPENED) for low, following in itertools.pairwise(after))


def _happens_after(tokens: list[Token], event: Event) -> bool:
    """`... took place`, `... was held`, `... followed`, `... is planned`, `... held in Kyiv`."""
    depth = 0
    for at in range(event.at + 1, min(len(tokens), event.at + 45)):
        token = tokens[at]
        depth += (token.low == "(") - (token.low == ")")
        if depth > 0:
            continue
        if token.low == ";":
            return False
        if (
            token.kind is Kind.ACTIVITY
            and at > event.end
            and not any(t.low in ("and", ",") for t in tokens[at - 6 : at])
        ):
            return False
        if token.low in _TOOK and at + 1 < len(tokens) and tokens[at + 1].low == "place":
            return True
        if token.low in BE or token.low in ("will", "has", "have"):
            window = [t.low for t in tokens[at : at + 6]]
            if any(low in _HAPPENED or low in _PLANS or low in ("underway", "ongoing") for low in window):
                return True
            if ("under" in window and {"preparation", "way"} & set(window)) or "going" in window:
                return True
            if any(low in ("who", "which", "that", "where") for low in (t.low for t in tokens[event.at + 1 : at])):
                continue
            return False
        if (
            token.low in ("followed", "ensued", "followed-up") and tokens[at + 1].low != "by"
            if at + 1 < len(tokens)
            else False
        ):
            return True
        if token.low in ("held", "organised", "conducted", "hosted", "delivered") and at - event.at < 8:
            return True
        if token.low in (
            "brought",
            "gathered",
            "enabled",
            "helped",
            "allowed",
            "identified",
            "introduced",
            "completed",
            "closed",
            "concluded",
            "served",
            "ended",
            "marked",
            "prepared",
            "opened",
            "rounded",
        ):
            return True
    return False


def _happens_before(tokens: list[Token], event: Event) -> bool:
    """`followed by ...`, `started with ...`, `MIEUX organised ...`, `included ...`."""
    at = event.start - 1
    steps = 0
    while at >= 0 and steps < 22:
        low = tokens[at].low
        if low in (";", "."):
            return False
        if low in _STARTED:
            before = tokens[at - 1].low if at else ""
            if low in ("was", "were"):
                return steps < 2
            if before in ("to", "for") and (at < 2 or tokens[at - 2].low not in ("will", "planned")):
                return False
            return steps < 10 or low in ("included", "comprised", "consisted")
        if low == "part" and tokens[at - 1].low in ("took", "take", "taken"):
            return True
        if low in FINITE or low in ("which", "who", "that", "to", "aim", "aims", "aimed"):
            return low == "to" and tokens[at - 1].low in ("led", "went") if at else False
        if low == "following" and at == 0:
            return True
        steps += 1
        at -= 1
    return False


def _joined_with_one(tokens: list[Token], events: list[Event], index: int) -> bool:
    """`... as well as a round table`, after an activity that takes place."""
    if index == 0 or not events[index - 1].happens:
        return False
    between = tokens[events[index - 1].at + 1 : events[index].start]
    lows = [token.low for token in between]
    if lows[-2:] in (["along", "with"], ["together", "with"], ["well", "as"]):
        return True
    return (
        bool(lows)
        and lows[-1] in ("and", "as", ",", "with", ":", "or")
        and not any(token.low in FINITE for token in between)
    )


# -- places --


def _attach_places(sentence: Sentence, events: list[Event], event: Event, own: Sequence[str]) -> None:
    if event.places or event.product:
        return
    abroad = event.type in ("study-visit", "expert-visit")
    if len(event.spans) > 1 and len(event.dated_at) == len(event.spans):
        by_date = [place_before(sentence, at, own) for at in event.dated_at]
        event.places = [place for place in by_date if place]
        if len(event.places) == len(event.spans):
            return
    event.places = find_places(sentence, event.at + 1, event.end, own, abroad=abroad)
    if not event.places and event.at > 0 and (event is events[0]):
        event.places = find_places(sentence, 0, event.start, own, abroad=False)
    if (
        not event.places
        and event.ordinal
        and event.ordinal != "verb"
        and sentence.tokens[event.at].kind is not Kind.ACTIVITY
    ):
        earlier = [other for other in events[: events.index(event)] if other.type == event.type]
        event.places = earlier[-1].places if earlier else []
    if not event.places and not abroad:
        event.places = _shared_place(sentence, events, event, own)
    if event.type == "study-visit" and not event.places:
        event.places = _host(sentence.tokens, event, own)
    if not event.places and not abroad:
        event.places = unknown_town(sentence, event.at + 1, event.end)
    if event.type == "study-visit" and event.places and all(place.country in own for place in event.places):
        event.type = "expert-visit" if "field" not in sentence.tokens[event.at].low else event.type
    elif event.type == "study-visit":
        event.places = [p for p in event.places if p.town or p.country not in own] or event.places[:0]


def _shared_place(sentence: Sentence, events: list[Event], event: Event, own: Sequence[str]) -> list[Place]:
    """`a workshop and a seminar were held in Quito`: the place belongs to both."""
    index = events.index(event)
    if index + 1 >= len(events) or sentence.tokens[events[index + 1].start - 1].low not in ("and", "&", "as"):
        return []
    following = events[index + 1]
    between = sentence.tokens[event.at + 1 : following.start]
    if (
        any(token.low in FINITE or token.kind in (Kind.MONTH, Kind.NUMBER) for token in between)
        or following.type == "study-visit"
        or following.product
    ):
        return []
    return find_places(sentence, following.at + 1, following.end, own, abroad=False)[:1]


def _host(tokens: list[Token], event: Event, own: Sequence[str]) -> list[Place]:
    """`A study visit hosted by the Italian Ministry of Interior`."""
    for at in range(event.at + 1, event.end):
        to_body = tokens[at].low in ("to", "at") and at - event.at < 4
        if to_body or tokens[at].low in ("hosted", "received", "welcomed"):
            host = next((t for t in tokens[at + 1 : at + 8] if t.kind in (Kind.COUNTRY, Kind.NATIONALITY)), None)
            if host and host.value not in own:
                return [Place(None, str(host.value))]
    return []
