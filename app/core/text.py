"""Text that people type: the types of fields, and what makes two spellings of a word equal."""

import re
import unicodedata
from itertools import chain
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

from app.core.json_schema import Keywords
from app.core.record_paths import BATCH

# NUL can't be stored by PostgreSQL; the other control characters hide things from a reader. Tab and newline stay.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LINE_BREAK = re.compile("[\n\r\u2028\u2029]")
# The same, for descriptions: none of those signs, and one that is not blank.
_PROSE, _LINE = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f", r"\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029"
_PROSE_PATTERN, _LINE_PATTERN = (f"^[^{signs}]*[^{signs}\\s][^{signs}]*$" for signs in (_PROSE, _LINE))
_WORD = re.compile(r"\w+")


def compose(text: str) -> str:
    """The text in Unicode's composed form (NFC), in which it is stored: one `é`, not an `e` and an accent."""
    return unicodedata.normalize("NFC", text)


def _compose(value: Any) -> Any:
    return compose(value) if isinstance(value, str) else value


def _printable(text: str) -> str:
    if found := _CONTROL.search(text):
        raise PydanticCustomError(
            "control_character",
            "the control character U+{code} is not allowed",
            {"code": f"{ord(found[0]):04X}"},
        )
    return text


def _one_line(text: str) -> str:
    if _LINE_BREAK.search(text):
        raise PydanticCustomError("line_break", "one line of text is expected")
    return text


Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300),
    AfterValidator(_printable),
    AfterValidator(_one_line),
    BeforeValidator(_compose),
    Keywords(pattern=_LINE_PATTERN),
]
"""One line: a title or a name, 1 to 300 characters."""

Prose = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000),
    AfterValidator(_printable),
    BeforeValidator(_compose),
    Keywords(pattern=_PROSE_PATTERN),
]
"""Sentences or paragraphs, up to 20,000 characters."""

Query = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    AfterValidator(_printable),
    BeforeValidator(_compose),
    Keywords(pattern=_PROSE_PATTERN),
]
"""What a person types into a search box."""


# Unicode takes accents apart, but not strokes, hooks and ligatures: those letters are found by their names, and the few
# that are named after a sound are listed with their usual spelling in ASCII.
_LATIN = (range(0xC0, 0x2B0), range(0x1E00, 0x1F00), range(0x2C60, 0x2C80), range(0xA720, 0xA800))
_MODIFIED = re.compile("LATIN SMALL LETTER (?:DOTLESS )?([A-Z]|AE|OU|HV|TZ)(?: WITH .+)?")
_SOUNDS = {"ð": "d", "þ": "th", "ŋ": "n", "ə": "e", "ɛ": "e", "ɔ": "o", "ĸ": "q", "œ": "oe"}
_PLAIN_LETTERS = str.maketrans(_SOUNDS) | {
    code: found[1].lower()
    for code in chain(*_LATIN)
    if (found := _MODIFIED.fullmatch(unicodedata.name(chr(code), ""))) is not None
}


def fold(text: str) -> str:
    """The text without case and accents, so that `Türkiye` and `turkiye`, `Łódź` and `lodz` are one word."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    stripped = "".join(character for character in decomposed if not unicodedata.combining(character))
    return stripped.translate(_PLAIN_LETTERS)


def words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return _WORD.findall(fold(text))


RESERVED_SLUGS = ("none", BATCH)
"""What filters use for no value, and what follows a list in the address where records are added together."""


def slugify(title: str, *, otherwise: str, longest: int = 80) -> str:
    """A title as a part of a URL: lower-case ASCII words joined by hyphens, at most `longest` characters.

    A slug has two characters or more, never looks like an id, and is none of the `RESERVED_SLUGS`: another one begins
    with `otherwise`.
    """
    ascii_words = re.findall(r"[a-z0-9]+", fold(title.replace("'", "").replace("\u2019", "")))
    slug = ""
    for word in ascii_words:
        if len(slug) + len(word) + 1 > longest:
            break
        slug = f"{slug}-{word}" if slug else word
    if slug in RESERVED_SLUGS or len(slug) < 2 or not re.search("[a-z]", slug):
        slug = f"{otherwise}-{slug}".rstrip("-")
    return slug
