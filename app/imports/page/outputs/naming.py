"""What a product is called."""

from typing import Final

from app.imports.page.language.lexicon import Kind, Token
from app.imports.page.language.quotations import quoted_title
from app.imports.page.language.words import FINITE
from app.imports.page.language.wordsets import words
from app.imports.page.sentences import Sentence


def phrase_start(tokens: list[Token], at: int) -> int:
    """Where the adjectives before a noun begin."""
    start = at
    while start and at - start < 6:
        before = tokens[start - 1]
        if (
            before.kind
            not in (
                Kind.WORD,
                Kind.NATIONALITY,
                Kind.GROUP,
                Kind.COUNTRY,
                Kind.ACTIVITY,
            )
            and before.low != "-"
        ):
            break
        in_hyphens = tokens[start].low == "-"  # "country-of-origin information"
        if (before.low in _STOPS or before.low in FINITE) and not in_hyphens:
            break
        start -= 1
    return start


_STOPS: Final = words(
    "the a an this these its their that of on in for to by and or with as from at into through one two three four "
    "five six set first firstly secondly finally which also newly named entitled"
)
_TAIL_ENDS: Final = words(
    ". ; : , which who that by in during throughout led signed and is are was were will has have being been developed "
    "produced drafted elaborated prepared published adopted followed took as at through along together while where "
    "using under until since between after before"
)


def title_of(sentence: Sentence, at: int) -> tuple[str, bool]:
    """The product's name, or the words for it; and whether it is a name."""
    tokens, text = sentence.tokens, sentence.text
    if quoted := _quoted(sentence, at):
        return quoted, True
    start = phrase_start(tokens, at)
    end = at + 1
    is_name = tokens[at].is_capital
    while end < len(tokens) and end - at < 26:
        token = tokens[end]
        joins_name = is_name and token.low in ("and", "in") and end + 1 < len(tokens) and tokens[end + 1].is_capital
        if (token.low in _TAIL_ENDS and not joins_name) or token.kind is Kind.MONTH or token.low in ('"', "'"):
            break
        end += 1
    while end > at + 1 and tokens[end - 1].low in (
        "of",
        "on",
        "for",
        "to",
        "the",
        "and",
        "a",
        "from",
        "in",
        "by",
        "with",
        "(",
    ):
        end -= 1
    title = " ".join(text[tokens[start].start : tokens[end - 1].end].split())
    capitals = sum(token.is_capital for token in tokens[start:end])
    is_named = tokens[at].is_capital and capitals >= 2 and (start > 0 or capitals > 2)
    return title[:1].upper() + title[1:290], is_named


def _quoted(sentence: Sentence, at: int) -> str | None:
    title = quoted_title(sentence.tokens, at)
    if title is None:
        return None
    opening, closing = title
    return " ".join(sentence.text[sentence.tokens[opening].end : sentence.tokens[closing].start].split())[:290]
