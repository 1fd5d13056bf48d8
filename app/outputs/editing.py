"""How outputs are written."""

from app.actions.models import Action
from app.core.editing import Editing
from app.outputs.models import Output
from app.outputs.queries import OUTPUTS_LISTING
from app.outputs.schemas import OutputCreate

OUTPUT_EDITING = Editing(Output, OutputCreate, OUTPUTS_LISTING, parent=Action)
