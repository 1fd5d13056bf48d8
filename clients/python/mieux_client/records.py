"""What the methods give: records with the tag that a change of them needs, and figures that explain themselves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from mieux_client import models

if TYPE_CHECKING:
    import pandas

Data = TypeVar("Data")


@dataclass(frozen=True)
class Record(Generic[Data]):
    """A record as it was read."""

    data: Data
    """Its fields."""
    etag: str
    """The state that was read. A change is refused with StaleRecord when it is another one by then."""
    address: str
    """Where it was read."""

    def __getitem__(self, field: str) -> Any:
        """One of its fields."""
        return self.data[field]  # type: ignore[index]


@dataclass(frozen=True)
class Figure:
    """A figure: its rows, what it counts in words, and how the rows add up."""

    data: models.Aggregate

    @property
    def rows(self) -> list[models.AggregateRow]:
        """The rows; each has an `href` that lists what it counts."""
        return self.data["rows"]

    @property
    def definition(self) -> str:
        """What is counted, in words."""
        return self.data["definition"]

    @property
    def totals(self) -> models.AggregateTotals:
        """The distinct count of all, and why the sum of the rows may be another number."""
        return self.data["totals"]

    def to_pandas(self) -> "pandas.DataFrame":
        """A table: for each dimension its key and its label, then the value."""
        rows = []
        for row in self.rows:
            flat: dict[str, Any] = {}
            for dimension in self.data["by"]:
                cell: Mapping[str, Any] = row.get(dimension) or {}  # type: ignore[assignment]
                flat |= {dimension: cell.get("key"), f"{dimension}_label": cell.get("label")}
            rows.append(flat | {"value": row["value"]})
        columns = [name for dimension in self.data["by"] for name in (dimension, f"{dimension}_label")]
        return _frame(rows, [*columns, "value"])


def to_frame(records: Iterable[Mapping[str, object]]) -> "pandas.DataFrame":
    """Records as a table: the fields of embedded objects in columns of their own (`region.slug`), lists as they are."""
    import pandas

    return pandas.json_normalize([dict(record) for record in records])


def _frame(rows: list[dict[str, Any]], columns: list[str]) -> "pandas.DataFrame":
    import pandas

    return pandas.DataFrame(rows, columns=columns)
