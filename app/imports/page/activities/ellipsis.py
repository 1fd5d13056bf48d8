"""Activities whose noun is left out: `the second in June`, `another one`, `it was repeated in Lviv`."""

from typing import Final

from app.imports.page.activities.events import SHARED, Event, Known
from app.imports.page.language.lexicon import Kind, Token
from app.imports.page.language.words import BE, number_of
from app.imports.page.language.wordsets import words


def counted(tokens: list[Token], at: int, known: Known) -> Event | None:
    """`Two of them were held in May and June`."""
    number = number_of(tokens[at])
    if tokens[at].low == "one" and tokens[at - 1].low in ("by", "and", ","):
        return _one_more(tokens, at, known)
    if number is None or at + 2 >= len(tokens) or tokens[at + 1].low != "of" or tokens[at + 2].low not in _OF_THEM:
        return None
    kind = _noun_before(tokens, at, known) or known.series_type
    return Event(at, kind, at, is_plural=number > 1, number=number) if kind else None


def _one_more(tokens: list[Token], at: int, known: Known) -> Event | None:
    """`The workshop on visas (May) was followed by one on borders (June)`."""
    noun = next((token for token in reversed(tokens[:at]) if token.kind is Kind.ACTIVITY), None)
    if noun is None or noun.is_plural or at + 1 >= len(tokens) or tokens[at + 1].low not in ("on", "in", "for", "with"):
        return None
    kind = _noun_before(tokens, at, known)
    return Event(at, kind, at, ordinal="another") if kind else None


def repetition(tokens: list[Token], at: int, known: Known) -> Event | None:
    """`A training took place in May and was repeated in June`, `It was repeated in July`: one more of the same."""
    joint = at - 2 if tokens[at - 1].low in BE else at - 1
    is_led = tokens[joint].low in ("and", ",", "it") or tokens[joint].kind is Kind.ACTIVITY
    if not is_led or not any(token.low in BE for token in tokens[:at]):
        return None
    kind = next((str(t.value) for t in reversed(tokens[:at]) if t.kind is Kind.ACTIVITY), known.last_type)
    if kind in (None, "visit", "session"):
        return None
    return Event(at, SHARED.get(kind, kind), at, ordinal="verb")


_ORDER: Final = words("first second third fourth fifth sixth last final other")
_AFTER_ELISION: Final = words(
    "in on at to for from took was were is will followed dealt focused held dealing dedicated devoted addressed looked "
    "covered gathered concerned being went led brought , ( . ; :"
)


def elided(tokens: list[Token], at: int, known: Known) -> Event | None:
    """`The first workshop took place in May and the second in June`, `another one`, `the first of these`: the noun is
    left out."""
    low, before = tokens[at].low, tokens[at - 1].low if at else ""
    after = at + 1
    has_pronoun = tokens[after].low == "one"
    if has_pronoun:
        after += 1
    elif tokens[after].low == "of" and after + 1 < len(tokens) and tokens[after + 1].low in _OF_THEM:
        has_pronoun, after = True, after + 2
    is_ordinal = low in _ORDER and before in ("the", "a")
    if not is_ordinal and not (has_pronoun and (low == "another" or before in ("the", "a"))):
        return None
    if after < len(tokens) and tokens[after].low not in _AFTER_ELISION:
        return None
    if low != "first" and _orders_something_else(tokens, at):
        return None
    goes_on = has_pronoun or at < 2 or any(token.low in _ORDER for token in tokens[: at - 1])
    kind = _noun_before(tokens, at, known) or (known.series_type if goes_on else None)
    if kind is None:
        return None
    return Event(at, kind, at - 1 if before in ("the", "a") else at, ordinal=low)


def _orders_something_else(tokens: list[Token], at: int) -> bool:
    """`The first topic was taken up in May, and the second in June`."""
    for place in range(at - 2, -1, -1):
        if tokens[place].low in _ORDER:
            noun = tokens[place + 1 : place + 4]
            return (
                noun[0].kind is Kind.WORD
                and noun[0].low not in _AFTER_ELISION | {"one", "of"}
                and not any(token.kind is Kind.ACTIVITY for token in noun)
            )
    return False


_OF_THEM: Final = frozenset(("these", "them", "those", "which"))


def _noun_before(tokens: list[Token], at: int, known: Known) -> str | None:
    """The type of the nearest activity that is named before a place."""
    for place in range(at - 2, -1, -1):
        is_subject = tokens[place].value in SHARED and {"on", "about"} & {
            t.low for t in tokens[max(0, place - 3) : place]
        }
        if tokens[place].kind is Kind.ACTIVITY and not is_subject:
            kind = str(tokens[place].value)
            kind = {**SHARED, "session": known.session_type or "information-session"}.get(kind, kind)
            return None if kind == "visit" else kind
    return None
