"""In which order the records that a query finds are useful: one rule, whatever the database.

A word counts by the most telling section that has it, and by how it stands there: as it was typed, in another form, or
as the beginning of a longer word. Words that stand side by side as they were typed count more than scattered ones, and
a title that says little else counts more than one that says much.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.text_search.analysis import stem
from app.core.text_search.documents import NEXT_SECTION, Section
from app.core.text_search.query import Phrase, Term, TextQuery, Word

MOST_RANKED = 1000
"""How many documents are weighed. Where more are found, the others follow by their day."""
LOOKED_AT = 3000
"""How many characters of a document's words are looked at. What stands further back weighs as little as can be."""

WEIGHTS = {Section.TITLE: 8.0, Section.NAMES: 5.0, Section.AIM: 3.0, Section.BODY: 2.0, Section.PARTS: 1.0}
OTHER_FORM, LONGER_WORD = 0.8, 0.5
PHRASE = 1.5
SIDE_BY_SIDE = 0.5
ONLY_TITLE = 3.0


@dataclass(frozen=True)
class _Sections:
    """The beginning of a document's words and stems, each section with a space around every word."""

    words: Sequence[str]
    stems: Sequence[str]


def score(queries: Sequence[TextQuery], words: str, stems: str) -> float:
    """How well a document answers the best of the queries; from 0 up, rounded to what a reader can see."""
    sections = _Sections(words.split(NEXT_SECTION), stems.split(NEXT_SECTION))
    return round(max(_score(query, sections) for query in queries), 3)


def _score(query: TextQuery, sections: _Sections) -> float:
    if not query.clauses:
        return 0.0
    best = [
        max(sum(_weight(term, sections) for term in alternative) / len(alternative) for alternative in clause)
        for clause in query.clauses
    ]
    return sum(best) / len(best) + _side_by_side(query, sections) + _share_of_title(query, sections)


def _weight(term: Term, sections: _Sections) -> float:
    for section, weight in WEIGHTS.items():
        if section >= len(sections.words) or section >= len(sections.stems):
            break
        if form := _form(term, sections.words[section], sections.stems[section]):
            return weight * form
    return WEIGHTS[Section.PARTS] * OTHER_FORM


def _form(term: Term, words: str, stems: str) -> float:
    """How a term stands in a section; 0 when it doesn't."""
    match term:
        case Phrase(words=found, begins=begins):
            return PHRASE if f" {' '.join(found)}{'' if begins else ' '}" in words else 0
        case Word(text=text, begins=begins, exact=exact):
            if f" {text} " in words:
                return 1
            if not exact and f" {stem(text)} " in stems:
                return OTHER_FORM
            return LONGER_WORD if begins and f" {text}" in words else 0


def _plain_words(query: TextQuery) -> list[str]:
    return [term.text for clause in query.clauses for term in clause[0] if isinstance(term, Word)]


def _side_by_side(query: TextQuery, sections: _Sections) -> float:
    """For several words that stand in a text just as they were typed."""
    typed = _plain_words(query)
    if len(typed) < 2:
        return 0
    sought = f" {' '.join(typed)}"
    return next(
        (
            WEIGHTS[section] * SIDE_BY_SIDE
            for section in Section
            if section < len(sections.words) and sought in sections.words[section]
        ),
        0,
    )


def _share_of_title(query: TextQuery, sections: _Sections) -> float:
    """How much of the title is what was looked for."""
    title = sections.stems[0].split()
    sought = {stem(word) for word in _plain_words(query)}
    for term in query.terms():
        if isinstance(term, Phrase):
            sought.update(map(stem, term.words))
    return ONLY_TITLE * sum(word in sought for word in title) / len(title) if title else 0
