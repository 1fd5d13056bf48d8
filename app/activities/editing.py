"""How activities are written."""

from typing import Any

from sqlalchemy import func, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.actions.models import Action
from app.activities.models import Activity
from app.activities.queries import ACTIVITIES_LISTING
from app.activities.schemas import ActivityCreate
from app.core.editing import Editing, assign_fields, form_of_columns
from app.core.filters import today
from app.core.partial_dates import PartialDate
from app.core.problems import InUse
from app.deployments.models import Deployment
from app.reference.vocabularies import Status


def status_by_dates(start: PartialDate | None, end: PartialDate | None) -> Status | None:
    """Where an activity stands today by its dates; None without any."""
    if start is None:
        return None
    if start.first_day > today():
        return Status.PLANNED
    return Status.COMPLETED if end is not None and end.last_day < today() else Status.ONGOING


def stated_status(body: ActivityCreate) -> str | None:
    """The status that is kept: one that the dates tell is not, since tomorrow they may tell another."""
    stated = body.status if body.status != status_by_dates(body.start, body.end) else None
    return None if stated is None else stated.value


async def _assign(session: AsyncSession, activity: Activity, body: ActivityCreate) -> None:
    body = body.model_copy()
    if body.position is None:
        highest = select(func.max(Activity.position)).where(Activity.action == body.action)
        body.position = activity.position or (await session.scalar(highest) or 0) + 1
    activity.stated_status = stated_status(body)
    if inspect(activity).persistent and activity.action != body.action:
        await check_not_deployed_to(session, activity)
    await assign_fields(session, activity, body)


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
