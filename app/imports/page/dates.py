"""Finds the dates in a sentence, at the precision that it gives, and repairs those that have lost a dash.

What can be read in one way alone is read: `1624 April 2012` is 16 to 24 April, `29 February 2010`, a day that there was
not, is 2 to 9 February. What can't be repaired is left out. Both are told.
"""

import calendar
import re
from dataclasses import dataclass, field
from typing import Final

from app.core.partial_dates import FIRST_YEAR, LAST_YEAR
from app.imports.drafts import Finding, Severity
from app.imports.page.lexicon import MONTHS, Kind, Token
from app.imports.page.wordsets import words


@dataclass(frozen=True, slots=True)
class Span:
    """From a partial date to a partial date."""

    start: str
    end: str

    @classmethod
    def of(cls, date: str) -> "Span":
        """One partial date."""
        return cls(date, date)


@dataclass(slots=True)
class Mention:
    """Dates at a place in a sentence: several spans are several times."""

    first: int
    """The first of its tokens, and the one after its last."""
    after: int
    spans: list[Span]
    is_open: bool = False
    """Whether it goes on from there: `since March 2013`."""
    is_list: bool = False


@dataclass(slots=True)
class Dates:
    """The dates of a sentence, and what had to be repaired: code, message, first token, and the one after the last."""

    mentions: list[Mention] = field(default_factory=list)
    problems: list[tuple[str, str, int, int]] = field(default_factory=list)


@dataclass(slots=True)
class _Atom:
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


_DATING: Final = (Kind.MONTH, Kind.NUMBER)  # in a tuple: an enum member hashes slowly
_RANGE_WORDS: Final = words("- to until till through /")
_LIST_WORDS: Final = words(", and & or")
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
_OPENING: Final = frozenset(("since", "from"))
_ORDINAL_SIGNS: Final = words("st nd rd th")
_NUMBER_WORDS: Final = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}


def find_dates(tokens: list[Token], anchor: str | None = None) -> Dates:
    """The dates of a sentence. `anchor` is the latest date before it, for `the same month` and the like."""
    found = Dates()
    pieces = _unglued(tokens)
    at = 0
    while at < len(pieces):
        if pieces[at][0].kind not in _DATING:
            at += 1
            continue
        mention, at = _mention(pieces, at, found)
        if mention:
            found.mentions.append(mention)
    _add_relative(tokens, anchor, found)
    _inherit_years(found, anchor)
    return found


def _unglued(tokens: list[Token]) -> list[tuple[Token, int]]:
    """The tokens with their places; a year that has swallowed what follows it, as in `201022 June`, is two."""
    pieces: list[tuple[Token, int]] = []
    for at, token in enumerate(tokens):
        if token.kind is Kind.NUMBER and len(token.low) in (5, 6, 8) and at and tokens[at - 1].kind is Kind.MONTH:
            year, rest = token.low[:4], token.low[4:]
            if _is_year(year) and (_is_year(rest) or _next_is_month(tokens, at)):
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


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isdecimal() and FIRST_YEAR <= int(text) <= LAST_YEAR


# -- one mention: atoms that are joined --


def _mention(pieces: list[tuple[Token, int]], at: int, found: Dates) -> tuple[Mention | None, int]:
    atom, after = _atom(pieces, at, alone=True)
    if atom is None:
        return None, at + 1
    atoms, joints = [atom], []
    while (joined := _joined(pieces, after)) and len(atoms) < 12:
        joint, following, after_it = joined
        if joint == "" and following.month is None:
            break
        if joint in _LIST_WORDS and following.year is None and following.month is None:
            break
        atoms.append(following)
        joints.append(joint)
        after = after_it
    return _resolve(pieces, atoms, joints, found), after


def _joined(pieces: list[tuple[Token, int]], after: int) -> tuple[str, _Atom, int] | None:
    """What joins the next date to the one before, that date and where it ends."""
    joint, at = "", after
    if at < len(pieces):
        low = pieces[at][0].low
        if low in _RANGE_WORDS or low in _LIST_WORDS:
            joint, at = low, at + 1
            if low == "," and at < len(pieces) and pieces[at][0].low in ("and", "&"):
                joint, at = "and", at + 1
        while (
            at < len(pieces)
            and joint
            and pieces[at][0].low in ("in", "early", "late", "mid", "from", "the", "end", "of", "again", "then")
        ):
            at += 1
        if at < len(pieces) and joint and pieces[at][0].low == "-" and pieces[at - 1][0].low == "mid":
            at += 1
    atom, end = _atom(pieces, at, alone=bool(joint))
    return (joint, atom, end) if atom else None


def _atom(pieces: list[tuple[Token, int]], at: int, *, alone: bool) -> tuple[_Atom | None, int]:
    if at >= len(pieces):
        return None, at
    token, place = pieces[at]
    if token.kind is Kind.NUMBER:
        if found := _numeric(pieces, at):
            return found
        if found := _days_then_month(pieces, at):
            return found
        if _is_year(token.low) and alone and _may_be_year(pieces, at):
            return _Atom(place, place + 1, year=int(token.low)), at + 1
    elif token.kind is Kind.MONTH:
        return _month_first(pieces, at)
    return None, at


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
    if before in ("and", "&", "or"):
        return at > 1 and pieces[at - 2][0].kind is Kind.NUMBER and _is_year(pieces[at - 2][0].low)
    return before in _BEFORE_YEAR or before in _PARTS_OF_YEAR or not before


def _is_range_of_years(pieces: list[tuple[Token, int]], at: int) -> bool:
    return pieces[at][0].kind is Kind.NUMBER and _is_year(pieces[at][0].low) and _may_be_year(pieces, at)


def _numeric(pieces: list[tuple[Token, int]], at: int) -> tuple[_Atom, int] | None:
    """`2010-05-17`, `17/05/2010`, `17.05.2010`, `05/2010`, `2010-05`."""
    texts = [token.low for token, _ in pieces[at : at + 5]]
    numbers = [int(text) if text.isdecimal() and len(text) <= 4 else -1 for text in texts]
    place = pieces[at][1]
    if len(texts) == 5 and texts[1] == texts[3] and texts[1] in _DATE_SIGNS:
        if _is_year(texts[0]) and 1 <= numbers[2] <= 12 and 1 <= numbers[4] <= 31:
            return _Atom(place, pieces[at + 4][1] + 1, ((numbers[4],) * 2,), month=numbers[2], year=numbers[0]), at + 5
        if len(texts[4]) == 4 and _is_year(texts[4]) and 1 <= numbers[2] <= 12 and 1 <= numbers[0] <= 31:
            return _Atom(place, pieces[at + 4][1] + 1, ((numbers[0],) * 2,), month=numbers[2], year=numbers[4]), at + 5
    if len(texts) >= 3 and _is_year(texts[0]) and texts[1] == "-" and len(texts[2]) == 2 and texts[2][0] == "0":
        return _Atom(place, pieces[at + 2][1] + 1, month=numbers[2], year=numbers[0]), at + 3
    if (
        len(texts) >= 3
        and len(texts[0]) <= 2
        and texts[1] in ("/", ".")
        and _is_year(texts[2])
        and 1 <= numbers[0] <= 12
    ):
        return _Atom(place, pieces[at + 2][1] + 1, month=numbers[0], year=numbers[2]), at + 3
    return None


def _days_then_month(pieces: list[tuple[Token, int]], at: int) -> tuple[_Atom, int] | None:
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
        if at >= len(pieces) or pieces[at][0].low not in _RANGE_WORDS | _LIST_WORDS:
            return None
        joints.append(pieces[at][0].low)
        at += 1
        if at < len(pieces) and joints[-1] == "," and pieces[at][0].low == "and":
            at += 1
    if at >= len(pieces):
        return None
    month = int(pieces[at][0].value)
    at += 1
    at, year = _year_after(pieces, at)
    if joints == ["and"] and first and pieces[first - 1][0].low == "between":
        joints = ["-"]
    atom = _Atom(pieces[first][1], pieces[at - 1][1] + 1, _pairs(days, joints), month, year)
    _check_days(atom)
    return atom, at


def _pairs(days: list[int], joints: list[str]) -> tuple[tuple[int, int], ...]:
    """Days that a dash or `to` joins are one stretch, and so are days that follow each other."""
    pairs = [(days[0], days[0])]
    for joint, day in zip(joints, days[1:], strict=False):
        first, last = pairs[-1]
        if joint in _RANGE_WORDS or (day == last + 1 and first == last):
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
    if ahead < len(pieces) and pieces[ahead][0].kind is Kind.NUMBER and _is_year(pieces[ahead][0].low):
        return ahead + 1, int(pieces[ahead][0].low)
    return at, None


def _month_first(pieces: list[tuple[Token, int]], at: int) -> tuple[_Atom | None, int]:
    """`May 2010`, `May 17, 2010`, `May 2-4, 2010`, or `May` where a preposition tells that it is one."""
    token, place = pieces[at]
    after, year = _year_after(pieces, at + 1)
    if year is not None:
        return _Atom(place, pieces[after - 1][1] + 1, month=token.value, year=year), after
    if american := _american(pieces, at):
        return american
    before = pieces[at - 1][0].low if at else ""
    if before in _BEFORE_MONTH or (at and pieces[at - 1][0].kind is Kind.MONTH):
        return _Atom(place, place + 1, month=token.value), at + 1
    following = pieces[at + 1][0].low if at + 1 < len(pieces) else ""
    if following in ("-", "to", "/", "and", "&", "until") or _next_piece_is_month(pieces, at):
        return _Atom(place, place + 1, month=token.value), at + 1
    return None, at


def _next_piece_is_month(pieces: list[tuple[Token, int]], at: int) -> bool:
    return at + 1 < len(pieces) and pieces[at + 1][0].kind is Kind.MONTH


def _american(pieces: list[tuple[Token, int]], at: int) -> tuple[_Atom, int] | None:
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
    atom = _Atom(pieces[at][1], pieces[after - 1][1] + 1, _pairs(days, [joint] * (len(days) - 1)), month, year)
    _check_days(atom)
    return atom, after


# -- days that can't be --


def _check_days(atom: _Atom) -> None:
    """Splits a number that holds two days, and marks what is no date."""
    longest = 31 if atom.month is None else _days_in(atom.month, atom.year)
    if len(atom.days) == 1 and atom.days[0][0] == atom.days[0][1] and not 1 <= atom.days[0][0] <= longest:
        pair = _split_days(str(atom.days[0][0]), longest)
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


def _split_days(digits: str, longest: int) -> tuple[int, int] | None:
    """The two days, in order, that the digits hold; None unless there is one way alone."""
    ways = [
        (int(digits[:cut]), int(digits[cut:]))
        for cut in range(max(1, len(digits) - 2), min(2, len(digits) - 1) + 1)
        if digits[cut] != "0" and 1 <= int(digits[:cut]) < int(digits[cut:]) <= longest
    ]
    return ways[0] if len(ways) == 1 else None


# -- from atoms to spans --


def _resolve(pieces: list[tuple[Token, int]], atoms: list[_Atom], joints: list[str], found: Dates) -> Mention | None:
    _share_years(atoms)
    first, after = atoms[0].first, atoms[-1].after
    before = pieces[_index_of(pieces, first) - 1][0].low if _index_of(pieces, first) else ""
    if broken := next((atom for atom in atoms if atom.broken), None):
        found.problems.append(("impossible-date", f"it is no date, {broken.broken}, and was left out", first, after))
        return None
    is_range = _is_range(before, joints)
    spans: list[Span] = []
    for atom in atoms:
        spans.extend(_spans(atom))
    repaired = any(atom.repaired for atom in atoms)
    if is_range:
        whole = Span(spans[0].start, spans[-1].end)
        if not _in_order(whole):
            found.problems.append(("impossible-date", "it ends before it begins, and was left out", first, after))
            return None
        spans = [whole]
        repaired = repaired or "" in joints
    if repaired:
        message = f"a dash is missing: read as {' and '.join(_words(span) for span in spans)}"
        found.problems.append(("repaired-date", message, first, after))
    is_open = before in _OPENING and len(spans) == 1 and spans[0].start == spans[0].end
    return Mention(first, after, spans, is_open, is_list=len(spans) > 1)


def _index_of(pieces: list[tuple[Token, int]], place: int) -> int:
    index = place
    while index < len(pieces) and pieces[index][1] < place:
        index += 1
    return index


def _share_years(atoms: list[_Atom]) -> None:
    """`May and June 2014`: the year, and of days also the month, belongs to all."""
    year = month = None
    for atom in reversed(atoms):
        year = atom.year = atom.year or year
        if atom.month is None and atom.days:
            atom.month = month
        month = atom.month or month


def _is_range(before: str, joints: list[str]) -> bool:
    if not joints:
        return False
    return all(joint in _RANGE_WORDS or not joint for joint in joints) or (before == "between" and len(joints) == 1)


def _spans(atom: _Atom) -> list[Span]:
    if atom.month is None:
        return [Span.of(f"{atom.year:04d}")]
    month = f"{atom.year:04d}-{atom.month:02d}" if atom.year else f"????-{atom.month:02d}"
    if not atom.days:
        return [Span.of(month)]
    return [Span(f"{month}-{first:02d}", f"{month}-{last:02d}") for first, last in atom.days]


def _in_order(span: Span) -> bool:
    return span.start[: len(span.end)] <= span.end[: len(span.start)]


def _words(span: Span) -> str:
    """A span as people write it."""
    if span.start == span.end:
        return in_words(span.start)
    return f"{in_words(span.start)} to {in_words(span.end)}"


def in_words(date: str) -> str:
    """A partial date as people write it: `16 April 2012`."""
    year, *rest = date.split("-")
    month = MONTHS[int(rest[0]) - 1].capitalize() if rest else ""
    return " ".join(filter(None, (str(int(rest[1])) if len(rest) > 1 else "", month, year if year != "????" else "")))


# -- dates that lean on others --


def _add_relative(tokens: list[Token], anchor: str | None, found: Dates) -> None:
    """`In the same month`, `the following year`, `two months later`: counted from the date before."""
    for at in range(1, len(tokens)):
        unit = tokens[at].low
        if unit not in ("month", "year", "months", "years"):
            continue
        before = tokens[at - 1].low
        last = next((m.spans[-1].end for m in reversed(found.mentions) if m.after <= at), anchor)
        date = last and _relative(before, unit, tokens[at + 1].low if at + 1 < len(tokens) else "", last)
        if date:
            after = at + 2 if before in _NUMBER_WORDS or before == "that" else at + 1
            found.mentions.append(Mention(at - 1, min(after, len(tokens)), [Span.of(date)]))
    found.mentions.sort(key=lambda mention: mention.first)


def _relative(before: str, unit: str, after: str, last: str) -> str | None:
    known = last.startswith("?") or (unit.startswith("month") and len(last) < 7)
    if known:
        return None
    year = int(last[:4])
    if before == "same":
        return last[:7] if unit == "month" else last[:4] if unit == "year" else None
    steps = 1 if before in ("following", "next") else _NUMBER_WORDS.get(before, 0) if after in ("later", "after") else 0
    if not steps:
        return (
            last[:4] if before in ("that", "the") and unit == "year" and after in (",", ".", "", "a", "with") else None
        )
    if unit.startswith("year"):
        return f"{year + steps:04d}"
    months = year * 12 + int(last[5:7]) - 1 + steps
    return f"{months // 12:04d}-{months % 12 + 1:02d}"


def _inherit_years(found: Dates, anchor: str | None) -> None:
    """A month without a year has that of the date before it, or the next one if the month has passed."""
    last = anchor
    for mention in list(found.mentions):
        for index, span in enumerate(mention.spans):
            if not span.start.startswith("?"):
                last = span.end
                continue
            dated = _dated(
                span,
                last,
                next((s.start for m in found.mentions for s in m.spans if not s.start.startswith("?")), None),
            )
            if dated is None:
                found.problems.append(
                    ("date-without-year", "its year is not told, so it was left out", mention.first, mention.after)
                )
                found.mentions.remove(mention)
                break
            message = f"its year is not told: read as {_words(dated)}, by the dates around it"
            found.problems.append(("inferred-year", message, mention.first, mention.after))
            mention.spans[index] = dated
            last = dated.end


def _dated(span: Span, last: str | None, coming: str | None) -> Span | None:
    known = last if last and len(last) >= 7 else coming
    if known is None or len(known) < 7:
        return None
    year, month = int(known[:4]), int(span.start[5:7])
    if known == last and month < int(known[5:7]):
        year += 1
    if known != last and month > int(known[5:7]):
        year -= 1
    return Span(f"{year:04d}{span.start[4:]}", f"{year:04d}{span.end[4:]}")


# -- the duration of an action --

_OPEN_END: Final = re.compile(
    r"\b(?:present|ongoing|on-going|to date|today|now|current(?:ly)?|continuing|in progress|open|under way)\b"
    r"|(?<=\d)present",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Duration:
    """When an action ran: what is not told stays None."""

    start: str | None = None
    end: str | None = None
    is_open: bool = False
    """Whether the page says that it goes on."""
    problems: list[tuple[Severity, str, str]] = field(default_factory=list)


def read_duration(text: str, tokens: list[Token]) -> Duration:
    """The first and the last date of a duration as written."""
    found = Dates()
    pieces = _unglued_duration(tokens)
    mentions = []
    at = 0
    while at < len(pieces):
        mention, at = _mention(pieces, at, found)
        if mention:
            mentions.append(mention)
    read = Duration(problems=[(_severity(code), code, message) for code, message, _, _ in found.problems])
    if any(token.kind is Kind.SIGN and token.start == token.end for token, _ in pieces):
        read.problems.append((Severity.WARNING, "repaired-date", "a dash is missing between two years"))
    spans = [span for mention in mentions for span in mention.spans if not span.start.startswith("?")]
    if not spans:
        if not found.problems:
            read.problems.append((Severity.WARNING, "unread-duration", "no date was found in it"))
        return read
    read.start = min(span.start for span in spans)
    read.end = max(span.end for span in spans)
    trailing = text.rstrip().endswith(("-", "\u2013", "\u2014"))
    if _OPEN_END.search(text) or trailing or any(mention.is_open for mention in mentions):
        read.end, read.is_open = None, True
        if trailing:
            read.problems.append((Severity.WARNING, "open-end", "it ends with a dash: read as not yet ended"))
    elif len(mentions) > 1:
        read.problems.append((Severity.WARNING, "several-dates", "read as running from the first date to the last"))
    lead = next((token.low for token in tokens), "")
    if lead in ("until", "till") and len(spans) == 1:
        read.start, read.end = None, None
        read.problems.append((Severity.WARNING, "no-start", "the start is not told, so the end was left out"))
    return read


def _severity(code: str) -> Severity:
    return Severity.ERROR if code == "impossible-date" else Severity.WARNING


def _unglued_duration(tokens: list[Token]) -> list[tuple[Token, int]]:
    """As in a sentence; and `20122013`, two years without their dash, is two as well."""
    pieces: list[tuple[Token, int]] = []
    for token, at in _unglued(tokens):
        if token.kind is Kind.NUMBER and len(token.low) == 8 and _is_year(token.low[:4]) and _is_year(token.low[4:]):
            pieces.append((Token(Kind.NUMBER, token.low[:4], token.start, token.start + 4), at))
            pieces.append((Token(Kind.SIGN, "-", token.start + 4, token.start + 4), at))
            pieces.append((Token(Kind.NUMBER, token.low[4:], token.start + 4, token.end), at))
        else:
            pieces.append((token, at))
    return pieces


def finding(problem: tuple[str, str, int, int], tokens: list[Token], sentence: str, line: int) -> Finding:
    """A problem of a date as a finding, with what stands there."""
    code, message, first, after = problem
    quote = sentence[tokens[first].start : tokens[min(after, len(tokens)) - 1].end]
    return Finding(severity=Severity.WARNING, code=code, message=message, line=line, quote=quote)
