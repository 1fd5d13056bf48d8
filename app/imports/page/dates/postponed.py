"""Leaves out dates on which something was to take place and didn't: `foreseen for May, but postponed to July`."""

from typing import Final

from app.imports.page.dates.mentions import Mention
from app.imports.page.language.lexicon import Token
from app.imports.page.language.wordsets import words

_MOVED: Final = words(
    "postponed rescheduled deferred delayed moved originally initially only finally eventually nevertheless"
)
_FORESEEN: Final = words("foreseen scheduled planned envisaged programmed due intended")
_NEAR: Final = 10


def settled(tokens: list[Token], known: frozenset[str], mentions: list[Mention]) -> list[Mention]:
    """The dates that stand; `known` are the words of the sentence."""
    if len(mentions) < 2 or known.isdisjoint(_MOVED):
        return mentions
    last = mentions[-1].first
    return [m for m in mentions if m.first == last or not _was_foreseen(tokens, m)]


def _was_foreseen(tokens: list[Token], mention: Mention) -> bool:
    for at in range(mention.first - 1, max(0, mention.first - _NEAR), -1):
        low = tokens[at].low
        if low in (",", ";", "but"):
            return False
        if low in _FORESEEN or (low == "to" and tokens[at - 1].low in ("was", "were")):
            return True
    return False
