"""Institutions that a text names: where their names begin and end, their acronyms and their countries."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from app.imports.page.language.lexicon import Kind, Token
from app.imports.page.language.quotations import quoted_title
from app.imports.page.language.words import INVITED
from app.imports.page.language.wordsets import words
from app.imports.page.sentences import Sentence

_WITHIN: Final = words("of for on and & against - the ' s to in de del la y e des do da et")
_NOT_A_NAME: Final = words(
    "the a an in on at for with following mieux this these experts relevant its their after under during to as from "
    "by of and both two three four five several"
)
_PROPER: Final = frozenset(
    (Kind.WORD, Kind.NATIONALITY, Kind.COUNTRY, Kind.GROUP, Kind.BODY, Kind.INSTITUTION, Kind.CITY)
)
_BEFORE: Final = _PROPER | {Kind.ACTIVITY, Kind.PERSON}
"""What may stand before the chief noun of a name: `the National Training Service`."""


_TOGETHER: Final = words("cooperation collaboration partnership together jointly coordination conjunction association")


def takes_part(sentence: Sentence, found: "Institution", own: Sequence[str]) -> bool:
    """Whether an institution is one with which the action was carried out: not who only hosts a visit from the partner
    countries, nor an international body that is mentioned without a word of cooperation."""
    before = [token.low for token in sentence.tokens[max(0, found.first - 12) : found.first]]
    near = [low for low in before[-8:] if low != "the"]
    if near[-2:] == ["headquarters", "of"] or (near[-1:] == ["to"] and not _HANDED.isdisjoint(near)):
        return False  # where a visit leads, or who only receives a document
    if found.country not in own and _is_host(sentence, found, near):
        return False
    return found.value not in ("eu-body", "international-organisation") or not _TOGETHER.isdisjoint(before)


_HANDED: Final = words("submitted presented handed transmitted delivered")
_VISITING: Final = words("visited travelled went spent")


def _is_host(sentence: Sentence, found: "Institution", near: list[str]) -> bool:
    """Whether it is visited, or receives visitors; `near` are the words before it."""
    after = sentence.tokens[found.after].low if found.after < len(sentence.tokens) else ""
    if near[-1:] == ["visited"] or after in INVITED or (near[-1:] == ["by"] and not INVITED.isdisjoint(near)):
        return True
    is_place = near[-1:] in (["to"], ["at"])
    return is_place and any(low.endswith(("visit", "visits")) or low in _VISITING for low in sentence.words)


@dataclass(slots=True)
class Institution:
    """An institution at a place in a sentence."""

    first: int
    after: int
    name: str
    acronym: str | None
    country: str | None
    value: str
    """The type of organisation that its words tell."""


def institutions(sentence: Sentence) -> tuple[Institution, ...]:
    """The institutions that a sentence names, in order. They are shared by all who ask: nobody changes them."""
    return () if sentence.kinds.isdisjoint((Kind.BODY, Kind.INSTITUTION)) else _institutions(sentence)


@lru_cache(maxsize=1_000)
def _institutions(sentence: Sentence) -> tuple[Institution, ...]:
    return tuple(_each(sentence))


def _each(sentence: Sentence) -> Iterator[Institution]:
    after, tokens = 0, sentence.tokens
    for at, token in enumerate(tokens):
        if token.kind is Kind.PRODUCT and (title := quoted_title(tokens, at)):
            after = title[1]  # what stands in a title is no institution
        if at < after or token.kind not in (Kind.BODY, Kind.INSTITUTION) or not token.is_capital:
            continue
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        if token.kind is Kind.BODY and following and following.kind is Kind.INSTITUTION and following.is_capital:
            continue  # "the OSCE Centre"
        found = institution_at(sentence, at)
        if found:
            found.country = found.country or _country_above(sentence, found.after)
            yield found
            after = found.after


def _country_above(sentence: Sentence, after: int) -> str | None:
    """`the Directorate of Human Rights under the Ministry of Foreign Affairs in Indonesia`: the country of what it is
    a part of."""
    tokens = sentence.tokens
    if after + 2 >= len(tokens) or tokens[after].low not in ("under", "within", "of", "at"):
        return None
    chief = next(
        (at for at in range(after + 2, min(len(tokens), after + 5)) if tokens[at].kind is Kind.INSTITUTION), None
    )
    above = institution_at(sentence, chief) if chief is not None and tokens[after + 1].low == "the" else None
    return above.country if above else None


def institution_at(sentence: Sentence, at: int, *, leftmost: int = 0) -> Institution | None:
    """The institution whose chief noun stands at a place; None where it is no name."""
    tokens = sentence.tokens
    first = _first(tokens, at, leftmost)
    after = at + 1 if tokens[at].kind is Kind.BODY else _after(tokens, at)
    if tokens[at].kind is Kind.INSTITUTION and after - first < 2 and " " not in tokens[at].low:
        return None
    ends = after - 2 if after - first > 3 and tokens[after - 2].low == "in" else after
    name = " ".join(sentence.text[tokens[first].start : tokens[ends - 1].end].split()).removeprefix("NGO ")
    acronym, end = _acronym(sentence, after)
    country = _country(tokens, first, after) or _country_behind(tokens, end)
    value = tokens[at].value or "unspecified"
    return Institution(first, end, name, acronym, country, value)


def _first(tokens: list[Token], at: int, leftmost: int) -> int:
    first = at
    while first > leftmost and first > at - 8:
        before = tokens[first - 1]
        if (
            before.low == "and"
            and first > leftmost + 1
            and tokens[first].kind is Kind.WORD
            and _is_part(tokens, first - 2)
        ):
            first -= 1
            continue
        if before.low == "s" and first - 3 > leftmost and _is_office_of(tokens, first - 2):
            first -= 3
            continue
        if (
            before.low == "-"
            and first - 2 > leftmost
            and before.end == tokens[first].start
            and tokens[first - 2].is_capital
        ):
            first -= 2  # "the Anti-Mafia Directorate"
            continue
        if not before.is_capital or before.kind not in _BEFORE or before.low in _NOT_A_NAME:
            break
        if first == 1 and before.kind is Kind.WORD and before.low.endswith(("ing", "ly")):
            break
        first -= 1
    return first


def _is_office_of(tokens: list[Token], mark: int) -> bool:
    """Whether the name is one like `the Prime Minister's Office`; `Spain's Ministry` is not."""
    owner = tokens[mark - 1]
    return tokens[mark].low == "'" and owner.is_capital and owner.kind in (Kind.WORD, Kind.PERSON)


def _is_part(tokens: list[Token], at: int) -> bool:
    """Whether a capitalised word before `and` is a part of the name: `the Spanish Immigration and Borders Service`."""
    token, before = tokens[at], tokens[at - 1] if at else None
    return (
        token.is_capital
        and token.kind is Kind.WORD
        and token.low not in _NOT_A_NAME
        and before is not None
        and (before.kind in (Kind.NATIONALITY, Kind.COUNTRY) or before.low == "the" or before.is_capital)
    )


def _after(tokens: list[Token], at: int) -> int:
    """Where the name ends: it goes on over capitalised words, and small ones that a capitalised one follows."""
    after = at + 1
    while after < len(tokens):
        token = tokens[after]
        if token.low == "mieux":
            break
        if (
            token.is_capital
            and (token.kind in _PROPER or (token.kind is Kind.ACTIVITY and tokens[after - 1].kind is Kind.WORD))
            and not (
                token.kind is Kind.INSTITUTION and tokens[after - 1].low == "the" and tokens[after - 2].low != "of"
            )
        ):
            after += 1
            continue
        ahead = after
        while (
            ahead < len(tokens)
            and ahead - after < 3
            and tokens[ahead].low in _WITHIN
            and tokens[ahead].kind is not Kind.COUNTRY
        ):
            ahead += 1
        if token.low == "," and _goes_on_after_comma(tokens, after):
            after += 1
            continue
        if (
            ahead == after
            or ahead >= len(tokens)
            or not tokens[ahead].is_capital
            or tokens[ahead].kind not in _PROPER | {Kind.ACTIVITY, Kind.ADMINISTRATION, Kind.PERSON}
        ):
            break
        if not _joins(tokens, after, ahead):
            break
        after = ahead + 1
    return after


def _joins(tokens: list[Token], after: int, ahead: int) -> bool:
    """Whether the small words lead on to a part of the same name."""
    small = [token.low for token in tokens[after:ahead]]
    target = tokens[ahead]
    if small[0] in ("and", "&"):
        # "the Ministry of Justice and Police" is one, "the Ministry of Justice and Interpol" are two
        is_subject = target.low == "police" and tokens[after - 1].low in ("justice", "interior", "security")
        starts_another = target.kind in (Kind.BODY, Kind.GROUP) or _is_own_name(tokens, ahead)
        return "the" not in small and (is_subject or not starts_another)
    if small[0] in ("'", "the"):
        return small == ["'"] and tokens[after - 1].low.endswith("s") and tokens[after].end < target.start
    if small[0] in ("in", "to", "-"):  # "the Ministry in Charge of Moroccans Residing Abroad"
        return small[0] == "-" or (small[0] == "in" and (target.kind is Kind.COUNTRY or target.low == "charge"))
    if small[0] == "on" and target.kind is Kind.ACTIVITY:
        return False
    if target.low in ("ministry", "ministries"):
        return False  # "the Department of Migration of the Ministry of the Interior" are two
    return target.kind is not Kind.INSTITUTION or small[0] == "of" or target.low == "statistics"


def _is_own_name(tokens: list[Token], at: int) -> bool:
    """Whether a chief noun follows within the next words, so that another institution begins."""
    for token in tokens[at : at + 5]:
        if token.kind in (Kind.INSTITUTION, Kind.BODY):
            return True
        if not token.is_capital:
            return False
    return False


def _goes_on_after_comma(tokens: list[Token], comma: int) -> bool:
    """`Ministry of Labour, Employment and Social Security`: one more subject, and then `and` with the last."""
    at = comma + 1
    while at < len(tokens) and at - comma < 12:
        token = tokens[at]
        if token.low in ("and", "&"):
            ahead = tokens[at + 1] if at + 1 < len(tokens) else None
            return (
                at > comma + 1
                and ahead is not None
                and ahead.is_capital
                and ahead.kind is Kind.WORD
                and not _is_own_name(tokens, at + 1)
            )
        if token.low == ",":
            at += 1
            continue
        if not token.is_capital or token.kind not in (Kind.WORD, Kind.ACTIVITY, Kind.PRODUCT):
            return False
        at += 1
    return False


def _acronym(sentence: Sentence, after: int) -> tuple[str | None, int]:
    tokens = sentence.tokens
    closing = after + 1
    while closing < len(tokens) and tokens[closing].low != ")" and closing - after < 8:
        closing += 1
    if after < len(tokens) and tokens[after].low == "(" and closing < len(tokens) and tokens[closing].low == ")":
        written = sentence.text[tokens[after].end : tokens[closing].start].strip()
        letters = [letter for letter in written if letter.isalpha()]
        if 2 <= len(written) <= 14 and " " not in written and sum(letter.isupper() for letter in letters) >= 2:
            return written, closing + 1
    return None, after


def _country_behind(tokens: list[Token], end: int) -> str | None:
    """`the Migration Board (SMB) of Brazil`."""
    if end >= len(tokens) or tokens[end].low not in ("of", "in"):
        return None
    behind = tokens[end + 1 : end + 3]
    return next((str(token.value) for token in behind if token.kind is Kind.COUNTRY), None)


def _country(tokens: list[Token], first: int, after: int) -> str | None:
    codes = [t.value for t in tokens[first:after] if t.kind in (Kind.COUNTRY, Kind.NATIONALITY)]
    if codes:
        return str(codes[-1])
    # "Spain's Ministry", "the Kyrgyz State Service": the country stands before.
    before = tokens[max(0, first - 3) : first]
    for token in reversed(before):
        if token.kind in (Kind.COUNTRY, Kind.NATIONALITY):
            return str(token.value)
        if token.low not in ("'", "s", "the"):
            break
    return None
