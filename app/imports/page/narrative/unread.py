"""Names what a sentence says that nothing was read from: dates, towns, senders' countries and experts."""

from collections.abc import Iterator, Sequence
from typing import Final

from app.imports.drafts import Finding, Severity
from app.imports.page.dates.postponed import settled
from app.imports.page.language.lexicon import Kind, Token, languages
from app.imports.page.language.wordsets import words
from app.imports.page.narrative.facts import Facts
from app.imports.page.narrative.state import SourcedSentence

_NAMING: Final = (Kind.MONTH, Kind.CITY, Kind.COUNTRY, Kind.NATIONALITY)
"""The kinds of tokens without which a sentence has nothing to be left unread; in a tuple, since enums hash slowly."""


def unread_parts(source: SourcedSentence, facts: Facts, own: Sequence[str]) -> Finding | None:
    """A warning that quotes the parts of a sentence that no activity, deployment, output or partner was read from."""
    sentence = source.sentence
    if sentence.kinds.isdisjoint(_NAMING) or not sentence.words.isdisjoint(_CALLED_OFF):
        return None
    parts = [*_dates(source, facts), *_towns(source, facts), *_origins(source, facts, own)]
    if not parts:
        return None
    quoted = dict.fromkeys(f"'{sentence.text[begin:end]}'" for begin, end in sorted(parts))
    message = f"nothing was read from {', '.join(quoted)}"
    return Finding(
        severity=Severity.WARNING, code="unread-sentence", message=message, line=source.line, quote=sentence.text
    )


_CALLED_OFF: Final = words("cancelled canceled")


def _dates(source: SourcedSentence, facts: Facts) -> Iterator[tuple[int, int]]:
    """The dates that no activity has, unless they are said of a document."""
    used = {span for event in facts.events for span in event.spans}
    if facts.reference and facts.reference.span:
        used.add(facts.reference.span)
    tokens = source.sentence.tokens
    for mention in settled(tokens, source.sentence.words, facts.dates.mentions):
        if all(token.kind not in _DATING for token in tokens[mention.first : mention.after]):
            continue  # "in the following months"
        is_read = any(span in used for span in mention.spans)
        if not is_read and not facts.products:
            yield tokens[mention.first].start, tokens[min(mention.after, len(tokens)) - 1].end


_DATING: Final = (Kind.MONTH, Kind.NUMBER)


def _towns(source: SourcedSentence, facts: Facts) -> Iterator[tuple[int, int]]:
    """The towns where no activity was held: those that stand behind `in` or `to`, or in a list of towns."""
    if Kind.CITY not in source.sentence.kinds:
        return
    used = {place.town for event in facts.events for place in event.places}
    if facts.reference and facts.reference.place:
        used.add(facts.reference.place.town)
    named = [place for found in facts.institutions for place in range(found.first, found.after)]
    for at, token in enumerate(source.sentence.tokens):
        if token.kind is not Kind.CITY or at in named or token.low in languages() or not at:
            continue
        written = source.sentence.text[token.start : token.end]
        is_used = any(town and (written in town or town in written) for town in used)
        before = source.sentence.tokens[at - 1].low
        if not is_used and before in _LEADING:
            yield token.start, token.end


_LEADING: Final = words("in to at ( , and")


def _origins(source: SourcedSentence, facts: Facts, own: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The countries beside experts or persons that are neither senders nor places nor parts of a name."""
    sentence = source.sentence
    if Kind.EXPERT not in sentence.kinds and Kind.PERSON not in sentence.kinds:
        return
    used = {sender.country for sender in facts.senders.found} | set(own)
    used |= {place.country for event in facts.events for place in event.places}
    named = [place for found in facts.institutions for place in range(found.first, found.after)]
    for at, token in enumerate(sentence.tokens):
        is_origin = token.kind is Kind.NATIONALITY or (token.kind is Kind.COUNTRY and _is_led(sentence.tokens, at))
        is_language = facts.products and token.low in languages() and sentence.tokens[at - 1].low in ("in", "and", ",")
        if is_origin and at not in named and token.value not in used and not is_language:
            yield token.start, token.end


def _is_led(tokens: list[Token], at: int) -> bool:
    return any(token.low in ("from", "of") for token in tokens[max(0, at - 6) : at])
