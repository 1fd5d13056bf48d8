"""The databases' own indexes over the documents, and the conditions that look words up in them.

SQLite has a table of FTS5 that triggers keep; PostgreSQL has two columns of its type tsvector, computed from the
terms, with an index of the kind GIN. Neither is one of the models' tables: they come and go with `search_documents`.
Both hold the same terms, each by itself. Whether a phrase stands side by side is then seen in the words of the
documents that have all of its words.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    DDL,
    Boolean,
    ColumnElement,
    Connection,
    Text,
    TypeDecorator,
    and_,
    event,
    literal,
    literal_column,
    not_,
    or_,
    true,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from app.core.text_search.analysis import stem
from app.core.text_search.documents import STEM, SearchDocument
from app.core.text_search.query import Alternative, Clause, Phrase, Term, TextQuery, Word

_FORGET = """
    INSERT INTO search_index (search_index, rowid, heading, terms) VALUES ('delete', old.id, old.heading, old.terms);
"""
_NOTE = """
    INSERT INTO search_index (rowid, heading, terms) VALUES (new.id, new.heading, new.terms);
"""
SQLITE_DDL = (
    """
    CREATE VIRTUAL TABLE search_index USING fts5(
        heading, terms, content='search_documents', content_rowid='id', detail=column, tokenize="ascii tokenchars '=_'"
    )
    """,
    f"CREATE TRIGGER search_documents_added AFTER INSERT ON search_documents BEGIN {_NOTE} END",
    f"CREATE TRIGGER search_documents_removed AFTER DELETE ON search_documents BEGIN {_FORGET} END",
    f"CREATE TRIGGER search_documents_changed AFTER UPDATE ON search_documents BEGIN {_FORGET} {_NOTE} END",
)
POSTGRESQL_DDL = (
    *(
        f"ALTER TABLE search_documents ADD COLUMN {column}_vector tsvector "
        f"GENERATED ALWAYS AS (array_to_tsvector(string_to_array({column}, ' '))) STORED"
        for column in ("heading", "terms")
    ),
    "CREATE INDEX ix_search_documents_terms_vector ON search_documents USING gin (terms_vector)",
)


def belongs_to_index(name: str | None) -> bool:
    """Whether a table, column or index is one of those that this module makes beside the models' own."""
    return name is not None and (name.startswith("search_index") or name.endswith("_vector"))


for _dialect, _statements in (("sqlite", SQLITE_DDL), ("postgresql", POSTGRESQL_DDL)):
    for _statement in _statements:
        event.listen(
            SearchDocument.__table__,
            "after_create",
            DDL(_statement).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]
        )


@event.listens_for(SearchDocument.__table__, "before_drop")
def _drop_index(_table: Any, connection: Connection, **_: Any) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DROP TABLE IF EXISTS search_index")


# -- the question to an index --


class _Grammar:
    """How an index writes that it looks for a term, all of several, or any of them. A term is made of letters, digits
    and `_`, with `=` before a stem: nothing in it could end the quotation."""

    def __init__(self, term: Callable[[str, bool], str], all_of: str, any_of: str) -> None:
        self._term, self._all, self._any = term, all_of, any_of

    def clauses(self, clauses: Iterable[Clause]) -> str:
        return self._joined(self._all, (self._joined(self._any, map(self._alternative, each)) for each in clauses))

    def _alternative(self, terms: Alternative) -> str:
        return self._joined(self._all, map(self._asked, terms))

    def _asked(self, term: Term) -> str:
        match term:
            case Word(text=text, begins=begins, exact=exact):
                own = [self._term(text, begins)] if exact or begins else []
                forms = [] if exact else [self._term(f"{STEM}{stem(text)}", False)]
                return self._joined(self._any, [*forms, *own])
            case Phrase(words=(*before, last), begins=begins):
                return self._joined(
                    self._all, [*(self._term(word, False) for word in before), self._term(last, begins)]
                )
            case _:
                raise ValueError(term)

    @staticmethod
    def _joined(sign: str, parts: Iterable[str]) -> str:
        found = list(dict.fromkeys(parts))
        return found[0] if len(found) == 1 else f"({sign.join(found)})"


_FTS5 = _Grammar(lambda term, begins: f'"{term}" *' if begins else f'"{term}"', " AND ", " OR ")
_TSQUERY = _Grammar(lambda term, begins: f"'{term}':*" if begins else f"'{term}'", " & ", " | ")


@dataclass(frozen=True)
class _Asked:
    """What is asked of an index: all of the clauses, in one of the columns."""

    clauses: tuple[Clause, ...]
    column: str


class _AskedType(TypeDecorator[_Asked]):
    """A parameter that each database is given in its own grammar."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: _Asked | None, dialect: Any) -> str | None:
        """The question as the database writes it."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return f"{value.column} : {_FTS5.clauses(value.clauses)}"
        return _TSQUERY.clauses(value.clauses)


class _Has(FunctionElement[bool]):
    """Whether a document has terms, as its index tells; given its id, its vector and what is asked of the index."""

    type = Boolean()
    name = "document_has"
    inherit_cache = True


@compiles(_Has, "sqlite")
def _match_fts5(element: Any, compiler: Any, **options: Any) -> str:
    key, _, asked = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{key} IN (SELECT rowid FROM search_index WHERE search_index MATCH {asked})"  # noqa: S608 - a parameter


@compiles(_Has, "postgresql")
def _match_vector(element: Any, compiler: Any, **options: Any) -> str:
    _, vector, asked = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{vector} @@ CAST({asked} AS tsquery)"


def _has(clauses: Iterable[Clause], *, column: str = "terms") -> ColumnElement[bool]:
    vector: Any = literal_column(f"search_documents.{column}_vector")
    return _Has(SearchDocument.id, vector, literal(_Asked(tuple(clauses), column), _AskedType()))


# -- what the index can't tell: words side by side --


def _stands(term: Term) -> ColumnElement[bool]:
    match term:
        case Word(text=text, begins=begins, exact=exact):
            forms = [] if exact else [SearchDocument.stems.contains(f" {stem(text)} ", autoescape=True)]
            own = [_words(text, begins=begins)] if exact or begins else []
            return or_(*forms, *own)
        case Phrase(words=found, begins=begins):
            return _words(" ".join(found), begins=begins)


def _words(text: str, *, begins: bool) -> ColumnElement[bool]:
    return SearchDocument.words.contains(f" {text}" if begins else f" {text} ", autoescape=True)


def _clause_conditions(clause: Clause) -> list[ColumnElement[bool]]:
    if not any(isinstance(term, Phrase) for alternative in clause for term in alternative):
        return []
    return [or_(*(and_(*map(_stands, alternative)) for alternative in clause))]


def _side_by_side(clauses: Iterable[Clause]) -> list[ColumnElement[bool]]:
    return [condition for clause in clauses for condition in _clause_conditions(clause)]


def matches(query: TextQuery) -> ColumnElement[bool]:
    """Whether a document is found by a query that has any word."""
    conditions = [_has(query.clauses), *_side_by_side(query.clauses)] if query.clauses else []
    conditions += [not_(and_(_has([clause]), *_side_by_side([clause]))) for clause in query.without]
    return and_(true(), *conditions)


def heads(query: TextQuery) -> ColumnElement[bool]:
    """Whether a document has everything that a query wants in its telling sections; the order of words aside."""
    return _has(query.clauses, column="heading") if query.clauses else true()
