"""Correcting items of a plan before it is committed, each by a JSON Merge Patch of what the plan shows of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.core.problems import invalid_field
from app.imports.drafts import CHILDREN, Draft
from app.imports.entities import ENTITIES
from app.imports.presentation import show
from app.imports.schemas import Choice, Conflict, Difference, PlannedAction, Statement
from app.imports.validation import LINKS, check
from app.reference.countries import CountryRef
from app.reference.schemas import RegionRef, ThemeRef

Patch = Mapping[str, Any]


@dataclass(frozen=True)
class Editor:
    """Who corrects, and what may be referred to."""

    key: str | None
    """The name of the key that is used."""
    themes: Mapping[str, str]
    """Slugs with names."""
    partners: Mapping[int, Mapping[str, Any]]
    """Partners by their ids, as plans show them."""

    def edit(self, planned: PlannedAction, edits: Mapping[str, Patch]) -> None:
        """Corrects a planned action and what belongs to it. What was wrong with a field that is corrected rejects it no
        more; what the file says of it is remembered, and no news when it is imported again.

        Raises Invalid for fields that there are not, and for values that can't be recorded.
        """
        for kind, item, shown in _items(planned):
            if item.item in edits:
                self._edit(planned, kind, item, shown, edits[item.item])

    def _edit(self, planned: PlannedAction, kind: str, item: Any, shown: Any, patch: Patch) -> None:
        before = shown.model_dump(mode="json")
        for name, value in self._checked(planned, kind, item.item, shown, patch).items():
            setattr(shown, name, value)
        after = shown.model_dump(mode="json")
        for name in patch:
            if before[name] != after[name]:
                self._remember(planned, item, shown.id, name, before[name], after[name])
        own = None if item is planned else item.item
        planned.problems = [one for one in planned.problems if one.item != own or one.column not in patch]

    def _checked(self, planned: PlannedAction, kind: str, item: str, shown: Any, patch: Patch) -> dict[str, Any]:
        """The fields that change, as the plan shows them."""
        entity = ENTITIES[kind]
        editable = [name for name in entity.kinds if name not in ("action", "slug", "follows", "source")]
        for name in patch:
            if name not in editable:
                message = f"there is no field '{name}' that can be edited here"
                raise invalid_field(f"/edit/{item}/{name}", "unknown-field", message, editable)
        form = {name: _bare(getattr(shown, name)) for name in editable} | dict(patch)
        values, found = check(entity, Draft(values=form, pointer=""))
        for finding in found:
            raise invalid_field(f"/edit/{item}{finding.pointer}", finding.code, finding.message)
        linked = {
            name: self._linked(planned, f"/edit/{item}/{name}", name, patch[name]) for name in LINKS & patch.keys()
        }
        made = {name: show(kind, name, values[name]) for name in patch.keys() - LINKS} | linked
        for place, theme in enumerate(made.get("themes", ())):
            if theme["slug"] not in self.themes:
                message = f"there is no theme '{theme['slug']}'"
                raise invalid_field(f"/edit/{item}/themes/{place}", "unknown-reference", message, [*self.themes])
            theme["name"] = self.themes[theme["slug"]]
        checked: Any = type(shown).model_validate({**shown.model_dump(), **made})
        fields = {name: getattr(checked, name) for name in patch}
        if "activity" in fields:
            number = fields["activity"]
            fields["activity_id"] = planned.activities[number - 1].id if number else None
        return fields

    def _linked(self, planned: PlannedAction, pointer: str, name: str, value: Any) -> Any:
        """What names other records: the place of an activity in the plan, or partners."""
        if name == "activity":
            if value is not None and not (type(value) is int and 1 <= value <= len(planned.activities)):
                raise invalid_field(pointer, "unknown-reference", "the place of an activity in the plan is expected")
            return value
        found = []
        for place, one in enumerate(value if isinstance(value, list) else []):
            key = one.get("id") if isinstance(one, dict) else one
            if type(key) is int and key in self.partners:
                found.append(self.partners[key])
            elif key is None and isinstance(one, dict) and isinstance(one.get("name"), str):
                found.append({"id": None, "name": one["name"], "acronym": one.get("acronym")})
            else:
                raise invalid_field(f"{pointer}/{place}", "unknown-reference", f"there is no partner '{key}'")
        return found

    def _remember(self, planned: PlannedAction, item: Any, key: int | None, name: str, old: Any, new: Any) -> None:
        """The file's statement, over which the editor's prevails; and the change, where something is recorded."""
        conflict = next((one for one in item.conflicts if one.field == name), None)
        difference = next((one for one in item.differences if one.field == name), None)
        source = planned.speaks_for
        stated = (
            conflict.new
            if conflict is not None
            else Statement(value=old, source=source and source.title, source_id=source and source.id, line=item.line)
        )
        recorded = conflict.recorded.value if conflict else difference.before if difference else old
        item.conflicts = [one for one in item.conflicts if one.field != name]
        item.conflicts.append(
            Conflict(
                choice=f"{item.item}/{name}",
                field=name,
                recorded=Statement(value=new, key=self.key),
                new=stated,
                chosen=Choice.RECORDED,
            )
        )
        item.differences = [one for one in item.differences if one.field != name]
        if key is not None and recorded != new:
            item.differences.append(Difference(field=name, before=recorded, after=new))


def _items(planned: PlannedAction) -> Iterator[tuple[str, Any, Any]]:
    """The kind of each item, what has its differences, and what has its values."""
    yield "actions", planned, planned.action
    for name in CHILDREN:
        for child in getattr(planned, name):
            yield name, child, child


def _bare(value: Any) -> Any:
    """A value as it is sent."""
    match value:
        case list():
            return [_bare(one) for one in value]
        case CountryRef():
            return value.code
        case RegionRef() | ThemeRef():
            return value.slug
        case _:
            return value
