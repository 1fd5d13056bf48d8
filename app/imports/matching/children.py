"""The recorded activity, deployment or output of each draft of an action.

Each way of matching is a pass over all that is still free on both sides, the surest first. Within a pass, equal signs
are paired in their order, so that two workshops of one month stay two. Signs that many records share, such as a type
and a month, are of one record only where nothing else contradicts it.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from app.imports.drafts import Draft
from app.imports.matching.signs import Values, bare
from app.imports.matching.titles import are_apart, has_topic
from app.imports.record import Recorded

_MOST_COMPARED: Final = 50
"""Drafts of equal signs of which one is looked for that contradicts nothing."""


@dataclass(frozen=True)
class _Pass:
    """A way of matching."""

    signs: tuple[str, ...]
    """The fields that have to agree."""
    needs: tuple[str, ...] = ()
    """Those of which one has to be stated."""
    is_certain: bool = False
    """Whether what agrees in them is one record, whatever else is said of it."""

    def sign(self, values: Values) -> Hashable | None:
        """What a record is paired by; None for one that can't be."""
        if self.needs and not any(values.get(name) for name in self.needs):
            return None
        return tuple(bare(values.get(name)) for name in self.signs)


_QUOTE: Final = ("source_quote",)
_ORIGIN: Final = ("sending_country", "origin")
_PASSES: Final[dict[str, tuple[_Pass, ...]]] = {
    "activities": (
        _Pass(("type", "start", "title", "place", "source_quote"), is_certain=True),
        _Pass(("type", "start", "title"), is_certain=True),
        _Pass(("type", "start", "source_quote"), _QUOTE, is_certain=True),
        _Pass(("type", "title")),
        _Pass(("type", "source_quote"), _QUOTE, is_certain=True),
        _Pass(("type", "start", "country"), ("start",)),
        _Pass(("type", "start"), ("start",)),
        _Pass(("start", "source_quote"), _QUOTE),
    ),
    "deployments": (
        _Pass((*_ORIGIN, "organisation_type", "organisation", "activity", "source_quote"), is_certain=True),
        _Pass((*_ORIGIN, "organisation_type", "organisation", "activity"), _ORIGIN, is_certain=True),
        _Pass((*_ORIGIN, "source_quote"), _QUOTE, is_certain=True),
        _Pass((*_ORIGIN, "organisation_type", "organisation"), _ORIGIN),
        _Pass((*_ORIGIN, "organisation_type", "activity"), _ORIGIN),
        _Pass((*_ORIGIN, "organisation_type"), _ORIGIN),
        _Pass(_ORIGIN, _ORIGIN),
        _Pass(("organisation_type", "organisation", "activity")),
    ),
    "outputs": (
        _Pass(("kind", "title", "source_quote"), is_certain=True),
        _Pass(("kind", "title")),
        _Pass(("title",)),
        _Pass(("kind", "source_quote"), _QUOTE, is_certain=True),
    ),
}
# What is left of a file that states all there is: its source says the same thing in other words.
_LAST: Final[dict[str, tuple[_Pass, ...]]] = {
    "activities": (_Pass(("type", "title"), is_certain=True), _Pass(("type",))),
    "deployments": (_Pass(_ORIGIN, _ORIGIN, is_certain=True), _Pass(_QUOTE, _QUOTE)),
    "outputs": (_Pass(("kind", "title"), is_certain=True), _Pass(("kind",))),
}


def match_children(
    kind: str, drafts: Sequence[Draft], recorded: Sequence[Recorded], *, in_order: bool, is_own: bool = False
) -> list[Recorded | None]:
    """The recorded child of each draft, or None. `in_order` pairs what is left by its place, which only a file of the
    same source allows; `is_own` is a table of the registry's own, whose ids are its ids."""
    return (
        _Matching(kind, drafts, recorded, is_own=is_own).found(in_order=in_order) if recorded else [None] * len(drafts)
    )


class _Matching:
    def __init__(self, kind: str, drafts: Sequence[Draft], recorded: Sequence[Recorded], *, is_own: bool) -> None:
        self.kind = kind
        self.drafts = drafts
        self.free = {child.id: child for child in recorded}
        self.is_own = is_own
        self.matches: list[Recorded | None] = [None] * len(drafts)

    def found(self, *, in_order: bool) -> list[Recorded | None]:
        """The matches, in the order of the drafts."""
        first, *passes = _PASSES[self.kind]
        # What is the same in all, and has the same id, is the same; then what is the same in all; then what has the id.
        self._pair_ids(lambda draft, child: first.sign(draft) == first.sign(child))
        self._pair(first)
        self._pair_ids(self._is_alike)
        for one in passes:
            self._pair(one)
        for one in _LAST[self.kind] if in_order else ():
            self._pair(one, is_redated=True)
        return self.matches

    def _pair(self, one: _Pass, *, is_redated: bool = False) -> None:
        places: defaultdict[Hashable, list[int]] = defaultdict(list)
        for place, draft in enumerate(self.drafts):
            if self.matches[place] is None and (sign := one.sign(draft.values)) is not None:
                places[sign].append(place)
        for child in list(self.free.values()):
            sign = one.sign(child.values)
            for place in islice(places.get(sign, ()), _MOST_COMPARED) if sign is not None else ():
                values = self.drafts[place].values
                if one.is_certain or not _contradict(self.kind, values, child.values, is_redated=is_redated):
                    places[sign].remove(place)
                    self.matches[place] = self.free.pop(child.id)
                    break

    def _pair_ids(self, is_same: Callable[[Values, Values], bool]) -> None:
        for place, draft in enumerate(self.drafts):
            its_id = draft.values.get("id")
            child = self.free.get(its_id) if isinstance(its_id, int) and self.matches[place] is None else None
            if child is not None and is_same(draft.values, child.values):
                self.matches[place] = self.free.pop(child.id)

    def _is_alike(self, draft: Values, recorded: Values) -> bool:
        """Whether an id may be believed: ids of another registry can be taken here by something else."""
        names = {"activities": ("type", "title", "start"), "outputs": ("kind", "title")}.get(
            self.kind, (*_ORIGIN, "organisation_type")
        )
        is_alike = any(name not in draft or bare(draft[name]) == bare(recorded.get(name)) for name in names)
        return is_alike and (self.is_own or not _contradict(self.kind, draft, recorded))


def _contradict(kind: str, draft: Values, recorded: Values, *, is_redated: bool = False) -> bool:
    """Whether a draft says what can't be said of a recorded child. Of what has no subject, dates part one from another,
    unless its source may have put the date right."""
    if kind == "deployments":
        return any(_differ(name, draft.get(name), recorded.get(name)) for name in _STATED)
    title, its_title = draft.get("title"), recorded.get("title")
    if not isinstance(title, str) or not isinstance(its_title, str):
        return False
    date = "start" if kind == "activities" else "published"
    if is_redated or (has_topic(title) and has_topic(its_title)) or _agree(draft.get(date), recorded.get(date)):
        return are_apart(title, its_title)
    return True


_STATED: Final = (*_ORIGIN, "organisation_type", "organisation", "activity")


def _differ(name: str, one: Any, other: Any) -> bool:
    if not one or not other or "unspecified" in (one, other) or bare(one) == bare(other):
        return False
    are_names = name == "organisation" and isinstance(one, str) and isinstance(other, str)
    return not are_names or are_apart(one, other)


def _agree(one: Any, other: Any) -> bool:
    """Whether two dates may be one: `2013` may be `2013-07`, and what isn't stated contradicts nothing."""
    if not isinstance(one, str) or not isinstance(other, str):
        return True
    return one.startswith(other) or other.startswith(one)
