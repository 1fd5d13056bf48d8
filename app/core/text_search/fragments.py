"""What a hit shows of itself: pieces of its texts, with the words that were found in <mark>, safe to put into HTML."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from app.core.text import compose, fold
from app.core.text_search.analysis import stem, words_of
from app.core.text_search.documents import Passage, Section
from app.core.text_search.query import Term, TextQuery

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
    marks: Sequence[tuple[int, int]]
    """Where the found words begin and end, in their order; empty where only other words for the same were found."""
    terms: set[int]
    """Which of the terms were found, by their numbers."""


class _Forms(dict[str, bool]):
    """Whether words are forms of one that is looked for; each is compared once."""

    def __init__(self, text: str, *, begins: bool, exact: bool) -> None:
        self._text, self._stem, self._begins = text, None if exact else stem(text), begins

    def __missing__(self, word: str) -> bool:
        """Compares a word."""
        text = self._text
        found = self[word] = word == text or stem(word) == self._stem or (self._begins and word.startswith(text))
        return found


class _Firsts(dict[str, tuple[int, ...]]):
    """The numbers of the terms that may begin with a word; each word is compared once."""

    def __init__(self, terms: Sequence[Sequence[_Forms]]) -> None:
        self._terms = terms

    def __missing__(self, word: str) -> tuple[int, ...]:
        """Compares a word."""
        found = self[word] = tuple(number for number, (begin, *_) in enumerate(self._terms) if begin[word])
        return found


# Most words of a page stand in it many times.
_words_in = lru_cache(maxsize=50_000)(words_of)
_folded = lru_cache(maxsize=10_000)(fold)


class Highlighter:
    """Shows where the terms of queries stand in the texts of many records."""

    def __init__(self, queries: Sequence[TextQuery]) -> None:
        terms = list(dict.fromkeys(term for query in queries for term in query.terms()))
        self._terms = [_forms(term) for term in terms]
        self._firsts = _Firsts(self._terms)
        # A quick look: a word and its forms begin alike, all but the last letter of their stem.
        starts = {word if term.exact else stem(word)[:-1] or word for term in terms for word in term.words[:1]}
        self._start = re.compile("|".join(sorted(starts)) or "(?!)")
        self._in_others = dict[tuple[str, ...], set[int]]()

    def fragments(self, passages: Sequence[Passage]) -> list[Fragment]:
        """The most telling pieces of a record: first those with more of what was looked for, then those of more telling
        sections."""
        found = [result for passage in passages if (result := self._look(passage)) is not None]
        shown: list[_Found] = []
        missing = set(range(len(self._terms)))
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

    def _look(self, passage: Passage) -> _Found | None:
        text = compose(passage.text)
        marks: set[tuple[int, int]] = set()
        seen = set[int]()
        if self._start.search(fold(text)):
            spans = [(*match.span(), word) for match in _WORD.finditer(text) for word in _words_in(match[0])]
            for number, first, last in self._places([word for *_, word in spans]):
                seen.add(number)
                marks.add((spans[first][0], spans[last][1]))
        seen |= self._found_in(passage.also)
        return _Found(passage, text, sorted(marks), seen) if seen else None

    def _found_in(self, others: tuple[str, ...]) -> set[int]:
        """The terms that are in one of the other words for the same."""
        if others not in self._in_others:
            likely = (_words_in(other) for other in others if self._start.search(_folded(other)))
            self._in_others[others] = {number for words in likely for number, *_ in self._places(words)}
        return self._in_others[others]

    def _places(self, words: Sequence[str]) -> Iterator[tuple[int, int, int]]:
        """The number of each term that is there, with the places of its first and last word, each time."""
        for first, word in enumerate(words):
            for number in self._firsts[word]:
                _, *following = self._terms[number]
                last = first + len(following)
                if last < len(words) and all(form[words[first + at]] for at, form in enumerate(following, 1)):
                    yield number, first, last


def _forms(term: Term) -> list[_Forms]:
    *before, last = term.words
    return [
        *(_Forms(word, begins=False, exact=term.exact) for word in before),
        _Forms(last, begins=term.begins, exact=term.exact),
    ]


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
