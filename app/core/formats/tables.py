"""Records as rows of a table: which columns there are, what each means, and how they are read from a record.

The columns follow from the record's own schema, in the order of its fields: a code is followed by its label, a small
object becomes its key and its name, a list of them two cells whose parts are joined with semicolons. So a table and
the JSON can't disagree, and each column has the definition that its field has.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, StrEnum
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from app.core.partial_dates import PartialDate

JOINT = ";"
Lookups = Mapping[str, Mapping[Any, str]]
"""For fields that hold the key of another record: the titles of those records, by key."""


class Kind(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    """A year, a month or a day."""
    INSTANT = "instant"


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    name: str
    kind: Kind
    definition: str
    field: str
    """The record's field that it belongs to, which `fields=` names."""
    read: Callable[[Any, Lookups], Any]
    """A record's cell."""
    is_key: bool = False
    """Whether it names the record."""
    allowed: tuple[str, ...] = ()
    """The values of a closed vocabulary."""

    @property
    def is_wide(self) -> bool:
        """Whether it holds prose."""
        return self.kind is Kind.TEXT and self.name in _PROSE


_KEYS = frozenset({"id", "slug", "code"})
_PROSE = frozenset({"title", "objective", "summary", "description", "source_quote", "definition", "href"})


def columns_of(
    model: type[BaseModel],
    *,
    label_of: Callable[[str], str],
    titles: Mapping[str, str] | None = None,
) -> list[Column]:
    """The columns of a record.

    `label_of` gives the label of a value of any closed vocabulary. `titles` names the fields that hold another
    record's key, each with what that record's title is called in the name of its column: `{"action": "title"}`.
    """
    return [
        column
        for name, info in model.model_fields.items()
        for column in _columns_of_field(name, info, label_of, titles or {})
    ]


def _columns_of_field(
    name: str, info: FieldInfo, label_of: Callable[[str], str], titles: Mapping[str, str]
) -> Iterator[Column]:
    kind, is_list = plain_type(info.annotation)
    about = " ".join((info.description or "").split())
    if is_list and _is_reference(kind):
        key = next(iter(kind.model_fields))
        yield Column(name, Kind.TEXT, f"{about} Joined with semicolons.", name, _joined(name, key))
        yield Column(
            f"{name}_names", Kind.TEXT, f"The names of `{name}`, in the same order.", name, _joined(name, "name")
        )
    elif is_list:
        yield Column(name, Kind.TEXT, f"{about} Joined with semicolons.", name, _joined(name, None))
    elif _is_reference(kind):
        yield from reference_columns(name, name, kind, about)
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        for part, part_info in kind.model_fields.items():
            told = " ".join((part_info.description or "").split())
            part_kind, _ = plain_type(part_info.annotation)
            yield Column(f"{name}_{part}", _kind_of(part_kind), told, name, _within(name, part))
    elif isinstance(kind, type) and issubclass(kind, Enum) and name in _KEYS:
        yield Column(name, Kind.TEXT, about, name, _value(name), is_key=True, allowed=_members(kind))
    elif isinstance(kind, type) and issubclass(kind, Enum):
        allowed = _members(kind)
        one_of = f"{about} One of: {', '.join(allowed)}."
        yield Column(name, Kind.TEXT, one_of, name, _value(name), allowed=allowed)
        yield Column(f"{name}_label", Kind.TEXT, f"`{name}` in words.", name, _labelled(name, label_of))
    else:
        yield Column(name, _kind_of(kind), about, name, _attribute(name), is_key=name in _KEYS)
        if name in titles:
            told = f"The {titles[name]} of `{name}`."
            yield Column(f"{name}_{titles[name]}", Kind.TEXT, told, name, _looked_up(name))


def reference_columns(name: str, field: str, model: type[BaseModel], about: str) -> Iterator[Column]:
    """A small object as its key and its name; `field` holds it."""
    key = next(iter(model.model_fields))
    kind, _ = plain_type(model.model_fields[key].annotation)
    yield Column(name, _kind_of(kind), about, field, _within(field, key))
    yield Column(f"{name}_name", Kind.TEXT, f"The name of `{name}`.", field, _within(field, "name"))


def plain_type(annotation: Any) -> tuple[Any, bool]:
    """The type without null and constraints, or the type of a list's items; whether it is a list."""
    if get_origin(annotation) is Annotated:
        return plain_type(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        (kind,) = (part for part in get_args(annotation) if part is not type(None))
        return plain_type(kind)
    if get_origin(annotation) is list:
        return plain_type(get_args(annotation)[0])[0], True
    return annotation, False


def _is_reference(kind: Any) -> bool:
    """Whether it is a small object of a key and a name."""
    return isinstance(kind, type) and issubclass(kind, BaseModel) and "name" in kind.model_fields


def _members(kind: type[Enum]) -> tuple[str, ...]:
    return tuple(str(member.value) for member in kind)


def _kind_of(kind: Any) -> Kind:
    match kind:
        case type() if issubclass(kind, bool):
            return Kind.BOOLEAN
        case type() if issubclass(kind, int):
            return Kind.INTEGER
        case type() if issubclass(kind, datetime):
            return Kind.INSTANT
        case type() if issubclass(kind, PartialDate | date):
            return Kind.DATE
        case _:
            return Kind.TEXT


# -- how a cell is read from a record --


def _attribute(name: str) -> Callable[[Any, Lookups], Any]:
    return lambda record, _: getattr(record, name)


def _value(name: str) -> Callable[[Any, Lookups], Any]:
    def read(record: Any, _: Lookups) -> Any:
        member = getattr(record, name)
        return None if member is None else member.value

    return read


def _labelled(name: str, label_of: Callable[[str], str]) -> Callable[[Any, Lookups], Any]:
    def read(record: Any, _: Lookups) -> Any:
        member = getattr(record, name)
        return None if member is None else label_of(member.value)

    return read


def _within(name: str, part: str) -> Callable[[Any, Lookups], Any]:
    def read(record: Any, _: Lookups) -> Any:
        embedded = getattr(record, name)
        found = None if embedded is None else getattr(embedded, part)
        return found.value if isinstance(found, Enum) else found

    return read


def _joined(name: str, part: str | None) -> Callable[[Any, Lookups], Any]:
    def read(record: Any, _: Lookups) -> Any:
        return JOINT.join(str(item if part is None else getattr(item, part)) for item in getattr(record, name)) or None

    return read


def _looked_up(name: str) -> Callable[[Any, Lookups], Any]:
    def read(record: Any, lookups: Lookups) -> Any:
        key = getattr(record, name)
        return None if key is None else lookups[name][key]

    return read


def rows_of(columns: Sequence[Column], records: Sequence[Any], lookups: Lookups) -> Iterator[list[Any]]:
    """The records as rows."""
    readers = [column.read for column in columns]
    for record in records:
        yield [read(record, lookups) for read in readers]
