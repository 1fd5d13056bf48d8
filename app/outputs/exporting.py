"""How outputs stand in tables."""

from app.actions.models import Action
from app.core.formats.records import Table
from app.core.formats.tables import columns_of
from app.outputs.queries import OUTPUTS_LISTING
from app.outputs.schemas import OutputRead
from app.reference.vocabularies import label_of

OUTPUT_TABLE = Table(
    "outputs",
    columns_of(OutputRead, label_of=label_of, titles={"action": "title"}),
    OUTPUTS_LISTING,
    titles={"action": (Action.id, Action.title)},
)
