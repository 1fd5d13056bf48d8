"""Finds the dates in a sentence, at the precision that it gives, and repairs those that have lost a dash.

What can be read in one way alone is read: `1624 April 2012` is 16 to 24 April, `29 February 2010`, a day that there was
not, is 2 to 9 February. What can't be repaired is left out. Both are told.
"""

import itertools
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from app.core.partial_dates import PartialDate
from app.imports.drafts import Finding, Severity
from app.imports.page.dates.parts import LIST_WORDS, RANGE_WORDS, Atom, atom_at, check_days, unglued
from app.imports.page.language.lexicon import MONTHS, Kind, Token
from app.imports.page.language.wordsets import words


class Span(NamedTuple):
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
    is_stretch: bool = False
    """Whether it tells how long something took: `throughout 2015`, `between May and July`."""


@dataclass(slots=True)
class Dates:
    """The dates of a sentence, and what had to be repaired: code, message, first token, and the one after the last."""

    mentions: list[Mention] = field(default_factory=list)
    problems: list[tuple[str, str, int, int]] = field(default_factory=list)


_DATING: Final = (Kind.MONTH, Kind.NUMBER)  # in a tuple: an enum member hashes slowly
_OPENING: Final = frozenset(("since", "from"))
_OF_THE_REST: Final = words("the of rest remainder remaining course whole entire year first second half")
_NUMBER_WORDS: Final = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}


def find_dates(tokens: list[Token], anchor: str | None = None) -> Dates:
    """The dates of a sentence. `anchor` is the latest date before it, for `the same month` and the like."""
    found = Dates()
    pieces = unglued(tokens)
    at = 0
    while at < len(pieces):
        if pieces[at][0].kind not in _DATING:
            at += 1
            continue
        mention, at = mention_at(pieces, at, found)
        if mention:
            found.mentions.append(mention)
    if len(found.mentions) > 1:
        _join_until(tokens, found)
    _add_relative(tokens, anchor, found)
    _inherit_years(tokens, found, anchor)
    return found


def _join_until(tokens: list[Token], found: Dates) -> None:
    """`It began in May 2014 and lasted until March 2015` is one stretch."""
    for earlier, later in itertools.pairwise(list(found.mentions)):
        between = [token.low for token in tokens[earlier.after : later.first]]
        is_until = bool(between) and between[-1] in ("until", "till") and len(between) < 7
        is_until = is_until or (between[:1] == ["and"] and between[-1:] == ["in"] and not _ENDED.isdisjoint(between))
        whole = Span(earlier.spans[0].start, later.spans[-1].end)
        is_known = len(earlier.spans) == len(later.spans) == 1 and "?" not in whole.start + whole.end
        if is_until and is_known and _in_order(whole):
            earlier.spans, earlier.after, earlier.is_stretch, earlier.is_open = [whole], later.after, True, False
            found.mentions.remove(later)


_ENDED: Final = words("completed finished concluded ended finalised finalized")


def mention_at(pieces: list[tuple[Token, int]], at: int, found: Dates) -> tuple[Mention | None, int]:
    atom, after = atom_at(pieces, at, alone=True)
    if atom is None:
        return None, at + 1
    atoms, joints = [atom], []
    while (joined := _joined(pieces, after)) and len(atoms) < 12:
        joint, following, after_it = joined
        if joint == "" and following.month is None:
            break
        if joint in LIST_WORDS and following.year is None and following.month is None:
            break
        if joint in LIST_WORDS and atoms[-1].year and not following.year and _begins_anew(pieces, after_it):
            break
        if _says_in_again(pieces, after) and _begins_anew(pieces, after_it):
            break
        atoms.append(following)
        joints.append(joint)
        after = after_it
    return _resolve(pieces, atoms, joints, found), after


def _begins_anew(pieces: list[tuple[Token, int]], at: int) -> bool:
    """`In May 2012, and in June a seminar followed`: the second date begins a statement of its own."""
    if at >= len(pieces):
        return False
    token = pieces[at][0]
    return token.kind is Kind.COUNTRY or token.low in (
        "a", "an", "the", "another", "its", "their", "two", "three", "it", "they"
    )  # fmt: skip


def _says_in_again(pieces: list[tuple[Token, int]], at: int) -> bool:
    """`In May, and in June 2012`."""
    return [token.low for token, _ in pieces[at : at + 3]] == [",", "and", "in"]


def _joined(pieces: list[tuple[Token, int]], after: int) -> tuple[str, Atom, int] | None:
    """What joins the next date to the one before, that date and where it ends."""
    joint, at = "", after
    if at < len(pieces):
        low = pieces[at][0].low
        if low in RANGE_WORDS or low in LIST_WORDS:
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
    atom, end = atom_at(pieces, at, alone=bool(joint))
    return (joint, atom, end) if atom else None


def _resolve(pieces: list[tuple[Token, int]], atoms: list[Atom], joints: list[str], found: Dates) -> Mention | None:
    _share_years(atoms)
    for part in atoms:
        if part.days and part.month:
            check_days(part)
    first, after = atoms[0].first, atoms[-1].after
    before = pieces[_index_of(pieces, first) - 1][0].low if _index_of(pieces, first) else ""
    if broken := next((atom for atom in atoms if atom.broken), None):
        found.problems.append(("impossible-date", f"it is no date, {broken.broken}, and was left out", first, after))
        return None
    found.problems += [("ambiguous-date", atom.remark, atom.first, atom.after) for atom in atoms if atom.remark]
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
    is_stretch = is_range or _runs_through(pieces, _index_of(pieces, first))
    return Mention(first, after, spans, is_open, is_list=len(spans) > 1, is_stretch=is_stretch)


def _runs_through(pieces: list[tuple[Token, int]], index: int) -> bool:
    """`Throughout 2015`, `during the rest of 2015`."""
    at = index - 1
    while at >= 0 and index - at < 6 and pieces[at][0].low in _OF_THE_REST:
        at -= 1
    low = pieces[at][0].low if at >= 0 else ""
    return low in ("throughout", "over") or (low == "during" and at < index - 1)


def _index_of(pieces: list[tuple[Token, int]], place: int) -> int:
    index = place
    while index < len(pieces) and pieces[index][1] < place:
        index += 1
    return index


def _share_years(atoms: list[Atom]) -> None:
    """`May and June 2014`: the year, and of days also the month, belongs to all."""
    year = month = None
    for atom in reversed(atoms):
        year = atom.year = atom.year or year
        if atom.month is None and atom.days:
            atom.month = month
        month = atom.month or month
    for earlier, atom in itertools.pairwise(atoms):
        if atom.year is None and earlier.year and atom.month:
            # "May 2010 to June", "November 2010 to January": the first one after it
            atom.year = earlier.year + (earlier.month is not None and atom.month < earlier.month)


def _is_range(before: str, joints: list[str]) -> bool:
    if not joints:
        return False
    return all(joint in RANGE_WORDS or not joint for joint in joints) or (before == "between" and len(joints) == 1)


def _spans(atom: Atom) -> list[Span]:
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


def _inherit_years(tokens: list[Token], found: Dates, anchor: str | None) -> None:
    """A month without a year has that of the date before it, or the next one if the month has passed."""
    last = anchor
    for mention in list(found.mentions):
        for index, span in enumerate(mention.spans):
            if not span.start.startswith("?"):
                last = span.end
                continue
            is_before = any(token.low == "preceded" for token in tokens[max(0, mention.first - 4) : mention.first])
            dated = _dated(
                span,
                last,
                next((s.start for m in found.mentions for s in m.spans if not s.start.startswith("?")), None),
                is_before=is_before,
            )
            if dated is not None and not (_is_date(dated.start) and _is_date(dated.end)):
                found.problems.append(
                    ("impossible-date", "it is no date, and was left out", mention.first, mention.after)
                )
                found.mentions.remove(mention)
                break
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


def _is_date(written: str) -> bool:
    try:
        PartialDate(written)
    except ValueError:
        return False
    return True


def _dated(span: Span, last: str | None, coming: str | None, *, is_before: bool) -> Span | None:
    if last and len(last) == 4:
        return Span(f"{last}{span.start[4:]}", f"{last}{span.end[4:]}")
    known = last if last and len(last) >= 7 else coming
    if known is None or len(known) < 7:
        return None
    year, month = int(known[:4]), int(span.start[5:7])
    if known == last and month < int(known[5:7]) and not is_before:
        year += 1
    if known != last and month > int(known[5:7]):
        year -= 1
    return Span(f"{year:04d}{span.start[4:]}", f"{year:04d}{span.end[4:]}")


def finding(problem: tuple[str, str, int, int], tokens: list[Token], sentence: str, line: int) -> Finding:
    """A problem of a date as a finding, with what stands there."""
    code, message, first, after = problem
    quote = sentence[tokens[first].start : tokens[min(after, len(tokens)) - 1].end]
    return Finding(severity=Severity.WARNING, code=code, message=message, line=line, quote=quote)
