"""Rows of several tables put together: each action with what belongs to it, found by id or slug."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.entities import REFERENCES
from app.imports.drafts import CHILDREN, ActionDraft, Draft, Finding, ParsedFile, Severity

Key = int | str


def assemble(format_name: str, rows: Mapping[str, Sequence[Draft]], found: list[Finding]) -> ParsedFile:
    """A reading of tables. A child whose action has no row of its own makes a draft that only names the action."""
    references: dict[str, Any] = {name: list(rows.get(name, ())) for name in REFERENCES}
    reading = ParsedFile(format=format_name, problems=found, **references)
    by_key: dict[Key, ActionDraft] = {}
    for row in rows.get("actions", ()):
        action = row if isinstance(row, ActionDraft) else _action(row)
        reading.actions.append(action)
        for key in _keys(action):
            by_key.setdefault(key, action)
    for name in CHILDREN:
        for child in rows.get(name, ()):
            if (owner := _action_of(child, by_key, reading)) is not None:
                getattr(owner, name).append(child)
    for action in reading.actions:
        _resolve(action, by_key, reading.sources)
    return reading


def _action(row: Draft) -> ActionDraft:
    return ActionDraft(
        values=row.values,
        line=row.line,
        sheet=row.sheet,
        pointer=row.pointer,
        problems=row.problems,
        complete_lists=frozenset(),
    )


def _keys(action: ActionDraft) -> Iterator[Key]:
    for name in ("id", "slug"):
        if isinstance(key := action.values.get(name), int | str):
            yield key


def _action_of(child: Draft, by_key: dict[Key, ActionDraft], reading: ParsedFile) -> ActionDraft | None:
    written = child.values.pop("action", None)
    key = as_key(written)
    if key is None:
        message = "it names no action: its slug or id is needed in 'action'"
        reading.problems += [child.finding(Severity.ERROR, "missing-action", message, "action"), *child.problems]
        return None
    if key not in by_key:
        name = "id" if isinstance(key, int) else "slug"
        by_key[key] = ActionDraft(values={name: key}, line=child.line, sheet=child.sheet, complete_lists=frozenset())
        reading.actions.append(by_key[key])
    return by_key[key]


def as_key(written: Any) -> Key | None:
    """What names an action in a file: a slug, an id, or an object with either."""
    if isinstance(written, dict):
        written = written.get("id", written.get("slug"))
    if isinstance(written, str):
        written = written.strip()
        return int(written) if written.isascii() and written.isdigit() and len(written) < 18 else written or None
    return written if isinstance(written, int) and not isinstance(written, bool) else None


def _resolve(action: ActionDraft, by_key: Mapping[Key, ActionDraft], sources: Sequence[Draft]) -> None:
    """Replaces the file's own ids by what they mean."""
    follows = action.values.get("follows")
    if follows is not None and (key := as_key(follows)) is not None:
        earlier = by_key.get(key)
        slug = earlier.values.get("slug") if earlier is not None else None
        action.values["follows"] = slug or (key if isinstance(key, str) else {"id": key})
    source = action.values.get("source")
    if isinstance(source, int):
        stated = next((row.values for row in sources if row.values.get("id") == source), None)
        action.values["source"] = {**stated, "id": source} if stated else {"id": source}
    elif isinstance(source, str):
        action.values["source"] = {"title": source}
    for deployment in action.deployments:
        activity = deployment.values.get("activity")
        if isinstance(activity, int) and not isinstance(activity, bool):
            deployment.values["activity"] = _place(activity, action.activities)


def _place(number: int, activities: Sequence[Draft]) -> Any:
    """The place of an activity in the draft, from 1. A number is an id where one of them has it, otherwise a position;
    where there is none in the file, it is looked for in the record."""
    for name in ("id", "position"):
        for place, activity in enumerate(activities, 1):
            if activity.values.get(name) == number:
                return place
    if number <= len(activities) and not any("id" in activity.values for activity in activities):
        return number
    return {"id": number}
