"""Small words that several readers of sentences go by."""

from typing import Final

from app.imports.page.language.lexicon import Kind, Token
from app.imports.page.language.wordsets import words

NUMBERS: Final = {
    word: number
    for number, word in enumerate(
        [
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ],
        1,
    )
}
ORDINALS: Final = words(
    "first second third fourth fifth sixth seventh eighth ninth tenth last final closing concluding initial opening "
    "subsequent further additional next other another new follow-up"
)

INVITED: Final = words("invited welcomed received hosted")
"""What a host does."""
BE: Final = words("was were is are be been being")
FINITE: Final = words(
    "was were is are has have had will would may can could took takes led shared provided contributed participated "
    "assisted supported delivered facilitated conducted accompanied visited presented helped reviewed carried "
    "prepared spoke met trained advised worked drafted joined gave ran moderated chaired introduced explained "
    "discussed taught produced identified organised organized held implemented followed started began ended concluded "
    "brought allowed guided steered intervened attended travelled undertook developed elaborated mapped wrote came "
    "offered acted"
)


def number_of(token: Token) -> int | None:
    """The number that a token says, up to 999."""
    if token.kind is Kind.NUMBER:
        return int(token.low) if len(token.low) <= 3 and token.low.isdecimal() and int(token.low) else None
    return NUMBERS.get(token.low)
