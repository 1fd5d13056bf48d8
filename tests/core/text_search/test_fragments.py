"""What a hit shows of itself: the words that were found, in their places, and nothing that a browser would run."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.text_search.documents import Passage, Section
from app.core.text_search.fragments import LENGTH, Highlighter
from app.core.text_search.query import Synonyms, parse

NO_SYNONYMS = Synonyms({})


def shown(query: str, *texts: str, also: tuple[str, ...] = ()) -> list[str]:
    """The fragments of some texts, of sections from the aim down."""
    passages = [Passage(Section(2 + number), "text", text, also) for number, text in enumerate(texts)]
    return [fragment.html for fragment in Highlighter([parse(query, NO_SYNONYMS)]).fragments(passages)]


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("train", "Trained by TRAINING.", "<mark>Trained</mark> by <mark>TRAINING</mark>."),
        ("turkiye", "In Tu\u0308rkiye.", "In <mark>Türkiye</mark>."),
        ('"by laws"', "The by-laws, laws by", "The <mark>by-laws</mark>, laws by"),
        ("vis", "A visit, a revisit", "A <mark>visit</mark>, a revisit"),
        ("script", "<script>&amp;</script>", "&lt;<mark>script</mark>&gt;&amp;amp;&lt;/<mark>script</mark>&gt;"),
        ("mark", "</mark>\"'", "&lt;/<mark>mark</mark>&gt;&quot;&#x27;"),
        ("straße", "STRASSE and Straße", "<mark>STRASSE</mark> and <mark>Straße</mark>"),
        ("a -b", "a b c", "<mark>a</mark> b c"),
    ],
)
def test_what_was_found_is_marked_and_the_rest_escaped(query: str, text: str, expected: str) -> None:
    assert shown(query, text) == [expected]


def test_a_text_that_another_word_finds_is_marked_as_a_whole() -> None:
    assert shown("dutch", "Netherlands", also=("Dutch", "Holland")) == ["<mark>Netherlands</mark>"]


def test_a_long_text_is_cut_around_most_of_what_was_found() -> None:
    text = f"visa {'word ' * 200}the visa policy and the visas of today {'word ' * 200}"
    (piece,) = shown("visa", text)
    assert piece.startswith("…")
    assert piece.endswith("…")
    assert "the <mark>visa</mark> policy and the <mark>visas</mark> of today" in piece
    assert len(re.sub("</?mark>", "", piece)) <= LENGTH + 2


def test_pieces_show_what_the_ones_before_do_not() -> None:
    assert shown("visa police", "visa", "visa visa", "police") == [
        "<mark>visa</mark>",
        "<mark>police</mark>",
        "<mark>visa</mark> <mark>visa</mark>",
    ]


@given(st.text(max_size=500), st.text(max_size=20))
def test_a_fragment_is_safe_and_shows_the_text(text: str, query: str) -> None:
    for piece in shown(query, text):
        plain = piece.replace("<mark>", "").replace("</mark>", "")
        assert not set(plain) & set("<>\"'")
        assert "&" not in re.sub("&(amp|lt|gt|quot|#x27);", "", plain)
        assert len(html.unescape(plain)) <= max(LENGTH * 1.25 + 2, 2 * LENGTH)
