"""What can be counted, and how it can be split, as declarations."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.core.filters import Resource, Selection
from app.core.index.schema import Coded, Column, Link, Lookup, Period
from app.core.index.snapshot import Snapshot

Key = str | None


@dataclass(frozen=True, eq=False)
class Dimension:
    """One way to split a figure."""

    name: str
    column: Coded | Period
    """What gives the key; a period gives each year that it touches."""
    filter: str
    """The filter parameter that keeps the records of one key."""
    noun: str
    """"theme": what follows "per" in a definition."""
    none: Callable[[], str]
    """Gives the label of the row of records without a value."""
    label: Callable[[str], str] = str
    lookup: Lookup | None = None
    """For an open vocabulary: what has its keys and labels."""
    named: Callable[[str, str], str] = lambda _key, label: label
    """For an open vocabulary: what the request's language makes of a key's label."""
    known: Sequence[str] = ()
    """The keys of a closed vocabulary."""
    apart: Key = None
    """The key of what is not one of the values that are compared: it comes after them."""
    known_to: Callable[[Snapshot, Selection], Sequence[str]] | None = None
    """For keys that exist for a time: those that a selection is about."""

    @property
    def link(self) -> Link:
        """The link of the records that have the value."""
        return self.column.link

    @property
    def in_years(self) -> bool:
        """Whether its keys are years."""
        return isinstance(self.column, Period)

    @property
    def is_spread(self) -> bool:
        """Whether one record may stand in several years."""
        return isinstance(self.column, Period) and not self.column.in_one_year


@dataclass(frozen=True, eq=False)
class Measure:
    """What is counted: the resource's records, or the sum of one of their columns."""

    name: str
    resource: Resource
    noun: str
    """"records": what follows "Distinct" in a definition."""
    summed: Column | None = None

    @property
    def link(self) -> Link:
        """The link of the records that are counted."""
        assert self.resource.link is not None
        return self.resource.link
