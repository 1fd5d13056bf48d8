"""Short titles of activities, made from the words of their sentences."""

from typing import Final

from app.imports.page.activities.events import Event
from app.imports.page.activities.places import Place
from app.imports.page.language.lexicon import Kind
from app.imports.page.language.words import FINITE
from app.imports.page.language.wordsets import words
from app.imports.page.sentences import Sentence
from app.reference.countries import COUNTRIES
from app.reference.vocabularies import label_of

_ENDS: Final = words(
    '. ; : , ( ) " which who that during throughout between held organised with after before as attended followed '
    "hosted took where in at to from by while until through aimed aiming based led entitled was were"
)
_DANGLING: Final = words("of on for the and a an with to in at by its from")
_LONGEST: Final = 16


def activity_title(sentence: Sentence, event: Event, place: Place | None, *, alone: bool) -> str:
    """A title such as `Workshop on migration data`, or `Study visit to Italy`."""
    if event.product:
        noun = "Drafting" if "draft" in sentence.tokens[event.product.verb].low else "Development"
        return f"{noun} of {_lowered(event.product.title)}"[:300]
    label = label_of(event.type)
    where = _where(place)
    if event.ordinal == "verb" or event.type in ("study-visit", "expert-visit"):
        return f"{label} to {where}" if where else label
    subject = _subject(sentence, event)
    if not subject and where:
        joint = "to" if event.type.endswith("mission") else "in"
        subject = f"{joint} {where}" if place and (place.town or joint == "in") else ""
    elif where and not alone:
        subject = f"{subject}, {where}"
    return f"{label} {subject}".strip()[:300] if event.type != "other" else _other(sentence, event, subject)


def _other(sentence: Sentence, event: Event, subject: str) -> str:
    token = sentence.tokens[event.at]
    phrase = sentence.text[token.start : token.end]
    return f"{phrase[:1].upper()}{phrase[1:]} {subject}".strip()[:300]


def _lowered(title: str) -> str:
    first, _, rest = title.partition(" ")
    return title if rest[:1].isupper() or first.isupper() else f"{first.lower()} {rest}".strip()


def _where(place: Place | None) -> str:
    if place is None:
        return ""
    if place.town:
        return place.town
    name = COUNTRIES[place.country].name if place.country else ""
    return f"the {name}" if name in ("Netherlands", "Philippines", "United Kingdom", "United States") else name


def _subject(sentence: Sentence, event: Event) -> str:
    """What it was about or for, as far as the words right behind tell."""
    tokens = sentence.tokens
    at = event.at + 1
    if at < len(tokens) and tokens[at].low == "session":
        at += 1
    if at >= len(tokens) or tokens[at].low not in ("on", "for", "of", "about", "dedicated"):
        return ""
    end = at
    while end < min(len(tokens), at + _LONGEST, max(event.end, at)):
        token = tokens[end]
        if token.low in FINITE or token.kind is Kind.MONTH or (token.low in _ENDS and end > at):
            break
        end += 1
    while end > at and tokens[end - 1].low in _DANGLING:
        end -= 1
    subject = " ".join(sentence.text[tokens[at].start : tokens[end - 1].end].split()) if end > at + 1 else ""
    # "the 'Seminar on Visas' was held": the mark that opened stands before the noun
    return subject.rstrip("'\"\u2019\u201d") if event.start and tokens[event.at - 1].low in ("'", '"') else subject
