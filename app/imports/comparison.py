"""A record against what a file says of it: each field that differs is updated, kept, or a conflict."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.imports.drafts import Draft
from app.imports.precedence import Author, Sender, Verdict, resolve
from app.imports.presentation import show
from app.imports.record import Known, RecordedAction
from app.imports.schemas import ImportSource

Values = dict[str, Any]

_WORDING = {
    "activities": frozenset({"title", "description", "source_quote", "position"}),
    "deployments": frozenset({"source_quote"}),
    "outputs": frozenset({"source_quote"}),
}
"""What two sources never say in the same words or order: another source adds to it, and doesn't contradict."""


@dataclass
class Compared:
    """The values as they will be recorded, and how they came about."""

    values: Values
    differences: list[Values]
    conflicts: list[Values]


@dataclass(frozen=True)
class Side:
    """The file's side of a comparison."""

    entity: str
    record: int
    choice: str
    """What its conflicts are named by, before the field."""
    draft: Draft
    fields: Sequence[str]
    """The fields that it states."""


def compare(
    known: Known,
    action: RecordedAction,
    before: Values,
    after: Values,
    side: Side,
    reader: Sender,
    source: ImportSource,
) -> Compared:
    """The record as it will be, when the file says something of it."""
    result = Compared({**after, **{name: before.get(name) for name in after if name not in side.fields}}, [], [])
    is_elsewhere = not reader.is_editor and action.values.get("source") not in (None, reader.source)
    for name in side.fields:
        old, new = before.get(name), after[name]
        if _is_same(side.entity, name, old, new, before, side.draft):
            result.values[name] = old
            continue
        if is_elsewhere and old and (new == [] or name in _WORDING.get(side.entity, ())):
            result.values[name] = old  # to name none is not to deny those that another source names
            continue
        bare_old, bare_new = _bare(known, name, old), _bare(known, name, new)
        verdict, speaker = resolve(action, side.entity, side.record, name, bare_old, bare_new, reader)
        shown = [show(side.entity, name, value, known) for value in (old, new)]
        match verdict:
            case Verdict.UPDATE:
                result.differences.append({"field": name, "before": shown[0], "after": shown[1]})
            case Verdict.KEEP:
                result.values[name] = old
            case Verdict.CONFLICT:
                result.values[name] = old
                result.conflicts.append(
                    {
                        "choice": f"{side.choice}/{name}",
                        "field": name,
                        "recorded": _recorded(known, shown[0], speaker, before),
                        "new": _new(shown[1], source, reader, side.draft),
                    }
                )
    return result


def _is_same(entity: str, name: str, old: Any, new: Any, before: Values, draft: Draft) -> bool:
    if name == "status" and entity == "activities" and old is None and "id" in draft.values:
        # A table of ours shows the status of the day when it was made; what dates tell is no statement.
        return bool(before.get("start"))
    if name == "source":
        return (old and old.id, old and old.title) == (new and new.id, new and new.title)
    if name == "position" and "id" not in draft.values:
        return True  # the place in a file says where a new one goes, not that all others moved
    return bool(old == new)


def _bare(known: Known, name: str, value: Any) -> Any:
    """A value as the history has it: with ids."""
    match name:
        case "partners":
            return [partner.id for partner in value]
        case "follows":
            return known.slugs.get(value) if value else None
        case "source":
            return None if value is None else value.id
        case "activity":
            return value if isinstance(value, int) else None
        case _:
            return value


def _recorded(known: Known, value: Any, speaker: Author, before: Values) -> Values:
    source = known.references["sources"].get(speaker.source)
    return {
        "value": value,
        "source": None if source is None else source.values["title"],
        "source_id": speaker.source,
        "key": speaker.key,
        "instant": speaker.instant,
        "quote": before.get("source_quote"),
    }


def _new(value: Any, source: ImportSource, reader: Sender, draft: Draft) -> Values:
    return {
        "value": value,
        "source": None if reader.is_editor else source.title,
        "source_id": None if reader.is_editor else source.id,
        "line": draft.line,
        "quote": quote if isinstance(quote := draft.values.get("source_quote"), str) else None,
    }
