"""Whether a draft's values would be accepted: by the same models that a request passes."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app.core.problems import validation_errors
from app.imports.drafts import Draft, Finding, Severity
from app.imports.entities import Entity
from app.imports.naming import unknown_value, vocabulary_of

LINKS = frozenset({"action", "activity", "follows", "partners", "source"})
"""Fields that name other records: they are resolved, not checked."""
_LONGEST_QUOTE = 200


def check(
    entity: Entity, draft: Draft, before: Mapping[str, Any] | None = None
) -> tuple[dict[str, Any], list[Finding]]:
    """The values in the form in which they are recorded, and what is wrong with them. What is wrong is None, or empty.

    `before` are the recorded values, which hold where the draft says nothing.
    """
    own = {name: value for name, value in draft.values.items() if name not in LINKS}
    kept = {name: value for name, value in (before or {}).items() if name not in LINKS}
    found: list[Finding] = []
    sent = {**kept, **own}
    if entity.recorded.is_child:
        sent["action"] = 1  # not known yet, so that everything else can be checked
    try:
        return entity.create.model_validate(sent).model_dump(mode="json", exclude=set(LINKS)), found
    except ValidationError as error:
        items = validation_errors(
            [{**item, "loc": ("body", *item["loc"])} for item in error.errors()], {"body": entity.create}
        )
        for item, raw in zip(items, error.errors(), strict=True):
            name = str(raw["loc"][0]) if raw["loc"] else None
            message = f"{name}: " * bool(name) + (_message(entity, name, raw) or item.message)
            is_stated = raw["type"] != "missing" and raw["input"] is not None
            quote = str(raw["input"])[:_LONGEST_QUOTE] if is_stated else None
            finding = draft.finding(Severity.ERROR, item.code, message, name, quote)
            if draft.pointer is not None:
                finding.pointer = f"{draft.pointer}{item.pointer or ''}"
            found.append(finding)
    wrong = {finding.column for finding in found}
    rest = {name: value for name, value in sent.items() if name not in wrong}
    return _whatever_is_right(entity, rest), found


def _message(entity: Entity, name: str | None, error: ErrorDetails) -> str | None:
    """What is wrong with a field in the words of who fills in tables; None where the check itself says it so."""
    value = error["input"]
    vocabulary = vocabulary_of(entity, name) if name is not None else None
    if vocabulary is not None and isinstance(value, str):
        return unknown_value(vocabulary, value)
    if error["type"] in ("int_type", "int_parsing", "int_from_float"):
        return f"a whole number is expected, not '{str(value)[:_LONGEST_QUOTE]}'"
    if error["type"] == "string_pattern_mismatch":
        return f"'{value[:_LONGEST_QUOTE]}' has other signs than lower-case letters, digits and hyphens"
    return None


def _whatever_is_right(entity: Entity, values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that can be shown of a record that can't be imported."""
    shown: dict[str, Any] = {}
    for name, kind in entity.kinds.items():
        if name not in LINKS:
            shown[name] = _alone(entity, name, values.get(name)) if name in values else None
            if shown[name] is None and kind.value == "list":
                shown[name] = []
    return shown


def _alone(entity: Entity, name: str, value: Any) -> Any:
    """A field's value as its type has it; None when it isn't of the type."""
    blank = entity.create.model_construct()
    try:
        entity.create.__pydantic_validator__.validate_assignment(blank, name, value)
    except ValidationError:
        return None
    found = getattr(blank, name)
    return found.value if isinstance(found, Enum) else found
