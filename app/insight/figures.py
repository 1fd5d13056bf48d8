"""A figure as it is shown, and as JSON.

The JSON is written directly: a figure of two dimensions has thousands of rows, which are made of few different parts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic_core import to_json

from app.core.aggregates import AggregateSpec
from app.core.figure import Category, Figure
from app.core.index.matching import Matching
from app.insight.definitions import define
from app.insight.open_ends import UnconfirmedEnds, unconfirmed_ends


@dataclass(frozen=True)
class Defined:
    """A figure with what was asked, and what it counts in words."""

    spec: AggregateSpec
    figure: Figure
    ends: UnconfirmedEnds
    definition: str

    @property
    def about(self) -> dict[str, Any]:
        """What is said of the rows as a whole, before them."""
        selection = self.spec.selection
        return {
            "measure": self.spec.measure.name,
            "by": [dimension.name for dimension in self.spec.by],
            "filters": selection.values,
            "as_of": selection.as_of,
            "definition": self.definition,
        }

    @property
    def totals(self) -> dict[str, Any]:
        """How the rows add up."""
        names = ("distinct", "sum_of_rows", "counted_more_than_once", "unassigned")
        added = {name: getattr(self.figure, name) for name in names}
        return {**added, "unconfirmed_ends": self.ends.count, "href": self.figure.href}

    @property
    def release(self) -> dict[str, str]:
        """The release that answered, if it was one."""
        release = self.spec.selection.release
        return {} if release is None else {"release": release}

    def to_json(self) -> bytes:
        """The figure as `Aggregate` describes it."""
        return json_object(
            {**encoded(self.about), "rows": self._rows(), "totals": to_json(self.totals), **encoded(self.release)}
        )

    def _rows(self) -> bytes:
        written = [[_cell(axis.dimension.name, each) for each in axis.categories] for axis in self.figure.axes]
        values, hrefs = self.figure.values, self.figure.hrefs
        match written, self.figure.places:
            case [some], [places]:
                rows = [
                    f'{{{some[place]},"value":{value},"href":"{href}"}}'
                    for place, value, href in zip(places, values, hrefs, strict=True)
                ]
            case [some, others], [places, beside]:
                rows = [
                    f'{{{some[place]},{others[other]},"value":{value},"href":"{href}"}}'
                    for place, other, value, href in zip(places, beside, values, hrefs, strict=True)
                ]
            case _:
                raise AssertionError("a figure has one or two dimensions")
        return f"[{','.join(rows)}]".encode()


@lru_cache(4096)
def _cell(name: str, category: Category) -> str:
    return f'"{name}":{to_json({"key": category.key, "label": category.label}).decode()}'


def compute(spec: AggregateSpec, matching: Matching, ends: UnconfirmedEnds | None = None) -> Defined:
    """The figure with its definition. `ends` are those of the same actions, where they are known already.

    Raises Invalid for a figure with too many cells.
    """
    ends = ends or unconfirmed_ends(matching, spec.selection.as_of)
    return Defined(spec, spec.figure(matching), ends, define(matching.snapshot, spec, ends))


def encoded(values: Mapping[str, Any]) -> dict[str, bytes]:
    """The members of an object, each as JSON."""
    return {name: to_json(value) for name, value in values.items()}


def json_object(members: Mapping[str, bytes]) -> bytes:
    """An object of members that are JSON already."""
    return b"{%b}" % b",".join(b'"%b":%b' % (name.encode(), value) for name, value in members.items())


def json_list(items: Sequence[bytes]) -> bytes:
    """A list of items that are JSON already."""
    return b"[%b]" % b",".join(items)
