"""How actions are read."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, RowMapping, Select, String, bindparam, func, literal, null, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from app.actions.models import Action, ActionCountry, ActionPartner, ActionTheme
from app.actions.schemas import ActionCounts, ActionRead
from app.activities.models import Activity
from app.core.listing import Listing
from app.deployments.models import Deployment
from app.outputs.models import Output
from app.reference.countries import country_ref
from app.reference.labels import theme_name
from app.reference.models import Partner, Theme
from app.reference.schemas import PartnerRef, ThemeRef, region_ref
from app.selection.graph import ACTION_LIST, ACTION_SORTS, action_status


def _count_of(child: Any) -> Any:
    return select(func.count()).select_from(child).where(child.action == Action.id).correlate(Action).scalar_subquery()


def _select_actions(as_of: date) -> Select[*tuple[Any, ...]]:
    return select(
        Action.id,
        Action.slug,
        Action.title,
        Action.objective,
        Action.summary,
        Action.region,
        Action.start,
        Action.end,
        action_status(as_of).label("status"),
        Action.follows,
        Action.source,
        Action.version,
        Action.created_at,
        Action.updated_at,
        _count_of(Activity).label("activities"),
        _count_of(Deployment).label("deployments"),
        _count_of(Output).label("outputs"),
    )


def _select_links() -> Select[*tuple[Any, ...]]:
    """The countries, themes and partners of actions, in one statement."""
    keys: Any = bindparam("keys", expanding=True)
    countries = select(
        ActionCountry.action,
        literal("countries").label("field"),
        ActionCountry.position,
        null().cast(Integer).label("id"),
        ActionCountry.country.label("code"),
        null().cast(String).label("name"),
        null().cast(String).label("acronym"),
    ).where(ActionCountry.action.in_(keys))
    themes = (
        select(
            ActionTheme.action,
            literal("themes"),
            ActionTheme.position,
            null().cast(Integer),
            ActionTheme.theme,
            Theme.name,
            null().cast(String),
        )
        .join(Theme, Theme.slug == ActionTheme.theme)
        .where(ActionTheme.action.in_(keys))
    )
    partners = (
        select(
            ActionPartner.action,
            literal("partners"),
            ActionPartner.position,
            Partner.id,
            null().cast(String),
            Partner.name,
            Partner.acronym,
        )
        .join(Partner, Partner.id == ActionPartner.partner)
        .where(ActionPartner.action.in_(keys))
    )
    links = union_all(countries, themes, partners).subquery()
    return select(links).order_by(links.c.position)


_LINKS = _select_links()


@lru_cache(maxsize=1000)
def _theme_ref(slug: str, name: str) -> ThemeRef:
    """The small object of a theme, made once for all the actions that have it."""
    return ThemeRef(slug=slug, name=name)


@lru_cache(maxsize=1000)
def _partner_ref(id: int, name: str, acronym: str | None) -> PartnerRef:
    return PartnerRef(id=id, name=name, acronym=acronym)


async def _actions(connection: AsyncConnection, rows: Sequence[RowMapping]) -> list[ActionRead]:
    links: defaultdict[int, dict[str, list[Any]]] = defaultdict(lambda: {"countries": [], "themes": [], "partners": []})
    found = await connection.execute(_LINKS, {"keys": [row["id"] for row in rows]}) if rows else ()
    for action, field, _position, key, code, name, acronym in found:
        match field:
            case "countries":
                linked: Any = country_ref(code)
            case "themes":
                linked = _theme_ref(code, theme_name(code, name))
            case _:
                linked = _partner_ref(key, name, acronym)
        links[action][field].append(linked)
    return [
        ActionRead.model_validate(
            {
                **row,
                **links[row["id"]],
                "region": region_ref(row["region"]),
                "counts": ActionCounts(
                    activities=row["activities"], deployments=row["deployments"], outputs=row["outputs"]
                ),
            }
        )
        for row in rows
    ]


ACTIONS_LISTING = Listing(
    ACTION_LIST,
    ActionRead,
    _select_actions,
    _actions,
    ACTION_SORTS,
    ACTION_SORTS["id"],
)
