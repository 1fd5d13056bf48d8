"""Choosing between statements: the editor's choices, or a rule, applied to a plan."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.imports.drafts import CHILDREN, Severity
from app.imports.schemas import Choice, Conflict, Difference, Operation, PlannedAction, Prefer


def children_of(planned: PlannedAction) -> Iterator[Any]:
    """What belongs to a planned action and isn't left out."""
    return (child for name in CHILDREN for child in getattr(planned, name) if not child.excluded)


def conflicts_of(planned: PlannedAction) -> Iterator[tuple[Any, Any, Conflict]]:
    """Every conflict of a planned action, with what has its differences, and with what has its values."""
    for conflict in planned.conflicts:
        yield planned, planned.action, conflict
    for child in children_of(planned):
        for conflict in child.conflicts:
            yield child, child, conflict


def decide(planned: PlannedAction, choices: Mapping[str, Choice], prefer: Prefer) -> int:
    """Resolves the conflicts of a planned action, which becomes what its choices make of it; gives how many stay open.

    A conflict that was resolved before can be resolved otherwise.
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
            _choose(place, shown, conflict, chosen)
    reconsider(planned)
    return open_ones


def _choose(place: Any, shown: Any, conflict: Conflict, chosen: Choice) -> None:
    conflict.chosen = chosen
    place.differences = [difference for difference in place.differences if difference.field != conflict.field]
    statement = conflict.new if chosen is Choice.NEW else conflict.recorded
    # What JSON has becomes what the field holds.
    setattr(
        shown,
        conflict.field,
        type(shown).model_validate({**shown.model_dump(), conflict.field: statement.value}).__dict__[conflict.field],
    )
    if chosen is Choice.NEW:
        place.differences.append(
            Difference(field=conflict.field, before=conflict.recorded.value, after=conflict.new.value)
        )


def errors_of(planned: PlannedAction) -> Iterator[Any]:
    """What rejects a planned action: errors of its own, and of what belongs to it and isn't left out."""
    left_out = {child.item for name in CHILDREN for child in getattr(planned, name) if child.excluded}
    return (one for one in planned.problems if one.severity is Severity.ERROR and one.item not in left_out)


def reconsider(planned: PlannedAction) -> None:
    """What a planned action comes to, after choices were made and parts were left out."""
    if any(errors_of(planned)):
        return
    for child in children_of(planned):
        if child.id is None:
            child.operation = Operation.CREATE
        else:
            child.operation = Operation.UPDATE if child.differences else Operation.UNCHANGED
    if planned.version is None:
        planned.operation = Operation.CREATE
        return
    changes = planned.differences or any(child.operation is not Operation.UNCHANGED for child in children_of(planned))
    planned.operation = Operation.UPDATE if changes else Operation.UNCHANGED
