"""What the index holds, as declarations: the links of the root, and the columns of their records.

The record is a graph: a root entity, and links from it to other records. The root itself is a link of one record
each. A root without any record of a link has one *phantom* row in it, without values: this is the left join, so that
`none` and "no such record at all" need no code.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

from sqlalchemy import BigInteger, Select, cast, extract, func

from app.core.index.columns import Codes


class Kind(Enum):
    """How a column's values are held."""

    TEXT = "text"
    DAY = "day"
    NUMBER = "number"
    INSTANT = "instant"


@dataclass(frozen=True, eq=False)
class Link:
    """A way from the root to linked records."""

    name: str
    entity: Any
    """The table that names the root of each record."""
    via: Any
    """Its column with the root's key."""
    key: Any
    """Its column with the linked record's key."""
    shares_records: bool = False
    """Whether several roots may be linked to one record, whose key then is a text of few values."""
    source: Any = None
    """Where its columns are read from, where that is more than the entity: a join that has each of its rows once."""
    columns: list["Column"] = field(default_factory=list)

    def text(self, expression: Any, known: Sequence[str] = ()) -> "Column":
        """Declares a column of texts. `known` have the first codes, in this order."""
        return self._declare(Column(self, expression, Kind.TEXT, tuple(known)))

    def day(self, expression: Any) -> "Column":
        """Declares a column of days."""
        return self._declare(Column(self, expression, Kind.DAY))

    def number(self, expression: Any) -> "Column":
        """Declares a column of numbers; one that is not stated adds nothing."""
        return self._declare(Column(self, func.coalesce(expression, 0), Kind.NUMBER))

    def instant(self, expression: Any) -> "Column":
        """Declares a column of instants, as seconds since 1970."""
        return self._declare(Column(self, cast(extract("epoch", expression), BigInteger), Kind.INSTANT))

    def _declare(self, column: "Column") -> "Column":
        self.columns.append(column)
        return column


@dataclass(frozen=True, eq=False)
class Column:
    """A stored column of a link's records."""

    link: Link
    expression: Any
    """What the database loads it from."""
    kind: Kind
    known: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Lookup:
    """What a record's value says further, by a small table: the pillar of a theme, or its name."""

    column: Column
    select: Select[*tuple[Any, ...]]
    """Selects each value with what it says, in the order of the values."""

    @property
    def link(self) -> Link:
        """The link of the record."""
        return self.column.link


@dataclass(frozen=True, eq=False)
class ByDay:
    """What follows from columns of a record on a day: its status."""

    inputs: tuple[Column, ...]
    texts: tuple[str, ...]
    """The values, in the order of their codes."""
    compute: Callable[[Sequence[Codes], int], Codes]
    """Gives the codes, from the inputs and the number of the day."""

    @property
    def link(self) -> Link:
        """The link of the record."""
        return self.inputs[0].link


@dataclass(frozen=True, eq=False)
class RecordKey:
    """The order by a record's own number."""

    link: Link


@dataclass(frozen=True, eq=False)
class RootKey:
    """The order by the number of a record's root."""

    link: Link


@dataclass(frozen=True, eq=False)
class ByName:
    """The order of a table's records by their names, as the language of the request has them, without regard to accents
    and case."""

    columns: tuple[Column, ...]
    """What the name follows from."""
    name: Callable[..., str]
    """Gives the name, from the texts of the columns."""
    kind = Kind.TEXT


Order: TypeAlias = Column | RecordKey | RootKey | ByName
"""What records can be sorted by; it is never null."""
Coded: TypeAlias = Column | Lookup | ByDay
"""What gives each record of a link a value, or none."""


@dataclass(frozen=True, eq=False)
class Period:
    """The days from one through another; without a first day there are none."""

    first: Column
    last: Column
    in_one_year: bool = False
    """Whether it never touches two years."""

    @property
    def link(self) -> Link:
        """The link of the record."""
        return self.first.link


@dataclass(frozen=True, eq=False)
class Graph:
    """The root, its links, and what stands beside them."""

    root: Link
    links: tuple[Link, ...]
    lookups: tuple[Lookup, ...]
    references: tuple[Link, ...]
    """Tables of their own, whose records are their own roots: what records of other links refer to."""

    @property
    def tables(self) -> tuple[Link, ...]:
        """The root and its links."""
        return (self.root, *self.links)
