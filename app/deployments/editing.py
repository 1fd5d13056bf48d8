"""How deployments are written."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.actions.models import Action
from app.activities.models import Activity
from app.core.assigning import Draft, assign_fields, valid
from app.core.editing import Editing
from app.core.problems import invalid_field
from app.deployments.models import Deployment
from app.deployments.queries import DEPLOYMENTS_LISTING
from app.deployments.schemas import DeploymentCreate


async def _assign(session: AsyncSession, drafts: Sequence[Draft]) -> None:
    await assign_fields(session, drafts)
    named = {draft.body.activity for draft in valid(drafts)} - {None}
    if not named:
        return
    activities = await session.execute(select(Activity.id, Activity.action).where(Activity.id.in_(named)))
    actions = dict(activities.all())
    for draft in valid(drafts):
        activity, action = draft.body.activity, draft.body.action
        if activity is None or actions.get(activity) == action:
            continue
        if activity not in actions:
            draft.problem = invalid_field("/activity", "unknown-reference", f"there is no activity '{activity}'")
        else:
            message = f"activity {activity} belongs to action {actions[activity]}, not to {action}"
            draft.problem = invalid_field("/activity", "activity-of-another-action", message)


DEPLOYMENT_EDITING = Editing(Deployment, DeploymentCreate, DEPLOYMENTS_LISTING, assign=_assign, parent=Action)
