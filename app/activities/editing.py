"""How activities are written."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.actions.models import Action
from app.activities.models import Activity
from app.activities.queries import ACTIVITIES_LISTING
from app.activities.schemas import ActivityCreate
from app.core.assigning import Draft, assign_fields, form_of_columns
from app.core.editing import Editing
from app.core.filters import today
from app.core.partial_dates import PartialDate, days_of
from app.core.problems import InUse
from app.deployments.models import Deployment
from app.reference.vocabularies import Status
from app.selection.status import status_on


def status_by_dates(start: PartialDate | None, end: PartialDate | None) -> Status | None:
    """The status of an activity today by its dates alone; None without any."""
    if start is None:
        return None
    days = days_of("start", start) | days_of("end", end)
    return status_on(today(), days["start_first_day"], days["end_last_day"])


def stated_status(
    status: str | None, start: PartialDate | None, end: PartialDate | None, recorded: str | None = None
) -> str | None:
    """The status that is stored as a statement: not one that follows from the dates, since tomorrow another may.

    That a state is not confirmed is no statement: with it, the recorded one stays. Of a new activity it tells that it
    was only planned, unless its open end says so.
    """
    if status == Status.UNCONFIRMED:
        return recorded or (None if start and not end else Status.PLANNED.value)
    return None if status is None or status == status_by_dates(start, end) else str(status)


async def _assign(session: AsyncSession, drafts: Sequence[Draft]) -> None:
    await _set_positions(session, drafts)
    for draft in drafts:
        body, recorded = draft.body, draft.record.stated_status
        draft.record.stated_status = stated_status(body.status, body.start, body.end, recorded)
        if not draft.is_new and draft.record.action != draft.body.action:
            await check_not_deployed_to(session, draft.record)
    await assign_fields(session, drafts)


async def _set_positions(session: AsyncSession, drafts: Sequence[Draft]) -> None:
    """What has no position keeps the one that it has, or comes last."""
    highest = select(Activity.action, func.max(Activity.position)).group_by(Activity.action)
    actions = {draft.body.action for draft in drafts if draft.body.position is None and draft.is_new}
    last: defaultdict[int, int] = defaultdict(int)
    if actions:
        last.update((await session.execute(highest.where(Activity.action.in_(actions)))).all())
    for draft in drafts:
        body = draft.body = draft.body.model_copy()
        if body.position is None:
            body.position = draft.record.position or last[body.action] + 1
        last[body.action] = max(last[body.action], body.position)


async def check_not_deployed_to(session: AsyncSession, activity: Activity) -> None:
    """An activity moves to another action alone: the deployments that name it stay behind."""
    deployments = select(func.count()).select_from(Deployment).where(Deployment.activity == activity.id)
    if users := await session.scalar(deployments):
        raise InUse(
            f"activity '{activity.id}' is named by {users} of the deployments of its action: change them first.",
            used_by={"deployments": users},
        )


async def _form(_session: AsyncSession, activity: Activity) -> dict[str, Any]:
    return await form_of_columns(ActivityCreate, activity) | {"status": activity.stated_status}


ACTIVITY_EDITING = Editing(Activity, ActivityCreate, ACTIVITIES_LISTING, assign=_assign, form=_form, parent=Action)
