"""How deployments stand in tables."""

from app.actions.models import Action
from app.activities.models import Activity
from app.core.formats.records import Table
from app.core.formats.tables import columns_of
from app.deployments.queries import DEPLOYMENTS_LISTING
from app.deployments.schemas import DeploymentRead
from app.reference.vocabularies import label_of

DEPLOYMENT_TABLE = Table(
    "deployments",
    columns_of(DeploymentRead, label_of=label_of, titles={"action": "title", "activity": "title"}),
    DEPLOYMENTS_LISTING,
    titles={"action": (Action.id, Action.title), "activity": (Activity.id, Activity.title)},
)
