"""The tables that can be imported: an entity each, with the columns that its write model has."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, get_args, get_origin

from app.core.partial_dates import PartialDate
from app.core.text import fold
from app.core.write_models import WriteModel
from app.entities import ENTITIES as RECORDED
from app.entities import Entity as RecordedEntity


class Kind(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    LIST = "list"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True, eq=False)
class Entity:
    """One kind of record, as files have it."""

    recorded: RecordedEntity
    kinds: Mapping[str, Kind]
    """The columns that are written, with what their cells hold."""
    required: frozenset[str]
    ignored: frozenset[str]
    """Columns that the registry derives, and shows in its own tables."""

    @property
    def name(self) -> str:
        """As in the API's paths, and as a workbook's sheet is called."""
        return self.recorded.name

    @property
    def create(self) -> type[WriteModel]:
        """What checks a row."""
        return self.recorded.create


def _kind(annotation: Any) -> Kind:
    parts = list(_parts(annotation))
    if list in parts:
        return Kind.LIST
    if PartialDate in parts:
        return Kind.DATE
    return Kind.NUMBER if int in parts else Kind.TEXT


def _parts(annotation: Any) -> Iterable[Any]:
    yield get_origin(annotation) or annotation
    if get_origin(annotation) is not list:
        for part in get_args(annotation):
            yield from _parts(part)


def _entity(recorded: RecordedEntity) -> Entity:
    fields = recorded.create.model_fields
    return Entity(
        recorded,
        {field: _kind(info.annotation) for field, info in fields.items()},
        frozenset(field for field, info in fields.items() if info.is_required()),
        frozenset(recorded.read.model_fields) - fields.keys() | recorded.create.read_only,
    )


ENTITIES: Final = {name: _entity(recorded) for name, recorded in RECORDED.items()}

KEPT: Final = frozenset({"id", "version"})
"""Columns of the registry's own tables that tell which record a row was, and at what version it was read."""

_BESIDE = re.compile(r"(?P<stem>.+?)[_.](?P<form>names?|labels?|titles?|acronyms?|slugs?|codes?|ids?)")
_KEYS: Final = ("slug", "code", "id")


def column_name(written: Any) -> str:
    """A cell of the header as the name of a column: `Experts count *` is `experts_count`."""
    return re.sub(r"[\s_-]+", "_", fold(str(written)).strip(" *\u200b\ufeff").strip())


@dataclass(frozen=True)
class Beside:
    """A column that holds a field under another name: `country_name` for `country`."""

    field: str
    is_key: bool
    """Whether it holds codes, slugs or ids, as the field itself does, and not words for people."""


def beside(entity: Entity, column: str) -> Beside | None:
    """The field that a column of names, labels or codes belongs to; None for other columns."""
    match = _BESIDE.fullmatch(column)
    if match is None:
        return None
    stem = match["stem"]
    field = next((name for name in (stem, f"{stem}s", f"{stem[:-1]}ies") if name in entity.kinds), None)
    return None if field is None else Beside(field, match["form"].startswith(_KEYS))


def is_derived(entity: Entity, column: str) -> bool:
    """Whether a column is one that the registry's own tables have beside those that are written."""
    match = _BESIDE.fullmatch(column)
    grouped = column.partition(".")[0] if "." in column else column.partition("_")[0]
    return (
        column in entity.ignored
        or (match is not None and match["stem"] in entity.ignored)
        or (grouped == "counts" and "counts" in entity.ignored)
    )


def recognise(columns: Iterable[str], name: str = "") -> Entity | None:
    """The entity whose table has such columns: all that it needs, and the most of the others; `name` decides between
    equals. None when there is none.

    A title alone makes no table: where the name of the file or sheet doesn't say what it is, two columns are known, and
    at least half of them all.
    """
    present = set(columns)
    best: tuple[int, bool] = (0, False)
    found = None
    for entity in ENTITIES.values():
        fields = present | {other.field for column in present if (other := beside(entity, column)) is not None}
        # A table of ours names the record, so that what is required may be left out.
        if entity.required - fields and not (present & {"id", "slug"} and entity.name == name):
            continue
        known = sum(
            column in entity.kinds or is_derived(entity, column) or beside(entity, column) is not None
            for column in present
        )
        if entity.name != name and (known < 2 or 2 * known < len(present)):
            continue
        score = (known, entity.name == name)
        if score > best:
            best, found = score, entity
    return found
