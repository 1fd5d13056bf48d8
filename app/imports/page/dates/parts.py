"""The parts of dates: days, a month and a year as far as they stand together, and days that have lost a dash."""

import calendar
from dataclasses import dataclass
from typing import Final

from app.core.partial_dates import FIRST_YEAR, LAST_YEAR
from app.imports.page.language.lexicon import MONTHS, Kind, Token
from app.imports.page.language.wordsets import words


@dataclass(slots=True)
class Atom:
    """Days or none, a month or none, a year or none: as far as they stand together."""

    first: int
    after: int
    days: tuple[tuple[int, int], ...] = ()
    """Each from a day to a day, which may be the same."""
    month: int | None = None
    year: int | None = None
    broken: str | None = None
    """What can't be a date."""
    repaired: bool = False
    remark: str | None = None
    """How a date was read that could have been read in another way."""


_NUMBER: Final = Kind.NUMBER
RANGE_WORDS: Final = words("- to until till through /")
LIST_WORDS: Final = words(", and & or")
_BEFORE_YEAR: Final = words(
    "in during throughout since until by late early mid from between year - to ( till around before after"
)
_PARTS_OF_YEAR: Final = words(
    "end beginning start remainder rest course half quarter spring summer autumn fall winter middle months month part "
    "year first second third fourth last whole"
)
_BEFORE_MONTH: Final = words(
    "in of during early late mid and since until from to between by , ( - before after throughout end & or"
)
_DATE_SIGNS: Final = frozenset("-/.")
_ORDINAL_SIGNS: Final = words("st nd rd th")


def unglued(tokens: list[Token]) -> list[tuple[Token, int]]:
    """The tokens with their places; a year that has swallowed what follows it, as in `201022 June`, is two."""
    if not any(token.low in _GLUED_MONTHS or (token.kind is _NUMBER and len(token.low) > 4) for token in tokens):
        return list(zip(tokens, range(len(tokens)), strict=True))
    pieces: list[tuple[Token, int]] = []
    for at, token in enumerate(tokens):
        if token.kind is Kind.NUMBER and len(token.low) in (5, 6, 8) and at and tokens[at - 1].kind is Kind.MONTH:
            year, rest = token.low[:4], token.low[4:]
            if is_year(year) and (is_year(rest) or _next_is_month(tokens, at)):
                middle = token.start + 4
                pieces.append((Token(Kind.NUMBER, year, token.start, middle), at))
                pieces.append((Token(Kind.NUMBER, rest, middle, token.end), at))
                continue
        if token.low in _GLUED_MONTHS and token.is_capital:
            pieces += [
                (Token(Kind.MONTH, MONTHS[number - 1], token.start, token.end, number), at)
                for number in _GLUED_MONTHS[token.low]
            ]
            continue
        pieces.append((token, at))
    return pieces


_GLUED_MONTHS: Final = {
    first + second: (number, other)
    for number, first in enumerate(MONTHS, 1)
    for other, second in enumerate(MONTHS, 1)
    if number != other
}


def _next_is_month(tokens: list[Token], at: int) -> bool:
    return at + 1 < len(tokens) and tokens[at + 1].kind is Kind.MONTH


def is_year(text: str) -> bool:
    return len(text) == 4 and text.isdecimal() and FIRST_YEAR <= int(text) <= LAST_YEAR


def atom_at(pieces: list[tuple[Token, int]], at: int, *, alone: bool) -> tuple[Atom | None, int]:
    if at >= len(pieces):
        return None, at
    token, place = pieces[at]
    if token.kind is Kind.NUMBER:
        if found := _numeric(pieces, at):
            return found
        if found := _days_then_month(pieces, at):
            return found
        if is_year(token.low) and alone and _may_be_year(pieces, at):
            return Atom(place, place + 1, year=int(token.low)), at + 1
    elif token.kind is Kind.MONTH:
        return _month_first(pieces, at)
    return None, at


_QUARTERS: Final = ("1", "2", "3", "4")


def _may_be_year(pieces: list[tuple[Token, int]], at: int) -> bool:
    """Whether a number of four digits alone is a year of something: `in 2013`, `the end of 2013`, `(2013)`."""
    before = pieces[at - 1][0].low if at else ""
    after = pieces[at + 1][0] if at + 1 < len(pieces) else None
    if after is not None and after.kind is Kind.WORD and after.is_plural:
        return False
    if before in ("of", ",") and at > 1:
        earlier = pieces[at - 2][0]
        return earlier.low in _PARTS_OF_YEAR or earlier.kind is Kind.MONTH
    if before == "-":
        return at > 1 and (pieces[at - 2][0].low in ("mid", "early", "late") or _is_range_of_years(pieces, at - 2))
    if before == "for":
        return at > 1 and pieces[at - 2][0].low in (
            "planned",
            "scheduled",
            "foreseen",
            "envisaged",
            "due",
            "programmed",
        )
    if before in ("and", "&", "or"):
        return at > 1 and pieces[at - 2][0].kind is Kind.NUMBER and is_year(pieces[at - 2][0].low)
    is_quarter = at > 1 and before in _QUARTERS and pieces[at - 2][0].low == "q"  # "Q1 2010"
    return is_quarter or before in _BEFORE_YEAR or before in _PARTS_OF_YEAR or not before


def _is_range_of_years(pieces: list[tuple[Token, int]], at: int) -> bool:
    return pieces[at][0].kind is Kind.NUMBER and is_year(pieces[at][0].low) and _may_be_year(pieces, at)


def _numeric(pieces: list[tuple[Token, int]], at: int) -> tuple[Atom, int] | None:
    """`2010-05-17`, `17/05/2010`, `17.05.2010`, `05/2010`, `2010-05`."""
    texts = [token.low for token, _ in pieces[at : at + 5]]
    numbers = [int(text) if text.isdecimal() and len(text) <= 4 else -1 for text in texts]
    place = pieces[at][1]
    if len(texts) == 5 and texts[1] == texts[3] and texts[1] in _DATE_SIGNS and _is_written_together(pieces, at):
        after = pieces[at + 4][1] + 1
        if is_year(texts[0]) and 1 <= numbers[2] <= 12 and 1 <= numbers[4] <= 31:
            return Atom(place, after, ((numbers[4],) * 2,), month=numbers[2], year=numbers[0]), at + 5
        if is_year(texts[4]) and 0 <= numbers[0] <= 99 and 0 <= numbers[2] <= 99:
            return _day_and_month(Atom(place, after, year=numbers[4]), numbers[0], numbers[2], texts[1]), at + 5
        if (
            texts[1] != "-"
            and len(texts[4]) == 2
            and numbers[4] >= 0
            and 1 <= numbers[0] <= 31
            and 1 <= numbers[2] <= 31
        ):
            return Atom(place, after, broken="its year has two digits"), at + 5
    if len(texts) >= 3 and is_year(texts[0]) and texts[1] == "-" and len(texts[2]) == 2 and texts[2][0] == "0":
        return Atom(place, pieces[at + 2][1] + 1, month=numbers[2], year=numbers[0]), at + 3
    if (
        len(texts) >= 3
        and len(texts[0]) <= 2
        and texts[1] in ("/", ".")
        and is_year(texts[2])
        and 1 <= numbers[0] <= 12
    ):
        return Atom(place, pieces[at + 2][1] + 1, month=numbers[0], year=numbers[2]), at + 3
    return None


def _is_written_together(pieces: list[tuple[Token, int]], at: int) -> bool:
    return all(pieces[place][0].end == pieces[place + 1][0].start for place in range(at, at + 4))


def _day_and_month(atom: Atom, first: int, second: int, sign: str) -> Atom:
    """`17/05/2010`, `05/17/2010`: the day comes first, unless the second number can be no month."""
    if 1 <= second <= 12 and 1 <= first <= 31:
        atom.days, atom.month = ((first, first),), second
        if first <= 12 and first != second and sign != ".":
            atom.remark = f"read with the day first, as {first} {MONTHS[second - 1].capitalize()} {atom.year}"
    elif 1 <= first <= 12 and 1 <= second <= 31:
        atom.days, atom.month = ((second, second),), first
        atom.remark = f"read with the month first, as {second} {MONTHS[first - 1].capitalize()} {atom.year}"
    else:
        atom.broken = "it has no month"
    return atom


def _days_then_month(pieces: list[tuple[Token, int]], at: int) -> tuple[Atom, int] | None:
    """`17 May 2010`, `2-4 May`, `from 16 to 24 April`, `3 and 4 June`, `1624 April 2012`."""
    first = at
    days: list[int] = []
    joints: list[str] = []
    while at < len(pieces) and len(days) < 8:
        token = pieces[at][0]
        if token.kind is not Kind.NUMBER or len(token.low) > 4:
            return None
        days.append(int(token.low))
        at = _after_ordinal(pieces, at + 1)
        if at < len(pieces) and pieces[at][0].kind is Kind.MONTH:
            break
        if at >= len(pieces) or pieces[at][0].low not in RANGE_WORDS | LIST_WORDS:
            return None
        joints.append(pieces[at][0].low)
        at += 1
        if at < len(pieces) and joints[-1] == "," and pieces[at][0].low == "and":
            at += 1
        if at < len(pieces) and joints[-1] in LIST_WORDS and pieces[at][0].low == "from":
            at += 1  # "from 8 to 12 and from 15 to 19 April"
    if at >= len(pieces):
        return None
    month = int(pieces[at][0].value)
    at += 1
    at, year = _year_after(pieces, at)
    if joints == ["and"] and first and pieces[first - 1][0].low == "between":
        joints = ["-"]
    atom = Atom(pieces[first][1], pieces[at - 1][1] + 1, _pairs(days, joints), month, year)
    return atom, at


def _pairs(days: list[int], joints: list[str]) -> tuple[tuple[int, int], ...]:
    """Days that a dash or `to` joins are one stretch, and so are days that follow each other."""
    pairs = [(days[0], days[0])]
    for joint, day in zip(joints, days[1:], strict=False):
        first, last = pairs[-1]
        if joint in RANGE_WORDS or (day == last + 1 and first == last):
            pairs[-1] = (first, day)
        else:
            pairs.append((day, day))
    return tuple(pairs)


def _after_ordinal(pieces: list[tuple[Token, int]], at: int) -> int:
    if at < len(pieces) and pieces[at][0].low in _ORDINAL_SIGNS:
        at += 1
    if at < len(pieces) - 1 and pieces[at][0].low == "of" and pieces[at + 1][0].kind is Kind.MONTH:
        at += 1
    return at


def _year_after(pieces: list[tuple[Token, int]], at: int) -> tuple[int, int | None]:
    """The year that stands next, perhaps after a comma or `of`, and where it ends."""
    ahead = at
    if ahead < len(pieces) and pieces[ahead][0].low == ".":
        ahead += 1
    if ahead < len(pieces) and pieces[ahead][0].low in (",", "of"):
        ahead += 1
    if ahead < len(pieces) and pieces[ahead][0].kind is Kind.NUMBER and is_year(pieces[ahead][0].low):
        return ahead + 1, int(pieces[ahead][0].low)
    return at, None


def _month_first(pieces: list[tuple[Token, int]], at: int) -> tuple[Atom | None, int]:
    """`May 2010`, `May 17, 2010`, `May 2-4, 2010`, or `May` where a preposition tells that it is one."""
    token, place = pieces[at]
    after, year = _year_after(pieces, at + 1)
    if year is not None:
        return Atom(place, pieces[after - 1][1] + 1, month=token.value, year=year), after
    if american := _american(pieces, at):
        return american
    before = pieces[at - 1][0].low if at else ""
    if before in _BEFORE_MONTH or (at and pieces[at - 1][0].kind is Kind.MONTH):
        return Atom(place, place + 1, month=token.value), at + 1
    following = pieces[at + 1][0].low if at + 1 < len(pieces) else ""
    if following in ("-", "to", "/", "and", "&", "until") or _next_piece_is_month(pieces, at):
        return Atom(place, place + 1, month=token.value), at + 1
    return None, at


def _next_piece_is_month(pieces: list[tuple[Token, int]], at: int) -> bool:
    return at + 1 < len(pieces) and pieces[at + 1][0].kind is Kind.MONTH


def _american(pieces: list[tuple[Token, int]], at: int) -> tuple[Atom, int] | None:
    month = pieces[at][0].value
    days: list[int] = []
    ahead, joint = at + 1, ""
    while ahead < len(pieces) and len(days) < 2:
        token = pieces[ahead][0]
        if token.kind is not Kind.NUMBER or len(token.low) > 2:
            break
        days.append(int(token.low))
        ahead = _after_ordinal(pieces, ahead + 1)
        if ahead < len(pieces) and pieces[ahead][0].low in ("-", "to", "and") and len(days) == 1:
            joint, ahead = pieces[ahead][0].low, ahead + 1
    if not days:
        return None
    after, year = _year_after(pieces, ahead)
    if year is None:
        return None
    atom = Atom(pieces[at][1], pieces[after - 1][1] + 1, _pairs(days, [joint] * (len(days) - 1)), month, year)
    return atom, after


def check_days(atom: Atom) -> None:
    """Splits a number that holds two days, and marks what is no date."""
    longest = 31 if atom.month is None else _days_in(atom.month, atom.year)
    if len(atom.days) == 1 and atom.days[0][0] == atom.days[0][1] and not 1 <= atom.days[0][0] <= longest:
        pair = split_days(str(atom.days[0][0]), longest)
        if pair is None:
            atom.broken = "no day of that month"
        else:
            atom.days, atom.repaired = (pair,), True
    elif any(not 1 <= day <= longest for pair in atom.days for day in pair):
        atom.broken = "no day of that month"
    elif any(first > last for first, last in atom.days):
        atom.broken = "its days are not in order"


def _days_in(month: int, year: int | None) -> int:
    return calendar.monthrange(year or 2000, month)[1]


def split_days(digits: str, longest: int) -> tuple[int, int] | None:
    """The two days, in order, that the digits hold; None unless there is one way alone."""
    ways = [
        (int(digits[:cut]), int(digits[cut:]))
        for cut in range(max(1, len(digits) - 2), min(2, len(digits) - 1) + 1)
        if digits[cut] != "0" and 1 <= int(digits[:cut]) < int(digits[cut:]) <= longest
    ]
    return ways[0] if len(ways) == 1 else None
