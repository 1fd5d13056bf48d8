"""Gives the places of a sentence to the activities that were held there."""

import itertools
from collections.abc import Sequence
from typing import Final

from app.imports.page.activities.events import MISSIONS, Event, Known
from app.imports.page.activities.places import (
    TELLING_WORDS,
    Place,
    find_hosts,
    find_places,
    own_places,
    place_before,
    unknown_town,
)
from app.imports.page.activities.travels import VISITED
from app.imports.page.language.lexicon import Kind, Token
from app.imports.page.language.words import FINITE
from app.imports.page.language.wordsets import words
from app.imports.page.sentences import Sentence


def attach_places(sentence: Sentence, events: list[Event], event: Event, known: Known) -> None:
    """Gives an activity the places that its sentence tells: those that stand with its dates, those behind or before its
    noun, or those that are told by the way."""
    own = known.countries
    if event.product:
        verb = event.product.verb
        event.places = find_places(sentence, verb + 1, event.end, own, abroad=False) if event.spans else []
        return
    event.places = (
        event.places
        or _by_dates(sentence, event, own)
        or _by_host(sentence, event, own)
        or _around(sentence, events, event, own)
    )
    if event.type == "study-visit":
        event.places = event.places or _travelled_to(sentence, event, own) or _host(sentence.tokens, event, own)
        _settle_visit(sentence, event, own)
    elif not event.places and event.type != "expert-visit":
        event.places = _otherwise_placed(sentence, events, event, known)


_ONLINE: Final = words("online virtually remotely")


def _by_dates(sentence: Sentence, event: Event, own: Sequence[str]) -> list[Place]:
    """`In Lima (May 2011), and in Quito (June 2011)`: a place with each date, or several of them."""
    if len(event.spans) < 2 or len(event.dated_at) != len(event.spans):
        return []
    begin, groups = event.at + 1, []
    for at in event.dated_at:
        if not _ONLINE.isdisjoint(token.low for token in sentence.tokens[begin:at]):
            groups.append([Place(None, None)])
            begin = at
            continue
        listed = find_places(sentence, begin, at, own, abroad=False)
        nearest = place_before(sentence, at, own)
        groups.append(listed if len(listed) > 1 or not nearest else [nearest])
        groups[-1] = groups[-1] or unknown_town(sentence, begin, at + 1, own)
        begin = at
    if not all(groups):
        return []
    event.spans = [span for span, places in zip(event.spans, groups, strict=True) for _ in places]
    return [place for places in groups for place in places]


def _by_host(sentence: Sentence, event: Event, own: Sequence[str]) -> list[Place]:
    """`Baku hosted the second one`."""
    is_hosted = event.start > 1 and sentence.tokens[event.start - 1].low == "hosted"
    return find_hosts(sentence, event.start - 1, own) if is_hosted else []


def _around(sentence: Sentence, events: list[Event], event: Event, own: Sequence[str]) -> list[Place]:
    """The places behind the noun, or else those before it, or with the date before it."""
    abroad = event.type in ("study-visit", "expert-visit")
    is_mission = event.type in MISSIONS
    places = find_places(sentence, event.at + 1, event.end, own, abroad=abroad, to_country=is_mission)
    if not places and event.at > 0:
        earlier = events.index(event) - 1
        places = find_places(sentence, events[earlier].end if earlier >= 0 else 0, event.start, own, abroad=False)
    if not places and event.dated_at and event.dated_at[0] < event.start:
        place = place_before(sentence, event.dated_at[0], own)
        places = [place] if place else []
    return places


def _otherwise_placed(sentence: Sentence, events: list[Event], event: Event, known: Known) -> list[Place]:
    """A place shared with the next activity, a town that no list has, or `the capital`, `the same city`."""
    own = known.countries
    places = _shared_place(sentence, events, event, own) or unknown_town(sentence, event.at + 1, event.end, own)
    if places or sentence.words.isdisjoint(TELLING_WORDS):
        return places
    before = [other.places[-1] for other in events[: events.index(event)] if other.places]
    return own_places(sentence, event.at + 1, event.end, own, before[-1] if before else known.place)


def _settle_visit(sentence: Sentence, event: Event, own: Sequence[str]) -> None:
    """A visit within the partner countries is one by experts; a study visit goes abroad."""
    if event.places and all(place.country in own for place in event.places):
        event.type = "expert-visit" if "field" not in sentence.tokens[event.at].low else event.type
    else:
        event.places = [place for place in event.places if place.town or place.country not in own]


def share_places(sentence: Sentence, events: list[Event], own: Sequence[str]) -> None:
    """`A training, a workshop and a seminar, all of which were held in Kinshasa`."""
    tokens = sentence.tokens
    for at in range(1, len(tokens) - 2):
        if tokens[at].low == "which" and tokens[at - 2].low in ("all", "both"):
            places = find_places(sentence, at, len(tokens), own, abroad=False)
            for event in events:
                if event.at < at and not event.product and places:
                    event.places = event.places if len(event.places) and event.places != places else places[:1]
            return


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


def _travelled_to(sentence: Sentence, event: Event, own: Sequence[str]) -> list[Place]:
    """`Six officials travelled to Portugal for a study visit`."""
    begin = max(0, event.start - 10)
    verb = next((at for at in range(begin, event.start) if sentence.tokens[at].low in VISITED), None)
    return [] if verb is None else find_places(sentence, verb + 1, event.start, own, abroad=True)


def _host(tokens: list[Token], event: Event, own: Sequence[str]) -> list[Place]:
    """`A study visit hosted by the Italian Ministry of Interior`, `visits to the Swedish and to the Danish agency`."""
    for at in range(event.at + 1, event.end):
        to_body = tokens[at].low in ("to", "at") and at - event.at < 4
        if to_body or tokens[at].low in ("hosted", "received", "welcomed"):
            ahead = list(
                itertools.takewhile(lambda t: t.low not in FINITE and t.low != "(", tokens[at + 1 : event.end])
            )
            hosts = [
                Place(None, str(token.value))
                for token in (ahead if event.is_plural else ahead[:8])
                if token.kind in (Kind.COUNTRY, Kind.NATIONALITY) and token.value not in own
            ]
            if hosts:
                return list(dict.fromkeys(hosts)) if event.is_plural else hosts[:1]
    return []
