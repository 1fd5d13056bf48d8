"""Which record a draft is: by what names it, and otherwise by natural keys.

Each way of matching is a pass over all that is still free on both sides, the surest first. Within a pass, equal keys
are paired in their order, so that two workshops of one month stay two.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from app.core.text import fold, slugify, words
from app.imports.drafts import ActionDraft, Draft
from app.imports.record import ActionKey, Recorded

_NUMERAL = re.compile(r"\s([IVX]{1,6})\s*(?::|$)")

Values = dict[str, Any]
Key = Callable[[Values], Hashable | None]


@lru_cache(maxsize=20_000)
def _folded(text: str) -> str:
    return " ".join(words(text))


def folded(value: Any) -> str | None:
    """Text without case, accents and punctuation; None for nothing."""
    return (_folded(value) or fold(value)) if isinstance(value, str) and value else None


def numeral(title: str | None) -> str:
    """The numeral behind the countries of a title ("Moldova II: diaspora"), or nothing."""
    found = _NUMERAL.search((title or "").partition(":")[0] + ":")
    return found[1] if found else ""


def codes(values: Any) -> tuple[str, ...]:
    """Bare codes of countries, in one order."""
    listed = values if isinstance(values, list | tuple) else ()
    found = [value.get("code") if isinstance(value, dict) else value for value in listed]
    return tuple(sorted(code for code in found if isinstance(code, str)))


def natural_slug(values: Values) -> str | None:
    """The slug that a draft names, or that its title gives."""
    if isinstance(values.get("slug"), str) and values["slug"]:
        return str(values["slug"])
    title = values.get("title")
    return slugify(title, otherwise="action") if isinstance(title, str) and title.strip() else None


def match_actions(drafts: Sequence[ActionDraft], keys: Iterable[ActionKey]) -> list[ActionKey | None]:
    """The recorded action of each draft, or None."""
    free = {key.id: key for key in keys}
    found: list[ActionKey | None] = [None] * len(drafts)
    for of_draft, of_key in _ACTION_PASSES:
        places: defaultdict[Hashable, list[int]] = defaultdict(list)
        for place, draft in enumerate(drafts):
            if found[place] is None and (sign := of_draft(draft.values)) is not None:
                places[sign].append(place)
        for key in sorted(free.values(), key=lambda key: key.id):
            sign = of_key(key)
            if sign is not None and places.get(sign):
                found[places[sign].pop(0)] = free.pop(key.id)
    return found


def _slug(values: Values) -> Hashable | None:
    return values.get("slug") if isinstance(values.get("slug"), str) else None


def _id(values: Values) -> Hashable | None:
    # A slug that isn't there belongs to another registry, whose ids mean other records.
    return values.get("id") if "slug" not in values and isinstance(values.get("id"), int) else None


def _unnamed(values: Values) -> bool:
    return not values.get("slug") and values.get("id") is None and isinstance(values.get("title"), str)


def _start(values: Values) -> str | None:
    start = values.get("start")
    return start if isinstance(start, str) else None


def _whole(values: Values) -> Hashable | None:
    if not _unnamed(values):
        return None
    return folded(values["title"]), codes(values.get("countries")), _start(values)


def _begun(values: Values) -> Hashable | None:
    if not _unnamed(values) or not _start(values) or not values.get("countries"):
        return None
    return codes(values["countries"]), numeral(values["title"]), _start(values)


def _titled_then(values: Values) -> Hashable | None:
    return (folded(values["title"]), _start(values)) if _unnamed(values) and _start(values) else None


def _titled(values: Values) -> Hashable | None:
    return (folded(values["title"]), codes(values.get("countries"))) if _unnamed(values) else None


_ACTION_PASSES: tuple[tuple[Key, Callable[[ActionKey], Hashable | None]], ...] = (
    (_slug, lambda key: key.slug),
    (_id, lambda key: key.id),
    (_whole, lambda key: (folded(key.title), codes(key.countries), key.start)),
    (_begun, lambda key: (codes(key.countries), numeral(key.title), key.start)),
    (_titled_then, lambda key: (folded(key.title), key.start)),
    (_titled, lambda key: (folded(key.title), codes(key.countries))),
)


def match_children(
    kind: str, drafts: Sequence[Draft], recorded: Sequence[Recorded], *, in_order: bool
) -> list[Recorded | None]:
    """The recorded child of each draft, or None. `in_order` pairs what is left by its place, which only a file of the
    same source can tell."""
    found: list[Recorded | None] = [None] * len(drafts)
    if not recorded:
        return found
    free = {child.id: child for child in recorded}
    passes = [*_CHILD_PASSES[kind], *([_LAST_PASSES[kind]] if in_order else [])]
    # What is the same in all, and has the same id, is the same; then what is the same in all; then what has the id.
    _match_ids(drafts, found, free, lambda draft, child: passes[0](draft) == passes[0](child))
    for number, sign_of in enumerate(passes):
        places: defaultdict[Hashable, list[int]] = defaultdict(list)
        for place, draft in enumerate(drafts):
            if found[place] is None and (sign := sign_of(draft.values)) is not None:
                places[sign].append(place)
        for child in list(free.values()):
            sign = sign_of(child.values)
            if sign is not None and places.get(sign):
                found[places[sign].pop(0)] = free.pop(child.id)
        if number == 0:
            _match_ids(drafts, found, free, lambda draft, child: _is_alike(kind, draft, child))
    return found


def _match_ids(
    drafts: Sequence[Draft],
    found: list[Recorded | None],
    free: dict[int, Recorded],
    is_same: Callable[[Values, Values], bool],
) -> None:
    for place, draft in enumerate(drafts):
        its_id = draft.values.get("id")
        child = free.get(its_id) if isinstance(its_id, int) and found[place] is None else None
        if child is not None and is_same(draft.values, child.values):
            found[place] = free.pop(child.id)


def _is_alike(kind: str, draft: Values, recorded: Values) -> bool:
    """Whether an id may be believed: ids of another registry can be taken here by something else."""
    names = {"activities": ("type", "title", "start"), "outputs": ("kind", "title")}.get(
        kind, ("sending_country", "origin", "organisation_type")
    )
    return any(name not in draft or _bare(draft[name]) == _bare(recorded.get(name)) for name in names)


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        value = value.get("code", value.get("slug", value.get("id")))
    if isinstance(value, str):
        return folded(value)
    return str(value) if isinstance(value, list | dict) else value


def _signs(*names: str, needs: str = "") -> Key:
    def sign_of(values: Values) -> Hashable | None:
        if needs and not values.get(needs):
            return None
        return tuple(_bare(values.get(name)) for name in names)

    return sign_of


def _origin_and(*names: str) -> Key:
    signs = _signs("sending_country", "origin", *names)
    return lambda values: signs(values) if values.get("sending_country") or values.get("origin") else None


_CHILD_PASSES: dict[str, tuple[Key, ...]] = {
    "activities": (
        _signs("type", "start", "title", "place", "source_quote"),
        _signs("type", "start", "title"),
        _signs("type", "start", "source_quote", needs="source_quote"),
        _signs("type", "title"),
        _signs("type", "source_quote", needs="source_quote"),
        _signs("type", "start", "country", needs="start"),
        _signs("type", "start", needs="start"),
        _signs("start", "source_quote", needs="source_quote"),
    ),
    "deployments": (
        _signs("sending_country", "origin", "organisation_type", "organisation", "activity", "source_quote"),
        _origin_and("organisation_type", "organisation", "activity"),
        _origin_and("organisation_type", "organisation"),
        _origin_and("organisation_type", "activity"),
        _origin_and("organisation_type"),
        _origin_and("source_quote"),
        _origin_and(),
        _signs("organisation_type", "organisation", "activity"),
    ),
    "outputs": (
        _signs("kind", "title", "source_quote"),
        _signs("kind", "title"),
        _signs("title"),
        _signs("kind", "source_quote", needs="source_quote"),
    ),
}
_LAST_PASSES: dict[str, Key] = {
    "activities": _signs("type"),
    "deployments": _signs("source_quote", needs="source_quote"),
    "outputs": _signs("kind"),
}
