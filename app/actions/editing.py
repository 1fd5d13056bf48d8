"""How actions are written, and what is kept up to date when they or their children change."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.actions.detail import complete
from app.actions.models import Action, ActionCountry, ActionPartner, ActionTheme, Child
from app.actions.queries import ACTIONS_LISTING
from app.actions.schemas import ActionCreate, ActionRead
from app.activities.models import Activity
from app.core.editing import Editing, assign_fields, form_of_columns, settle_slug
from app.core.locks import FOR_UPDATE
from app.core.problems import invalid_field
from app.deployments.models import Deployment
from app.outputs.models import Output
from app.reference.models import Partner, Theme
from app.search import upkeep as _upkeep  # noqa: F401 - what is edited here is found by its words

# Each list of an action: its field, the relationship, the class and column of a link, and what the link names.
_LINKS: tuple[tuple[str, str, Any, str, Any], ...] = (
    ("countries", "country_links", ActionCountry, "country", None),
    ("themes", "theme_links", ActionTheme, "theme", Theme.slug),
    ("partners", "partner_links", ActionPartner, "partner", Partner.id),
)


async def _assign(session: AsyncSession, action: Action, body: ActionCreate) -> None:
    body = body.model_copy()
    await settle_slug(session, action, body, text=body.title, otherwise="action")
    await assign_fields(session, action, body)
    if action.follows is not None and action.follows == action.id:
        raise invalid_field("/follows", "follows-itself", "an action can't follow itself")
    await set_links(session, action, {field: getattr(body, field) for field, *_ in _LINKS})


def new_links(action: Action, body: ActionCreate) -> None:
    """Gives a new action its countries, themes and partners, which are known to be there."""
    for field, relationship, kind, column, _ in _LINKS:
        _set_link(action, relationship, kind, column, getattr(body, field))


async def set_links(session: AsyncSession, action: Action, lists: Mapping[str, list[Any]]) -> None:
    """Makes an action's countries, themes and partners the given ones, in their order.

    Raises Invalid for one that isn't there.
    """
    if inspect(action).persistent:
        await session.refresh(action, [relationship for _, relationship, *_ in _LINKS])
    for field, relationship, kind, column, target in _LINKS:
        if target is not None:
            await _check_all_exist(session, field, target, lists[field])
        _set_link(action, relationship, kind, column, lists[field])


async def _check_all_exist(session: AsyncSession, field: str, target: Any, keys: list[Any]) -> None:
    known = set(await session.scalars(select(target).where(target.in_(keys)))) if keys else set()
    for position, key in enumerate(keys):
        if key not in known:
            allowed = None
            if field == "themes":
                allowed = list(await session.scalars(select(target).order_by(target).limit(1000)))
            raise invalid_field(
                f"/{field}/{position}", "unknown-reference", f"'{key}' is not among the {field}", allowed
            )


def _set_link(action: Action, relationship: str, kind: Any, column: str, keys: list[Any]) -> None:
    is_old = inspect(action).persistent
    kept = {getattr(link, column): link for link in getattr(action, relationship)} if is_old else {}
    links = []
    for position, key in enumerate(keys, 1):
        link = kept.get(key) or kind(**{column: key})
        link.position = position
        links.append(link)
    if not is_old or [getattr(link, column) for link in links] != list(kept):
        setattr(action, relationship, links)
        if is_old:
            flag_modified(action, "updated_at")


async def _form(session: AsyncSession, action: Action) -> dict[str, Any]:
    await session.refresh(action, [relationship for _, relationship, *_ in _LINKS])
    lists = {
        field: [getattr(link, column) for link in getattr(action, relationship)]
        for field, relationship, _, column, _ in _LINKS
    }
    return await form_of_columns(ActionCreate, action) | lists


async def _remove(session: AsyncSession, action: Action) -> None:
    """What belongs to an action goes with it, one by one, so that the history tells of each."""
    # Its end is one version, not several.
    session.sync_session.info.setdefault("actions_grown", set()).add(action)
    for kind in (Deployment, Output, Activity):
        for child in await session.scalars(select(kind).where(kind.action == action.id)):
            await session.delete(child)
        await session.flush()
    await session.delete(action)


ACTION_EDITING: Editing[Action, ActionRead] = Editing(
    Action, ActionCreate, ACTIONS_LISTING, assign=_assign, form=_form, remove=_remove, details=complete
)


# -- upkeep: no call site has to remember it --


def _actions_of(session: Session, records: Any) -> set[int]:
    """The actions of changed children: the one that a child belongs to, and the one that it belonged to before."""
    found: set[int] = set()
    for record in records:
        if isinstance(record, Child):
            history = inspect(record).attrs.action.history
            found.update(key for key in (record.action, *history.deleted) if key is not None)
    return found


@event.listens_for(Session, "before_flush")
def _touch_actions(session: Session, _context: Any, _instances: Any) -> None:
    """Whoever changes a child changes its action: the action's version grows, by one in a transaction."""
    changed = [
        *session.new,
        *session.deleted,
        *(record for record in session.dirty if session.is_modified(record)),
    ]
    # A new action has its first version already, and one that changes itself gets a new one by that.
    grown = session.info.setdefault("actions_grown", set())
    grown.update(record for record in changed if isinstance(record, Action))
    known = {action.id: action for action in grown}
    for key in sorted(_actions_of(session, changed)):
        # The newest version, locked; none when somebody else has just deleted it: then the database refuses a child.
        action = known.get(key) or session.get(Action, key, with_for_update=FOR_UPDATE, populate_existing=True)
        if action is None or action in session.deleted:
            continue
        if action not in grown:
            grown.add(action)
            flag_modified(action, "updated_at")


@event.listens_for(Session, "before_commit")
def _forget_grown(session: Session) -> None:
    session.flush()
    session.info.pop("actions_grown", None)
