"""The recorded action of each draft: named by a slug or an id, or the one that has its title, countries and dates.

What agrees in all of them is the same. Of the rest, every pair of a draft and a record is judged, and the surest pairs
are taken first, so that no record is taken twice.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from functools import lru_cache
from itertools import chain, islice, product
from typing import Any, Final

from app.core.partial_dates import PartialDate, Span
from app.imports.drafts import ActionDraft
from app.imports.matching.signs import Values, codes, folded
from app.imports.matching.titles import Likeness, likeness_of_actions
from app.imports.record import ActionKey
from app.imports.schemas import Choice

_CORRECTED: Final = timedelta(days=183)
"""By how much a start is put right: the next action of a yearly series begins a year later."""
_MOST_COMPARED: Final = 50
"""Records to which a draft is compared: first those of its title, then those of a country of it and its start."""


class Verdict(IntEnum):
    """Whether a draft is a recorded action, the surest first."""

    SAME = 1
    UNCERTAIN = 2
    """The editor has to say."""
    OTHER = 3
    """It isn't, though both are of one country and begin at one time."""


@dataclass(frozen=True, slots=True)
class Match:
    """What a draft was found to be."""

    key: ActionKey | None
    """The recorded action that it is; None for a new one."""
    asked: ActionKey | None = None
    """The recorded action that it may be, or not, before the editor has said so."""
    beside: ActionKey | None = None
    """A recorded action that it was taken for another than, though they agree in much."""
    is_by_likeness: bool = False
    """Whether its title isn't that of the recorded action."""
    repeats: ActionDraft | None = None
    """A draft before it in the file that says it is the same."""


NEW: Final = Match(None)
_Pair = tuple[tuple[int, bool, int], int, ActionKey, Verdict]


def question(key: ActionKey) -> str:
    """What names the choice whether a draft is a recorded action."""
    return f"{key.slug}/same"


def match_actions(
    drafts: Sequence[ActionDraft], keys: Iterable[ActionKey], choices: Mapping[str, Choice] | None = None
) -> list[Match]:
    """What each draft is. `choices` answer earlier questions by their names."""
    return _Matching(drafts, keys, choices or {}).found()


class _Matching:
    def __init__(self, drafts: Sequence[ActionDraft], keys: Iterable[ActionKey], choices: Mapping[str, Choice]) -> None:
        self.drafts = drafts
        self.free = {key.id: key for key in sorted(keys, key=lambda key: key.id)}
        self.choices = choices
        self.matches: list[Match] = [NEW] * len(drafts)
        self.open = set(range(len(drafts)))

    def found(self) -> list[Match]:
        """The matches, in the order of the drafts."""
        for of_draft, of_key in _SURE:
            self._pair(of_draft, of_key)
        self._find_repeated()
        self.open = {place for place in self.open if _is_unnamed(self.drafts[place].values)}
        self._judge()
        return self.matches

    def _find_repeated(self) -> None:
        """A draft that is no recorded action, and says what one before it said."""
        first: dict[Hashable, ActionDraft] = {}
        for place, draft in enumerate(self.drafts):
            sign = _id(draft.values) or _all(draft.values)
            if sign is not None and first.setdefault(sign, draft) is not draft and place in self.open:
                self.matches[place] = Match(None, repeats=first[sign])
                self.open.discard(place)

    def _pair(self, of_draft: Any, of_key: Any) -> None:
        """Pairs what has equal signs, in order, so that two actions of one title stay two."""
        places: defaultdict[Hashable, list[int]] = defaultdict(list)
        for place in sorted(self.open):
            if (sign := of_draft(self.drafts[place].values)) is not None:
                places[sign].append(place)
        for key in list(self.free.values()):
            if places.get(sign := of_key(key)):
                self._take(places[sign].pop(0), Match(key))

    def _take(self, place: int, match: Match) -> None:
        self.matches[place] = match
        self.open.discard(place)
        taken = match.key or match.asked
        if taken is not None:
            self.free.pop(taken.id, None)

    def _judge(self) -> None:
        for _, place, key, verdict in sorted(self._pairs(), key=lambda pair: (*pair[0], pair[1], pair[2].id)):
            if place not in self.open or key.id not in self.free:
                continue
            answer = self.choices.get(question(key)) if verdict is Verdict.UNCERTAIN else None
            if verdict is Verdict.SAME or answer is Choice.RECORDED:
                is_by_likeness = folded(self.drafts[place].values["title"]) != folded(key.title)
                self._take(place, Match(key, is_by_likeness=is_by_likeness))
            elif verdict is Verdict.UNCERTAIN and answer is None:
                self._take(place, Match(None, asked=key))
            elif verdict is Verdict.OTHER and self.matches[place].beside is None:
                self.matches[place] = Match(None, beside=key)

    def _pairs(self) -> Iterator[_Pair]:
        """Each open draft with the free records of its title, and those of one of its countries and its year: how far
        they are from each other, the draft's place, the record, and what they are to each other."""
        by_sign: defaultdict[Hashable, list[ActionKey]] = defaultdict(list)
        for key in self.free.values():
            by_sign[folded(key.title)].append(key)
            if key.start:
                for country, date in product(key.countries, {key.start, key.start[:4]}):
                    by_sign[country, date].append(key)
        for place in self.open:
            values = self.drafts[place].values
            start, titled = _date(values, "start"), by_sign.get(folded(values["title"]), [])
            near = (by_sign.get((country, date), []) for date in (start, start and start[:4])
                    for country in codes(values.get("countries")))  # fmt: skip
            compared = islice(chain(titled, chain.from_iterable(near) if start else ()), _MOST_COMPARED)
            others = []
            for key in {key.id: key for key in compared}.values():
                verdict = _verdict(values, key, is_one_of_several=len(titled) > 1)
                if verdict is not None:
                    is_by_likeness = folded(values["title"]) != folded(key.title)
                    pair = (verdict, is_by_likeness, _days_between(start, key.start)), place, key, verdict
                    if verdict is Verdict.OTHER:
                        others.append(pair)
                    else:
                        yield pair
            yield from sorted(others, key=lambda pair: pair[0])[:1]


def _verdict(values: Values, key: ActionKey, *, is_one_of_several: bool) -> Verdict | None:
    """What a draft and a recorded action are to each other; None for nothing at all."""
    its_codes = codes(values.get("countries"))
    if its_codes and key.countries and not set(its_codes) & set(key.countries):
        return None
    is_alike = _date(values, "start") == key.start and its_codes == key.countries
    if folded(values["title"]) != folded(key.title):
        return _by_title(values, key, is_alike=is_alike)
    verdict = Verdict.SAME if is_alike else _by_dates(values, key)
    if not is_one_of_several or is_alike:
        return verdict
    if _date(values, "start") is None or key.start is None:
        return Verdict.UNCERTAIN
    return Verdict.OTHER if verdict is Verdict.UNCERTAIN else verdict


def _by_title(values: Values, key: ActionKey, *, is_alike: bool) -> Verdict | None:
    """What the titles say of two actions that share a country, where they begin at one time."""
    start = _date(values, "start")
    if start is None or key.start is None or not _agree(start, key.start):
        return None
    likeness = likeness_of_actions(values["title"], key.title)
    if likeness is Likeness.OTHER:
        return Verdict.OTHER if is_alike else None
    return Verdict.SAME if likeness is Likeness.SAME and is_alike else Verdict.UNCERTAIN


def _by_dates(values: Values, key: ActionKey) -> Verdict:
    """What the dates say of two actions of one title: the same period, corrected, or another one, as every action
    of a yearly series has. What isn't stated contradicts nothing."""
    start, end, its_start, its_end = (
        _span(written) for written in (_date(values, "start"), _date(values, "end"), key.start, key.end)
    )
    if start is None or its_start is None or _agree(_date(values, "start"), key.start):
        return Verdict.SAME
    is_near = abs(start.first_day - its_start.first_day) <= _CORRECTED
    if end is None or its_end is None:
        return Verdict.SAME if is_near else Verdict.UNCERTAIN
    if start.first_day <= its_end.last_day and its_start.first_day <= end.last_day:
        return Verdict.SAME
    return Verdict.UNCERTAIN if is_near else Verdict.OTHER


def _agree(one: str | None, other: str | None) -> bool:
    """Whether two dates may be the same day: what isn't stated contradicts nothing."""
    return one is None or other is None or one.startswith(other) or other.startswith(one)


def _days_between(one: str | None, other: str | None) -> int:
    first, second = _span(one), _span(other)
    return 0 if first is None or second is None else abs((first.first_day - second.first_day).days)


@lru_cache(maxsize=10_000)
def _span(written: str | None) -> Span | None:
    try:
        return None if written is None else PartialDate(written).span
    except ValueError:
        return None


def _date(values: Values, name: str) -> str | None:
    written = values.get(name)
    return written if isinstance(written, str) else None


def _is_unnamed(values: Values) -> bool:
    return not values.get("slug") and values.get("id") is None and isinstance(values.get("title"), str)


def _slug(values: Values) -> Hashable | None:
    return values.get("slug") if isinstance(values.get("slug"), str) else None


def _id(values: Values) -> Hashable | None:
    # A slug that isn't there belongs to another registry, whose ids mean other records.
    return values.get("id") if "slug" not in values and isinstance(values.get("id"), int) else None


def _all(values: Values) -> Hashable | None:
    if not _is_unnamed(values):
        return None
    return folded(values["title"]), codes(values.get("countries")), _date(values, "start")


_SURE: Final = (
    (_slug, lambda key: key.slug),
    (_id, lambda key: key.id),
    (_all, lambda key: (folded(key.title), codes(key.countries), key.start)),
)
