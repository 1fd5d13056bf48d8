"""Loading the part of the record that a plan is made against."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.actions.models import Action, ActionCountry, ActionPartner, ActionTheme
from app.activities.models import Activity
from app.core.audit import Change, ChangeOperation
from app.core.text import slugify
from app.deployments.models import Deployment
from app.imports.drafts import ActionDraft
from app.imports.entities import ENTITIES
from app.imports.matching.signs import codes
from app.imports.record import ActionKey, Known, Past, Recorded, RecordedAction
from app.outputs.models import Output
from app.reference.countries import COUNTRIES
from app.reference.models import Partner, Publication, Source, Theme

_BATCH = 500
_CHILDREN: tuple[tuple[str, Any], ...] = (("activities", Activity), ("deployments", Deployment), ("outputs", Output))
_LINKS: tuple[tuple[str, Any, Any], ...] = (
    ("countries", ActionCountry, ActionCountry.country),
    ("themes", ActionTheme, ActionTheme.theme),
    ("partners", ActionPartner, ActionPartner.partner),
)


def _batches(values: Collection[Any]) -> Iterator[list[Any]]:
    found = list(values)
    return (found[start : start + _BATCH] for start in range(0, len(found), _BATCH))


def _columns(name: str, model: Any) -> list[Any]:
    """The columns of a table that its write model has."""
    columns = [getattr(model, field) for field in ENTITIES[name].kinds if hasattr(model, field)]
    if model is Activity:
        columns.append(Activity.stated_status.label("status"))
    return columns


async def load_known(connection: AsyncConnection) -> Known:
    """What actions refer to, and the slugs that are taken."""
    found: dict[str, dict[Any, Recorded]] = {}
    for name, model, key in (
        ("themes", Theme, Theme.slug),
        ("partners", Partner, Partner.id),
        ("publications", Publication, Publication.id),
        ("sources", Source, Source.id),
    ):
        columns = [column for column in _columns(name, model) if column is not key]
        statement: Any = select(key.label("its_key"), model.version.label("its_version"), *columns).order_by(key)
        rows = found[name] = {}
        for row in (await connection.execute(statement)).mappings():
            values = {field: row[field] for field in ENTITIES[name].kinds if field in row}
            if model is Theme:
                values["slug"] = row["its_key"]
            number = row["its_key"] if model is not Theme else 0
            rows[row["its_key"]] = Recorded(number, row["its_version"], values)
    rows_of_slugs = await connection.execute(select(Action.slug, Action.id))
    slugs = {row.slug: row.id for row in rows_of_slugs}
    return Known(found["themes"], found["partners"], found["publications"], found["sources"], slugs)


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
            values |= {name: [] for name, *_ in _LINKS}
            found[row["its_id"]] = RecordedAction(row["its_id"], row["its_version"], values)
        for name, link, column in _LINKS:
            links = select(link.action, column).where(link.action.in_(batch)).order_by(link.position)
            for action, value in await connection.execute(links):
                found[action].values[name].append(value)
        for name, model in _CHILDREN:
            children: Any = select(model.id.label("its_id"), model.version.label("its_version"), *_columns(name, model))
            order = (model.position, model.id) if model is Activity else (model.id,)
            for row in (await connection.execute(children.where(model.action.in_(batch)).order_by(*order))).mappings():
                values = {field: row[field] for field in ENTITIES[name].kinds if field != "action"}
                getattr(found[row["action"]], name).append(Recorded(row["its_id"], row["its_version"], values))
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
