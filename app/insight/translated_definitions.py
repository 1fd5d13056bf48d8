"""What a figure counts, in other languages than English: what is counted and by what, the filters as a list, and what a
reader of the rows has to know. It is composed of parts that need no inflection."""

from collections.abc import Iterator

from app.core.aggregates import AggregateSpec, labels
from app.core.filters import NONE
from app.core.index.snapshot import Snapshot
from app.insight.catalogue import BY_FILTER
from app.insight.open_ends import UnconfirmedEnds
from app.insight.wording import Wording


def define_in(
    wording: Wording, snapshot: Snapshot, spec: AggregateSpec, caveats: Iterator[str], ends: UnconfirmedEnds
) -> str:
    """The definition in a language."""
    texts = wording.definition
    counted = texts[spec.measure.name]
    nouns = [wording.nouns[dimension.name] for dimension in spec.by]
    match nouns:
        case [noun]:
            counted = texts["per"].format(counted=counted, first=noun)
        case [noun, other]:
            counted = texts["per_two"].format(counted=counted, first=noun, second=other)
    sentences = [counted]
    if kept := texts["separator"].join(_kept(wording, snapshot, spec)):
        sentences.append(texts["filters"].format(kept=kept))
    named = {"day": spec.selection.as_of.isoformat(), "count": ends.count, "known": ends.last_day}
    return f"{'. '.join([*sentences, *(texts[caveat].format_map(named) for caveat in caveats)])}."


def _kept(wording: Wording, snapshot: Snapshot, spec: AggregateSpec) -> Iterator[str]:
    """Each filter with its values: "pays partenaire : Philippines ou Sans pays"."""
    texts = wording.definition
    for name, values in spec.selection.values.items():
        dimension = BY_FILTER.get(name)
        noun = wording.filters.get(name) or wording.nouns[dimension.name if dimension else name]
        if dimension is None:
            written = [texts["words"].format(words=value) for value in values]
        else:
            keys = [None if value == NONE else value for value in values]
            written = [label for _, label in labels(snapshot, dimension, keys)]
            if dimension.in_years:
                written = [label.replace("/", " – ").replace("..", "…") for label in written]
        *others, last = written
        listed = texts["or"].format(first=", ".join(others), last=last) if others else last
        yield texts["kept"].format(noun=noun, values=listed)
