"""Setting what records state, by the rules that the tables declare: for any number of records at once.

What the database is asked, it is asked once for all of them. The first thing that is wrong with a record is noted with
it, so that who sent several learns what is wrong with each.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from sqlalchemy import Column, and_, inspect, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import instance_state

from app.core.database import Base, history_of
from app.core.locks import reserve
from app.core.problems import Conflict, ErrorItem, Problem, invalid_field
from app.core.text import slugify
from app.core.write_models import WriteModel

AT_ONCE = 10_000
"""How many values are looked up by one statement: the databases take some 32,000 parameters."""
RANGES_AT_ONCE = 200
"""The same for ranges of values, of which SQLite takes a thousand."""


@dataclass
class Draft:
    """A record with what it is to state."""

    record: Any
    body: Any = None
    problem: Problem | None = None
    """The first thing that is wrong with it."""

    @property
    def is_new(self) -> bool:
        """Whether the record is being created."""
        return not instance_state(self.record).persistent

    def changes(self, name: str) -> bool:
        """Whether an attribute gets another value."""
        return self.is_new or history_of(self.record, name).has_changes()


def valid(drafts: Iterable[Draft]) -> Iterator[Draft]:
    """Those with which nothing is wrong so far."""
    return (draft for draft in drafts if draft.problem is None)


async def present(session: AsyncSession, column: Any, values: Collection[Any]) -> set[Any]:
    """Which of the values a column has."""
    wanted, found = list(values), set[Any]()
    for start in range(0, len(wanted), AT_ONCE):
        found.update(await session.scalars(select(column).where(column.in_(wanted[start : start + AT_ONCE]))))
    return found


async def assign_fields(session: AsyncSession, drafts: Sequence[Draft]) -> None:
    """Sets the mapped attributes that have the fields' names, and checks what the table declares.

    A draft is refused by Invalid for a reference to a record that isn't there, and for a key that would change; by
    Conflict for a value that must be unique and is taken.
    """
    columns = inspect(type(drafts[0].record)).columns
    names = [name for name in type(drafts[0].body).model_fields if name in columns]
    keys = [name for name in names if columns[name].primary_key]
    for draft in valid(drafts):
        for name in names:
            setattr(draft.record, name, getattr(draft.body, name))
        for name in keys:
            _check_stable(draft, name)
    await check_columns(session, drafts, names)


def _check_stable(draft: Draft, name: str) -> None:
    """A key that was given out stays: others may have noted it."""
    if history := history_of(draft.record, name).deleted:
        problem = invalid_field(f"/{name}", f"{name}-is-stable", f"the {name} '{history[0]}' can't be changed")
        draft.problem = draft.problem or problem


async def check_columns(session: AsyncSession, drafts: Sequence[Draft], names: Sequence[str]) -> None:
    """Checks what the table declares of the named attributes, as they are set, and refuses drafts as `assign_fields`
    does."""
    for name in names:
        column = inspect(type(drafts[0].record)).columns[name]
        if not (column.foreign_keys or column.unique or column.primary_key):
            continue
        changed = [draft for draft in valid(drafts) if getattr(draft.record, name) is not None and draft.changes(name)]
        if changed:
            await _check_reference(session, changed, name, column)
            await _check_unique(session, changed, name, column)


async def _check_reference(session: AsyncSession, drafts: Sequence[Draft], name: str, column: Column[Any]) -> None:
    for foreign_key in column.foreign_keys:
        target = foreign_key.column
        if foreign_key.constraint is not None and len(foreign_key.constraint.columns) > 1:
            continue
        known = await present(session, target, {getattr(draft.record, name) for draft in drafts})
        for draft in valid(drafts):
            value = getattr(draft.record, name)
            if value not in known:
                noun = target.table.info.get("noun", target.table.name)
                draft.problem = invalid_field(f"/{name}", "unknown-reference", f"there is no {noun} '{value}'")


async def _check_unique(session: AsyncSession, drafts: Sequence[Draft], name: str, column: Column[Any]) -> None:
    if not (column.unique or column.primary_key):
        return
    taken = await present(session, column, {getattr(draft.record, name) for draft in drafts})
    for draft in valid(drafts):
        value = getattr(draft.record, name)
        if value in taken:
            draft.problem = Conflict(
                f"{name} '{value}' is taken",
                errors=[ErrorItem(pointer=f"/{name}", code="taken", message=f"'{value}' is taken")],
            )
        taken.add(value)


async def choose_slugs(session: AsyncSession, drafts: Sequence[Draft], *, text: str, otherwise: str) -> None:
    """New records whose bodies have no slug get free ones, made from the field `text`; a slug that was given out stays,
    and a body that would change it is refused by Invalid."""
    without: list[Draft] = []
    for draft in drafts:
        draft.body = draft.body.model_copy()
        if draft.is_new:
            without += [draft] if draft.body.slug is None else []
            continue
        given = draft.record.slug
        if draft.body.slug not in (None, given):
            draft.problem = invalid_field("/slug", "slug-is-stable", f"the slug '{given}' can't be changed")
        draft.body.slug = given
    if without:
        column = type(without[0].record).slug
        # What makes it unique must fit, too.
        longest = min(80, column.type.length - 5)
        wanted = [slugify(getattr(draft.body, text), otherwise=otherwise, longest=longest) for draft in without]
        given = {draft.body.slug for draft in drafts}
        for draft, slug in zip(without, await _free_slugs(session, column, wanted, given), strict=True):
            draft.body.slug = slug


async def _free_slugs(session: AsyncSession, column: Any, wanted: Sequence[str], taken: set[str]) -> list[str]:
    """Slugs that no record has, and that no other transaction is about to give to one: for each the wanted one, or that
    one with a number."""
    found: dict[int, str] = {}
    numbers: dict[str, Iterator[int]] = {}
    tried = {slug: place for place, slug in reversed([*enumerate(wanted)]) if slug not in taken}
    while True:
        # Who reserved it before may have used it, and be done, since the taken ones were read.
        reserved = await reserve(session, column, tried)
        found |= {tried[slug]: slug for slug in reserved - await present(session, column, tried)}
        taken |= tried.keys()
        waiting = [(place, slug) for place, slug in enumerate(wanted) if place not in found]
        if not waiting:
            return [found[place] for place in range(len(wanted))]
        others = {slug: count(2) for _, slug in waiting if slug not in numbers}
        taken |= await _numbered(session, column, list(others))
        numbers |= others
        tried = {}
        for place, slug in waiting:
            numbered = (f"{slug}-{number}" for number in numbers[slug])
            tried[next(each for each in numbered if each not in taken)] = place


async def _numbered(session: AsyncSession, column: Any, slugs: Sequence[str]) -> set[str]:
    """What records have of these slugs with more behind a hyphen."""
    found: set[str] = set()
    for start in range(0, len(slugs), RANGES_AT_ONCE):
        ranges = [and_(column > f"{slug}-", column < f"{slug}.") for slug in slugs[start : start + RANGES_AT_ONCE]]
        found.update(await session.scalars(select(column).where(or_(*ranges))))
    return found


async def form_of_columns(create: type[WriteModel], record: Base) -> dict[str, Any]:
    """A record as what would be sent to make it."""
    mapper = inspect(type(record))
    return {name: getattr(record, name) for name in create.model_fields if name in mapper.columns}
