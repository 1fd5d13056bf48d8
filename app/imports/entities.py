"""The tables that can be imported: an entity each, with the columns that its write model has."""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, Final, get_args, get_origin

from app.core.partial_dates import PartialDate
from app.core.text import fold
from app.core.write_models import WriteModel
from app.entities import ENTITIES as RECORDED
from app.entities import REFERENCES
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

FIELDS: Final = tuple(dict.fromkeys(field for entity in ENTITIES.values() for field in entity.kinds))
"""The fields that the columns of tables may hold."""

KEPT: Final = frozenset({"id", "version"})
"""Columns of the registry's own tables that tell which record a row was, and at what version it was read."""

_BESIDE = re.compile(r"(?P<stem>.+?)[_.](?P<form>names?|labels?|titles?|acronyms?|slugs?|codes?|ids?)")
_KEYS: Final = ("slug", "code", "id")


def column_name(written: Any) -> str:
    """A cell of the header as the name of a column: `Experts count *` is `experts_count`."""
    return re.sub(r"[\s_-]+", "_", fold(str(written)).strip(" *\u200b\ufeff").strip())


@cache
def _synonyms() -> dict[tuple[str, str], str]:
    """The field of each entity that a column is called for, by other names than its own."""
    text = resources.files("app.imports.readers").joinpath("headers.csv").read_text("utf-8")
    return {
        (row["entity"], column_name(word)): row["field"]
        for row in csv.DictReader(text.splitlines())
        for word in row["words"].split("|")
    }


def fields_of(entity: Entity, columns: Iterable[str]) -> list[str]:
    """The names of columns, with the field's own name for one that is known by another: the first of them, where no
    column has the field's name."""
    named = list(columns)
    taken = {name for name in named if name in entity.kinds}
    taken |= {other.field for name in named if (other := beside(entity, name)) is not None and other.is_key}
    for place, name in enumerate(named):
        field = _synonyms().get((entity.name, name))
        if field is None or field in taken or name in entity.kinds or name in KEPT:
            continue
        named[place] = field
        taken.add(field)
    return named


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

    A title alone makes no table: where the name of the file or sheet doesn't say what it is, two columns are known, or
    three where some are known by other names, and at least half of them all. What actions refer to is so general that
    it is known by the names of its fields alone.
    """
    written = [column for column in columns if column]
    best: tuple[int, int, bool] = (0, 0, False)
    found = None
    for entity in ENTITIES.values():
        is_named = entity.name == name
        present = set(written if entity.name in REFERENCES and not is_named else fields_of(entity, written))
        fields = present | {other.field for column in present if (other := beside(entity, column)) is not None}
        # A table of ours names the record, so that what is required may be left out.
        if entity.required - fields and not (present & {"id", "slug"} and is_named):
            continue
        known = sum(
            column in entity.kinds or is_derived(entity, column) or beside(entity, column) is not None
            for column in present
        )
        if not is_named and (known < (2 if present == set(written) else 3) or 2 * known < len(present)):
            continue
        score = (known, len(entity.kinds.keys() & set(written)), is_named)
        if score > best:
            best, found = score, entity
    return found
