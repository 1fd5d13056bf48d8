"""Finds activities in sentences: what took place, when, where and how often.

A word for an activity is an activity of the action when the sentence tells that it takes place: with a date, a verb
(`was held`, `followed`, `will be organised`) or a frame (`started with`). A word with `the` and no date of its own
speaks of what was told before; a series that is only announced is no activity beside its sessions.
"""

import itertools
from collections.abc import Sequence
from typing import Final

from app.imports.page.activities.dating import attach_dates, is_one_of, set_ends
from app.imports.page.activities.ellipsis import counted, elided, repetition
from app.imports.page.activities.events import MISSIONS, Event, Known
from app.imports.page.activities.happening import judge
from app.imports.page.activities.named import named_event
from app.imports.page.activities.places import find_places
from app.imports.page.activities.travels import VISITED, training_by_verb, visit_by_invitation, visit_by_verb
from app.imports.page.activities.venues import attach_places, share_places
from app.imports.page.dates.mentions import Dates
from app.imports.page.dates.postponed import settled
from app.imports.page.language.lexicon import Kind, Token
from app.imports.page.language.words import FINITE, INVITED, ORDINALS, number_of
from app.imports.page.language.wordsets import words
from app.imports.page.outputs.finding import Product
from app.imports.page.sentences import Sentence

_STARTERS: Final = VISITED | INVITED | ORDINALS | {"repeated", "trained", "one"}
_BY_WORD: Final = VISITED | INVITED | {"trained", "repeated", "first", "second", "third", "fourth", "last", "final"}
"""Words that may tell of an activity in a sentence that names none."""


def find_events(
    sentence: Sentence, dates: Dates, products: list[Product], known: Known, *, in_objective: bool
) -> list[Event]:
    """The activities that a sentence tells of, each with its dates and places; those of drafting among them."""
    tokens = sentence.tokens
    if (
        not products
        and Kind.ACTIVITY not in sentence.kinds
        and sentence.words.isdisjoint(_BY_WORD)
        and not number_of(tokens[0])
    ):
        return []
    events = [
        event
        for at, token in enumerate(tokens)
        if (token.kind is Kind.ACTIVITY or token.low in _STARTERS or (at < 3 and number_of(token)))
        and (event := _event_at(tokens, at, known))
    ]
    events = [e for e in events if not (_is_topic(tokens, e) or _is_help(tokens, e) or _is_offer(tokens, e))]
    drafted = [Event(p.at, "drafting", min(p.at, p.verb), product=p, status=p.status) for p in products if p.is_drafted]
    events = sorted([*_without_drafting_words(events, products), *drafted], key=lambda event: event.at)
    if not events:
        return []
    set_ends(tokens, events)
    _settle_numbers(events)
    _merge_travels(sentence, events, known.countries)
    _merge_predicates(tokens, events)
    attach_dates(tokens, events, settled(tokens, sentence.words, dates.mentions))
    for index, event in enumerate(events):
        if event.product is None:
            judge(tokens, events, index, in_objective=in_objective)
        else:
            event.happens = _has_its_time(event.product, event)
    for event in events:
        attach_places(sentence, events, event, known)
        if event.ordinal == "verb" and tokens[event.at].low == "trained":
            event.happens = _is_training(tokens, events, event)
        elif event.is_definite and not event.spans and event.type not in known.types:
            event.happens = event.happens or _is_mentioned_by_the_way(tokens, event, known)
    share_places(sentence, events, own=known.countries)
    _drop_headings(tokens, events)
    return [event for event in events if event.happens]


def _event_at(tokens: list[Token], at: int, known: Known) -> Event | None:
    """What a word may tell of; whether it takes place is asked later."""
    token, own = tokens[at], known.countries
    if token.kind is Kind.ACTIVITY:
        return named_event(tokens, at, known)
    if token.low in VISITED and at > 1:
        return visit_by_verb(tokens, at, own)
    if token.low in INVITED and at > 0:
        return visit_by_invitation(tokens, at, own)
    if token.low in ("repeated", "trained") and at > 1:
        return repetition(tokens, at, known) if token.low == "repeated" else training_by_verb(tokens, at)
    if token.low in ORDINALS and at + 1 < len(tokens):
        return elided(tokens, at, known)
    return counted(tokens, at, known)


def _without_drafting_words(events: list[Event], products: list[Product]) -> list[Event]:
    """`The drafting session` of a document that is drafted already is told once."""
    return [
        e for e in events if not (e.type == "drafting" and any(p.is_drafted and abs(p.at - e.at) < 8 for p in products))
    ]


def _is_help(tokens: list[Token], event: Event) -> bool:
    """`With remote support from the experts`: how something else was done."""
    return event.type == "other" and event.start > 1 and tokens[event.start - 1].low == "with"


def _is_offer(tokens: list[Token], event: Event) -> bool:
    """`The conference provided a forum for an exchange`: what others had by it."""
    return tokens[event.at].low == "forum" and tokens[event.start - 1].low in _GAVE


_GAVE: Final = words("provided provide provides providing offered offering served as constituted was created gave")


def _has_its_time(product: Product, event: Event) -> bool:
    """Whether the work on a document is an activity: `the drafting began in May`, `drafted between May and July`. One
    that `was drafted`, or was in May, is an output and no more."""
    return bool(event.spans) and (product.is_process or event.is_stretch or event.is_open)


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
            return any(other.kind is Kind.ACTIVITY for other in tokens[max(0, at - 16) : at])
        if (
            token.kind in (Kind.ACTIVITY, Kind.MONTH)
            or token.low in FINITE
            or token.low in (";", ":", "by", "with", "to", "in", "as")
        ):
            return False
        if token.low == "and" and tokens[at - 1].low == ",":
            return False
    return False


def _is_training(tokens: list[Token], events: list[Event], event: Event) -> bool:
    """Whether `were trained` tells of a training, rather than of what happened at one that is told beside it."""
    if any(other.spans == event.spans for other in events if other is not event):
        return False
    by_mieux = any(t.low == "mieux" or t.kind is Kind.EXPERT for t in tokens[max(0, event.at - 3) : event.at])
    return bool(event.spans) or (len(events) == 1 and (bool(event.places) or by_mieux))


def _is_mentioned_by_the_way(tokens: list[Token], event: Event, known: Known) -> bool:
    return (
        _begins_the_action(tokens, event)
        or _is_presupposed(tokens, event, known)
        or (bool(event.places) and _is_first_mentioned(tokens, event))
    )


def _is_first_mentioned(tokens: list[Token], event: Event) -> bool:
    """`Following the visit of an expert to Tashkent`: told by the way, and nowhere else."""
    before = tokens[event.start - 1].low if event.start else ""
    return before in ("following", "after", "during") and event.start <= 2


def _is_presupposed(tokens: list[Token], event: Event, known: Known) -> bool:
    """`Following the results of the initial mission`: it took place, though nothing else is told of it."""
    if event.type not in MISSIONS or not MISSIONS.isdisjoint(known.types):
        return False
    lead = {token.low for token in tokens[: event.start]}
    return event.start <= 7 and not event.is_plural and bool(lead & {"following", "after", "based", "basis", "upon"})


def _merge_travels(sentence: Sentence, events: list[Event], own: Sequence[str]) -> None:
    """`A study visit took place in July, when six officials travelled to Rome` tells of one, and so does `experts
    returned to Yerevan in May, where they led a workshop`."""
    tokens = sentence.tokens
    for index, event in enumerate(events):
        if event.ordinal != "verb" or tokens[event.at].low not in VISITED | INVITED:
            continue
        towns = find_places(sentence, event.at + 1, event.end, own, abroad=True)
        named = [other for other in events[:index] if other.type == event.type and other.ordinal != "verb"]
        following = events[index + 1] if index + 1 < len(events) else None
        if named:
            countries = find_places(sentence, named[-1].at + 1, named[-1].end, own, abroad=True)
            if towns and (not countries or countries[0].country == towns[0].country):
                named[-1].places = towns
            events[index - 1].end = event.end
        elif following is None or event.type == "study-visit":
            continue
        elif following.type not in MISSIONS:
            between = [token.low for token in tokens[event.at : following.start]]
            if "where" not in between[-6:]:
                continue
            following.start, following.places = event.start, towns
        events.remove(event)  # "the team travelled to Yerevan for an assessment mission"
        return


def _settle_numbers(events: list[Event]) -> None:
    """`Two workshops, one on visas and the other on borders`: the other one is an activity of its own."""
    for index, event in enumerate(list(events)):
        if event.is_listed_apart and event.number:
            event.number -= sum(is_one_of(other, event) for other in events[index + 1 :])
            event.is_listed_apart = event.is_plural = event.number > 1
            if not event.number:
                events.remove(event)


def _begins_the_action(tokens: list[Token], event: Event) -> bool:
    """`The action started with the visit of an expert`."""
    lows = [token.low for token in tokens[max(0, event.start - 3) : event.start]]
    return lows[-1:] == ["with"] and not _STARTS.isdisjoint(lows)


_STARTS: Final = words("started began begun opened commenced launched kicked off initiated")


def _merge_predicates(tokens: list[Token], events: list[Event]) -> None:
    """`The last session, in May 2010, was a training of trainers` tells of one activity, whose kind stands last."""
    for event, following in itertools.pairwise(events):
        is_apposition = (
            event.is_definite
            and event.ordinal is not None
            and [t.low for t in tokens[event.at + 1 : following.start]] == [","]
            and tokens[following.start].low in ("a", "an")
        )
        is_predicate = (
            (tokens[following.start - 1].low in ("was", "were", "is") or is_apposition)
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
        if event.spans or event.product or len(listed) < 2:
            continue
        between = {token.low for token in tokens[event.at + 1 : listed[0].at]}
        ordered = [other for other in listed if is_one_of(other, event)]
        is_told_again = event.is_plural or any(other.type == event.type for other in listed)
        if (
            is_told_again
            and (between & {";", ":", "namely"} or len(ordered) > 1)
            and not (event.places and event.number and event.number > len(listed))
        ):
            event.happens = False
            for other in ordered:
                other.places = other.places or event.places  # "two sessions in Kigali, the first in July ..."
