"""The databases' own indexes over the documents: which documents a query finds, and how well each answers.

SQLite has a table of FTS5 over `search_documents` that triggers keep; PostgreSQL computes a tsvector with an index of
the kind GIN. Neither is one of the models' tables: they come and go with `search_documents`.

Words of a query are stemmed by the engine. Where an exact form is asked for, it is seen in the words of the documents
that the engine found by the stem. A beginning of a word stands for all the words that begin so.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import DDL, ColumnElement, Connection, Text, cast, event, func, or_, select, text

from app.core.text_search.documents import KIND_BITS, RECORD_BITS, SearchDocument, SearchTerm
from app.core.text_search.query import SHORTEST_BEGINNING, Alternative, Clause, Phrase, Term, TextQuery, Word

Ids = NDArray[np.int64]
"""The ids of documents, in order: the latest last."""
MOST_LONGER = 1000
"""How many longer words a beginning stands for at most."""
_COLUMNS: Final = ("title", "names", "body", "parts")
_WEIGHTS: Final = (20.0, 5.0, 2.0, 0.5)

_FORGET, _NOTE = (
    f"INSERT INTO search_index ({command}rowid, {', '.join(_COLUMNS)}) "  # noqa: S608 - nothing from outside
    f"VALUES ({value}{row}.id, {', '.join(f'{row}.{column}' for column in _COLUMNS)});"
    for command, value, row in (("search_index, ", "'delete', ", "old"), ("", "", "new"))
)
SQLITE_DDL: Final = (
    f"""
    CREATE VIRTUAL TABLE search_index USING fts5(
        {", ".join(_COLUMNS)}, content='search_documents', content_rowid='id',
        tokenize='porter unicode61 remove_diacritics 2'
    )
    """,
    f"CREATE TRIGGER search_documents_added AFTER INSERT ON search_documents BEGIN {_NOTE} END",
    f"CREATE TRIGGER search_documents_removed AFTER DELETE ON search_documents BEGIN {_FORGET} END",
    f"CREATE TRIGGER search_documents_changed AFTER UPDATE ON search_documents BEGIN {_FORGET} {_NOTE} END",
)
for _statement in SQLITE_DDL:
    # Releases and backups are files of SQLite that are made from the models.
    event.listen(
        SearchDocument.__table__,
        "after_create",
        DDL(_statement).execute_if(dialect="sqlite"),  # type: ignore[no-untyped-call]
    )


def belongs_to_index(name: str | None) -> bool:
    """Whether a table, column or index is one of those that are made beside the models' own."""
    return name is not None and (name.startswith("search_index") or name.endswith("_vector"))


def kinds_of(ids: Ids) -> Ids:
    """The kind of each document."""
    kinds: Ids = (ids >> RECORD_BITS) & ((1 << KIND_BITS) - 1)
    return kinds


def records_of(ids: Ids) -> Ids:
    """The record of each document."""
    records: Ids = ids & ((1 << RECORD_BITS) - 1)
    return records


# -- the question to an engine --

Longer = Mapping[str, Sequence[str]]
"""For each beginning of a word, the words that begin so."""


class _Grammar:
    """How an engine writes that it looks for a word, words side by side, all of several, or any of them. Words are made
    of letters and digits: nothing in them could end the quotation."""

    def __init__(self, word: Callable[[str, bool], str], beside: Callable[[Sequence[str]], str], signs: str) -> None:
        self._word, self._beside = word, beside
        self._all, self._any = (f" {sign} " for sign in signs.split())

    def queries(self, queries: Iterable[TextQuery], longer: Longer) -> str:
        return self._joined(self._any, (self.clauses(query.clauses, longer) for query in queries if query.clauses))

    def clauses(self, clauses: Iterable[Clause], longer: Longer) -> str:
        alternatives = ([self._alternative(each, longer) for each in clause] for clause in clauses)
        return self._joined(self._all, (self._joined(self._any, each) for each in alternatives))

    def _alternative(self, terms: Alternative, longer: Longer) -> str:
        return self._joined(self._all, (self._joined(self._any, self._forms(term, longer)) for term in terms))

    def _forms(self, term: Term, longer: Longer) -> Iterator[str]:
        match term:
            case Word(text=word, begins=begins):
                yield self._word(word, begins and len(word) < SHORTEST_BEGINNING)
                if begins:
                    yield from (self._word(each, False) for each in longer.get(word, ()))
            case Phrase(words=words, begins=begins):
                # The last word may be one that no form is known of: what it begins is seen in the documents.
                yield self._beside(words[:-1] if begins else words)
        yield from (self._word(code, False) for code in term.codes)

    @staticmethod
    def _joined(sign: str, parts: Iterable[str]) -> str:
        found = list(dict.fromkeys(parts))
        return found[0] if len(found) == 1 else f"({sign.join(found)})"


FTS5: Final = _Grammar(
    lambda word, begins: f'"{word}" *' if begins else f'"{word}"', lambda words: f'"{" ".join(words)}"', "AND OR"
)
TSQUERY: Final = _Grammar(
    lambda word, begins: f"'{word}':*" if begins else f"'{word}'",
    lambda words: " <-> ".join(f"'{word}'" for word in words),
    "& |",
)


# PostgreSQL wants weights from the last column to the first one, and at most 1.
_SHARES: Final = f"{{{', '.join(str(weight / _WEIGHTS[0]) for weight in reversed(_WEIGHTS))}}}"


@dataclass(frozen=True)
class _Engine:
    """What a database's engine is asked with."""

    grammar: _Grammar
    ids: str
    """The ids of the documents that it finds."""
    condition: str
    """That it finds a document."""
    ranks: str
    """The ids and ranks of documents from one id up, the latest first."""


_ENGINES: Final = {
    "sqlite": _Engine(
        FTS5,
        "SELECT group_concat(rowid) FROM search_index WHERE search_index MATCH :asked",
        "search_documents.id IN (SELECT rowid FROM search_index WHERE search_index MATCH :asked)",
        f"SELECT rowid, -bm25(search_index, {', '.join(map(str, _WEIGHTS))}) FROM search_index "  # noqa: S608 - numbers
        "WHERE search_index MATCH :asked AND rowid >= :least",
    ),
    "postgresql": _Engine(
        TSQUERY,
        "SELECT string_agg(CAST(id AS text), ',') FROM search_documents "
        "WHERE words_vector @@ to_tsquery('mieux_search', :asked)",
        "words_vector @@ to_tsquery('mieux_search', :asked)",
        f"SELECT id, ts_rank_cd('{_SHARES}', "  # noqa: S608 - numbers
        "words_vector, asked, 1) FROM search_documents, to_tsquery('mieux_search', :asked) AS asked "
        "WHERE words_vector @@ asked AND id >= :least",
    ),
}


class Finder:
    """Answers queries on a connection, from the snapshot that its transaction reads."""

    def __init__(self, connection: Connection, queries: Sequence[TextQuery]) -> None:
        self._connection = connection
        self._queries = queries
        self._engine = _ENGINES[connection.dialect.name]
        self._longer = {word: self._words_from(word) for query in queries for word in _beginnings(query)}

    def find(self) -> Ids:
        """The documents that any of the queries finds."""
        return np.unique(np.concatenate([np.empty(0, np.int64), *map(self._found, self._queries)]))

    def rank(self, ids: Ids) -> dict[int, float]:
        """How well documents that were found answer the queries: the engine's rank, greater for better ones. Those
        that only lack what a query excludes have none."""
        asked = self._engine.grammar.queries(self._queries, self._longer)
        if asked == "()" or not len(ids):
            return {}
        rows = self._connection.execute(text(self._engine.ranks), {"asked": asked, "least": int(ids[0])})
        return dict(rows.all())

    def _words_from(self, beginning: str) -> list[str]:
        statement = select(SearchTerm.term).where(
            SearchTerm.term > beginning, SearchTerm.term < f"{beginning}\U0010ffff"
        )
        return list(self._connection.execute(statement.order_by(SearchTerm.term).limit(MOST_LONGER)).scalars())

    def _found(self, query: TextQuery) -> Ids:
        found = self._look_up(query.clauses) if query.clauses else self._every()
        for clause in query.clauses:
            if len(found) and any(map(_is_checked, _terms(clause))):
                found = np.intersect1d(found, self._clause(clause), assume_unique=True)
        for clause in query.without:
            if len(found):
                found = np.setdiff1d(found, self._clause(clause), assume_unique=True)
        return found

    def _clause(self, clause: Clause) -> Ids:
        """What one clause finds, with the exact forms that it asks for."""
        plain = tuple(each for each in clause if not any(map(_is_checked, each)))
        found = [self._look_up([plain])] if plain else []
        found += [
            self._look_up([(alternative,)], checks)
            for alternative in clause
            if (checks := [_has(term) for term in alternative if _is_checked(term)])
        ]
        return np.unique(np.concatenate(found))

    def _every(self) -> Ids:
        return _ids(self._connection.execute(select(func.aggregate_strings(cast(SearchDocument.id, Text), ","))))

    def _look_up(self, clauses: Iterable[Clause], checks: Sequence[ColumnElement[bool]] = ()) -> Ids:
        asked = self._engine.grammar.clauses(clauses, self._longer)
        if not checks:
            return _ids(self._connection.execute(text(self._engine.ids), {"asked": asked}))
        condition = text(self._engine.condition).bindparams(asked=asked)
        ids = select(func.aggregate_strings(cast(SearchDocument.id, Text), ",")).select_from(SearchDocument)
        return _ids(self._connection.execute(ids.where(condition, *checks)))


def _ids(result: Any) -> Ids:
    """One text with all ids: a row for each would take most of the time."""
    written = result.scalar_one()
    return np.sort(np.array(written.split(","), np.int64)) if written else np.empty(0, np.int64)


def _terms(clause: Clause) -> Iterator[Term]:
    for alternative in clause:
        yield from alternative


def _beginnings(query: TextQuery) -> Iterator[str]:
    for clause in (*query.clauses, *query.without):
        for term in _terms(clause):
            if isinstance(term, Word) and term.begins and len(term.text) >= SHORTEST_BEGINNING:
                yield term.text


def _is_checked(term: Term) -> bool:
    """Whether the engine finds more by the stem than is asked for. PostgreSQL takes an ending from shortest words,
    too."""
    return term.exact or (isinstance(term, Word) and len(term.text) < SHORTEST_BEGINNING and term.text.isalpha())


def _has(term: Term) -> ColumnElement[bool]:
    """Whether a document has the term in just this form, or one of its codes."""
    sought = " ".join(term.words) if isinstance(term, Phrase) else term.text
    wanted = [f" {sought}" if term.begins else f" {sought} ", *(f" {code} " for code in term.codes)]
    columns = [getattr(SearchDocument, name) for name in _COLUMNS]
    return or_(*(column.contains(each, autoescape=True) for each in wanted for column in columns))
