"""Filling a database: reference data, and the facts of the regional pages in `seed/`.

Both only add what is missing, found by its natural key: loading twice changes nothing, and what an editor changed
stays as it is.
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.actions.editing import ACTION_EDITING
from app.actions.models import Action
from app.activities.editing import ACTIVITY_EDITING
from app.activities.models import Activity
from app.core.database import Base
from app.core.editing import Editing
from app.deployments.editing import DEPLOYMENT_EDITING
from app.outputs.editing import OUTPUT_EDITING
from app.reference.countries import COUNTRIES
from app.reference.editing import PARTNER_EDITING, PUBLICATION_EDITING, SOURCE_EDITING, THEME_EDITING
from app.reference.models import Country, Partner, Publication, Source, Theme
from app.schema import ROOT
from app.tables import counted

SEED = ROOT / "seed"


@dataclass
class Report:
    """How many records were added, by the table of their kind."""

    added: Counter[str] = field(default_factory=Counter)

    def count(self, editing: Editing[Any, Any]) -> None:
        """One more record."""
        self.added[editing.model.__tablename__] += 1

    def __str__(self) -> str:
        """In a line; "nothing was missing" where nothing was added."""
        return counted(self.added) or "nothing was missing"


async def load_reference(session: AsyncSession) -> None:
    """The countries as this version knows them, and the first themes where there are none yet."""
    known = {country.code: country for country in await session.scalars(select(Country))}
    for code, row in COUNTRIES.items():
        country = known.get(code) or Country(code=code)
        country.name, country.subregion = row.name, row.subregion
        country.eu_member_from, country.eu_member_until = row.eu_member_from, row.eu_member_until
        session.add(country)
    await session.flush()
    if not await session.scalar(select(func.count()).select_from(Theme)):
        for theme in _read(SEED / "themes.yaml"):
            await _add(session, THEME_EDITING, theme)


async def is_empty(session: AsyncSession) -> bool:
    """Whether the record has no action at all."""
    return not await session.scalar(select(func.count()).select_from(Action))


async def load_seed(session: AsyncSession, folder: Path = SEED) -> Report:
    """Every page in the folder."""
    report = Report()
    for path in sorted(folder.glob("*.yaml")):
        if path.name != "themes.yaml":
            await _load_page(session, _read(path), report)
    return report


def _read(path: Path) -> Any:
    import yaml

    return yaml.safe_load(path.read_text("utf-8"))


async def _add(session: AsyncSession, editing: Editing[Any, Any], facts: dict[str, Any]) -> Any:
    """A record made through the same checks that a request passes."""
    record = editing.model()
    fields = {name: value for name, value in facts.items() if name in editing.create.model_fields}
    await editing.set(session, record, editing.create.model_validate(fields))
    session.add(record)
    await session.flush()
    return record


async def _find_or_add(
    session: AsyncSession, editing: Editing[Any, Any], natural_key: Any, facts: dict[str, Any], report: Report
) -> Any:
    key = natural_key.type.python_type(facts[natural_key.key])
    record = await session.scalar(select(editing.model).where(natural_key == key))
    if record is None:
        record = await _add(session, editing, facts)
        report.count(editing)
    return record


async def _load_page(session: AsyncSession, page: dict[str, Any], report: Report) -> None:
    source = await _find_or_add(session, SOURCE_EDITING, Source.title, page["source"], report)
    partners = {
        facts["key"]: (await _find_or_add(session, PARTNER_EDITING, Partner.name, facts, report)).id
        for facts in page["partners"]
    }
    for facts in page["publications"]:
        await _find_or_add(session, PUBLICATION_EDITING, Publication.title, facts, report)
    for facts in page["actions"]:
        if await session.scalar(select(Action.id).where(Action.slug == facts["slug"])) is None:
            await _add_action(session, facts, source, partners, report)


async def _add_action(
    session: AsyncSession, facts: dict[str, Any], source: Base, partners: dict[str, int], report: Report
) -> None:
    follows = facts.get("follows")
    links = {
        "source": source.id,  # type: ignore[attr-defined]
        "partners": [partners[key] for key in facts["partners"]],
        "follows": follows and await session.scalar(select(Action.id).where(Action.slug == follows)),
    }
    action = await _add(session, ACTION_EDITING, facts | links)
    report.count(ACTION_EDITING)
    activities: dict[str | None, int | None] = {None: None}
    for activity in facts["activities"]:
        added: Activity = await _add(session, ACTIVITY_EDITING, activity | {"action": action.id})
        activities[activity["key"]] = added.id
        report.count(ACTIVITY_EDITING)
    for deployment in facts["deployments"]:
        its_activity = activities[deployment["activity"]]
        await _add(session, DEPLOYMENT_EDITING, deployment | {"action": action.id, "activity": its_activity})
        report.count(DEPLOYMENT_EDITING)
    for output in facts["outputs"]:
        await _add(session, OUTPUT_EDITING, output | {"action": action.id})
        report.count(OUTPUT_EDITING)
