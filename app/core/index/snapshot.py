"""The index at one state of the data."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.core.index.columns import NULL, Codes, Words
from app.core.index.rows import Edit, Rows, replaced
from app.core.index.schema import ByDay, Coded, Column, Graph, Kind, Link, Lookup

MOST_FOUND = 8_000_000
"""How many bytes of answers a snapshot holds."""
KEY_BYTES = 2000
"""What an answer takes beside its arrays, with what was asked."""


class State(NamedTuple):
    """Which state of the data a snapshot is of."""

    epoch: str
    sequence: int


class Vocabulary:
    """The words of every column of texts. Snapshots of one database share it."""

    def __init__(self, graph: Graph) -> None:
        self._words: dict[Coded | Link, Words] = {}
        for link in (*graph.tables, *graph.references):
            if link.shares_records:
                self._words[link] = Words()
            for column in link.columns:
                if column.kind is Kind.TEXT:
                    self._words[column] = Words(column.known)
        for lookup in graph.lookups:
            self._words[lookup] = Words()

    def __getitem__(self, column: Coded | Link) -> Words:
        if isinstance(column, ByDay) and column not in self._words:
            self._words[column] = Words(column.texts)
        return self._words[column]


class Sized(Protocol):
    """What knows how many bytes it takes."""

    @property
    def nbytes(self) -> int:
        """How many bytes it takes."""
        ...


S = TypeVar("S", bound=Sized)


class Found:
    """What was found at one state, by the database or by counting, for whoever asks the same again: the latest answers,
    up to some bytes."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Any, Any] = OrderedDict()
        self._size = 0
        self._lock = Lock()  # figures are counted in several threads

    def of(self, asked: Any, find: Callable[[], S]) -> S:
        """The answer to what was asked, found now if it is not there."""
        with self._lock:
            if asked in self._answers:
                self._answers.move_to_end(asked)
                known: S = self._answers[asked]
                return known
        answer = find()
        with self._lock:
            if asked not in self._answers:
                self._answers[asked] = answer
                self._size += answer.nbytes + KEY_BYTES
            while self._size > MOST_FOUND and len(self._answers) > 1:
                self._size -= self._answers.popitem(last=False)[1].nbytes + KEY_BYTES
        return answer

    def clear(self) -> None:
        """Forgets all of it."""
        with self._lock:
            self._answers.clear()
            self._size = 0


@dataclass(frozen=True, eq=False)
class Beside:
    """What belongs to no root: small tables, which are loaded as a whole when one of their records changes."""

    lookups: Mapping[Lookup, Codes]
    """For each code of the column looked up, the code of what it says; the last one is that of no value."""
    references: Mapping[Link, Rows]
    tables: Mapping[Lookup, Mapping[str, tuple[Any, str | None]]]
    """The values that there are, as texts, each as the database has it, with what it says."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """All rows at one state of the data. Nothing in it changes."""

    graph: Graph
    state: State
    roots: NDArray[np.int64]
    """The keys of the roots, in order: a root's place here is its position."""
    rows: Mapping[Link, Rows]
    beside: "Beside"
    vocabulary: Vocabulary
    found: Found = field(default_factory=Found)
    _by_day: dict[tuple[ByDay, int], Codes] = field(default_factory=dict)

    def codes(self, column: Coded, day: int) -> Codes:
        """The value of each row of the column's link on a day, as codes of `vocabulary[column]`."""
        rows = self.rows[column.link].columns
        match column:
            case Column():
                return rows[column]
            case Lookup():
                return self.beside.lookups[column][rows[column.column]]  # no value has the code -1: the last one
            case ByDay():
                known = self._by_day.get((column, day))
                if known is None:
                    known = column.compute([rows[each] for each in column.inputs], day)
                    if len(self._by_day) < 4:  # today, and few other days: not one for each that is asked for
                        self._by_day[column, day] = known
                return known

    def positions(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where the roots with these keys are; those that are missing are left out."""
        places = np.searchsorted(self.roots, keys)
        places[places == len(self.roots)] = 0
        return places[self.roots[places] == keys] if len(self.roots) else places[:0]

    def of(self, link: Link) -> Rows:
        """The rows of a link, or of a table beside."""
        return self.rows[link] if link in self.rows else self.beside.references[link]

    def spliced(self, keys: Sequence[int], part: "Snapshot", beside: "Beside") -> "Snapshot":
        """The snapshot of a later state: with the roots of the given keys as `part` has them, or without them."""
        edits: list[Edit] = []
        for key in keys:
            a, c = np.searchsorted(self.roots, key), np.searchsorted(part.roots, key)
            b, d = (
                place + int(place < len(roots) and roots[place] == key)
                for place, roots in ((a, self.roots), (c, part.roots))
            )
            edits.append((int(a), int(b), int(c), int(d)))
        roots = replaced(self.roots, [(slice(a, b), slice(c, d)) for a, b, c, d in edits], part.roots)
        rows = {link: mine.spliced(edits, part.rows[link]) for link, mine in self.rows.items()}
        return Snapshot(self.graph, part.state, roots, rows, beside, self.vocabulary)

    @property
    def size(self) -> int:
        """How many bytes the rows take."""
        return self.roots.nbytes + sum(rows.size for rows in self.rows.values())


def lookup_codes(column: Words, says: Words, table: Mapping[str, tuple[Any, str | None]]) -> Codes:
    """The codes of what each word of a column says."""
    values = [table.get(text, (None, None))[1] for text in column.texts]
    return np.append(says.encode(values), np.int32(NULL)).astype(np.int32)
