"""Cuts paragraphs into sentences, each verbatim and with the line on which it begins."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from app.imports.page.language.lexicon import Kind, Token, page_lexicon
from app.imports.page.language.wordsets import words

LONGEST: Final = 4_000
"""Characters of a sentence; a longer one is no prose and isn't read."""

_END: Final = re.compile(r"[.!?]+[\"'\u2019\u201d)\]]?(?=\s|$|[A-Z])")
# What ends with a full stop without ending a sentence.
_ABBREVIATION: Final = words(
    "e.g i.e etc no nr mr mrs ms dr st prof art vs cf jan feb mar apr jun jul aug sept sep oct nov dec approx incl "
    "u.s u.k inc ltd vol pp fig min dept gov"
)


_BULLETS: Final = re.compile(r"^(?:[*#\u2022\u00b7\u25aa\u25e6\u25cf\u2023]\s*|[-\u2013\u2014]\s+)+")


@dataclass(slots=True, eq=False)
class Sentence:
    """A sentence as it stands in the page, with its tokens."""

    text: str
    tokens: list[Token]
    words: frozenset[str]
    """Its words in lower case, to tell quickly what can't be in it."""
    kinds: frozenset[Kind]
    """The kinds of its tokens, likewise."""


def sentences(paragraph: str, line: int) -> Iterator[tuple[str, int]]:
    """The sentences of a paragraph, with their lines."""
    begin = 0
    for match in _END.finditer(paragraph):
        if not _is_end(paragraph, match):
            continue
        yield from _sentence(paragraph, begin, match.end(), line)
        begin = match.end()
    yield from _sentence(paragraph, begin, len(paragraph), line)


def _sentence(paragraph: str, begin: int, end: int, line: int) -> Iterator[tuple[str, int]]:
    text = paragraph[begin:end]
    bare = _BULLETS.sub("", text.strip())
    if len(bare) > 1:
        lead = len(text) - len(text.lstrip())
        yield bare, line + paragraph.count("\n", 0, begin + lead)


def _is_end(paragraph: str, match: re.Match[str]) -> bool:
    after = paragraph[match.end() : match.end() + 40].lstrip()
    if not after:
        return True
    before = paragraph[max(0, match.start() - 12) : match.start()].split()
    word = before[-1].lower().lstrip("(\"'\u2018\u201c") if before else ""
    if match[0] == "." and (word in _ABBREVIATION or (len(word) == 1 and word.isalpha())):
        return False
    glued = match.end() < len(paragraph) and not paragraph[match.end()].isspace()
    if glued:
        # "action.Experts" has lost its space; "U.S.A" and "www.Site" have not.
        return len(word) > 3 and word.isalpha()
    return not after[0].islower()


@lru_cache(maxsize=4_000)
def read_sentence(text: str) -> Sentence:
    """A sentence with its tokens; kept, since sentences recur from action to action."""
    tokens = page_lexicon().tokens(text)
    words, kinds = frozenset([token.low for token in tokens]), frozenset([token.kind for token in tokens])
    return Sentence(text, tokens, words, kinds)
