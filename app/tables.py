"""All tables in one place: importing this module is knowing the whole schema."""

from collections.abc import Mapping

from app.actions import models as _actions
from app.activities import models as _activities
from app.core import audit as _audit
from app.core import idempotency as _idempotency
from app.core import security as _security
from app.core.database import Base
from app.core.text_search import documents as _documents
from app.deployments import models as _deployments
from app.imports import models as _imports
from app.outputs import models as _outputs
from app.reference import models as _reference
from app.releases import models as _releases

metadata = Base.metadata


def counted(rows: Mapping[str, int]) -> str:
    """Numbers of records by their table's name, in a line like "17 actions, 1 output"; other tables are left out."""
    nouns = {table.name: table.info["noun"] for table in metadata.sorted_tables if "noun" in table.info}
    return ", ".join(
        f"{rows[name]} {noun if rows[name] == 1 else name}" for name, noun in nouns.items() if rows.get(name)
    )


__all__ = [
    "_actions",
    "_activities",
    "_audit",
    "_deployments",
    "_documents",
    "_idempotency",
    "_imports",
    "_outputs",
    "_reference",
    "_releases",
    "_security",
    "counted",
    "metadata",
]
