"""Gathers the activities of an action as its sentences tell them, each once."""

from dataclasses import replace
from typing import Final

from app.imports.drafts import Finding, Severity
from app.imports.page.activities.coreference import Reference
from app.imports.page.activities.events import MISSIONS, Event
from app.imports.page.activities.places import Place
from app.imports.page.activities.wording import activity_title
from app.imports.page.dates.mentions import Span, in_words
from app.imports.page.dates.parts import split_days
from app.imports.page.narrative.state import Activity, Narrative, SourcedSentence
from app.imports.page.outputs.finding import Product
from app.imports.page.outputs.frames import ONGOING
from app.reference.countries import COUNTRIES


def add_event(narrative: Narrative, source: SourcedSentence, event: Event) -> list[Activity]:
    if event.is_open:
        event = replace(event, spans=list(event.spans))  # what was read of the sentence is shared by all who have it
        _close(narrative, source, event)
    if earlier := _earlier_of(narrative, source, event):
        if event.spans and earlier.span is None and not event.product:
            earlier.span, earlier.status = event.spans[0], event.status
            earlier.place = earlier.place or (event.places[0] if event.places else None)
        return [earlier]
    made = [
        Activity(
            event.type,
            activity_title(source.sentence, event, place, alone=alone),
            source,
            span,
            place,
            sessions,
            event.status,
            event,
            event.is_open or (event.status == ONGOING and not event.is_stretch),
        )
        for span, place, sessions, alone in _occasions(event, narrative.countries)
    ]
    narrative.activities += made
    narrative.problems += [_assumed(one, source) for one in made if one.place and one.place.is_assumed]
    narrative.last_type = event.type
    narrative.mission_type = event.type if event.type in MISSIONS else narrative.mission_type
    narrative.place = next((activity.place for activity in reversed(made) if activity.place), narrative.place)
    return made


def _assumed(activity: Activity, source: SourcedSentence) -> Finding:
    assert activity.place is not None
    place = activity.place
    country = COUNTRIES[place.country or ""].name
    message = f"no list has the town '{place.town}': read as one of the partner country, {country}"
    return Finding(
        severity=Severity.WARNING, code="assumed-country", message=message, line=source.line, quote=source.sentence.text
    )


_LASTING: Final = ("campaign", "drafting", "other")


def _close(narrative: Narrative, source: SourcedSentence, event: Event) -> None:
    """A mission or training that only begins, `from 29 March 2010`, has lost the dash of its days."""
    span = event.spans[0] if event.spans else None
    if span is None or not event.is_open or event.type in _LASTING or len(span.start) != 10:
        return
    pair = split_days(str(int(span.start[8:])), 31)
    days = Span(f"{span.start[:8]}{pair[0]:02d}", f"{span.start[:8]}{pair[1]:02d}") if pair else span
    event.spans, event.is_open = [days], False
    if pair:
        message = f"nothing tells an end, so a dash is missing: read as {in_words(days.start)} to {in_words(days.end)}"
        narrative.problems.append(
            Finding(
                severity=Severity.WARNING,
                code="repaired-date",
                message=message,
                line=source.line,
                quote=source.sentence.text,
            )
        )


def _earlier_of(narrative: Narrative, source: SourcedSentence, event: Event) -> Activity | None:
    """The activity that the words speak of again: one of the same type, `the` workshop, or the same document."""
    is_mission = source.sentence.tokens[event.at].value == "mission"
    for earlier in reversed(narrative.activities):
        if earlier.type != event.type and not (is_mission and event.is_definite and earlier.type in MISSIONS):
            continue
        if event.product and earlier.event.product:
            same = _same_product(event.product, earlier.event.product)
            if same and not (event.spans and earlier.span and event.spans[0] != earlier.span):
                return earlier
            continue
        if event.is_definite and event.ordinal is None and event.spans and not event.is_plural:
            if earlier.span is None or earlier.span == event.spans[0]:
                return earlier
            return None
    return None


def add_to_earlier(narrative: Narrative, reference: Reference) -> None:
    """Adds where and when the last activity of a kind was held, unless that is known."""
    earlier = next((one for one in reversed(narrative.activities) if reference.type in (None, one.type)), None)
    if earlier is None or earlier.event.product:
        return
    if reference.place and (earlier.place is None or earlier.place.town is None):
        earlier.place = reference.place
    if reference.span and earlier.span is None:
        earlier.span = reference.span


def _same_product(one: Product, other: Product) -> bool:
    return one.kind == other.kind and (one.is_definite or other.is_definite or one.title.lower() == other.title.lower())


def _occasions(event: Event, own: tuple[str, ...]) -> list[tuple[Span | None, Place | None, int, bool]]:
    """The times and places of an event, each one record; what happened several times in one is counted there."""
    spans: list[Span | None] = list(event.spans) or [None]
    places: list[Place | None] = list(event.places) or [None]
    if event.type in MISSIONS and event.places == [] and len(own) == 1:
        places = [Place(None, own[0])]
    if len(spans) > 1 and _is_single(event):
        spans = [
            Span(min(s.start for s in event.spans), max(s.end for s in event.spans))
        ]  # "a campaign was run in 2012 and 2013"
    if len(spans) > 1 and len(places) > 1 and len(places) != len(spans):
        places = [None]  # which of them was where isn't told
    if len(spans) > 1 and len(places) == len(spans):
        return [(span, place, 1, False) for span, place in zip(spans, places, strict=True)]
    if len(places) > 1 and (
        event.is_plural
        or event.type in ("study-visit", "expert-visit", *MISSIONS)
        or event.ordinal == "verb"
        or len(spans) == 1
    ):
        return [(span, place, 1, False) for span in spans[:1] for place in places]
    if len(spans) > 1:
        return [(span, places[0], 1, False) for span in spans]
    number = event.number if event.number and event.is_plural and event.number <= 100 else 1
    if event.is_listed_apart and number < 10:
        return [(spans[0], places[0], 1, False)] * number
    return [(spans[0], places[0], number, True)]


def _is_single(event: Event) -> bool:
    return (
        not (event.is_plural or event.is_bare)
        and event.number is None
        and event.ordinal != "verb"
        and len(event.places) < 2
    )
