"""How deployments are written."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.actions.models import Action
from app.activities.models import Activity
from app.core.editing import Editing, assign_fields
from app.core.problems import invalid_field
from app.deployments.models import Deployment
from app.deployments.queries import DEPLOYMENTS_LISTING
from app.deployments.schemas import DeploymentCreate


async def _assign(session: AsyncSession, deployment: Deployment, body: DeploymentCreate) -> None:
    await assign_fields(session, deployment, body)
    if body.activity is None:
        return
    action = await session.scalar(select(Activity.action).where(Activity.id == body.activity))
    if action is None:
        raise invalid_field("/activity", "unknown-reference", f"there is no activity '{body.activity}'")
    if action != body.action:
        raise invalid_field(
            "/activity",
            "activity-of-another-action",
            f"activity {body.activity} belongs to action {action}, not to {body.action}",
        )


DEPLOYMENT_EDITING = Editing(Deployment, DeploymentCreate, DEPLOYMENTS_LISTING, assign=_assign, parent=Action)
