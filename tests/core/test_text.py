"""Text that people type: what is accepted, when two spellings are one, and how a title becomes a slug."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.core.text import Line, Prose, Query, fold, slugify

LINE, PROSE, QUERY = TypeAdapter(Line), TypeAdapter(Prose), TypeAdapter(Query)


def error_of(adapter: TypeAdapter[str], value: object) -> str:
    """The type of the one error that a value has."""
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(value)
    (error,) = caught.value.errors()
    return error["type"]


def test_space_around_a_text_is_taken_away() -> None:
    assert LINE.validate_python("  Ganja\t") == "Ganja"
    assert PROSE.validate_python("\n One.\n\nTwo. \n") == "One.\n\nTwo."


@pytest.mark.parametrize("blank", ["", " ", "\n\t ", "\u00a0\u3000"])
def test_a_blank_text_is_none(blank: str) -> None:
    for adapter in (LINE, PROSE, QUERY):
        assert error_of(adapter, blank) == "string_too_short"


@pytest.mark.parametrize(("adapter", "longest"), [(LINE, 300), (PROSE, 20_000), (QUERY, 500)])
def test_a_text_has_a_greatest_length(adapter: TypeAdapter[str], longest: int) -> None:
    assert adapter.validate_python("ж" * longest) == "ж" * longest
    assert error_of(adapter, "ж" * (longest + 1)) == "string_too_long"


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x0b", "\x1b", "\x7f", "\x85", "\x9f"])
def test_control_characters_are_refused(character: str) -> None:
    for adapter in (LINE, PROSE, QUERY):
        assert error_of(adapter, f"a{character}b") == "control_character"


@pytest.mark.parametrize("character", ["\n", "\r", "\u2028", "\u2029"])
def test_a_line_is_one_line(character: str) -> None:
    assert error_of(LINE, f"a{character}b") == "line_break"
    assert PROSE.validate_python(f"a{character}b") == f"a{character}b"


@pytest.mark.parametrize("value", [1, 1.5, True, None, ["a"], {"a": "b"}])
def test_only_text_is_text(value: object) -> None:
    for adapter in (LINE, PROSE, QUERY):
        assert error_of(adapter, value) == "string_type"


def test_half_a_character_is_refused() -> None:
    for adapter in (LINE, PROSE, QUERY):
        assert error_of(adapter, "a\ud800b") == "string_unicode"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Türkiye", "TURKIYE"),
        ("Côte d’Ivoire", "cote d’ivoire"),
        ("STRASSE", "straße"),
        ("ﬁlm", "film"),
        ("Łódź", "lodz"),
        ("TROMSØ", "tromso"),
        ("Đà Nẵng", "da nang"),
        ("Iğdır İZMİR", "igdir izmir"),
        ("Þór Ðað ħŧŋ", "thor dad htn"),
        ("ÆŒ Gəncə ƒɓɖƙ", "aeoe gence fbdk"),
        ("\ua78c", "\ua78c"),  # a letter that is no variant of another
    ],
)
def test_case_and_accents_make_no_difference(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize("adapter", [LINE, PROSE, QUERY])
def test_text_is_composed(adapter: TypeAdapter[str]) -> None:
    assert adapter.validate_python("Tu\u0308rkiye") == "T\u00fcrkiye"
    assert adapter.validate_python("u\u0308" * 300) == "\u00fc" * 300


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Azerbaijan II: Return", "azerbaijan-ii-return"),
        ("Côte d'Ivoire: l’état civil", "cote-divoire-letat-civil"),
        ("Łódź und Tromsø", "lodz-und-tromso"),
        ("2015 Workshop", "2015-workshop"),
        ("2015", "action-2015"),
        ("Миграция", "action"),
        ("---", "action"),
        ("None", "action-none"),
        ("Batch", "action-batch"),
        ("X", "action-x"),
        ("a" * 200, "action"),
        ("word " * 50, "-".join(["word"] * 16)),
    ],
)
def test_a_title_becomes_a_slug(title: str, slug: str) -> None:
    assert slugify(title, otherwise="action") == slug


@given(st.text())
def test_a_slug_is_words_joined_by_hyphens_with_a_letter(title: str) -> None:
    slug = slugify(title, otherwise="action")
    assert all(part.isascii() and part.isalnum() and part == part.lower() for part in slug.split("-"))
    assert any(character.isalpha() for character in slug)
    assert slug != "none"
    assert len(slug) <= 90
