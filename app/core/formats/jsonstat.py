"""JSON-stat 2.0: a figure as a cube, for statistics packages and viewers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_json


@dataclass(frozen=True)
class Axis:
    """A dimension of a cube, with its categories in order."""

    name: str
    label: str
    categories: Mapping[str, str]
    """The label of each key."""
    role: str | None = None
    """`time` or `geo`, where it is one."""


def dataset(
    axes: Sequence[Axis],
    values: Mapping[tuple[str, ...], int],
    *,
    label: str,
    source: str,
    extension: Mapping[str, Any],
) -> bytes:
    """A cube. A combination of keys that has no value is null."""
    cells: list[int | None] = [None]
    places = [{key: place for place, key in enumerate(axis.categories)} for axis in axes]
    for axis in axes:
        cells = cells * len(axis.categories)
    for keys, value in values.items():
        at = 0
        for place, key in zip(places, keys, strict=True):
            at = at * len(place) + place[key]
        cells[at] = value
    roles: dict[str, list[str]] = {}
    for axis in axes:
        if axis.role is not None:
            roles.setdefault(axis.role, []).append(axis.name)
    return to_json(
        {
            "version": "2.0",
            "class": "dataset",
            "label": label,
            "source": source,
            "id": [axis.name for axis in axes],
            "size": [len(axis.categories) for axis in axes],
            **({"role": roles} if roles else {}),
            "dimension": {
                axis.name: {
                    "label": axis.label,
                    "category": {
                        "index": {key: place for place, key in enumerate(axis.categories)},
                        "label": dict(axis.categories),
                    },
                }
                for axis in axes
            },
            "value": cells,
            "extension": dict(extension),
        }
    )
