"""Going back: an action and what belongs to it, as they stood at a version."""

from datetime import datetime
from typing import Any

from sqlalchemy import inspect, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from app.actions.editing import WITH_LINKS, set_links
from app.actions.models import Action, child_models
from app.activities.editing import check_not_deployed_to
from app.activities.models import Activity
from app.core.assigning import Draft, check_columns
from app.core.audit import Change, ChangeOperation
from app.core.facts import fact_names
from app.core.session_state import state_of
from app.history.queries import Snapshot


async def restore(session: AsyncSession, key: int, past: Snapshot) -> None:
    """Makes an action what it was at a version, as a version of its own: what was deleted since comes back with its
    ids, what moved to another action comes back, too, what was added since goes. The action is locked, and so are
    those that `elsewhere` gives.

    Raises Invalid for a reference to a theme, partner or other record that is gone, Conflict for a slug that another
    action has now, InUse for an activity that deployments of another action name now.
    """
    state_of(session).operation = ChangeOperation.RESTORE
    action = await session.get(Action, key, options=WITH_LINKS, populate_existing=True)
    was_gone = action is None
    facts = past.of("actions")[key]
    action = action or Action(id=key, created_at=datetime.fromisoformat(facts["created_at"]))
    draft = await _state(session, action, facts)
    await set_links(session, [draft], [facts])
    if draft.problem is not None:
        raise draft.problem
    session.add(action)
    await session.flush()
    if was_gone:
        await _continue_version(session, action)
    surplus = []
    for kind in child_models():
        surplus += await _restore_children(session, kind, key, past.of(kind.__tablename__))
    for child in reversed(surplus):
        await session.delete(child)
        await session.flush()


async def elsewhere(session: AsyncSession, key: int, past: Snapshot) -> set[int]:
    """The other actions that records of the version belong to now."""
    found: set[int] = set()
    for kind in child_models():
        moved = select(kind.action).where(kind.id.in_(past.of(kind.__tablename__)), kind.action != key)
        found.update(await session.scalars(moved))
    return found


async def _state(session: AsyncSession, record: Any, facts: dict[str, Any]) -> Draft:
    """Sets what a record stated. Raises the problem, where that can't be stated any more."""
    kind: Any = type(record)
    names = [name for name in fact_names(kind) if name != "id"]
    for name in names:
        setattr(record, name, facts[name])
    draft = Draft(record)
    await check_columns(session, [draft], names)
    if draft.problem is not None:
        raise draft.problem
    return draft


async def _restore_children(
    session: AsyncSession, kind: Any, action: int, past: dict[int, dict[str, Any]]
) -> list[Any]:
    """Brings the children of one kind back to what they were; gives those that were not there."""
    concerned = select(kind).where(or_(kind.action == action, kind.id.in_(past)))
    present = {child.id: child for child in await session.scalars(concerned.execution_options(populate_existing=True))}
    for key, facts in sorted(past.items()):
        child = present.pop(key, None) or kind(id=key)
        if kind is Activity and inspect(child).persistent and child.action != action:
            await check_not_deployed_to(session, child)
        await _state(session, child, facts)
        session.add(child)
    await session.flush()
    return list(present.values())


async def _continue_version(session: AsyncSession, action: Action) -> None:
    """An action that comes back goes on counting where it ended."""
    last = select(Change.root_version).where(Change.root == action.id).order_by(Change.root_version.desc()).limit(1)
    version = (await session.scalar(last) or 0) + 1
    statement = update(Action).where(Action.id == action.id).values(version=version)
    await session.execute(statement, execution_options={"unaudited": True, "synchronize_session": False})
    set_committed_value(action, "version", version)
