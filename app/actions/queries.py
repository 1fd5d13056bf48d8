"""How actions are read."""

from datetime import date
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    bindparam,
    false,
    func,
    literal,
    null,
    select,
    union_all,
)

from app.actions.models import Action, ActionCountry, ActionPartner, ActionTheme, child_models
from app.actions.schemas import ActionCounts, ActionRead
from app.core.listing import Listing, columns_shown
from app.core.partial_dates import UNKNOWN_DAY
from app.core.statements import KEYS, Row, Rows, Statement
from app.reference.countries import country_ref
from app.reference.labels import theme_name
from app.reference.models import Partner, Theme
from app.reference.schemas import region_ref
from app.selection.graph import ACTION_LIST, ACTION_SORTS
from app.selection.status import status_in_sql


def is_named(action: str) -> ColumnElement[bool]:
    """Whether an action has this id or slug. No database looks for a slug with NUL in it."""
    if action.isdecimal() and len(action) < 10:
        return Action.id == int(action)
    return Action.slug == action if action.isprintable() else false()


def _count_of(child: Any) -> Any:
    return select(func.count()).select_from(child).where(child.action == Action.id).correlate(Action).scalar_subquery()


def _select_actions(as_of: date) -> Select[*tuple[Any, ...]]:
    counts = (_count_of(child).label(child.__tablename__) for child in child_models())
    known = {
        "confirmed_on": func.nullif(Action.confirmed_last_day, UNKNOWN_DAY),
        "status": status_in_sql(as_of, Action, Action.confirmed_last_day),
    }
    return select(*columns_shown(Action, ActionRead, **known), *counts)


def _select_links() -> CompoundSelect[*tuple[Any, ...]]:
    """The countries, themes and partners of actions, in one statement."""
    # The actions are looked up once: with the keys in each part, SQLite takes twice as long.
    chosen = select(Action.id).where(Action.id.in_(bindparam(KEYS, expanding=True))).cte("chosen")
    none = null().cast(String)
    countries = select(
        chosen.c.id.label("action"),
        literal("countries").label("field"),
        ActionCountry.position,
        null().cast(Integer).label("id"),
        ActionCountry.country.label("code"),
        none.label("name"),
        none.label("acronym"),
    ).join(ActionCountry, ActionCountry.action == chosen.c.id)
    themes = (
        select(chosen.c.id, literal("themes"), ActionTheme.position, null().cast(Integer), Theme.slug, Theme.name, none)
        .join(ActionTheme, ActionTheme.action == chosen.c.id)
        .join(Theme, Theme.slug == ActionTheme.theme)
    )
    partners = (
        select(
            chosen.c.id, literal("partners"), ActionPartner.position, Partner.id, none, Partner.name, Partner.acronym
        )
        .join(ActionPartner, ActionPartner.action == chosen.c.id)
        .join(Partner, Partner.id == ActionPartner.partner)
    )
    return union_all(countries, themes, partners)


_LINKS = Statement(_select_links())


def _actions(rows: Rows, found: list[Row]) -> list[Row]:
    links: dict[int, dict[str, list[Any]]] = {
        row["id"]: {"countries": [], "themes": [], "partners": []} for row in found
    }
    for link in sorted(rows(_LINKS, keys=list(links)), key=_POSITION) if found else ():
        code, name = link["code"], link["name"]
        match link["field"]:
            case "countries":
                linked: Any = country_ref(code)
            case "themes":
                linked = {"slug": code, "name": theme_name(code, name)}
            case _:
                linked = {"id": link["id"], "name": name, "acronym": link["acronym"]}
        links[link["action"]][link["field"]].append(linked)
    for row in found:
        row.update(links[row["id"]])
        row["region"] = region_ref(row["region"])
        row["counts"] = {name: row[name] for name in ActionCounts.model_fields}
    return [{name: row[name] for name in ActionRead.model_fields} for row in found]


_POSITION = itemgetter("position")

ACTIONS_LISTING = Listing(
    ACTION_LIST,
    ActionRead,
    _select_actions,
    _actions,
    ACTION_SORTS,
    ACTION_SORTS["id"],
)
