"""Finds products in sentences: documents, films and materials that were made, are being made or will be.

A document that is mentioned is none yet: a verb has to say that it is made (`was drafted`, `will produce`), a noun that
somebody works on it (`the development of the handbook`), or that something results in it.
"""

from dataclasses import dataclass
from typing import Final

from app.imports.page.language.lexicon import Kind, Token
from app.imports.page.language.quotations import quoted_title
from app.imports.page.language.words import number_of
from app.imports.page.language.wordsets import words
from app.imports.page.outputs.frames import frame_of
from app.imports.page.outputs.naming import phrase_start, title_of
from app.imports.page.sentences import Sentence

_COMPOUNDS: Final = words(
    "cycle development developments maker makers making dialogue process framework frameworks options level officers "
    "department unit implications priorities writing approach measures management area areas issues reform work "
    "launch"
)
_NEVER_DRAFTED: Final = words("report film campaign-material resource-book")


@dataclass(slots=True)
class Product:
    """A product at a place in a sentence."""

    at: int
    kind: str
    title: str
    is_drafted: bool
    """Whether it is told that somebody worked on it, which is an activity of its own where its time is told."""
    status: str
    number: int = 1
    is_definite: bool = False
    is_named: bool = False
    is_published: bool = False
    verb: int = 0
    """The place of the verb or noun that says that it is made."""
    of_each: frozenset[str] = frozenset()
    """The types of the activities of which each has one: `a report was published after each of the workshops`."""
    is_process: bool = False
    """Whether a noun tells of the work: `the drafting of the law`."""


def find_products(sentence: Sentence, *, in_objective: bool) -> list[Product]:
    """The products that a sentence tells of, in order."""
    found: list[Product] = []
    if Kind.PRODUCT not in sentence.kinds:
        return found
    behind = 0
    for at, token in enumerate(sentence.tokens):
        if token.kind is Kind.PRODUCT and at >= behind and not _is_compound(sentence.tokens, at):
            behind = title[1] if (title := quoted_title(sentence.tokens, at)) else behind
            frame = frame_of(sentence.tokens, at, in_objective=in_objective)
            if (
                frame
                and not _is_contained(sentence.tokens, at)
                and not (found and _is_listed(sentence.tokens, found[-1], at))
            ):
                found.append(_product(sentence, at, *frame))
    return found


def named_products(sentence: Sentence) -> list[tuple[str, str]]:
    """Kind and name of the products that are written as names: `the Practical Handbook on Labour Migration`."""
    found: list[tuple[str, str]] = []
    if Kind.PRODUCT not in sentence.kinds:
        return found
    for at, token in enumerate(sentence.tokens):
        if token.kind is Kind.PRODUCT and token.is_capital:
            title, is_named = title_of(sentence, at)
            if is_named:
                found.append((str(token.value), title))
    return found


def _is_contained(tokens: list[Token], at: int) -> bool:
    """`A report, including a set of recommendations, was drafted`: what is a part of a document is none of its own."""
    start = phrase_start(tokens, at)
    lead = start - 1 if start and tokens[start - 1].low not in ("a", "an", "the") else start - 2
    return lead >= 0 and tokens[lead].low in ("including", "containing", "comprising")


def _is_listed(tokens: list[Token], earlier: Product, at: int) -> bool:
    """`Posters and other campaign materials` are one kind of product, told once."""
    between = [token.low for token in tokens[earlier.at + 1 : at]]
    return tokens[at].value == earlier.kind and between[:1] in (["and"], [","]) and "other" in between[:4]


def _is_compound(tokens: list[Token], at: int) -> bool:
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    return following is not None and (
        following.low in _COMPOUNDS or following.kind in (Kind.ACTIVITY, Kind.PRODUCT, Kind.EXPERT, Kind.PERSON)
    )


def _product(sentence: Sentence, at: int, how: str, published: bool, status: str, verb: int) -> Product:
    token = sentence.tokens[at]
    title, is_named = title_of(sentence, at)
    start = phrase_start(sentence.tokens, at)
    before = sentence.tokens[max(0, start - 2) : at]
    number = next((n for t in before if (n := number_of(t)) and t.low != "one"), 1) if token.is_plural else 1
    kind = str(token.value)
    drafted = kind not in _NEVER_DRAFTED and how in ("drafted", "process")
    definite = bool(start and sentence.tokens[start - 1].low in ("the", "this", "these", "its", "their"))
    return Product(
        at,
        kind,
        title,
        drafted,
        status,
        min(number, 20),
        definite and not is_named,
        is_named,
        published,
        verb,
        _of_each(sentence, at),
        how == "process",
    )


def _of_each(sentence: Sentence, at: int) -> frozenset[str]:
    if sentence.tokens[at].is_plural or "each" not in sentence.words or sentence.tokens[at].value != "report":
        return frozenset()
    return frozenset(
        "any" if token.low in ("event", "events") else str(token.value)
        for token in sentence.tokens
        if token.kind is Kind.ACTIVITY or token.low in ("event", "events")
    )
