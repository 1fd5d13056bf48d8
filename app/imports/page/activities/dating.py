"""Gives the dates of a sentence to the activities that they belong to."""

from typing import Final

from app.imports.page.activities.events import Event
from app.imports.page.dates.mentions import Mention
from app.imports.page.language.lexicon import Kind, Token
from app.imports.page.language.words import BE, FINITE
from app.imports.page.language.wordsets import words

_BREAKS: Final = words("subsequently thereafter afterwards later whereas while")


def set_ends(tokens: list[Token], events: list[Event]) -> None:
    for event, following in zip(events, [*events[1:], None], strict=True):
        event.end = following.start if following else len(tokens)
    if events and (ends := _end_of_lead(tokens, events[0])):
        events[0].end = min(events[0].end, ends)


_LEADS: Final = words("following after further based upon during on building prior before")


def _end_of_lead(tokens: list[Token], event: Event) -> int | None:
    """Where the words end that lead on to what a sentence tells: `Following a mission in May, ...`."""
    if event.start > 3 or tokens[0].low not in _LEADS or (tokens[0].low == "further" and tokens[1].low != "to"):
        return None
    comma = next((at for at in range(event.at + 1, len(tokens)) if tokens[at].low == ","), None)
    if comma is None or comma + 1 >= len(tokens):
        return None
    if tokens[comma + 1].low in ("which", "held", "conducted", "that"):
        comma = next((at for at in range(comma + 1, len(tokens)) if tokens[at].low == ","), None)
    return comma if comma and any(token.low in FINITE for token in tokens[comma:]) else None


def attach_dates(tokens: list[Token], events: list[Event], mentions: list[Mention]) -> None:
    """Gives each date to the activities that it belongs to: those before it, or those after it where it leads."""
    leading: list[Mention] = []
    for mention in mentions:
        before = [e for e in events if e.at < mention.first and not _is_inside(tokens, e, mention)]
        after = [event for event in events if event.at >= mention.after]
        if _leads(tokens, mention, mentions, before, after, leading):
            leading.append(mention)
        elif before:
            _attach_back(tokens, before, mention, mentions, leading)
    for mention in leading:
        following = next(
            (other.first for other in mentions if other.first > mention.first and other in leading), len(tokens)
        )
        _attach_forward(tokens, [e for e in events if mention.after <= e.at < following], mention)
    for event in events:
        at = event.start - 1
        if at > 1 and [token.low for token in tokens[at - 1 : at + 1]] == ["combined", "with"]:
            earlier = [other for other in events if other.at < event.at]
            event.spans = event.spans or (list(earlier[-1].spans) if earlier else [])
        if not event.spans and at > 0 and tokens[at].low in ("during", "at", "with"):
            # "was initiated in May during a workshop"
            event.spans = next((list(mention.spans) for mention in mentions if mention.after == at), [])


def _leads(
    tokens: list[Token],
    mention: Mention,
    mentions: list[Mention],
    before: list[Event],
    after: list[Event],
    leading: list[Mention],
) -> bool:
    """Whether a date speaks of what follows it rather than of what stands before it."""
    if not before or not after:
        return not before and bool(after)
    at = mention.first - 1
    while at >= 0 and tokens[at].low in _BEFORE_DATE:
        at -= 1
    lead = tokens[at].low if at >= 0 else ""
    if lead in ("(", "held", "place", "", ";", ":", "then", "finally"):
        return lead not in ("(", "held", "place")
    nearest = before[-1]
    earlier = before[:-1]
    is_led = any(other.after <= nearest.at and not any(other.after <= e.at for e in earlier) for other in leading)
    if is_led and not nearest.is_plural and lead in ("and", ","):
        return True  # "in May, staff were trained, and in June mayors met for a conference"
    near = after[0].start - mention.after <= 4
    if near and _is_right_before(tokens, mention, mentions, nearest):
        return True
    comma = mention.after < len(tokens) and tokens[mention.after].low == ","
    if lead in ("and", ",", "while", "when", "but") and (near or comma):
        is_dated = bool(nearest.spans) or any(other.after <= nearest.at for other in leading)
        return is_dated or lead in ("while", "when", "but") or _has_verb(tokens, nearest.at, at)
    # "the action began in May with a workshop": the date follows a verb whose subject is no activity
    return _has_break(tokens, nearest.at, at)


_BEFORE_DATE: Final = words(
    "in on from early late mid - during between the of end beginning throughout by at until since around"
)


def _is_right_before(tokens: list[Token], mention: Mention, mentions: list[Mention], nearest: Event) -> bool:
    """`It was followed in May by a workshop`, and `Following a mission in May, both met in July for a session`."""
    behind = [token.low for token in tokens[mention.after : mention.after + 2]]
    if behind[:1] == ["by"] or behind == [",", "by"]:
        return True
    dated = next((other.after for other in mentions if nearest.at < other.first < mention.first), None)
    return dated is not None and any(token.low in FINITE for token in tokens[dated : mention.first])


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


def _attach_back(
    tokens: list[Token], before: list[Event], mention: Mention, mentions: list[Mention], leading: list[Mention]
) -> None:
    """To the nearest activity before the date, and to those joined with it before any verb: `a session and a workshop
    followed in July`."""
    nearest = before[-1]
    if nearest.product and _is_of_another_verb(tokens, nearest, mention):
        return
    if _is_left_behind(tokens, nearest, mention) or _is_of_a_document(tokens, nearest, mention):
        return
    if nearest.spans:
        is_several = (nearest.number and nearest.number > 1) or nearest.is_plural
        if is_several or _is_elsewhere(tokens, nearest, mention) or _is_listed(tokens, nearest, mention):
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
        is_heading = any(token.low in (":", "namely") for token in between)
        is_led = any(other.after <= event.at for other in leading)
        if is_led or (event.is_definite and not event.ordinal) or is_one_of(group[0], event) or is_heading:
            break
        joined = any(token.low in ("and", ",", "&", "with") for token in between)
        if event.spans or dated or verb or not joined:
            break
        group.insert(0, event)
    _share(group, mention)


def _is_elsewhere(tokens: list[Token], event: Event, mention: Mention) -> bool:
    """`A training was held in Lviv in May and in Odesa in June`: at another place, once more."""
    if not event.dated_at:
        return False
    between = tokens[event.dated_at[-1] : mention.first]
    joint = next((at for at, token in enumerate(between) if token.low in ("and", ",")), None)
    if joint is None:
        return False
    rest = [token for token in between[joint:] if token.low not in _SMALL]
    return bool(rest) and all(token.kind in (Kind.CITY, Kind.COUNTRY) for token in rest)


def _is_listed(tokens: list[Token], event: Event, mention: Mention) -> bool:
    """`They were trained on two topics: profiling (Kyiv, May 2011) and interviews (Lviv, June 2011)`."""
    if event.ordinal != "verb" or not event.dated_at:
        return False
    lead = {token.low for token in tokens[event.at : event.dated_at[0]]}
    opens = any(token.low == "(" for token in tokens[max(0, mention.first - 4) : mention.first])
    closes = mention.after < len(tokens) and tokens[mention.after].low == ")"
    return {":", "("} <= lead and opens and closes


_SMALL: Final = words("and , in at again then also on from early late mid - the ( )")


def _is_inside(tokens: list[Token], event: Event, mention: Mention) -> bool:
    """Whether an activity is only mentioned by the way: `a seminar, at which the campaign was assessed, took place`."""
    if not event.is_definite or event.ordinal:
        return False
    for at in range(event.start - 1, max(0, event.start - 14), -1):
        if tokens[at].low == ",":
            opens = any(token.low in ("which", "where", "whom") for token in tokens[at + 1 : at + 4])
            return opens and any(token.low == "," for token in tokens[event.at : mention.first])
    return False


def is_one_of(event: Event, series: Event) -> bool:
    """`Two missions, the first of which was held in May`."""
    return series.is_plural and event.ordinal is not None and not event.is_plural and event.type == series.type


_LATER_VERBS: Final = words(
    "presented adopted validated published approved endorsed distributed discussed printed signed launched"
)


def _is_left_behind(tokens: list[Token], event: Event, mention: Mention) -> bool:
    """`After the mission, a report was written in May`: the date speaks of the report."""
    ends = _end_of_lead(tokens, event)
    return ends is not None and any(token.low in FINITE for token in tokens[ends : mention.first])


def _is_of_another_verb(tokens: list[Token], event: Event, mention: Mention) -> bool:
    """`was drafted by experts and presented in May`: when it was presented doesn't tell when it was drafted."""
    assert event.product is not None
    begin = max(event.product.verb, event.at)
    return any(token.low in _LATER_VERBS for token in tokens[begin + 3 : mention.first])


def _is_of_a_document(tokens: list[Token], event: Event, mention: Mention) -> bool:
    """`Three workshops took place and the roadmap was adopted on 12 November`."""
    for at in range(event.at + 1, mention.first - 2):
        if tokens[at].kind is not Kind.PRODUCT or tokens[at - 1].low not in ("the", "a") or tokens[at - 2].low != "and":
            continue
        behind = tokens[at + 1 : mention.first]
        return any(t.low in BE for t in behind[:2]) and any(t.low in _LATER_VERBS | {"drafted"} for t in behind)
    return False


def _attach_forward(tokens: list[Token], after: list[Event], mention: Mention) -> None:
    group: list[Event] = []
    for event in after:
        begin = group[-1].at if group else mention.after
        if group and (_has_break(tokens, begin, event.at) or any(t.low in _BREAKS for t in tokens[begin : event.at])):
            break
        if group and event.is_definite and not event.ordinal:
            break
        goes_on = [token.low for token in tokens[event.start - 2 : event.start]] == [",", "and"]
        is_within = not goes_on and any(token.low in ("which", "who") for token in tokens[begin : event.at])
        if group and (is_within or _is_aside(tokens, begin, event)):
            break
        group.append(event)
    _share([event for event in group if not event.spans], mention)


def _is_aside(tokens: list[Token], begin: int, event: Event) -> bool:
    """Whether an activity is only mentioned beside another one: `to prepare a workshop`, `as a basis for training`."""
    between = tokens[begin + 1 : event.start]
    lows = [token.low for token in between[-2:]]
    is_means = lows[-1:] == ["with"] and lows[:1] not in (["together"], ["along"], ["combined"], ["followed"])
    return bool(between) and (is_means or lows[-1] in ("for", "of", "on", "about", "prepare", "from"))


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
        event.is_open, event.is_stretch = mention.is_open, mention.is_stretch
