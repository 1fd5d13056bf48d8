"""Places in an ordered list, and the conditions that begin a page there: what makes page 10,000 as cheap as page 1."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Self

from sqlalchemy import ColumnElement, and_, or_, tuple_

from app.core.problems import invalid_parameter

MAX_OFFSET = 2**53
Order = Sequence[tuple[Any, bool]]
"""The expressions to sort by, each with whether it descends."""


@dataclass(frozen=True)
class Cursor:
    """A place in an ordered list: the sort values and the key of the record at the page's edge."""

    epoch: str
    """The epoch in which the page was read: after a restore, pages of before and after would not make one list."""
    path: str
    """The list that it belongs to."""
    sort: str
    offset: int
    """Where the page that the cursor leads to begins."""
    backward: bool
    values: tuple[Any, ...]

    def encode(self) -> str:
        """The cursor as `next` and `previous` have it."""
        packed = json.dumps(
            [self.epoch, self.path, self.sort, self.offset, self.backward, *self.values],
            separators=(",", ":"),
            default=_written,
        )
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, written: str, path: str, sort: str, types: Sequence[type]) -> Self:
        """Reads a cursor of the list at a path, in an order whose values have these types.

        Raises Invalid for any other.
        """
        try:
            packed = base64.urlsafe_b64decode(written.encode("ascii") + b"=" * (-len(written) % 4))
            epoch, its_path, its_sort, offset, backward, *values = json.loads(packed)
            if (its_path, its_sort) != (path, sort) or len(values) != len(types) or not 0 <= int(offset) <= MAX_OFFSET:
                raise ValueError(sort)
            typed = tuple(_read(value, kind) for value, kind in zip(values, types, strict=True))
            return cls(str(epoch), path, sort, int(offset), bool(backward), typed)
        except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
            raise invalid_parameter(
                "cursor", "bad-cursor", "the cursor belongs to no page of this list in this order"
            ) from None

    @property
    def parameters(self) -> dict[str, Any]:
        """The place, as the statements take it."""
        return {f"place_{number}": value for number, value in enumerate(self.values)}


def _written(value: Any) -> str:
    return str(value.isoformat())


def _read(value: Any, kind: type) -> Any:
    if kind is datetime:
        return datetime.fromisoformat(value).astimezone(UTC)
    if kind is date:
        return date.fromisoformat(value)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError(value)
    if isinstance(value, int) and abs(value) >= 2**31:
        raise ValueError(value)  # no column holds it
    if isinstance(value, str) and "\x00" in value.encode().decode():  # half a character can't be encoded
        raise ValueError(value)
    return value


def order_of(sort: str, sorts: Mapping[str, Any], key: Any) -> Order:
    """The expressions to sort by, each with whether it descends. The key follows the first one's direction, so that
    one index serves both ways."""
    named = [(sorts[part.removeprefix("-")], part.startswith("-")) for part in sort.split(",")]
    if any(expression is key for expression, _ in named):
        return named
    return [*named, (key, named[0][1])]


def directed(expression: Any, descends: bool) -> Any:
    """The expression as `ORDER BY` has it."""
    return expression.desc() if descends else expression.asc()


def beyond(order: Order, values: Sequence[Any]) -> ColumnElement[bool]:
    """Whether a record stands after the place that the values give."""
    expressions = [expression for expression, _ in order]
    directions = {descends for _, descends in order}
    if len(directions) == 1:
        # Compared as one, which an index on them answers from the very place, however many share its first value.
        here, place = tuple_(*expressions), tuple_(*values)
        return here < place if directions.pop() else here > place
    alternatives = []
    for position, ((expression, descends), value) in enumerate(zip(order, values, strict=True)):
        equal = [before == known for before, known in zip(expressions[:position], values, strict=False)]
        alternatives.append(and_(*equal, expression < value if descends else expression > value))
    (first, descends), value = order[0], values[0]
    # Implied by the rest, and what lets the database begin near the place instead of looking for it.
    return and_(first <= value if descends else first >= value, or_(*alternatives))
