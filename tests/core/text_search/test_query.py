"""How a query is understood, and that nothing that can be typed is an error."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import Engine, StaticPool, create_engine, insert

from app.core.database import Base
from app.core.text_search.analysis import words_of
from app.core.text_search.documents import Document, Passage, SearchDocument, SearchTerm, Section, row_of
from app.core.text_search.engines import TSQUERY, Finder
from app.core.text_search.query import Phrase, Synonyms, TextQuery, Word, parse

SYNONYMS = Synonyms({"THB": ["trafficking in human beings"], "IR": ["illegal recruitment"], "NAP": ["action plan"]})
THB = ((Word("thb", exact=True),), (Phrase(("trafficking", "in", "human", "beings"), exact=False),))


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


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("dutch", {"0nl0"}),
        ("Pays-Bas", {"0nl0"}),
        ("Netherland", {"0nl0", "0bq0"}),
        ("nether", {"0nl0", "0bq0"}),
        ('"nether"', set()),
        ('"viet nam"', {"0vn0"}),
        ('"nam viet"', set()),
    ],
)
def test_a_name_in_any_language_finds_what_has_it(typed: str, codes: set[str]) -> None:
    names = {"0nl0": ["Netherlands", "Dutch", "Pays-Bas"], "0bq0": ["Caribbean Netherlands"], "0vn0": ["Viet Nam"]}
    query = parse(typed, Synonyms({}, lambda: names))
    assert set(query.clauses[0][0][0].codes) == codes


@given(st.one_of(SIGNS, st.text(max_size=60)))
def test_whatever_is_typed_is_a_question_that_sqlite_answers(typed: str) -> None:
    with ENGINE.connect() as connection:
        finder = Finder(connection, [parse(typed, SYNONYMS)])
        finder.rank(finder.find())


@given(st.one_of(SIGNS, st.text(max_size=60)))
def test_the_question_to_postgresql_is_made_of_quoted_words_and_signs(typed: str) -> None:
    query = parse(typed, SYNONYMS)
    if not query.clauses:
        return
    asked = TSQUERY.clauses(query.clauses, {})
    signs, quoted = asked.split("'")[::2], asked.split("'")[1::2]
    assert not set("".join(signs)) - set("()&|:*<-> ")
    assert all(re.fullmatch(r"[^\W_]+", word) for word in quoted)


# SQLite knows the letters of Unicode 6.1: those of scripts that came later have no words in it.
LETTERS = st.characters(max_codepoint=0x4DB5, categories=["L", "N", "Z", "P", "S"])


@given(st.text(LETTERS, min_size=1))
@example("Being trained at TÜRKIYE's by_laws, 2015/16: Łódź")
def test_every_word_of_a_text_is_found_in_it(text: str) -> None:
    document = Document(0, 1, None, 0, text, (Passage(Section.BODY, "body", text),))
    with ENGINE.connect() as connection:
        connection.execute(insert(SearchDocument), row_of(document))
        for word in set(words_of(text)):
            (found,) = Finder(connection, [parse(f'"{word}"', SYNONYMS)]).find()
            assert found == document.id


def _engine() -> Engine:
    made = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(made, [SearchDocument.__table__, SearchTerm.__table__])
    return made


ENGINE = _engine()
