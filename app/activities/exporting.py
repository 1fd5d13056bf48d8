"""How activities stand in tables."""

from app.actions.models import Action
from app.activities.queries import ACTIVITIES_LISTING
from app.activities.schemas import ActivityRead
from app.core.formats.records import Table
from app.core.formats.tables import columns_of
from app.reference.vocabularies import label_of

ACTIVITY_TABLE = Table(
    "activities",
    columns_of(ActivityRead, label_of=label_of, titles={"action": "title"}),
    ACTIVITIES_LISTING,
    titles={"action": (Action.id, Action.title)},
)
