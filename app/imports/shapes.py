"""Models of records as plans show them, derived from those that are written and read: a field that is added to these is
planned, shown and recorded, too."""

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar, cast

from pydantic import BaseModel, Field, create_model

from app.core.formats.tables import plain_type
from app.core.read_models import ReadModel
from app.core.write_models import WriteModel

Model = TypeVar("Model", bound=BaseModel)


def with_fields_of(create: type[WriteModel], read: type[BaseModel]) -> Callable[[type[Model]], type[Model]]:
    """Decorates a model: the fields of a write model that it doesn't declare itself, as records show them, and null
    where a file states nothing, or nothing that can be read."""

    def complete(model: type[Model]) -> type[Model]:
        fields: dict[str, Any] = {name: (info.annotation, info) for name, info in model.model_fields.items()}
        for name in create.model_fields.keys() - fields.keys() - {"action"}:
            info = read.model_fields[name]
            fields[name] = (_shown(info.annotation), Field(description=info.description))
        order = ["item", "operation", "excluded", "line", *read.model_fields]
        names = sorted(fields, key=lambda name: order.index(name) if name in order else len(order))
        made = create_model(
            model.__name__,
            __base__=ReadModel,
            __doc__=model.__doc__,
            __module__=model.__module__,
            **{name: fields[name] for name in names},
        )
        return cast("type[Model]", made)

    return complete


def _shown(annotation: Any) -> Any:
    kind, is_list = plain_type(annotation)
    if is_list:
        return annotation
    return (str if issubclass(kind, Enum) else kind) | None
