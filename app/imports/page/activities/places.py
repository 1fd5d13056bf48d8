"""Where an activity was held: towns and countries behind `in`, `to` or `at`, and in brackets."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from app.imports.page.language.lexicon import Kind, Token, capitals, languages
from app.imports.page.language.wordsets import words
from app.imports.page.sentences import Sentence

_BEFORE_PLACE: Final = words("in to at ( near into through from around")
_ENUMERATION: Final = words(", and & / or the in to then as well one another other")
_HELD: Final = words(
    "held place organised organized conducted delivered implemented carried hosted out undertaken given"
)


class Place(NamedTuple):
    """A town with its country, or a country."""

    town: str | None
    country: str | None
    is_assumed: bool = False
    """Whether the town is on no list, and the country is that of the action."""


def find_places(
    sentence: Sentence, begin: int, end: int, own: Sequence[str], *, abroad: bool, to_country: bool = False
) -> list[Place]:
    """The places named between two tokens; `abroad` for visits, which go to countries as well as to towns, and
    `to_country` for missions, of which the same is told by `to`."""
    tokens = sentence.tokens
    for at in range(begin, end):
        token = tokens[at]
        if token.kind not in (Kind.CITY, Kind.COUNTRY) or not _is_placed(tokens, at, abroad=abroad):
            continue
        is_led = abroad or (to_country and tokens[at - 1].low == "to")
        if token.kind is Kind.COUNTRY and not is_led and not _was_held_in(tokens, at, begin):
            continue
        return _enumerated(sentence, at, end, own, abroad=abroad)
    return []


def find_hosts(sentence: Sentence, verb: int, own: Sequence[str]) -> list[Place]:
    """The place right before a verb: `Baku hosted the second one`."""
    before = sentence.tokens[verb - 1]
    return [_place(sentence, before, own)] if before.kind in (Kind.CITY, Kind.COUNTRY) else []


_PARTS: Final = words(
    "regions region provinces province governorates districts municipalities towns cities villages departments states "
    "counties oblasts parts communities schools border south north east west"
)


TELLING_WORDS: Final = _PARTS | words("nationwide countrywide country capital same")
"""Of what `own_places` reads, one stands in the sentence."""


def own_places(sentence: Sentence, begin: int, end: int, own: Sequence[str], last: Place | None) -> list[Place]:
    """Places that are told by what the page spoke of before: `across the country`, `in five regions of Ukraine`,
    `in the capital`, `in the same city`."""
    tokens = sentence.tokens
    for at in range(begin, end):
        low, before = tokens[at].low, tokens[at - 1].low
        is_whole = (
            low == "country" and before == "the" and "from" not in {t.low for t in tokens[max(begin, at - 6) : at]}
        )
        if low in ("nationwide", "countrywide") or is_whole:
            return [Place(None, own[0])] if len(own) == 1 else []
        if tokens[at].kind is Kind.NATIONALITY and tokens[at].value in own and tokens[min(at + 1, end)].low in _PARTS:
            return [Place(None, str(tokens[at].value))]  # "in six Ukrainian regions"
        is_own = tokens[at].kind is Kind.COUNTRY and tokens[at].value in own and before in ("of", "in")
        if is_own and any(token.low in _PARTS for token in tokens[max(begin, at - 4) : at]):
            return [Place(None, str(tokens[at].value))]
        if low == "capital" and (found := _capital(tokens, at, own)):
            return [found]
        if low in ("city", "town", "place") and before == "same" and last is not None:
            return [last]
    return []


def _capital(tokens: list[Token], at: int, own: Sequence[str]) -> Place | None:
    """`In the capital`, `in the Armenian capital`, `in the capital of Armenia`."""
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if following is not None and following.kind is Kind.CITY:
        return None
    before = tokens[at - 1]
    code = own[0] if len(own) == 1 else None
    if before.kind is Kind.NATIONALITY:
        code = str(before.value)
    elif following is not None and following.low == "of" and at + 2 < len(tokens):
        code = str(tokens[at + 2].value) if tokens[at + 2].kind is Kind.COUNTRY else None
    elif before.low != "the" or tokens[at - 2].low != "in":
        return None
    return Place(capitals()[code], code) if code in capitals() else None


def unknown_town(sentence: Sentence, begin: int, end: int, own: Sequence[str]) -> list[Place]:
    """A capitalised name after `in` or `at` that no list of towns has: a place in the one partner country, if there is
    one."""
    tokens = sentence.tokens
    for at in range(begin, end - 1):
        if tokens[at].low not in ("in", "at") or (tokens[at].low == "at" and tokens[at + 1].low == "the"):
            continue
        if tokens[at - 1].kind is Kind.PRODUCT:
            continue  # "materials in Sesotho"
        after = at + 1
        while after < end and after - at < 6 and _is_name(tokens, after):
            after += 1
        words = tokens[at + 1 : after]
        name = sentence.text[words[0].start : words[-1].end] if words else ""
        following = tokens[after] if after < len(tokens) else None
        ends = following is None or following.low in (
            ".",
            ",",
            ";",
            "in",
            "on",
            "from",
            "and",
            "was",
            "were",
            "took",
            "during",
            "between",
            "at",
            "with",
            "for",
            "by",
        )
        if name and ends and not name.isupper() and words[0].low not in _NO_TOWNS | languages():
            return [Place(name, own[0], is_assumed=True) if len(own) == 1 else Place(name, None)]
    return []


def _is_name(tokens: list[Token], at: int) -> bool:
    """A capitalised word, or the hyphen within `Zamyn-Uud`."""
    token = tokens[at]
    if token.low == "-" and at + 1 < len(tokens):
        return tokens[at - 1].end == token.start and tokens[at + 1].start == token.end and tokens[at + 1].is_capital
    return token.kind is Kind.WORD and token.is_capital


_NO_TOWNS: Final = words("mieux migration spring summer autumn winter european phase may parallel particular addition")


_SITES: Final = words("city capital town post point crossing port airport municipality district province region area")


def _is_placed(tokens: list[Token], at: int, *, abroad: bool) -> bool:
    if at > 1 and tokens[at - 1].low == "," and tokens[at - 2].kind is Kind.ACTIVITY and tokens[at].kind is Kind.CITY:
        return True  # "a fact-finding mission, Lima (13-17 February 2012)"
    before = at - 1
    while before >= 0 and (
        tokens[before].low in ("the", "both", "of", "border")
        or tokens[before].low in _SITES
        or (tokens[before].kind is Kind.NATIONALITY and before < at - 2)  # "in the Ghanaian town of Aflao"
    ):
        if tokens[before].low == "of" and tokens[before - 1].low not in _SITES:
            return False
        before -= 1
    if before < 0:
        return False
    low = tokens[before].low
    if low == "from":
        return False
    return low in _BEFORE_PLACE or low == "visited"


def _was_held_in(tokens: list[Token], at: int, begin: int) -> bool:
    """A country is a venue after `held in`, right after the activity, or right before a date."""
    lead = at - 2 if tokens[at - 1].low == "the" else at - 1
    if tokens[lead - 1].low in _HELD or lead - 1 <= begin - 1:
        return True
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    return following is not None and (following.kind is Kind.MONTH or following.low == "(") and tokens[lead].low != "to"


def _enumerated(sentence: Sentence, at: int, end: int, own: Sequence[str], *, abroad: bool) -> list[Place]:
    """The place at a token and those that are listed with it; `Vienna, Austria` and `Vienna (Austria)` are one."""
    tokens = sentence.tokens
    found = [_place(sentence, tokens[at], own)]
    kind = tokens[at].kind
    at += 1
    while at < end:
        token = tokens[at]
        if (
            token.kind is Kind.COUNTRY
            and found[-1].town
            and (found[-1].country == token.value or tokens[at - 1].low in (",", "("))
        ):
            found[-1] = Place(found[-1].town, str(token.value))
        elif token.kind is kind or (abroad and token.kind in (Kind.CITY, Kind.COUNTRY)):
            if at + 1 < len(tokens) and tokens[at + 1].low == "'":
                break
            found.append(_place(sentence, token, own))
        elif (
            token.low == "(" and at + 2 < end and tokens[at + 2].low == ")" and tokens[at + 1].kind is Kind.COUNTRY
        ) or (token.low == ")" and tokens[at - 1].kind is Kind.COUNTRY):
            pass
        elif token.low == "(" and (town := _town_of(tokens, at + 1, found[-1])):
            found[-1] = _place(sentence, town, [found[-1].country or ""])
        elif token.low == "(" and (closing := _closing(tokens, at, end)):
            at = closing  # "Quito (May 2012), Cuenca (June 2012)"
        elif found[-1].town and _is_unknown_town(tokens, at):
            same = len(own) == 1 and found[-1].country == own[0]
            found.append(Place(sentence.text[token.start : token.end], own[0] if same else None))
        elif token.low not in _ENUMERATION and token.kind not in (Kind.MONTH, Kind.NUMBER):
            break  # "to Quito in May and Lima in June 2012" goes on over its dates
        at += 1
    return list(dict.fromkeys(found))


def _town_of(tokens: list[Token], at: int, place: Place) -> Token | None:
    """The town in `to Spain (Madrid, May 2012)`."""
    token = tokens[at] if at < len(tokens) else None
    is_there = token is not None and token.kind is Kind.CITY and place.town is None and place.country in token.value
    return token if is_there else None


def _is_unknown_town(tokens: list[Token], at: int) -> bool:
    """The last of several towns, where no list has it: `in Nouakchott, Rosso and Sélibaby`."""
    token, following = tokens[at], tokens[at + 1] if at + 1 < len(tokens) else None
    ends = following is None or following.low in (".", ",", ";", "in", "was", "were", "and", "between", "from", "took")
    return token.kind is Kind.WORD and token.is_capital and tokens[at - 1].low in ("and", ",") and ends


def place_before(sentence: Sentence, at: int, own: Sequence[str]) -> Place | None:
    """The place right before a date: `Lima (April 2011)`, `in Lima in April 2011`."""
    for token in reversed(sentence.tokens[max(0, at - 5) : at]):
        if token.kind in (Kind.CITY, Kind.COUNTRY):
            return _place(sentence, token, own)
        if token.low not in ("(", "in", "on", "early", "late", "mid", "-", ",", "from", "of"):
            return None
    return None


def _closing(tokens: list[Token], at: int, end: int) -> int | None:
    return next((place for place in range(at + 1, min(at + 10, end)) if tokens[place].low == ")"), None)


def _place(sentence: Sentence, token: Token, own: Sequence[str]) -> Place:
    if token.kind is Kind.COUNTRY:
        return Place(None, str(token.value))
    codes: tuple[str, ...] = token.value
    written = sentence.text[token.start : token.end]
    if sentence.text[: token.start].endswith("The "):
        written = f"The {written}"
    return Place(written, next((code for code in codes if code in own), codes[0]))
