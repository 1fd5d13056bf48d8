"""Choosing between statements: the editor's choices, or a rule, applied to a plan."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.imports.drafts import CHILDREN
from app.imports.schemas import Choice, Conflict, Difference, Operation, PlannedAction, Prefer


def conflicts_of(planned: PlannedAction) -> Iterator[tuple[Any, Any, Conflict]]:
    """Every conflict of a planned action, with what has its differences, and with what has its values."""
    for conflict in planned.conflicts:
        yield planned, planned.action, conflict
    for name in CHILDREN:
        for child in getattr(planned, name):
            for conflict in child.conflicts:
                yield child, child, conflict


def decide(planned: PlannedAction, choices: Mapping[str, Choice], prefer: Prefer) -> int:
    """Settles the conflicts of a planned action, which becomes what its choices make of it; gives how many stay open.

    A conflict that was settled before can be settled anew.
    """
    open_ones = 0
    for place, shown, conflict in conflicts_of(planned):
        chosen = choices.get(conflict.choice) or conflict.chosen
        if chosen is None and prefer is not Prefer.ASK:
            chosen = Choice(prefer.value)
        if chosen is None:
            open_ones += 1
            continue
        if planned.operation is not Operation.REJECT:
            _settle(place, shown, conflict, chosen)
    if planned.operation in (Operation.UNCHANGED, Operation.UPDATE):
        _judge_anew(planned)
    return open_ones


def _settle(place: Any, shown: Any, conflict: Conflict, chosen: Choice) -> None:
    conflict.chosen = chosen
    place.differences = [difference for difference in place.differences if difference.field != conflict.field]
    standing = conflict.new if chosen is Choice.NEW else conflict.recorded
    # What stands in JSON becomes what the field holds.
    setattr(
        shown,
        conflict.field,
        type(shown).model_validate({**shown.model_dump(), conflict.field: standing.value}).__dict__[conflict.field],
    )
    if chosen is Choice.NEW:
        place.differences.append(
            Difference(field=conflict.field, before=conflict.recorded.value, after=conflict.new.value)
        )


def _judge_anew(planned: PlannedAction) -> None:
    has_changes = bool(planned.differences)
    for name in CHILDREN:
        for child in getattr(planned, name):
            if child.operation is not Operation.CREATE:
                child.operation = Operation.UPDATE if child.differences else Operation.UNCHANGED
            has_changes = has_changes or child.operation is not Operation.UNCHANGED
    planned.operation = Operation.UPDATE if has_changes else Operation.UNCHANGED
