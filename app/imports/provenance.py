"""Where a change came from, as the history keeps it with the change."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.imports.matching.signs import folded
from app.imports.schemas import Choice, Conflict

SourceRef = dict[str, Any]
"""A source as `{"id": 3, "title": "..."}`."""


def provenance(
    import_id: int, source: SourceRef | None, decided: Sequence[Conflict], partners: Mapping[str | None, int]
) -> dict[str, Any]:
    """The import and the source that a change came from, and what was chosen over what. `partners` are ids by folded
    name, for those that were new when the plan was made."""
    return {
        "import_id": import_id,
        "source": source,
        "decisions": [
            {
                "field": conflict.field,
                "chosen": (conflict.chosen or Choice.RECORDED).value,
                "recorded": _bare(conflict.field, conflict.recorded.value, partners),
                "recorded_source": conflict.recorded.source,
                "recorded_source_id": conflict.recorded.source_id,
                "new": _bare(conflict.field, conflict.new.value, partners),
                "new_source": conflict.new.source,
                "new_source_id": source and source["id"],
                "quote": conflict.new.quote,
            }
            for conflict in decided
        ],
    }


def _bare(field: str, value: Any, partners: Mapping[str | None, int]) -> Any:
    """A shown value as the history has it."""
    if isinstance(value, list):
        return [_bare(field, item, partners) for item in value]
    if isinstance(value, dict):
        if field == "partners" and value.get("id") is None:
            return partners.get(folded(value.get("name")))
        return next((value[name] for name in ("code", "slug", "id") if name in value), value)
    return value
