"""Activities that a noun names, each with its article, number and type."""

from typing import Final

from app.imports.page.activities.events import SESSIONS, Event, Known
from app.imports.page.activities.travels import is_own
from app.imports.page.language.lexicon import Kind, Token
from app.imports.page.language.words import FINITE, ORDINALS, number_of
from app.imports.page.language.wordsets import words

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


def named_event(tokens: list[Token], at: int, known: Known) -> Event | None:  # noqa: PLR0911 - each return is one word that isn't
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
    event.is_bare = token.low == "training" and tokens[event.start].low not in ("a", "an", "the") and not event.ordinal
    event.is_listed_apart = event.is_plural and event.number is not None and _is_listed_apart(tokens, event)
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


def _is_listed_apart(tokens: list[Token], event: Event) -> bool:
    """Whether as many are told one by one as there were: `one on visas and the other on borders`."""
    source = 0
    for at in range(event.at + 1, min(len(tokens) - 1, event.at + 60)):
        is_one = tokens[at].low == "one" or (tokens[at].low == "other" and tokens[at - 1].low == "the")
        source += is_one and tokens[at + 1].low in _ABOUT
    return source == event.number


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
        if by_experts or (target and is_own(target, own)):
            event.type = "expert-visit"
        elif target:
            event.type = "study-visit"
        else:
            return None
    return event
