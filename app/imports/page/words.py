"""Small words that several readers of sentences go by."""

from typing import Final

from app.imports.page.lexicon import Kind, Token

NUMBERS: Final = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen twenty".split(),
        1,
    )
}
ORDINALS: Final = frozenset(
    "first second third fourth fifth sixth seventh eighth ninth tenth last final closing concluding initial opening "
    "subsequent further additional next other another new follow-up".split()
)
BE: Final = frozenset(("was", "were", "is", "are", "be", "been", "being"))
FINITE: Final = frozenset(
    "was were is are has have had will would may can could took takes led shared provided contributed participated "
    "assisted supported delivered facilitated conducted accompanied visited presented helped reviewed carried prepared "
    "spoke met trained advised worked drafted joined gave ran moderated chaired introduced explained discussed taught "
    "produced identified organised organized held implemented followed started began ended concluded brought allowed "
    "guided steered intervened attended travelled undertook developed elaborated mapped wrote came offered acted".split()
)


def number_of(token: Token) -> int | None:
    """The number that a token says, up to 999."""
    if token.kind is Kind.NUMBER:
        return int(token.low) if len(token.low) <= 3 and token.low.isdecimal() and int(token.low) else None
    return NUMBERS.get(token.low)
