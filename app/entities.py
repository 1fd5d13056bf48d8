"""The kinds of records that are edited, each declared once.

What releases, restores, exports, imports, searches or deletes records goes through this table, or through the mapped
classes themselves, so that a new kind of record is in all of them.
"""

from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from app.actions.editing import ACTION_EDITING
from app.actions.exporting import ACTION_TABLE
from app.actions.models import Child
from app.activities.editing import ACTIVITY_EDITING
from app.activities.exporting import ACTIVITY_TABLE
from app.core.editing import Editing
from app.core.formats.records import Table
from app.core.write_models import WriteModel
from app.deployments.editing import DEPLOYMENT_EDITING
from app.deployments.exporting import DEPLOYMENT_TABLE
from app.outputs.editing import OUTPUT_EDITING
from app.outputs.exporting import OUTPUT_TABLE
from app.reference.editing import PARTNER_EDITING, PUBLICATION_EDITING, SOURCE_EDITING, THEME_EDITING
from app.reference.exporting import PARTNER_TABLE, PUBLICATION_TABLE, SOURCE_TABLE, THEME_TABLE


@dataclass(frozen=True, eq=False)
class Entity:
    """One kind of record: how it is written, and how it stands in tables."""

    editing: Editing[Any, Any]
    table: Table[Any]

    @property
    def name(self) -> str:
        """Its name in paths, in sheets and in the history, in the plural."""
        return self.table.name

    @property
    def model(self) -> Any:
        """Its mapped class."""
        return self.editing.model

    @property
    def create(self) -> type[WriteModel]:
        """What is sent to make one."""
        return self.editing.create

    @property
    def read(self) -> type[BaseModel]:
        """How lists show one."""
        return self.editing.listing.read

    @property
    def is_child(self) -> bool:
        """Whether each belongs to an action."""
        return issubclass(self.model, Child)


ACTIONS: Final = Entity(ACTION_EDITING, ACTION_TABLE)
ENTITIES: Final = {
    entity.name: entity
    for entity in (
        ACTIONS,
        Entity(ACTIVITY_EDITING, ACTIVITY_TABLE),
        Entity(DEPLOYMENT_EDITING, DEPLOYMENT_TABLE),
        Entity(OUTPUT_EDITING, OUTPUT_TABLE),
        Entity(THEME_EDITING, THEME_TABLE),
        Entity(PARTNER_EDITING, PARTNER_TABLE),
        Entity(PUBLICATION_EDITING, PUBLICATION_TABLE),
        Entity(SOURCE_EDITING, SOURCE_TABLE),
    )
}
"""Every kind by its name. What others refer to comes before those: activities before deployments."""
CHILDREN: Final = {name: entity for name, entity in ENTITIES.items() if entity.is_child}
"""What belongs to an action."""
REFERENCES: Final = {name: entity for name, entity in ENTITIES.items() if entity is not ACTIONS and not entity.is_child}
"""What actions refer to, and publications."""
