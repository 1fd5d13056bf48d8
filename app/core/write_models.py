"""What clients send: models of whole records, and of JSON Merge Patches made from them."""

from typing import Annotated, Any, ClassVar, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator
from pydantic_core import PydanticUndefined


def _integral(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


INTEGRAL = BeforeValidator(_integral)
"""Marks a whole number in a body: JSON has one kind of number, and `3.0` is 3. Texts and booleans are no numbers, as
`strict` says beside it."""


class WriteModel(BaseModel):
    """What a client sends to create or replace a record.

    `read_only` are the fields that the registry derives: they may be sent back as they were read, and are ignored;
    only a patch, which names what it changes, may not name them. Any other unknown field is refused.
    """

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    read_only: ClassVar[frozenset[str]] = frozenset({"id", "version", "created_at", "updated_at"})
    is_partial: ClassVar[bool] = False

    @model_validator(mode="before")
    @classmethod
    def _pass_over_read_only(cls, value: Any) -> Any:
        if isinstance(value, dict) and not cls.is_partial:
            return {name: item for name, item in value.items() if name not in cls.read_only}
        return value


Model = TypeVar("Model", bound=WriteModel)


def merge_patch(model: type[Model]) -> type[Model]:
    """Decorates a write model's subclass: the same fields as a JSON Merge Patch has them. None is required, and null
    stands for the default of those that have one."""
    model.is_partial = True
    for info in model.model_fields.values():
        if not info.is_required() and type(None) not in get_args(info.annotation):
            # What stands beside the type (a length, a validator) speaks of values, so it moves inside with it.
            kind: Any = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
            info.annotation, info.metadata = kind | None, []
        # A factory keeps the default out of the documentation: absent is not null.
        info.default, info.default_factory = PydanticUndefined, _absent
    model.model_rebuild(force=True)
    return model


def _absent() -> None:
    return None
