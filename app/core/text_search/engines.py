"""The databases' own indexes over the documents: which documents a query finds, and how well each answers.

SQLite has a table of FTS5 over `search_documents` that triggers keep; PostgreSQL computes a tsvector with an index of
the kind GIN. Neither is one of the models' tables: they come and go with `search_documents`.

Words of a query are stemmed by the engine. Where an exact form is asked for, it is seen in the words of the documents
that the engine found by the stem. A beginning of a word stands for all the words that begin so.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from json import dumps
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import DDL, Connection, delete, event, func, select, text

from app.core.index.snapshot import Found
from app.core.text_search.analysis import stem
from app.core.text_search.documents import KIND_BITS, RECORD_BITS, SearchDocument, SearchTerm
from app.core.text_search.query import SHORTEST_BEGINNING, Alternative, Clause, Phrase, Term, TextQuery, Word

Ids = NDArray[np.int64]
"""The ids of documents, in order: the latest last."""
MOST_LONGER = 1000
"""How many longer words a beginning stands for at most."""
_COLUMNS: Final = ("title", "names", "body", "parts")
_WEIGHTS: Final = (20.0, 5.0, 2.0, 0.5)


def _noted(row: str) -> str:
    """The values of a row as the index has them: its id and its words."""
    return ", ".join([f"{row}.id", *(f"decompressed({row}.{column})" for column in _COLUMNS)])


_FORGET = (
    f"INSERT INTO search_index (search_index, rowid, {', '.join(_COLUMNS)}) "  # noqa: S608 - nothing from outside
    f"VALUES ('delete', {_noted('old')});"
)
_NOTE = f"INSERT INTO search_index (rowid, {', '.join(_COLUMNS)}) VALUES ({_noted('new')});"  # noqa: S608 - the same
TRIGGERS: Final = {
    "search_documents_added": f"AFTER INSERT ON search_documents BEGIN {_NOTE} END",
    "search_documents_removed": f"AFTER DELETE ON search_documents BEGIN {_FORGET} END",
    "search_documents_changed": f"AFTER UPDATE ON search_documents BEGIN {_FORGET} {_NOTE} END",
}
SQLITE_DDL: Final = (
    f"""
    CREATE VIEW search_texts AS SELECT id, {", ".join(f"decompressed({column}) AS {column}" for column in _COLUMNS)}
    FROM search_documents
    """,  # noqa: S608 - nothing from outside
    f"""
    CREATE VIRTUAL TABLE search_index USING fts5(
        {", ".join(_COLUMNS)}, content='search_texts', content_rowid='id',
        tokenize='porter unicode61 remove_diacritics 2'
    )
    """,
    *(f"CREATE TRIGGER {name} {what}" for name, what in TRIGGERS.items()),
)
GIN: Final = "CREATE INDEX ix_search_documents_words_vector ON search_documents USING gin (words_vector)"
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


@contextmanager
def filling(connection: Connection) -> Iterator[None]:
    """While all documents are written: the index over them is made at the end, which is faster, and comes out smaller.
    Until then there are no documents."""
    connection.execute(delete(SearchDocument))
    if connection.dialect.name == "sqlite":
        before = [f"DROP TRIGGER {name}" for name in TRIGGERS]
        after = [
            "INSERT INTO search_index (search_index) VALUES ('rebuild')",
            *(f"CREATE TRIGGER {name} {what}" for name, what in TRIGGERS.items()),
        ]
    else:
        before, after = ["DROP INDEX ix_search_documents_words_vector"], [GIN, "ANALYZE search_documents"]
    for statement in before:
        connection.execute(text(statement))
    yield
    for statement in after:
        connection.execute(text(statement))


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
                    others = (each for each in longer.get(word, ()) if stem(each) != stem(word))
                    yield from (self._word(each, False) for each in others)
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
    find: str
    """Selects the ids of the documents that it finds, as one text: a row for each would take most of the time."""
    joined: str
    """All ids of what has the words of documents, as one text."""
    texts: str
    """What has the words of documents."""
    condition: str
    """That the engine finds one of them."""
    place: str
    """The function that says where a text has another one."""
    ranks: str
    """Selects ids and ranks of documents that it finds: those of some ids, of which none is lower than one."""


_ENGINES: Final = {
    "sqlite": _Engine(
        FTS5,
        "SELECT group_concat(rowid) FROM search_index WHERE search_index MATCH :asked",
        "group_concat(id)",
        "search_texts",
        "id IN (SELECT rowid FROM search_index WHERE search_index MATCH :asked)",
        "instr",
        # The plus keeps the engine from being asked for each id.
        f"SELECT rowid, -bm25(search_index, {', '.join(map(str, _WEIGHTS))}) FROM search_index "  # noqa: S608 - numbers
        "WHERE search_index MATCH :asked AND rowid >= :least AND +rowid IN (SELECT value FROM json_each(:ids))",
    ),
    "postgresql": _Engine(
        TSQUERY,
        "SELECT string_agg(CAST(id AS text), ',') FROM search_documents "
        "WHERE words_vector @@ to_tsquery('mieux_search', :asked)",
        "string_agg(CAST(id AS text), ',')",
        "search_documents",
        "words_vector @@ to_tsquery('mieux_search', :asked)",
        "strpos",
        f"SELECT id, ts_rank_cd('{_SHARES}', words_vector, asked, 1) "  # noqa: S608 - numbers
        "FROM search_documents, to_tsquery('mieux_search', :asked) AS asked "
        "WHERE id >= :least AND id IN (SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST(:ids AS json)))",
    ),
}


class Finder:
    """Answers queries on a connection, from the snapshot that its transaction reads."""

    def __init__(self, connection: Connection, queries: Sequence[TextQuery], known: Found | None = None) -> None:
        """`known` is what was found before in the same state."""
        self._connection = connection
        self._queries = queries
        self._known = Found() if known is None else known
        self._engine = _ENGINES[connection.dialect.name]

    def find(self) -> Ids:
        """The documents that any of the queries finds."""
        found = [self._known.of(query, partial(self._found, query)) for query in self._queries]
        return found[0] if len(found) == 1 else np.unique(np.concatenate([np.empty(0, np.int64), *found]))

    def rank(self, ids: Ids) -> NDArray[np.float64]:
        """How well each of some documents that were found answers the queries: the engine's rank, greater for better
        ones. Those that only lack what a query excludes have 0."""
        return self._known.of((*self._queries, ids.tobytes()), lambda: self._ranks(ids))

    def _ranks(self, ids: Ids) -> NDArray[np.float64]:
        asked = self._engine.grammar.queries(self._queries, self._longer)
        ranks = np.zeros(len(ids))
        if asked != "()" and len(ids):
            given = {"asked": asked, "least": int(ids[0]), "ids": dumps(ids.tolist())}
            rows = self._connection.execute(text(self._engine.ranks), given).all()
            found = np.array([key for key, _ in rows], np.int64)
            ranks[np.searchsorted(ids, found)] = [rank for _, rank in rows]
        return ranks

    @cached_property
    def _longer(self) -> Longer:
        return {word: self._words_from(word) for query in self._queries for word in _beginnings(query)}

    def _words_from(self, beginning: str) -> list[str]:
        """One word of each stem that some word has which begins so."""
        statement = select(func.min(SearchTerm.term)).where(
            SearchTerm.term > beginning, SearchTerm.term < f"{beginning}\U0010ffff"
        )
        grouped = statement.group_by(SearchTerm.stem).order_by(SearchTerm.stem).limit(MOST_LONGER)
        return list(self._connection.execute(grouped).scalars())

    @cached_property
    def _ambiguous(self) -> frozenset[str]:
        """The words that are looked for in just that form, where documents have other words of the same stem."""
        words = {
            word for query in self._queries for term in query.terms(excluded=True) if term.exact for word in term.words
        }
        same = select(SearchTerm.term, SearchTerm.stem).where(SearchTerm.stem.in_({stem(word) for word in words}))
        others = defaultdict[str, set[str]](set)
        for term, its_stem in self._connection.execute(same):
            others[its_stem].add(term)
        return frozenset(word for word in words if others[stem(word)] - {word})

    def _is_checked(self, term: Term) -> bool:
        """Whether the engine finds more than is asked for: the other forms of words, a word that only begins with the
        last one of a phrase. And PostgreSQL takes an ending from the shortest words, too."""
        return (
            (isinstance(term, Phrase) and term.begins)
            or any(len(word) == 1 or (len(word) == 2 and word[1] == "s") for word in term.words)
            or (term.exact and not self._ambiguous.isdisjoint(term.words))
        )

    def _found(self, query: TextQuery) -> Ids:
        found = self._look_up(query.clauses) if query.clauses else self._every()
        for clause in query.clauses:
            if len(found) and any(map(self._is_checked, _terms(clause))):
                found = np.intersect1d(found, self._clause(clause), assume_unique=True)
        for clause in query.without:
            if len(found):
                found = np.setdiff1d(found, self._clause(clause), assume_unique=True)
        return found

    def _clause(self, clause: Clause) -> Ids:
        """What one clause finds, with the exact forms that it asks for."""
        plain = tuple(each for each in clause if not any(map(self._is_checked, each)))
        found = [self._look_up([plain])] if plain else []
        found += [
            self._look_up([(alternative,)], checks)
            for alternative in clause
            if (checks := [term for term in alternative if self._is_checked(term)])
        ]
        return np.unique(np.concatenate(found))

    def _every(self) -> Ids:
        every = f"SELECT {self._engine.joined} FROM search_documents"  # noqa: S608 - names
        return _ids(self._connection.execute(text(every)))

    def _look_up(self, clauses: Iterable[Clause], checked: Sequence[Term] = ()) -> Ids:
        """What the engine finds; of that, what has each of some terms in just its form, or one of its codes."""
        engine, given = self._engine, {"asked": self._engine.grammar.clauses(clauses, self._longer)}
        if not checked:
            return _ids(self._connection.execute(text(engine.find), given))
        conditions = [engine.condition]
        for term in checked:
            sought = " ".join(term.words)
            forms = [f" {sought}" if term.begins else f" {sought} ", *(f" {code} " for code in term.codes)]
            names = {f"form_{len(given) + number}": form for number, form in enumerate(forms)}
            given |= names
            seen = (f"{engine.place}({column}, :{name}) > 0" for name in names for column in _COLUMNS)
            conditions.append(f"({' OR '.join(seen)})")
        statement = f"SELECT {engine.joined} FROM {engine.texts} WHERE {' AND '.join(conditions)}"  # noqa: S608 - names
        return _ids(self._connection.execute(text(statement), given))


def _ids(result: Any) -> Ids:
    written = result.scalar_one()
    return np.sort(np.fromstring(written, np.int64, sep=",")) if written else np.empty(0, np.int64)


def _terms(clause: Clause) -> Iterator[Term]:
    for alternative in clause:
        yield from alternative


def _beginnings(query: TextQuery) -> Iterator[str]:
    for term in query.terms(excluded=True):
        if isinstance(term, Word) and term.begins and len(term.text) >= SHORTEST_BEGINNING:
            yield term.text
