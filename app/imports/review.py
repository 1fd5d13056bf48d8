"""What an editor decides about a plan before it is committed: what is left out, and which statement prevails."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.core.problems import invalid_field
from app.imports.conflicts import conflicts_of, decide, reconsider
from app.imports.drafts import CHILDREN
from app.imports.edits import Editor
from app.imports.matching.signs import folded
from app.imports.schemas import Choice, Operation, PlannedAction, PlannedReference, Prefer

_MOST_NAMED = 200


@dataclass
class Review:
    """The decisions of one commit."""

    exclude: Sequence[str] = ()
    """Items of the plan."""
    edit: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """JSON Merge Patches by item."""
    editor: Editor | None = None
    """Who edits; needed where something is edited."""
    choices: Mapping[str, Choice] = field(default_factory=dict)
    prefer: Prefer = Prefer.ASK

    def __post_init__(self) -> None:
        self._excluded = set(self.exclude)
        self._items: set[str] = set()
        self._conflicts: set[str] = set()
        self._without: dict[str, set[Any]] = {"themes": set(), "partners": set()}
        """What actions would refer to, and is left out: slugs of themes, folded names of partners."""

    def references(self, planned: Iterable[PlannedReference]) -> list[PlannedReference]:
        """The references of a plan, of which some are left out. They come before its actions.

        Raises Invalid for the source that the actions of the file speak for.
        """
        found = list(planned)
        for row in found:
            self._items.add(row.item)
            row.excluded = row.item in self._excluded
            if not row.excluded or row.operation is not Operation.CREATE:
                continue
            if row.entity == "sources":
                raise invalid_field("/exclude", "needed", f"'{row.item}' is the source of what the file says")
            if row.entity in self._without:
                self._without[row.entity].add(_sign(row.record))
        return found

    def action(self, planned: PlannedAction) -> int:
        """Makes of a planned action what was decided; gives how many of its conflicts stay open."""
        self._items.add(planned.item)
        planned.excluded = planned.item in self._excluded
        for name in CHILDREN:
            for child in getattr(planned, name):
                self._items.add(child.item)
                child.excluded = planned.excluded or child.item in self._excluded
        for name, signs in self._without.items():
            kept = [one for one in getattr(planned.action, name) if _sign(one.model_dump()) not in signs]
            setattr(planned.action, name, kept)
        reconsider(planned)
        self._conflicts.update(conflict.choice for _, _, conflict in conflicts_of(planned))
        open_ones = decide(planned, self.choices, self.prefer)
        if self.editor is not None and self.edit:
            self.editor.edit(planned, self.edit)
            reconsider(planned)
        return 0 if planned.excluded else open_ones

    def check(self) -> None:
        """Raises Invalid for items and conflicts that the plan doesn't have."""
        named = [(f"/exclude/{place}", item) for place, item in enumerate(self.exclude)]
        for pointer, item in (*named, *((f"/edit/{item}", item) for item in self.edit)):
            if item not in self._items or (pointer.startswith("/edit") and not item[0].isdigit()):
                allowed = sorted(self._items)[:_MOST_NAMED]
                raise invalid_field(pointer, "unknown-item", f"there is no item '{item}'", allowed)
        check_choices(self.choices, self._conflicts)


def check_choices(choices: Mapping[str, Choice], known: set[str]) -> None:
    """Raises Invalid for a conflict that isn't there."""
    for name in choices:
        if name not in known:
            allowed = sorted(known)[:_MOST_NAMED]
            raise invalid_field("/choices", "unknown-choice", f"there is no conflict '{name}'", allowed)


def _sign(record: Mapping[str, Any]) -> Any:
    """What a theme or a partner is known by before it is recorded."""
    return record.get("slug") or (folded(record["name"]) if record.get("id") is None else record["id"])
