"""An action with everything that belongs to it, as its own address shows it."""

from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, bindparam, literal_column, null, union_all

from app.actions.schemas import ActionRead
from app.activities.models import Activity
from app.activities.queries import ACTIVITIES_LISTING
from app.activities.schemas import ActivityRead
from app.core.listing import Listing
from app.core.statements import Row, Rows, Statement
from app.deployments.models import Deployment
from app.deployments.queries import DEPLOYMENTS_LISTING
from app.deployments.schemas import DeploymentRead
from app.outputs.models import Output
from app.outputs.queries import OUTPUTS_LISTING
from app.outputs.schemas import OutputRead


class ActionDetail(ActionRead):
    """An action with its activities, deployments and outputs."""

    activities: list[ActivityRead]
    """Its activities, by their position."""
    deployments: list[DeploymentRead]
    """Its deployments, as they were added."""
    outputs: list[OutputRead]
    """Its outputs, as they were added."""


CHILDREN: tuple[tuple[Listing[Any], Any], ...] = (
    (ACTIVITIES_LISTING, Activity.action),
    (DEPLOYMENTS_LISTING, Deployment.action),
    (OUTPUTS_LISTING, Output.action),
)


def complete(rows: Rows, action: Row, as_of: date) -> Row:
    """The action with its children; activities in their order, the others as they were added."""
    found: dict[int, list[Row]] = {number: [] for number in range(len(CHILDREN))}
    for row in rows(_children(as_of), action=action["id"]):
        found[row["child"]].append(row)
    activities, deployments, outputs = [
        listing.assemble(rows, [{name: row[name] for name in listing.read.model_fields} for row in found[number]])
        for number, (listing, _) in enumerate(CHILDREN)
    ]
    return {**action, "activities": activities, "deployments": deployments, "outputs": outputs}


@lru_cache(maxsize=8)
def _children(as_of: date) -> Statement:
    """The children of the action `action`, of all three kinds: one statement takes less time than three.

    Each row has the columns of all kinds, those of the others being null.
    """
    selects = [listing.select(as_of).where(parent == bindparam("action")) for listing, parent in CHILDREN]
    types = {column.name: column.type for statement in selects for column in statement.selected_columns}
    padded = []
    for number, statement in enumerate(selects):
        own = {column.name: column for column in statement.selected_columns}
        columns = [own.get(name, null().cast(kind).label(name)) for name, kind in types.items()]
        padded.append(statement.with_only_columns(literal_column(str(number), Integer).label("child"), *columns))
    return Statement(union_all(*padded).order_by("child", "position", "id"))
