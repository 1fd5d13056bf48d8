"""Reads an action's sentences in order and gathers its activities, deployments, outputs and partners."""

from dataclasses import replace
from functools import lru_cache
from typing import Final

from app.imports.drafts import ActionDraft, Finding, Severity
from app.imports.page.activities.events import SESSIONS, SHARED, Event, Known
from app.imports.page.activities.places import Place, find_places
from app.imports.page.activities.retold import Retold
from app.imports.page.activities.wording import activity_title
from app.imports.page.dates.mentions import Dates, Span, finding, in_words
from app.imports.page.dates.parts import split_days
from app.imports.page.language.lexicon import Kind
from app.imports.page.language.wordsets import words
from app.imports.page.layout import Paragraph
from app.imports.page.partners import institutions, takes_part
from app.imports.page.products.finding import Product
from app.imports.page.products.frames import COMPLETED, ONGOING, PLANNED
from app.imports.page.senders.finding import find_senders
from app.imports.page.senders.models import Sender
from app.imports.page.sentences import LONGEST, Sentence, read_sentence, sentences
from app.imports.page.story.drafting import write
from app.imports.page.story.facts import Facts, read_facts
from app.imports.page.story.telling import Activity, Deployed, Story, Told
from app.imports.page.themes import find_themes
from app.reference.countries import COUNTRIES

_MISSIONS: Final = ("fact-finding-mission", "assessment-mission", "scoping-mission")


def read_story(draft: ActionDraft, fields: dict[str, list[Paragraph]], subject: str) -> None:
    """Adds what the objective and the summary tell to the draft of their action; `subject` is that of its title."""
    read = _sentences(draft, fields)
    objective = [_without_names(told.sentence) for name, told in read if name == "objective"]
    draft.values["themes"] = find_themes(subject, *objective)
    if not draft.values["countries"]:
        _read_countries(draft, read)
    story = Story(tuple(draft.values["countries"]))
    for name, told in read:
        _read(story, told.sentence, told.line, in_objective=name == "objective")
    _drop_announcements(story)
    if not story.activities:
        _read_only_activity(story, draft, subject, read)
    _date_by_duration(story, draft)
    _link(story)
    write(story, draft)


def _sentences(draft: ActionDraft, fields: dict[str, list[Paragraph]]) -> list[tuple[str, Told]]:
    read: list[tuple[str, Told]] = []
    for name, paragraphs in fields.items():
        for paragraph in paragraphs:
            for text, line in sentences(paragraph.text, paragraph.line):
                if len(text) > LONGEST:
                    message = f"a sentence of more than {LONGEST:,} characters was not read"
                    draft.problems.append(
                        Finding(
                            severity=Severity.WARNING,
                            code="long-sentence",
                            message=message,
                            line=line,
                            quote=text[:200],
                        )
                    )
                else:
                    read.append((name, Told(read_sentence(text), line)))
    return read


@lru_cache(maxsize=1_000)
def _without_names(sentence: Sentence) -> str:
    """A sentence without the institutions in it: a ministry's name tells no theme of the action."""
    text = sentence.text
    for found in reversed(institutions(sentence)):
        text = text[: sentence.tokens[found.first].start] + "..." + text[sentence.tokens[found.after - 1].end :]
    return text


def _read_countries(draft: ActionDraft, read: list[tuple[str, Told]]) -> None:
    """The countries of a regional action, whose title names none: those that asked for it, or whom it is for."""
    for test in (_asks, _is_objective, _is_any):
        codes: list[str] = []
        for name, told in read:
            sentence = told.sentence
            if test(name, sentence):
                senders = find_senders(sentence, [])
                sent = {sender.country for sender in senders.found}
                codes += [
                    str(token.value)
                    for token in sentence.tokens
                    if token.kind in (Kind.COUNTRY, Kind.NATIONALITY)
                    and token.value not in sent
                    and not _is_member(str(token.value))
                ]
        if codes:
            draft.values["countries"] = list(dict.fromkeys(codes))
            return
    message = "no country is named: the action is read without one"
    draft.problems.append(
        Finding(
            severity=Severity.NOTE, code="no-countries", message=message, line=draft.line, quote=draft.values["title"]
        )
    )


def _is_member(code: str) -> bool:
    row = COUNTRIES[code]
    return row.eu_member_from is not None


def _asks(_name: str, sentence: Sentence) -> bool:
    return any(token.low in ("request", "requests", "requested", "asked") for token in sentence.tokens)


def _is_objective(name: str, _sentence: Sentence) -> bool:
    return name == "objective"


def _is_any(_name: str, _sentence: Sentence) -> bool:
    return True


def _read(story: Story, sentence: Sentence, line: int, *, in_objective: bool) -> None:
    known = Known(
        story.countries,
        story.session_type,
        story.series_type,
        story.last_type,
        story.mission_type,
        story.place,
        frozenset([activity.type for activity in story.activities]),
    )
    facts = read_facts(sentence, story.anchor, known, in_objective=in_objective)
    story.problems += [finding(problem, sentence.tokens, sentence.text, line) for problem in facts.dates.problems]
    story.names += facts.names
    told = Told(sentence, line)
    added = []
    for event in facts.events:
        added += _add_event(story, told, event)
    if facts.retold and not added:
        _add_to_earlier(story, facts.retold)
    _remember(story, sentence, facts.dates)
    for product in facts.products:
        date = next((m.spans[0].start for m in facts.dates.mentions if 0 < m.first - product.verb < 7), None)
        story.products.append((product, told, date))
    _add_senders(story, told, facts, added)


def _remember(story: Story, sentence: Sentence, dates: Dates) -> None:
    if dates.mentions:
        story.anchor = dates.mentions[-1].spans[-1].end
    for token in sentence.tokens if Kind.ACTIVITY in sentence.kinds else ():
        if token.kind is not Kind.ACTIVITY:
            continue
        if token.is_plural and token.value not in ("visit", "exchange", "mapping", "mission"):
            story.series_type = story.session_type if token.value == "session" else str(token.value)
        if token.value in SESSIONS and "session" in token.low:
            story.session_type = str(token.value)


def _add_event(story: Story, told: Told, event: Event) -> list[Activity]:
    if event.is_open:
        event = replace(event, spans=list(event.spans))  # what was read of the sentence is shared by all who have it
        _close(story, told, event)
    if earlier := _told_before(story, told, event):
        if event.spans and earlier.span is None and not event.product:
            earlier.span, earlier.status = event.spans[0], event.status
            earlier.place = earlier.place or (event.places[0] if event.places else None)
        return [earlier]
    made = [
        Activity(
            event.type,
            activity_title(told.sentence, event, place, alone=alone),
            told,
            span,
            place,
            sessions,
            event.status,
            event,
            event.is_open or (event.status == ONGOING and not event.is_stretch),
        )
        for span, place, sessions, alone in _occasions(event, story.countries)
    ]
    story.activities += made
    story.problems += [_assumed(one, told) for one in made if one.place and one.place.is_assumed]
    story.last_type = event.type
    story.mission_type = event.type if event.type in _MISSIONS else story.mission_type
    story.place = next((activity.place for activity in reversed(made) if activity.place), story.place)
    return made


def _assumed(activity: Activity, told: Told) -> Finding:
    assert activity.place is not None
    place = activity.place
    country = COUNTRIES[place.country or ""].name
    message = f"no list has the town '{place.town}': read as one of the partner country, {country}"
    return Finding(
        severity=Severity.WARNING, code="assumed-country", message=message, line=told.line, quote=told.sentence.text
    )


_LASTING: Final = ("campaign", "drafting", "other")


def _close(story: Story, told: Told, event: Event) -> None:
    """A mission or training that only begins, `from 29 March 2010`, has lost the dash of its days."""
    span = event.spans[0] if event.spans else None
    if span is None or not event.is_open or event.type in _LASTING or len(span.start) != 10:
        return
    pair = split_days(str(int(span.start[8:])), 31)
    days = Span(f"{span.start[:8]}{pair[0]:02d}", f"{span.start[:8]}{pair[1]:02d}") if pair else span
    event.spans, event.is_open = [days], False
    if pair:
        message = f"nothing tells an end, so a dash is missing: read as {in_words(days.start)} to {in_words(days.end)}"
        story.problems.append(
            Finding(
                severity=Severity.WARNING,
                code="repaired-date",
                message=message,
                line=told.line,
                quote=told.sentence.text,
            )
        )


def _told_before(story: Story, told: Told, event: Event) -> Activity | None:
    """The activity that the words speak of again: one of the same type, `the` workshop, or the same document."""
    is_mission = told.sentence.tokens[event.at].value == "mission"
    for earlier in reversed(story.activities):
        if earlier.type != event.type and not (is_mission and event.is_definite and earlier.type in _MISSIONS):
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


def _add_to_earlier(story: Story, retold: Retold) -> None:
    """Adds where and when the last activity of a kind was held, unless that is known."""
    earlier = next((one for one in reversed(story.activities) if retold.type in (None, one.type)), None)
    if earlier is None or earlier.event.product:
        return
    if retold.place and (earlier.place is None or earlier.place.town is None):
        earlier.place = retold.place
    if retold.span and earlier.span is None:
        earlier.span = retold.span


def _same_product(one: Product, other: Product) -> bool:
    return one.kind == other.kind and (one.is_definite or other.is_definite or one.title.lower() == other.title.lower())


def _occasions(event: Event, own: tuple[str, ...]) -> list[tuple[Span | None, Place | None, int, bool]]:
    """The times and places of an event, each one record; what happened several times in one is counted there."""
    spans: list[Span | None] = list(event.spans) or [None]
    places: list[Place | None] = list(event.places) or [None]
    if event.type in _MISSIONS and event.places == [] and len(own) == 1:
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
        or event.type in ("study-visit", "expert-visit", *_MISSIONS)
        or event.ordinal == "verb"
        or len(spans) == 1
    ):
        return [(span, place, 1, False) for span in spans[:1] for place in places]
    if len(spans) > 1:
        return [(span, places[0], 1, False) for span in spans]
    number = event.number if event.number and event.is_plural and event.number <= 100 else 1
    if event.is_told_apart and number < 10:
        return [(spans[0], places[0], 1, False)] * number
    return [(spans[0], places[0], number, True)]


def _is_single(event: Event) -> bool:
    return (
        not (event.is_plural or event.is_bare)
        and event.number is None
        and event.ordinal != "verb"
        and len(event.places) < 2
    )


def _add_senders(story: Story, told: Told, facts: Facts, added: list[Activity]) -> None:
    sentence, senders = told.sentence, facts.senders
    lows = [token.low for token in sentence.tokens] if senders.found else []
    of_action = (
        any(
            low == "action" and lows[at - 1] == "this" and "for" in lows[max(0, at - 2) : at]
            for at, low in enumerate(lows)
        )
        or "component" in lows
    )
    for sender in senders.found:
        linked = [] if of_action else _spoken_of(story, sentence, added, sender)
        story.deployed.append(Deployed(replace(sender), told, linked, of_action))
    if senders.shared_count:
        message = f"{senders.shared_count} experts in total: how many each sent isn't told"
        story.problems.append(
            Finding(severity=Severity.NOTE, code="shared-count", message=message, line=told.line, quote=sentence.text)
        )
    for found in facts.institutions:
        inside = any(first < found.after and found.first < after for first, after in senders.institutions)
        if not inside and takes_part(sentence, found, story.countries):
            story.partners.append(found)


_POINTING: Final = words(
    "exercise mission activity visit event workshop training seminar session conference meeting course"
)


def _spoken_of(story: Story, sentence: Sentence, added: list[Activity], sender: Sender) -> list[Activity]:
    """The one activity that the experts of a sentence were sent to, where it speaks of one."""
    if len(added) == 1:
        return added
    if len(added) > 1:
        before = [
            activity for activity in added if activity.told.sentence is sentence and activity.event.at < sender.at
        ]
        return before[-1:]
    lows = [token.low for token in sentence.tokens]
    for at, low in enumerate(lows[1:], 1):
        if low in _POINTING and lows[at - 1] in ("this", "the") and story.activities:
            return story.activities[-1:]
    return []


def _drop_announcements(story: Story) -> None:
    """A series without a date that only announces what is told one by one isn't one more activity."""
    kept = []
    for index, activity in enumerate(story.activities):
        event = activity.event
        others = [
            other
            for at, other in enumerate(story.activities)
            if at != index and other.type == activity.type and other.event is not event
        ]
        later = [
            other for other in story.activities[index + 1 :] if other.type == activity.type and other.event is not event
        ]
        ordered = [other for other in later if other.event.ordinal]
        if event.is_series and activity.place and activity.span is None and len(ordered) > 1:
            for other in ordered:  # "a set of workshops was scheduled in Sarajevo. The first, in June, ..."
                other.place = other.place or activity.place
            continue
        vague = event.is_plural and activity.span is None and activity.place is None and event.product is None
        if (
            vague
            and event.ordinal not in ("further", "additional", "other", "new", "another")
            and (later or (activity.status == PLANNED and others))
        ):
            continue
        if (
            event.is_plural
            and (event.number or event.is_series)
            and activity.span
            and _is_told_in_parts(activity, later)
        ):
            continue
        kept.append(activity)
    story.activities = kept


def _is_told_in_parts(series: Activity, later: list[Activity]) -> bool:
    """Whether the sessions of a dated series follow, each with its own date within it."""
    assert series.span is not None
    span = series.span
    parts = [
        a
        for a in later
        if a.span and a.event.ordinal and span.start[:4] <= a.span.start[:4] and a.span.end[: len(span.end)] <= span.end
    ]
    return len(parts) >= 2


def _read_only_activity(story: Story, draft: ActionDraft, subject: str, read: list[tuple[str, Told]]) -> None:
    """The activity that a title names, where the action lasted a few days: `Seychelles: Seminar on Visa Policy`."""
    start, end = draft.values.get("start") or "", draft.values.get("end") or ""
    named = next((t for t in read_sentence(subject).tokens if t.kind is Kind.ACTIVITY), None)
    if named is None or named.value in SHARED or len(start) != 10 or start[:7] != end[:7]:
        return
    for _, told in read:
        tokens = told.sentence.tokens
        at = next((place for place, token in enumerate(tokens) if token.value == named.value), None)
        if at is not None and tokens[at].kind is Kind.ACTIVITY:
            event = Event(at, str(named.value), at, end=len(tokens), happens=True, spans=[Span(start, end)])
            event.places = find_places(told.sentence, at + 1, len(tokens), story.countries, abroad=False)
            _add_event(story, told, event)
            return


def _date_by_duration(story: Story, draft: ActionDraft) -> None:
    """The only activity of an action that lasted a few days took place on those days."""
    start, end = draft.values.get("start"), draft.values.get("end")
    if start and end and len(start) == 10 and start[:7] == end[:7] and len(story.activities) == 1:
        activity = story.activities[0]
        if activity.span is None or (len(activity.span.start) < 10 and start.startswith(activity.span.start)):
            activity.span = Span(start, end)


def _link(story: Story) -> None:
    """The experts of an action with one activity were sent to it."""
    if len(story.activities) == 1 and story.activities[0].event.product is None:
        for deployed in story.deployed:
            if not deployed.speaks_of_action or story.activities[0].status == COMPLETED:
                deployed.activities = deployed.activities or story.activities
    for deployed in story.deployed:
        deployed.activities = [activity for activity in deployed.activities if activity in story.activities]
