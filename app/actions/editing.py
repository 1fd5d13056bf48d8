"""How actions are written, and what is kept up to date when they or their children change."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import inspect, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified, set_committed_value

from app.actions.confirming import confirm
from app.actions.detail import complete
from app.actions.models import LINKS, Action, ActionCountry, Child, LinkList, child_models
from app.actions.queries import ACTIONS_LISTING
from app.actions.schemas import ActionCreate, ActionRead
from app.core.assigning import Draft, assign_fields, choose_slugs, form_of_columns, present, valid
from app.core.audit import ChangeOperation, note_edit
from app.core.database import history_of, now
from app.core.editing import Editing
from app.core.problems import invalid_field
from app.core.session_state import state_of

WITH_LINKS = tuple(selectinload(getattr(Action, link.relationship)) for link in LINKS)
"""Loads actions with their countries, themes and partners."""


async def _assign(session: AsyncSession, drafts: Sequence[Draft]) -> None:
    await choose_slugs(session, drafts, text="title", otherwise="action")
    await assign_fields(session, drafts)
    for draft in valid(drafts):
        draft.record.vouched_for = is_vouched_for(draft.body)
        if draft.body.follows is not None and draft.body.follows == draft.record.id:
            draft.problem = invalid_field("/follows", "follows-itself", "an action can't follow itself")
    lists = [{link.field: getattr(draft.body, link.field) for link in LINKS} for draft in drafts]
    await set_links(session, drafts, lists)


def is_vouched_for(body: ActionCreate) -> bool:
    """Whether a body says that the registry itself keeps the action up to date: null is not the same as nothing."""
    return "confirmed_on" in body.model_fields_set and body.confirmed_on is None


def new_links(action: Action, body: ActionCreate) -> None:
    """Gives a new action its countries, themes and partners, which are known to be there."""
    for link in LINKS:
        _set_link(action, link, getattr(body, link.field))


async def set_links(session: AsyncSession, drafts: Sequence[Draft], lists: Sequence[Mapping[str, list[Any]]]) -> None:
    """Makes the countries, themes and partners of actions the given ones, in their order. Those that an action has are
    loaded.

    A draft is refused by Invalid for one that isn't there.
    """
    for link in LINKS:
        if link.model is not ActionCountry:  # the type of a code says that the country is there
            await _check_all_exist(session, link, drafts, lists)
        for draft, wanted in zip(drafts, lists, strict=True):
            if draft.problem is None:
                _set_link(draft.record, link, wanted[link.field])


async def _check_all_exist(
    session: AsyncSession, link: LinkList, drafts: Sequence[Draft], lists: Sequence[Mapping[str, list[Any]]]
) -> None:
    field, target = link.field, link.target
    old = (draft.record for draft in drafts if not draft.is_new)
    known = {getattr(one, link.column) for record in old for one in getattr(record, link.relationship)}
    known |= await present(session, target, {key for wanted in lists for key in wanted[field]} - known)
    for draft, wanted in zip(drafts, lists, strict=True):
        missing = next((position for position, key in enumerate(wanted[field]) if key not in known), None)
        if missing is None or draft.problem is not None:
            continue
        allowed = (
            list(await session.scalars(select(target).order_by(target).limit(1000))) if field == "themes" else None
        )
        message = f"'{wanted[field][missing]}' is not among the {field}"
        draft.problem = invalid_field(f"/{field}/{missing}", "unknown-reference", message, allowed)


def _set_link(action: Action, link: LinkList, keys: list[Any]) -> None:
    is_old = inspect(action).persistent
    before = {getattr(one, link.column): one for one in getattr(action, link.relationship)} if is_old else {}
    wanted = {key: before.get(key) or link.model(**{link.column: key}) for key in keys}
    for position, one in enumerate(wanted.values(), 1):
        one.position = position
    if not is_old or list(wanted) != list(before):
        setattr(action, link.relationship, list(wanted.values()))
        if is_old:
            flag_modified(action, "updated_at")


async def _form(_session: AsyncSession, action: Action) -> dict[str, Any]:
    lists = {link.field: [getattr(one, link.column) for one in getattr(action, link.relationship)] for link in LINKS}
    form = await form_of_columns(ActionCreate, action) | lists
    if action.confirmed_on is None and not action.vouched_for:
        del form["confirmed_on"]
    return form


async def _remove(session: AsyncSession, action: Action) -> None:
    """What belongs to an action goes with it, one by one, so that the history tells of each."""
    # Its end is one version, not several.
    state_of(session).grown.add(action)
    for kind in reversed(child_models()):
        for child in await session.scalars(select(kind).where(kind.action == action.id)):
            await session.delete(child)
        await session.flush()
    await session.delete(action)


ACTION_EDITING: Editing[Action, ActionRead] = Editing(
    Action,
    ActionCreate,
    ACTIONS_LISTING,
    assign=_assign,
    form=_form,
    loads=WITH_LINKS,
    remove=_remove,
    details=complete,
)


# -- upkeep: no call site has to remember it --


def _actions_of(records: Iterable[Any]) -> set[int]:
    """The actions of changed children: the one that a child belongs to, and the one that it belonged to before."""
    found: set[int] = set()
    for record in records:
        if isinstance(record, Child):
            history = history_of(record, "action")
            found.update(key for key in (record.action, *history.deleted) if key is not None)
    return found


def touch_actions(session: Session, _context: Any, _instances: Any) -> None:
    """Whoever changes a child changes its action: the action's version grows, by one in a transaction."""
    confirm(session, [*session.new, *filter(session.is_modified, session.dirty)])
    changed = [*session.new, *session.deleted, *filter(session.is_modified, session.dirty)]
    # A new action has its first version already, and one that changes itself gets a new one by that.
    grown = state_of(session).grown
    grown.update(record for record in changed if isinstance(record, Action))
    touched = _actions_of(changed) - {action.id for action in grown}
    if not touched:
        return
    # The newest versions, locked; none when somebody else has just deleted it: then the database refuses a child.
    statement = select(Action).where(Action.id.in_(touched)).order_by(Action.id).options(*WITH_LINKS)
    statement = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    actions = session.scalars(statement).all()
    grown.update(actions)
    # One statement, where the ORM would take one for each.
    instant, found = now(), update(Action).where(Action.id.in_([action.id for action in actions]))
    growing = found.values(version=Action.version + 1, updated_at=instant)
    session.execute(growing, execution_options={"unaudited": True, "synchronize_session": False})
    for action in actions:
        set_committed_value(action, "version", action.version + 1)
        set_committed_value(action, "updated_at", instant)
        note_edit(session, action, ChangeOperation.UPDATE)


def forget_grown(session: Session) -> None:
    """Before a commit: what comes after it is another version."""
    session.flush()
    state_of(session).grown.clear()
