"""How a query is understood, and that nothing that can be typed is an error."""

import re
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from app.core.text_search.documents import Document, Passage, SearchDocument, Section, row_of
from app.core.text_search.index import SQLITE_DDL, matches
from app.core.text_search.query import Phrase, Synonyms, TextQuery, Word, parse

SYNONYMS = Synonyms({"THB": ["trafficking in human beings"], "IR": ["illegal recruitment"], "NAP": ["action plan"]})
THB = ((Word("thb", exact=True),), (Phrase(("trafficking", "in", "human", "beings"), begins=True),))


def one(*clauses: Word | Phrase) -> TextQuery:
    """A query whose clauses have no alternatives."""
    return TextQuery(tuple(((clause,),) for clause in clauses))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("border police", one(Word("border"), Word("police", begins=True))),
        ("Border  BORDER b", one(Word("border"), Word("b"))),
        ("trai* seminar of", one(Word("trai", begins=True), Word("seminar"))),
        ("the of", one(Word("the"), Word("of"))),
        ("study-visit", one(Word("study"), Word("visit", begins=True))),
        ('"Study visits"', one(Phrase(("study", "visits")))),
        ('"study vis', one(Phrase(("study", "vis"), begins=True))),
        ('"training"', one(Word("training", exact=True))),
        ('""', TextQuery(())),
        ("-!- …", TextQuery(())),
        ("a OR b", TextQuery((((Word("a"),), (Word("b"),)),))),
        ("x OR", one(Word("x"))),
        ("visa -police", TextQuery((((Word("visa"),),),), (((Word("police"),),),))),
        ('-"study visit"', TextQuery((), (((Phrase(("study", "visit")),),),))),
        ("THB", TextQuery((THB,))),
        ("-thb", TextQuery((), (THB,))),
        ('"thb"', one(Word("thb", exact=True))),
        (
            "illegal recruitments now",
            TextQuery(
                (
                    ((Word("illegal"), Word("recruitments")), (Word("ir", exact=True),)),
                    ((Word("now", begins=True),),),
                )
            ),
        ),
    ],
)
def test_a_query_is_understood(typed: str, meant: TextQuery) -> None:
    assert parse(typed, SYNONYMS) == meant


SIGNS = st.text(st.sampled_from("ab\"-*|:()'=_&!<>^{}+ \u2212ä移😀\t"), max_size=40)


@given(st.one_of(SIGNS, st.text(max_size=60)))
def test_whatever_is_typed_is_a_question_that_sqlite_answers(typed: str) -> None:
    query = parse(typed, SYNONYMS)
    if not query:
        return
    compiled = select(SearchDocument.id).where(matches(query)).compile(dialect=sqlite.dialect(paramstyle="named"))
    written = {
        name: processor(value) if (processor := compiled._bind_processors.get(name)) else value
        for name, value in compiled.params.items()
    }
    DATABASE.execute(str(compiled), written)


@given(st.one_of(SIGNS, st.text(max_size=60)))
def test_the_question_to_postgresql_is_made_of_quoted_words_and_signs(typed: str) -> None:
    query = parse(typed, SYNONYMS)
    if not query.clauses:
        return
    compiled = select(matches(TextQuery(query.clauses))).compile(dialect=postgresql.dialect())
    (asked,) = (each(compiled.params[name]) for name, each in compiled._bind_processors.items())
    signs, quoted = asked.split("'")[::2], asked.split("'")[1::2]
    assert not set("".join(signs)) - set("()&|:* ")
    assert all(re.fullmatch(r"=?\w+", word) for word in quoted)


@given(st.text(min_size=1))
def test_every_word_of_a_text_is_found_in_it(text: str) -> None:
    row = row_of(Document("note", 1, None, 0, text, (Passage(Section.BODY, "body", text),)))
    for word in row["words"].split():
        if word != "||":
            assert f" {word} " in f" {row['terms']} "


def _database() -> sqlite3.Connection:
    made = sqlite3.connect(":memory:")
    made.execute("CREATE TABLE search_documents (id INTEGER PRIMARY KEY, heading, terms, words, stems)")
    for statement in SQLITE_DDL:
        made.execute(statement)
    return made


DATABASE = _database()
