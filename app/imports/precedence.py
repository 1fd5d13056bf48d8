"""Who said what: whether a new statement updates the record, contradicts another source, or says nothing new.

The history tells, for each field, which source stated it last, and what a source itself said before. Three rules follow
from it. A source may correct itself. It doesn't overwrite another one, nor an editor who corrected it by hand. And what
a source said before, and says again, is no news: whatever was decided about it stands.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any

from app.imports.record import Past, RecordedAction

_COLUMNS = {"status": "stated_status"}
"""Fields whose column has another name."""
_NEVER = object()


class Verdict(Enum):
    """What follows from a new statement about a field."""

    UPDATE = auto()
    KEEP = auto()
    CONFLICT = auto()


@dataclass(frozen=True)
class Author:
    """Whoever stated a value last."""

    source: int | None
    key: str | None
    instant: datetime | None
    by_hand: bool


@dataclass(frozen=True)
class Sender:
    """For whom a file speaks: a source, or an editor who changed a table of the registry's own."""

    source: int | None
    """The id of the source; None for a new one, and for an editor."""
    is_editor: bool = False
    version: int | None = None
    """The version of the action that the editor's table was made from."""


def resolve(
    action: RecordedAction, entity: str, record: int, field: str, recorded: Any, new: Any, reader: Sender
) -> tuple[Verdict, Author]:
    """What follows when a file says something else than what is recorded; and who said what is recorded."""
    past = [change for change in action.history if change.entity == entity and change.record == record]
    name = _COLUMNS.get(field, field)
    speaker = _last_speaker(past, name, action.values.get("source"))
    if reader.is_editor:
        return _since(past, name, new, reader.version), speaker
    if any(_same(said, new) for said in _last_said(past, name, reader.source)):
        return Verdict.KEEP, speaker
    if recorded in (None, []) and not speaker.by_hand:
        return Verdict.UPDATE, speaker
    is_own = speaker.source is not None and speaker.source == reader.source
    is_nobodys = (
        speaker.source is None
        and action.values.get("source") in (None, reader.source)
        and not (speaker.by_hand and action.values.get("source") is not None)
    )
    return Verdict.UPDATE if is_own or is_nobodys else Verdict.CONFLICT, speaker


def _same(said: Any, new: Any) -> bool:
    return bool(said == new)


def _touching(past: Sequence[Past], name: str) -> Iterator[tuple[Past, dict[str, Any]]]:
    for change in past:
        for difference in change.differences:
            if difference["field"] == name:
                yield change, difference


def _last_speaker(past: Sequence[Past], name: str, source: int | None) -> Author:
    last = next((change for change, _ in reversed(list(_touching(past, name)))), None)
    # What was null from the beginning is as old as the record.
    last = last or next((change for change in past if change.is_creation), None)
    if last is None:
        return Author(source, None, None, by_hand=False)
    told = last.provenance
    if told is not None:
        said_by = (told.get("source") or {}).get("id")
        if any(one["field"] == name and one["chosen"] == "recorded" for one in told.get("decisions", ())):
            said_by = None  # an editor corrected what the source says, before it was recorded
        return Author(said_by, last.key, last.instant, by_hand=said_by is None)
    if last.is_creation:
        return Author(last.source if last.source is not None else source, last.key, last.instant, by_hand=False)
    return Author(None, last.key, last.instant, by_hand=True)


def _last_said(past: Sequence[Past], name: str, source: int | None) -> Iterator[Any]:
    """What a source said last about a field, if it ever did."""
    if source is None:
        return
    said: Any = _NEVER
    for change in past:
        told = change.provenance or {}
        its_source = (told.get("source") or {}).get("id") if told else (change.source if change.is_creation else None)
        if its_source != source:
            continue
        for difference in change.differences:
            if difference["field"] == name:
                said = difference["after"]
        for decision in told.get("decisions", ()):
            if decision["field"] == name:
                said = decision["new"]
    if said is not _NEVER:
        yield said


def _since(past: Sequence[Past], name: str, new: Any, version: int | None) -> Verdict:
    """An editor's table against what others changed since it was made."""
    later = [difference for change, difference in _touching(past, name) if change.root_version > (version or 2**62)]
    if not later:
        return Verdict.UPDATE
    return Verdict.KEEP if _same(later[0]["before"], new) else Verdict.CONFLICT
