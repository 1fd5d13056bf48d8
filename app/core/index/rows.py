"""The columns of one link: rows sorted by root, each root with at least one, if only a phantom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.core.index.columns import Codes, Mask, Positions
from app.core.index.schema import Column

Edit: TypeAlias = tuple[int, int, int, int]
"""Roots from one position up to another are replaced by those of other rows, from one up to another."""
PHANTOM = -1
"""The key of a row that stands for no record."""


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of all roots, which are numbered by their positions in the index."""

    starts: Positions
    """Where the rows of each root begin, and where the last ones end."""
    keys: NDArray[np.int64]
    """The key of each record: its number, or the code of its text."""
    columns: Mapping[Column, Codes]

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def size(self) -> int:
        """How many bytes the rows take."""
        return self.starts.nbytes + self.keys.nbytes + sum(array.nbytes for array in self.columns.values())

    @cached_property
    def parents(self) -> Positions:
        """The position of each row's root."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    @cached_property
    def records(self) -> Mask:
        """Which rows are records, not phantoms."""
        records: Mask = self.keys != PHANTOM
        return records

    @cached_property
    def is_one_each(self) -> bool:
        """Whether every root has one row."""
        return len(self.keys) == len(self.starts) - 1

    def carry(self, mask: Mask) -> Mask:
        """Which roots have a row in the mask."""
        if self.is_one_each:
            return mask
        found = np.zeros(len(self.starts) - 1, np.bool_)
        found[self.parents[mask]] = True
        return found

    def spread(self, roots: Mask) -> Mask:
        """Which rows belong to the roots of a mask."""
        spread: Mask = roots if self.is_one_each else roots[self.parents]
        return spread

    def spliced(self, edits: Sequence[Edit], other: Self) -> Self:
        """These rows with some roots replaced by roots of `other`. Arrays that come out the same are shared."""
        parts = [(slice(*self.starts[[a, b]]), slice(*other.starts[[c, d]])) for a, b, c, d in edits]
        roots = [(slice(a, b), slice(c, d)) for a, b, c, d in edits]
        counts = replaced(np.diff(self.starts), roots, np.diff(other.starts))
        starts = np.concatenate(([0], np.cumsum(counts)))
        return type(self)(
            self.starts if np.array_equal(starts, self.starts) else starts,
            replaced(self.keys, parts, other.keys),
            {column: replaced(mine, parts, other.columns[column]) for column, mine in self.columns.items()},
        )


def replaced(mine: NDArray[Any], parts: Sequence[tuple[slice, slice]], theirs: NDArray[Any]) -> NDArray[Any]:
    """An array with parts of it replaced by parts of another one; the array itself where that makes no difference."""
    if all(np.array_equal(mine[old], theirs[new]) for old, new in parts):
        return mine
    pieces, end = [], 0
    for old, new in parts:
        pieces += [mine[end : old.start], theirs[new]]
        end = old.stop
    return np.concatenate([*pieces, mine[end:]])
