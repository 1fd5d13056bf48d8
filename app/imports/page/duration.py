"""The first and the last date of an action, from its duration as written."""

import re
from dataclasses import dataclass, field, replace
from typing import Final

from app.imports.drafts import Severity
from app.imports.page.dates.mentions import Dates, mention_at
from app.imports.page.dates.parts import is_year, unglued
from app.imports.page.language.lexicon import Kind, Token, page_lexicon
from app.imports.page.language.wordsets import words

_OPEN_END: Final = re.compile(
    r"\b(?:present|ongoing|on-going|to date|today|now|current(?:ly)?|continuing|in progress|open|under way|"
    r"en cours|en curso|actualidad|aujourd'hui|presente|présent)\b"
    r"|(?<=\d)present",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Duration:
    """When an action ran: what is not told stays None."""

    start: str | None = None
    end: str | None = None
    is_open: bool = False
    """Whether the page says that it goes on."""
    problems: list[tuple[Severity, str, str]] = field(default_factory=list)


def read_duration(text: str, tokens: list[Token]) -> Duration:
    """The first and the last date of a duration as written."""
    found = Dates()
    pieces = _unglued_duration(_in_english(tokens))
    mentions = []
    at = 0
    while at < len(pieces):
        mention, at = mention_at(pieces, at, found)
        if mention:
            mentions.append(mention)
    read = Duration(problems=[(_severity(code), code, message) for code, message, _, _ in found.problems])
    if any(token.kind is Kind.SIGN and token.start == token.end for token, _ in pieces):
        read.problems.append((Severity.WARNING, "repaired-date", "a dash is missing between two years"))
    spans = [span for mention in mentions for span in mention.spans if not span.start.startswith("?")]
    if not spans:
        if not found.problems:
            read.problems.append((Severity.WARNING, "unread-duration", "no date was found in it"))
        return read
    read.start = min(span.start for span in spans)
    read.end = max(span.end for span in spans)
    trailing = text.rstrip().endswith(("-", "\u2013", "\u2014"))
    if _OPEN_END.search(text) or trailing or any(mention.is_open for mention in mentions):
        read.end, read.is_open = None, True
        if trailing:
            read.problems.append((Severity.WARNING, "open-end", "it ends with a dash: read as not yet ended"))
    elif len(mentions) > 1:
        read.problems.append((Severity.WARNING, "several-dates", "read as running from the first date to the last"))
    lead = next((token.low for token in tokens), "")
    if lead in ("until", "till") and len(spans) == 1:
        read.start, read.end = None, None
        read.problems.append((Severity.WARNING, "no-start", "the start is not told, so the end was left out"))
    return read


_AROUND: Final = words("to until from since present ongoing till and q")


def is_duration(text: str) -> bool:
    """Whether a line holds dates and nothing else."""
    if not 4 <= len(text) <= _LONGEST:
        return False
    tokens = page_lexicon().tokens(text)
    is_plain = all(t.kind in (Kind.MONTH, Kind.NUMBER, Kind.SIGN) or t.low in _AROUND for t in tokens)
    return is_plain and read_duration(text, tokens).start is not None


_LONGEST: Final = 60
_JOINTS: Final = {"au": "to", "a": "to", "al": "to", "hasta": "to", "de": "", "du": "", "del": "", "desde": ""}


def _in_english(tokens: list[Token]) -> list[Token]:
    """`De marzo de 2014 hasta mayo de 2015`, with the small words of an English date."""
    if all(token.low not in _JOINTS for token in tokens):
        return tokens
    return [replace(token, low=low) for token in tokens if (low := _JOINTS.get(token.low, token.low))]


def _severity(code: str) -> Severity:
    return Severity.ERROR if code == "impossible-date" else Severity.WARNING


def _unglued_duration(tokens: list[Token]) -> list[tuple[Token, int]]:
    """As in a sentence; and `20122013`, two years without their dash, is two as well."""
    pieces: list[tuple[Token, int]] = []
    for token, at in unglued(tokens):
        if token.kind is Kind.NUMBER and len(token.low) == 8 and is_year(token.low[:4]) and is_year(token.low[4:]):
            pieces.append((Token(Kind.NUMBER, token.low[:4], token.start, token.start + 4), at))
            pieces.append((Token(Kind.SIGN, "-", token.start + 4, token.start + 4), at))
            pieces.append((Token(Kind.NUMBER, token.low[4:], token.start + 4, token.end), at))
        else:
            pieces.append((token, at))
    return pieces
