"""Finds what a sentence adds to an activity that was told before: `The event, which was held in Montevideo, ...`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.imports.page.activities.places import Place, find_places
from app.imports.page.dates.mentions import Dates, Span
from app.imports.page.language.lexicon import Kind
from app.imports.page.language.words import FINITE
from app.imports.page.language.wordsets import words
from app.imports.page.sentences import Sentence

_HELD: Final = words("held place hosted organised organized")
_HEAD: Final = 8
"""A reference begins the sentence, after a few words at most."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Where and when an activity was held that was told before."""

    type: str | None
    """Its type; None for `the event`."""
    place: Place | None
    span: Span | None


def find_reference(sentence: Sentence, dates: Dates, own: Sequence[str]) -> Reference | None:
    """What a sentence adds to the activity of which it speaks again."""
    tokens = sentence.tokens
    if sentence.words.isdisjoint(_HELD):
        return None
    for at in range(1, min(len(tokens), _HEAD)):
        token = tokens[at]
        is_activity = token.kind is Kind.ACTIVITY and not token.is_plural
        if not (is_activity or token.low == "event") or tokens[at - 1].low not in ("the", "this"):
            continue
        verb = next((place for place in range(at + 1, min(len(tokens), at + 6)) if tokens[place].low in _HELD), None)
        if verb is None:
            return None
        ends = next((p for p in range(verb + 1, len(tokens)) if tokens[p].low in FINITE or tokens[p].low == ","), None)
        after = len(tokens) if ends is None else ends
        places = find_places(sentence, verb + 1, after, own, abroad=False)
        span = next((mention.spans[0] for mention in dates.mentions if verb < mention.first < after), None)
        if places or span:
            return Reference(str(token.value) if is_activity else None, places[0] if places else None, span)
    return None
