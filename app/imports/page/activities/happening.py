"""Whether a sentence tells that an activity takes place, or only mentions it; and its tense."""

import itertools
from typing import Final

from app.imports.page.activities.events import Event
from app.imports.page.language.lexicon import Kind, Token
from app.imports.page.language.words import BE, FINITE
from app.imports.page.language.wordsets import words
from app.imports.page.outputs.frames import COMPLETED, ONGOING, PLANNED

_HAPPENED: Final = words(
    "made paid held organised organized conducted delivered implemented carried provided given undertaken completed "
    "finalised "
    "finalized followed follow follows launched hosted convened performed arranged facilitated concluded executed "
    "repeated attended offered staged complete conclude close end devoted dedicated focused rounded accomplished "
    "realised realized run"
)
_TOOK: Final = words("took take takes taken taking")
_STARTED: Final = words(
    "led gave moderated ran taught organised organized held conducted implemented delivered provided undertook "
    "carried hosted included comprised consisted featured followed complemented supplemented accompanied started "
    "began opened launched kicked concluded conclude ended end completed closed close finalised rounded preceded "
    "attended participated benefited received underwent involved foresees envisages include consist undertake "
    "organise hold deliver conduct implement combined offered convened facilitated continued continue culminated "
    "crowned saw supported arranged paid made repeated finished visited joined encompassed was were"
)
_PLANS: Final = words("planned scheduled foreseen envisaged foresees envisages upcoming forthcoming")
_PURPOSE: Final = words(
    "results result findings outcome outcomes recommendations conclusions aim aims purpose objective objectives "
    "content context cycle framework topics topic delivery organisation organization implementation preparation "
    "number quality provision means benefits participants effectiveness impact evaluation follow-up development "
    "design planning basis"
)


def judge(tokens: list[Token], events: list[Event], index: int, *, in_objective: bool) -> None:
    event = events[index]
    clause = _clause(tokens, event)
    event.status = _status(tokens, event, clause)
    purpose = _is_purpose(tokens, event)
    if event.ordinal == "verb":
        event.happens = True
    elif event.spans:
        in_brackets = tokens[min(event.at + 1, len(tokens) - 1)].low == "("
        own_date = event.dated_at and event.dated_at[0] - event.at <= (6 if in_brackets else 3)
        is_stated = own_date or _follows_relative(tokens, event)
        event.happens = bool(is_stated) or not (purpose and event.is_definite)
    elif (event.is_definite and not event.ordinal) or _is_part_of_another(tokens, events, index):
        event.happens = False
    elif event.start == 0 and tokens[0].start == 0 and not tokens[0].is_capital and not in_objective:
        event.happens = True  # an item of a list
    elif _is_open(tokens, event):
        event.happens, event.status = True, PLANNED
    elif purpose or (in_objective and not _is_stated_as_fact(tokens, event)):
        event.happens = False
    else:
        event.happens = (
            _is_occasion(tokens, event)
            or (not in_objective and _acts(tokens, event))
            or _happens_after(tokens, event)
            or _happens_before(tokens, event)
            or _joined_with_one(tokens, events, index)
        )
    if _is_denied(tokens, event) or (event.type == "other" and event.status == PLANNED and not event.spans):
        event.happens = False


def _is_open(tokens: list[Token], event: Event) -> bool:
    """`Workshop, tbc`: it is planned, and when isn't known yet."""
    ahead = [token.low for token in tokens[event.at + 1 : event.at + 7]]
    return event.start == 0 and ("tbc" in ahead or "confirmed" in ahead)


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
    if {"cancelled", "canceled"} & set(after):
        return True
    if "postponed" in after and not event.spans:
        ahead = {token.low for token in tokens[event.at + 1 + after.index("postponed") :]}
        return not ahead & {"took", "held", "carried", "organised", "delivered", "conducted"}
    if any(pair in (("not", "be"), ("not", "take")) for pair in itertools.pairwise(after)):
        return True
    return "no" in before or ("not" in [token.low for token in tokens[event.at : event.at + 8]] and not event.spans)


def _is_part_of_another(tokens: list[Token], events: list[Event], index: int) -> bool:
    """`A mission, during which meetings were held with the ministries`."""
    event = events[index]
    lows = [token.low for token in tokens[max(0, event.start - 2) : event.start]]
    return index > 0 and not event.spans and (lows[-1:] in (["which"], ["where"]))


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


def _is_stated_as_fact(tokens: list[Token], event: Event) -> bool:
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


def _happens_after(tokens: list[Token], event: Event) -> bool:  # noqa: PLR0911 - each return is one wording
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
        if token.low in BE or token.low in ("will", "has", "have", "had"):
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


def _acts(tokens: list[Token], event: Event) -> bool:
    """`A mission to Tripoli examined the procedures`: what does something takes place."""
    if event.is_definite or event.is_series or event.start == event.at:
        return False
    if event.start and tokens[event.start - 1].low not in (",", ";", ":", "and", "then", "when", "while", "whereas"):
        return False
    for at in range(event.at + 1, min(len(tokens), event.at + 12)):
        token = tokens[at]
        if token.low in BE or token.low in (",", ";", "(", "that", "which", "and") or token.kind is Kind.ACTIVITY:
            return False
        if token.low in ("will", "made", "gave", "brought", "met", "went", "saw"):
            return True
        if token.kind is Kind.WORD and token.low.endswith("ed") and not token.is_capital:
            return tokens[at + 1].low not in ("by", "for", "to", "in", "on") if at + 1 < len(tokens) else False
    return False


def _is_occasion(tokens: list[Token], event: Event) -> bool:
    """`... were presented at a closing conference`."""
    before = [token.low for token in tokens[max(0, event.start - 14) : event.start]]
    return before[-1:] in (["at"], ["during"]) and any(low in FINITE for low in before)


def _happens_before(tokens: list[Token], event: Event) -> bool:  # noqa: PLR0911 - each return is one wording
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
        if low == "out" and tokens[at - 1].low == "set":
            return True  # "the action set out with a mission"
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
    if lows[-1:] == ["by"]:  # "followed by a workshop and subsequently by a seminar"
        lows = [low for low in lows[:-1] if low not in ("then", "subsequently", "later", "finally", "also")]
    return (
        bool(lows)
        and lows[-1] in ("and", "as", ",", "with", ":", "or")
        and not any(token.low in FINITE for token in between)
    )
