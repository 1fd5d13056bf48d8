"""Which records a selection keeps: filters as masks.

All filters of one link speak of one and the same linked record, so their masks are combined on the link's rows before
the result is carried to the roots.
"""

from collections.abc import Collection, Iterable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.core.index.columns import NULL, UNKNOWN, Keys, Mask, day_number
from app.core.index.rows import PHANTOM
from app.core.index.schema import Coded, Column, Link, Period
from app.core.index.snapshot import Snapshot
from app.core.partial_dates import Span


class Filtering(Protocol):
    """What the values of a request's filters ask for."""

    def links(self) -> Iterable[Link]:
        """The links that are filtered, each once."""
        ...

    def masks(self, snapshot: Snapshot, link: Link) -> Iterable[Mask]:
        """Which rows of a link each of its filters keeps."""
        ...


class Matching:
    """What a selection keeps of a snapshot. A mask of None keeps everything."""

    def __init__(self, snapshot: Snapshot, selection: Filtering) -> None:
        self.snapshot = snapshot
        self.selection = selection
        self._rows: dict[Link, Mask | None] = {}
        self._carried: dict[Link, Mask] = {}

    def besides(self, selection: Filtering, *changed: Link) -> "Matching":
        """What another selection keeps, which differs in the filters of some links."""
        other = Matching(self.snapshot, selection)
        other._rows = {link: mask for link, mask in self._rows.items() if link not in changed}
        other._carried = {link: mask for link, mask in self._carried.items() if link not in changed}
        return other

    def rows(self, link: Link) -> Mask | None:
        """Which rows of a link its filters keep."""
        if link not in self._rows:
            kept: Mask | None = None
            for mask in self.selection.masks(self.snapshot, link):
                kept = mask if kept is None else kept & mask
            self._rows[link] = kept
        return self._rows[link]

    def roots(self, besides: Collection[Link] = ()) -> Mask | None:
        """Which roots have a kept row in each filtered link, but for some links."""
        kept: Mask | None = None
        for link in self.selection.links():
            if link in besides or (rows := self.rows(link)) is None:
                continue
            if link not in self._carried:
                self._carried[link] = self.snapshot.rows[link].carry(rows)
            carried = self._carried[link]
            kept = carried if kept is None else kept & carried
        return kept

    def records(self, link: Link) -> NDArray[np.intp]:
        """The rows of a link that are records, and that all filters keep: their own, and those of their roots."""
        rows = self.snapshot.rows[link]
        kept = rows.records if (own := self.rows(link)) is None else rows.records & own
        if (roots := self.roots(besides=(link,))) is not None:
            kept = kept & rows.spread(roots)
        return np.flatnonzero(kept)

    def values(self, column: Column) -> set[str]:
        """The values that the kept records of a column's link have."""
        words = self.snapshot.vocabulary[column].texts
        codes = self.snapshot.rows[column.link].columns[column][self.records(column.link)]
        return {words[code] for code in np.unique(codes[codes != NULL])}

    def linked(self, link: Link, root: int) -> list[str | None]:
        """The keys of a root's kept records of a link that roots share, in their order; None where it has none."""
        rows, words = self.snapshot.rows[link], self.snapshot.vocabulary[link].texts
        position = int(np.searchsorted(self.snapshot.roots, root))
        begin, end = int(rows.starts[position]), int(rows.starts[position + 1])
        kept = self.rows(link)
        return [
            None if key == PHANTOM else words[key]
            for place, key in enumerate(rows.keys[begin:end].tolist(), begin)
            if kept is None or kept[place]
        ]

    def shared(self, link: Link) -> list[str]:
        """The keys of the records of a link that several roots may share, each once."""
        words = self.snapshot.vocabulary[link].texts
        keys = self.snapshot.rows[link].keys[self.records(link)]
        return [words[key] for key in np.flatnonzero(np.bincount(keys, minlength=len(words)))]


def having(snapshot: Snapshot, column: Coded, day: int, values: Iterable[str], *, none: bool) -> Mask:
    """Which rows have one of the values, or none."""
    words = snapshot.vocabulary[column]
    wanted = np.zeros(len(words) + 1, np.bool_)
    wanted[words.find(values)] = True
    wanted[-1] = none
    kept: Mask = wanted[snapshot.codes(column, day)]
    return kept


def touching(snapshot: Snapshot, period: Period, spans: Iterable[Span], *, none: bool) -> Mask:
    """Which rows have days that overlap one of the spans, or no days."""
    columns = snapshot.rows[period.link].columns
    first, last = columns[period.first], columns[period.last]
    kept: Mask = first == UNKNOWN if none else np.zeros(len(first), np.bool_)
    for span in spans:
        kept |= (first <= day_number(span.last_day)) & (last >= day_number(span.first_day))
    return kept


def with_keys(snapshot: Snapshot, keys: Keys) -> Mask:
    """Which roots have one of the keys."""
    kept = np.zeros(len(snapshot.roots), np.bool_)
    kept[snapshot.positions(keys)] = True
    return kept
