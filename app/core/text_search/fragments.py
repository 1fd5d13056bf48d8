"""What a hit shows of itself: pieces of its texts, with the words that were found in <mark>, safe to put into HTML."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from app.core.text import compose
from app.core.text_search.analysis import stem, words_of
from app.core.text_search.documents import Passage, Section
from app.core.text_search.query import Phrase, Term, TextQuery, Word

LENGTH = 200
"""About how many characters of a text a fragment shows."""
MOST_FRAGMENTS = 3

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Fragment:
    """A piece of a text."""

    field: str
    html: str
    """Escaped, but for the <mark> around each word that was found."""


@dataclass(frozen=True)
class _Found:
    """A passage in which something was found."""

    passage: Passage
    text: str
    marks: tuple[tuple[int, int], ...]
    """Where the found words begin and end, in their order; empty where only other words for the same were found."""
    terms: frozenset[Term]


def fragments(passages: Sequence[Passage], queries: Sequence[TextQuery]) -> list[Fragment]:
    """The most telling pieces: first those with more of what was looked for, then those of more telling sections."""
    terms = list(dict.fromkeys(term for query in queries for term in query.terms()))
    found = [result for passage in passages if (result := _look(passage, terms)) is not None]
    shown: list[_Found] = []
    missing = set(terms)
    for _ in range(MOST_FRAGMENTS):
        # Each next piece is the one that tells most of what the pieces before it don't show.
        rest = [each for each in found if each not in shown]
        if not rest:
            break
        best = max(rest, key=lambda each: (len(each.terms & missing), -each.passage.section, len(each.terms)))
        if shown and not best.terms & missing and best.passage.section == Section.PARTS:
            break
        shown.append(best)
        missing -= best.terms
    return [Fragment(each.passage.field, _html(each)) for each in shown]


def _look(passage: Passage, terms: Sequence[Term]) -> _Found | None:
    text = compose(passage.text)
    places = [(match.start(), match.end(), words_of(match[0])) for match in _WORD.finditer(text)]
    tokens = [(start, end, word) for start, end, words in places for word in words]
    marks: set[tuple[int, int]] = set()
    seen: set[Term] = set()
    for term in terms:
        at = list(_places(term, [word for _, _, word in tokens]))
        if at:
            seen.add(term)
            marks.update((tokens[first][0], tokens[last][1]) for first, last in at)
        elif any(next(_places(term, words_of(other)), None) is not None for other in passage.also):
            seen.add(term)
    return _Found(passage, text, tuple(sorted(marks)), frozenset(seen)) if seen else None


def _places(term: Term, words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The numbers of the first and last word of each place where a term stands."""
    match term:
        case Word(text=text, begins=begins, exact=exact):
            sought = stem(text)
            for number, word in enumerate(words):
                if word == text or (not exact and stem(word) == sought) or (begins and word.startswith(text)):
                    yield number, number
        case Phrase(words=phrase, begins=begins, exact=exact):
            form = str if exact else stem
            words, (*before, last) = list(map(form, words)), map(form, phrase)
            length = len(phrase)
            for first in range(len(words) - length + 1):
                *here, end = words[first : first + length]
                if here == before and (end.startswith(last) if begins else end == last):
                    yield first, first + length - 1


def _html(found: _Found) -> str:
    if not found.marks:
        # It was found by another word for the same: what stands here is meant as a whole.
        return f"<mark>{escape(found.text)}</mark>"
    start, end = _window(found)
    pieces = ["" if start == 0 else "…"]
    position = start
    for first, last in found.marks:
        if first < max(start, position) or last > end:
            continue
        pieces += [escape(found.text[position:first]), "<mark>", escape(found.text[first:last]), "</mark>"]
        position = last
    pieces += [escape(found.text[position:end]), "" if end == len(found.text) else "…"]
    return re.sub(r"\s+", " ", "".join(pieces))


def _window(found: _Found) -> tuple[int, int]:
    """The part of a text around most of its marks, from word to word."""
    text, marks = found.text, found.marks
    if len(text) <= LENGTH * 1.25:
        return 0, len(text)
    first = max(marks, key=lambda mark: sum(mark[0] <= other[0] < mark[0] + LENGTH - 40 for other in marks))
    start = max(0, first[0] - 40)
    end = min(len(text), max(start + LENGTH, first[1]))
    start = max(0, end - LENGTH) if end == len(text) else start
    if start and (space := text.find(" ", start, first[0])) >= 0:
        start = space + 1
    if end < len(text) and (space := text.rfind(" ", first[1], end)) >= 0:
        end = space
    return start, end
