"""What a record states: its columns that are facts, as JSON has them, for its history and for those who copy it.

Facts are stored for good, while tables change: facts of any age can be had as a record would state them today.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Column, inspect
from sqlalchemy.orm import Session

from app.core.database import Base, Versioned


def written(value: Any) -> Any:
    """A column's value as JSON has it."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


@cache
def fact_names(kind: Any) -> Sequence[str]:
    """The columns of a record that state facts: neither derived ones nor those that tell of the editing."""
    derived = {"version", "created_at", "updated_at"}
    return [
        attribute.key
        for attribute in inspect(kind).column_attrs
        if attribute.key not in derived
        and not attribute.key.endswith(("_first_day", "_last_day"))
        and attribute.columns[0].computed is None
    ]


def kind_of(entity: str) -> Any:
    """The class of the records of a list; None when there is no such list any more."""
    return _kinds().get(entity)


@cache
def _kinds() -> dict[str, type[Any]]:
    classes: Iterator[Any] = (mapper.class_ for mapper in Base.registry.mappers)
    return {kind.__tablename__: kind for kind in classes if issubclass(kind, Versioned)}


def complete_facts(kind: Any, facts: dict[str, Any]) -> dict[str, Any]:
    """Facts of any age as a record would state them today: a column that was added since has its default, one that is
    gone is left out. What has no default, and must not be null, stays absent."""
    if kind is None:
        return facts
    defaults = _defaults(kind)
    if facts.keys() == defaults.keys():
        return facts
    return {name: facts.get(name, default) for name, default in defaults.items() if name in facts or default is not ...}


def required_facts(kind: Any) -> set[str]:
    """The facts without which there is no record."""
    return set() if kind is None else {name for name, default in _defaults(kind).items() if default is ...}


@cache
def _defaults(kind: Any) -> dict[str, Any]:
    """What each fact is where nothing was stated; `...` for those that must be."""
    columns = inspect(kind).columns
    found = {name: written(_default(columns[name])) for name in fact_names(kind)}
    if is_root(kind):
        found["created_at"] = ...
    return found | {name: [] for name in getattr(kind, "linked_names", ())}


def _default(column: Column[Any]) -> Any:
    default: Any = column.default
    if default is not None and default.is_scalar:
        return default.arg
    if default is not None and default.is_callable:
        return default.arg(None)
    return None if column.nullable else ...


def facts_of(session: Session, record: Any) -> dict[str, Any]:
    """What a record states, with bare codes and ids; a class may add to its columns by a method `linked_facts`."""
    kind: Any = type(record)
    facts = {name: written(getattr(record, name)) for name in fact_names(kind)}
    if is_root(record):
        facts["created_at"] = written(record.created_at)  # when it first came into the world, also after a restoration
    linked = getattr(record, "linked_facts", None)
    return facts | (linked(session) if linked else {})


def differences_of(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """Field by field, what was and what is."""
    names = dict.fromkeys([*before, *after])
    return [
        {"field": name, "before": before.get(name), "after": after.get(name)}
        for name in names
        if name != "created_at" and before.get(name) != after.get(name)
    ]


def is_root(record: Any) -> bool:
    """Whether other records belong to this one, and their changes are versions of it."""
    return bool(getattr(record, "is_audit_root", False))
