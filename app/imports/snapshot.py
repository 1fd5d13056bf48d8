"""Loading the part of the record that a plan is made against."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.actions.models import LINKS, Action, ActionCountry
from app.activities.models import Activity
from app.core.audit import Change, ChangeOperation
from app.core.partial_dates import UNKNOWN_DAY
from app.core.session_state import state_of
from app.core.text import slugify
from app.entities import CHILDREN, REFERENCES
from app.imports.drafts import ActionDraft
from app.imports.edits import Editor
from app.imports.entities import ENTITIES
from app.imports.matching.signs import codes
from app.imports.record import ActionKey, Known, Past, Recorded, RecordedAction
from app.reference.countries import COUNTRIES
from app.reference.models import Partner, Theme

_BATCH = 500


def _batches(values: Collection[Any]) -> Iterator[list[Any]]:
    found = list(values)
    return (found[start : start + _BATCH] for start in range(0, len(found), _BATCH))


def _columns(name: str, model: Any) -> list[Any]:
    """The columns of a table that its write model has."""
    columns = [getattr(model, field) for field in ENTITIES[name].kinds if field in inspect(model).columns]
    if model is Activity:
        columns.append(Activity.stated_status.label("status"))
    if model is Action:
        columns.append(Action.confirmed_last_day)
    return columns


async def load_known(connection: AsyncConnection) -> Known:
    """What actions refer to, and the slugs that are taken."""
    found: dict[str, dict[Any, Recorded]] = {}
    for name, entity in REFERENCES.items():
        (key,) = inspect(entity.model).primary_key
        columns = [key.label("its_key"), entity.model.version.label("its_version"), *_columns(name, entity.model)]
        rows = found[name] = {}
        for row in (await connection.execute(select(*columns).order_by(key))).mappings():
            values = {field: row[field] for field in ENTITIES[name].kinds}
            rows[row["its_key"]] = Recorded(row["its_key"], row["its_version"], values)
    slugs = await connection.execute(select(Action.slug, Action.id))
    return Known(found, {row.slug: row.id for row in slugs})


async def load_keys(connection: AsyncConnection, drafts: Sequence[ActionDraft]) -> list[ActionKey]:
    """The actions that the drafts could be."""
    slugs, ids, titles, countries = set[str](), set[int](), set[str](), set[str]()
    for draft in drafts:
        values = draft.values
        if isinstance(slug := values.get("slug"), str):
            slugs.add(slug)
        if isinstance(key := values.get("id"), int) and 0 < key < 2**31:
            ids.add(key)
        if isinstance(title := values.get("title"), str) and title.isprintable():
            titles.add(title.strip())
            slugs.add(slugify(title, otherwise="action"))
            countries.update(codes(values.get("countries")))
    found: dict[int, Any] = {}
    of_countries = select(ActionCountry.action).where(ActionCountry.country.in_(countries & COUNTRIES.keys()))
    for condition in (
        *(Action.slug.in_(batch) for batch in _batches({slug for slug in slugs if slug.isprintable()})),
        *(Action.id.in_(batch) for batch in _batches(ids)),
        *(Action.title.in_(batch) for batch in _batches(titles)),
        Action.id.in_(of_countries),
    ):
        statement = select(Action.id, Action.slug, Action.title, Action.start, Action.end).where(condition)
        found |= {row.id: row for row in await connection.execute(statement)}
    its_countries: defaultdict[int, list[str]] = defaultdict(list)
    for batch in _batches(found):
        links = select(ActionCountry.action, ActionCountry.country).where(ActionCountry.action.in_(batch))
        for action, country in await connection.execute(links):
            its_countries[action].append(country)
    return [
        ActionKey(key, row.slug, row.title, row.start, tuple(sorted(its_countries[key])), row.end)
        for key, row in found.items()
    ]


async def load_actions(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, RecordedAction]:
    """Actions with what belongs to them, by id; without their history."""
    found: dict[int, RecordedAction] = {}
    for batch in _batches(ids):
        statement: Any = select(
            Action.id.label("its_id"), Action.version.label("its_version"), *_columns("actions", Action)
        )
        for row in (await connection.execute(statement.where(Action.id.in_(batch)))).mappings():
            values = {field: row[field] for field in ENTITIES["actions"].kinds if field in row}
            known = row["confirmed_last_day"]
            values["confirmed_on"] = None if known == UNKNOWN_DAY else known.isoformat()
            values |= {link.field: [] for link in LINKS}
            children = {name: list[Recorded]() for name in CHILDREN}
            found[row["its_id"]] = RecordedAction(row["its_id"], row["its_version"], values, children)
        for link in LINKS:
            of_action, position = link.model.action, link.model.position
            links = select(of_action, link.linked).where(of_action.in_(batch)).order_by(position)
            for action, value in await connection.execute(links):
                found[action].values[link.field].append(value)
        for name, entity in CHILDREN.items():
            model = entity.model
            statement = select(model.id.label("its_id"), model.version.label("its_version"), *_columns(name, model))
            order = (model.position, model.id) if model is Activity else (model.id,)
            for row in (await connection.execute(statement.where(model.action.in_(batch)).order_by(*order))).mappings():
                values = {field: row[field] for field in ENTITIES[name].kinds if field != "action"}
                found[row["action"]].children[name].append(Recorded(row["its_id"], row["its_version"], values))
    return found


async def load_history(connection: AsyncConnection, actions: Collection[RecordedAction]) -> None:
    """Fills in the history of actions and of what belongs to them."""
    by_id = {action.id: action for action in actions}
    sources: dict[int, int | None] = {}
    for batch in _batches(by_id):
        statement = (
            select(
                Change.root,
                Change.entity,
                Change.record,
                Change.root_version,
                Change.instant,
                Change.key_name,
                Change.operation,
                Change.differences,
                Change.provenance,
                Change.facts["source"].as_integer().label("source"),
            )
            .where(Change.root.in_(batch))
            .order_by(Change.sequence)
        )
        for row in await connection.execute(statement):
            if row.entity == "actions":
                sources[row.root] = row.source
            by_id[row.root].history.append(
                Past(
                    row.entity,
                    int(row.record),
                    row.root_version or 0,
                    row.instant,
                    row.key_name,
                    row.operation == ChangeOperation.CREATE,
                    row.differences,
                    row.provenance,
                    sources.get(row.root),
                )
            )


async def load_editor(session: AsyncSession) -> Editor:
    """Whoever edits a plan in a session, with what can be referred to."""
    themes = await session.execute(select(Theme.slug, Theme.name))
    partners = await session.execute(select(Partner.id, Partner.name, Partner.acronym))
    shown = {row["id"]: dict(row) for row in partners.mappings()}
    return Editor(state_of(session).key_name, dict(themes.all()), shown)
