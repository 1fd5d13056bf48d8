"""What may have been meant by a query that finds nothing: the nearest words that the record has."""

import re
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, func, select

from app.core.text_search.analysis import words_of
from app.core.text_search.documents import SearchTerm
from app.core.text_search.engines import Finder
from app.core.text_search.query import TextQuery, Word
from app.search.synonyms import SYNONYMS

SHORTEST = 4
"""How many letters a word needs to be taken for a misspelt one."""
MOST_WORDS = 8
MOST_CANDIDATES = 5
_WORD = re.compile(r"\w+")


def _distance(word: str) -> int:
    """How many letters may be wrong."""
    return 1 if len(word) <= 5 else 2


def suggest(connection: Connection, typed: str, query: TextQuery) -> str | None:
    """The query with every word that the record doesn't have in the nearest spelling that it has; None when each word
    is known, or when one is not near to any other."""
    better: dict[str, str] = {}
    for word in _plain_words(query):
        if _count(connection, word):
            continue
        nearest = _nearest(connection, word.text)
        if nearest is None:
            return None
        better[word.text] = nearest
    if not better:
        return None
    return _WORD.sub(lambda found: better.get("".join(words_of(found[0])), found[0]), typed)


def _plain_words(query: TextQuery) -> Sequence[Word]:
    found = [term for term in query.terms() if isinstance(term, Word) and len(term.text) >= SHORTEST]
    return found[:MOST_WORDS]


def _count(connection: Connection, word: Word) -> int:
    return len(Finder(connection, [TextQuery((((word,),),))]).find())


def _nearest(connection: Connection, word: str) -> str | None:
    """The nearest word; of those that are equally near, one that begins alike, then the one that is used most."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    most = _distance(word)
    shortest, longest = max(len(word) - most, SHORTEST), len(word) + most
    statement = select(SearchTerm.term).where(func.length(SearchTerm.term).between(shortest, longest))
    terms = {*connection.execute(statement).scalars(), *SYNONYMS.label_words}
    known = sorted(term for term in terms if term.isalpha() and shortest <= len(term) <= longest)
    near = process.extract(word, known, scorer=OSA.distance, score_cutoff=most, limit=50)
    found = list(_used(connection, word, [(distance, term) for term, distance, _ in near]))
    return min(found)[-1] if found else None


def _used(
    connection: Connection, word: str, near: Sequence[tuple[float, str]]
) -> Iterator[tuple[float, bool, int, str]]:
    """The near words that documents still have, in the order of their nearness."""
    for distance, term in sorted(near, key=lambda each: (each[0], each[1][0] != word[0], each[1]))[:MOST_CANDIDATES]:
        if count := _count(connection, SYNONYMS.with_codes(Word(term))):
            yield distance, term[0] != word[0], -count, term
