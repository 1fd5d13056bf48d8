"""From the database into a snapshot.

Rows are read in parts, so that what the driver makes of them never fills the memory, and values are taken as the
driver gives them: a processor for each of millions of them would take most of the time.
"""

import logging
from collections.abc import Sequence
from functools import lru_cache
from time import perf_counter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Integer, Select, bindparam, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import NullType

from app.core.index.columns import NULL, UNKNOWN, encode_days
from app.core.index.rows import PHANTOM, Rows
from app.core.index.schema import Column, Graph, Kind, Link
from app.core.index.snapshot import Beside, Snapshot, State, Vocabulary, lookup_codes
from app.core.threads import run_short

log = logging.getLogger(__name__)
PART = 5_000
"""How many roots are read at once."""


@lru_cache(maxsize=64)
def _select(link: Link, *, some: bool) -> Select[*tuple[Any, ...]]:
    """The rows of roots: of those in `keys`, or of those from `first` through `last`."""
    values = [type_coerce(each, NullType()) for each in (link.via, link.key, *(c.expression for c in link.columns))]
    if some:
        chosen: Any = link.via.in_(bindparam("keys", expanding=True, type_=Integer))
    else:
        chosen = link.via.between(bindparam("first", type_=Integer), bindparam("last", type_=Integer))
    source = link.entity if link.source is None else link.source
    return select(*values).select_from(source).where(chosen).order_by(link.via, link.key)


async def load(connection: AsyncConnection, graph: Graph, vocabulary: Vocabulary, state: State) -> Snapshot:
    """Everything, as a connection sees it in the given state."""
    begun = perf_counter()
    root = graph.root
    found = await _raw(connection, select(root.key).select_from(root.entity).order_by(root.key))
    roots = np.array(found, np.int64).reshape(-1)
    rows = {}
    for link in graph.tables:
        rows[link] = await _all_rows(connection, link, vocabulary, roots)
        log.info("index: %d rows of the link %s read", len(rows[link]), link.name)
    beside = await load_beside(connection, graph, vocabulary)
    snapshot = Snapshot(graph, state, roots, rows, beside, vocabulary)
    log.info(
        "index: %d roots in %.2f s, %.1f MB, at change %d",
        len(roots), perf_counter() - begun, snapshot.size / 1e6, state.sequence,
    )  # fmt: skip
    return snapshot


async def _all_rows(connection: AsyncConnection, link: Link, vocabulary: Vocabulary, roots: NDArray[np.int64]) -> Rows:
    parts = []
    for start in range(0, len(roots), PART):
        some = roots[start : start + PART]
        found = await _raw(connection, _select(link, some=False), first=int(some[0]), last=int(some[-1]))
        parts.append(await run_short(len(found), _held, found, link, vocabulary, some))
    return _joined(parts, link)


async def load_some(
    connection: AsyncConnection, graph: Graph, vocabulary: Vocabulary, state: State, keys: Sequence[int]
) -> Snapshot:
    """The roots with the given keys, as far as they are there, and nothing else."""
    found, records = await connection.run_sync(_read_some, graph, list(keys))
    roots = np.array(sorted(found), np.int64)
    size = sum(map(len, records.values()))
    rows = await run_short(size, lambda: {link: _held(each, link, vocabulary, roots) for link, each in records.items()})
    return Snapshot(graph, state, roots, rows, Beside({}, {}, {}), vocabulary)


def _read_some(
    connection: Connection, graph: Graph, keys: list[int]
) -> tuple[Sequence[int], dict[Link, Sequence[Any]]]:
    """The keys that there are, and the rows of each table as the driver has them: one step instead of one for each."""
    root, chosen = graph.root, {"keys": keys}
    found = connection.execute(select(root.key).where(root.key.in_(bindparam("keys", expanding=True))), chosen)
    return found.scalars().all(), {
        link: connection.execute(_select(link, some=True), chosen).cursor.fetchall() for link in graph.tables
    }


async def load_beside(connection: AsyncConnection, graph: Graph, vocabulary: Vocabulary) -> Beside:
    """What belongs to no root."""
    references = {}
    for link in graph.references:
        values = [type_coerce(each, NullType()) for each in (link.key, *(column.expression for column in link.columns))]
        found = await _raw(connection, select(*values).select_from(link.entity).order_by(link.key))
        columns = [*zip(*found, strict=True)] if found else [()] * len(values)
        references[link] = Rows(
            np.arange(len(found) + 1),
            vocabulary[link].encode(columns[0]).astype(np.int64),
            {
                column: _encoded(column, given, vocabulary)
                for column, given in zip(link.columns, columns[1:], strict=True)
            },
        )
    lookups, tables = {}, {}
    for lookup in graph.lookups:
        found = await _raw(connection, lookup.select)
        tables[lookup] = {str(value): (value, says) for value, says in found}
        lookups[lookup] = lookup_codes(vocabulary[lookup.column], vocabulary[lookup], tables[lookup])
    return Beside(lookups, references, tables)


async def _raw(connection: AsyncConnection, statement: Select[*tuple[Any, ...]], **values: Any) -> list[Any]:
    """Rows as the driver has them: to make SQLAlchemy's of millions of them takes as long as to read them."""
    result = await connection.execute(statement, values)
    found = list(result.cursor.fetchall())
    result.close()
    return found


def _held(found: Sequence[Any], link: Link, vocabulary: Vocabulary, roots: NDArray[np.int64]) -> Rows:
    """The rows as arrays, with a phantom for each root that has none."""
    via, keys, *values = zip(*found, strict=True) if found else ((), (), *(() for _ in link.columns))
    positions = np.searchsorted(roots, _numbers(via, np.int64))
    counts = np.bincount(positions, minlength=len(roots))
    starts = np.concatenate(([0], np.cumsum(np.maximum(counts, 1)))).astype(np.int64)
    rows = int(starts[-1])
    # Sorted by root as they are, the n-th row of a root comes n places behind where its rows begin.
    places = starts[positions] + np.arange(len(positions)) - np.concatenate(([0], np.cumsum(counts)))[positions]

    def placed(array: NDArray[Any], missing: int) -> NDArray[Any]:
        if len(array) == rows:
            return array
        result = np.full(rows, missing, array.dtype)
        result[places] = array
        return result

    key = vocabulary[link].encode(keys).astype(np.int64) if link.shares_records else _numbers(keys, np.int64)
    return Rows(
        starts,
        placed(key, PHANTOM),
        {
            column: placed(_encoded(column, given, vocabulary), _MISSING[column.kind])
            for column, given in zip(link.columns, values, strict=True)
        },
    )


_MISSING: Final = {Kind.TEXT: NULL, Kind.DAY: UNKNOWN, Kind.NUMBER: 0, Kind.INSTANT: 0}
"""What a phantom has in a column."""


def _encoded(column: Column, values: Sequence[Any], vocabulary: Vocabulary) -> NDArray[Any]:
    match column.kind:
        case Kind.TEXT:
            return vocabulary[column].encode(values)
        case Kind.DAY:
            return encode_days(values)
        case Kind.NUMBER:
            return _numbers(values, np.int32)
        case Kind.INSTANT:
            return _numbers(values, np.int64)


def _numbers(values: Sequence[int], kind: type[Any]) -> NDArray[Any]:
    return np.fromiter(values, kind, len(values))


def _joined(parts: Sequence[Rows], link: Link) -> Rows:
    """Rows of roots that follow each other, as one."""
    if not parts:
        nothing = np.empty(0, np.int32)
        return Rows(np.zeros(1, np.int64), np.empty(0, np.int64), dict.fromkeys(link.columns, nothing))
    counts = np.concatenate([np.diff(part.starts) for part in parts])
    return Rows(
        np.concatenate(([0], np.cumsum(counts))),
        np.concatenate([part.keys for part in parts]),
        {column: np.concatenate([part.columns[column] for part in parts]) for column in link.columns},
    )
