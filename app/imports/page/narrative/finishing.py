"""Settles what only the whole of an action tells: what was announced, when its one activity was, who went there."""

from typing import Final

from app.imports.drafts import ActionDraft
from app.imports.page.activities.events import SHARED, Event
from app.imports.page.activities.places import find_places
from app.imports.page.dates.mentions import Span
from app.imports.page.language.lexicon import Kind
from app.imports.page.narrative.merging import add_event
from app.imports.page.narrative.state import Activity, Narrative, SourcedSentence
from app.imports.page.outputs.frames import COMPLETED, PLANNED
from app.imports.page.sentences import read_sentence


def drop_announcements(narrative: Narrative) -> None:
    """A series without a date that only announces what is told one by one isn't one more activity."""
    alike: dict[str, list[tuple[int, Activity]]] = {}
    for index, activity in enumerate(narrative.activities):
        alike.setdefault(activity.type, []).append((index, activity))
    kept = []
    for index, activity in enumerate(narrative.activities):
        event = activity.event
        if not (event.is_plural or event.is_series):
            kept.append(activity)
            continue
        others = ((at, other) for at, other in alike[activity.type] if other.event is not event)
        is_vague = activity.span is None and event.product is None and event.ordinal not in _MORE
        if is_vague and event.is_plural and activity.place is None:
            if any(at > index or activity.status == PLANNED for at, _ in others):
                continue
        elif event.is_series or event.number:
            later = [other for at, other in others if at > index]
            ordered = [other for other in later if other.event.ordinal]
            if is_vague and event.is_series and len(ordered) > 1:
                for other in ordered:  # "a set of workshops was scheduled in Sarajevo. The first, in June, ..."
                    other.place = other.place or activity.place
                continue
            if event.is_plural and activity.span and _is_listed_in_parts(activity, later):
                continue
        kept.append(activity)
    narrative.activities = kept


_MORE: Final = ("further", "additional", "other", "new", "another")


def _is_listed_in_parts(series: Activity, later: list[Activity]) -> bool:
    """Whether the sessions of a dated series follow, each with its own date within it."""
    assert series.span is not None
    span = series.span
    parts = [
        a
        for a in later
        if a.span and a.event.ordinal and span.start[:4] <= a.span.start[:4] and a.span.end[: len(span.end)] <= span.end
    ]
    return len(parts) >= 2


def read_only_activity(
    narrative: Narrative, draft: ActionDraft, subject: str, read: list[tuple[str, SourcedSentence]]
) -> None:
    """The activity that a title names, where the action lasted a few days: `Seychelles: Seminar on Visa Policy`."""
    start, end = draft.values.get("start") or "", draft.values.get("end") or ""
    named = next((t for t in read_sentence(subject).tokens if t.kind is Kind.ACTIVITY), None)
    if named is None or named.value in SHARED or len(start) != 10 or start[:7] != end[:7]:
        return
    for _, source in read:
        tokens = source.sentence.tokens
        at = next((place for place, token in enumerate(tokens) if token.value == named.value), None)
        if at is not None and tokens[at].kind is Kind.ACTIVITY:
            event = Event(at, str(named.value), at, end=len(tokens), happens=True, spans=[Span(start, end)])
            event.places = find_places(source.sentence, at + 1, len(tokens), narrative.countries, abroad=False)
            add_event(narrative, source, event)
            return


def date_by_duration(narrative: Narrative, draft: ActionDraft) -> None:
    """The only activity of an action that lasted a few days took place on those days."""
    start, end = draft.values.get("start"), draft.values.get("end")
    if start and end and len(start) == 10 and start[:7] == end[:7] and len(narrative.activities) == 1:
        activity = narrative.activities[0]
        if activity.span is None or (len(activity.span.start) < 10 and start.startswith(activity.span.start)):
            activity.span = Span(start, end)


def link_experts(narrative: Narrative) -> None:
    """The experts of an action with one activity were sent to it."""
    if len(narrative.activities) == 1 and narrative.activities[0].event.product is None:
        for deployed in narrative.deployed:
            if not deployed.speaks_of_action or narrative.activities[0].status == COMPLETED:
                deployed.activities = deployed.activities or narrative.activities
    for deployed in narrative.deployed:
        deployed.activities = [activity for activity in deployed.activities if activity in narrative.activities]
