"""From the database into a snapshot.

Rows are read in parts, so that what the driver makes of them never fills the memory, and values are taken as the
driver gives them: a processor for each of millions of them would take most of the time.
"""

import logging
from collections.abc import Mapping, Sequence
from functools import lru_cache
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Integer, Select, bindparam, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import NullType

from app.core.index.columns import Codes, encode_days, encode_instants, encode_numbers
from app.core.index.rows import PHANTOM, Rows
from app.core.index.schema import Column, Graph, Kind, Link, RankedText
from app.core.index.snapshot import Beside, Snapshot, State, Vocabulary, lookup_codes
from app.core.threads import run_sized

log = logging.getLogger(__name__)
PART = 10_000
"""How many roots are read at once."""


@lru_cache(maxsize=64)
def _select(link: Link, *, some: bool) -> Select[*tuple[Any, ...]]:
    """The rows of roots: of those in `keys`, or of those from `first` through `last`."""
    values = [type_coerce(each, NullType()) for each in (link.via, link.key, *(c.expression for c in link.columns))]
    if some:
        chosen: Any = link.via.in_(bindparam("keys", expanding=True, type_=Integer))
    else:
        chosen = link.via.between(bindparam("first", type_=Integer), bindparam("last", type_=Integer))
    return select(*values).select_from(link.entity).where(chosen).order_by(link.via, link.key)


async def load(connection: AsyncConnection, graph: Graph, vocabulary: Vocabulary, state: State) -> Snapshot:
    """Everything, as a connection sees it in the given state."""
    begun = perf_counter()
    root = graph.root
    found = (await connection.execute(select(root.key).select_from(root.entity).order_by(root.key))).scalars().all()
    roots = np.array(found, np.int64)
    parts: list[Mapping[Link, Rows]] = []
    for start in range(0, len(roots), PART):
        some = roots[start : start + PART]
        between = {"first": int(some[0]), "last": int(some[-1])}
        parts.append(
            {link: await _rows(connection, link, vocabulary, some, some=False, **between) for link in graph.tables}
        )
        if len(roots) > PART:
            log.info("index: %d of %d read", min(start + PART, len(roots)), len(roots))
    rows = {link: _joined([part[link] for part in parts], link) for link in graph.tables}
    beside = await load_beside(connection, graph, vocabulary)
    snapshot = Snapshot(graph, state, roots, rows, beside, dict.fromkeys(graph.tables, state.sequence), vocabulary)
    log.info(
        "index: %d roots in %.2f s, %.1f MB, at change %d",
        len(roots), perf_counter() - begun, snapshot.size / 1e6, state.sequence,
    )  # fmt: skip
    return snapshot


async def load_some(
    connection: AsyncConnection, graph: Graph, vocabulary: Vocabulary, state: State, keys: Sequence[int]
) -> Snapshot:
    """The roots with the given keys, as far as they are there, and nothing else."""
    chosen = {"keys": list(keys)}
    root = graph.root
    found = await connection.execute(select(root.key).where(root.key.in_(bindparam("keys", expanding=True))), chosen)
    roots = np.array(sorted(found.scalars().all()), np.int64)
    rows = {link: await _rows(connection, link, vocabulary, roots, some=True, **chosen) for link in graph.tables}
    return Snapshot(graph, state, roots, rows, Beside({}, {}), {}, vocabulary)


async def load_beside(connection: AsyncConnection, graph: Graph, vocabulary: Vocabulary) -> Beside:
    """What belongs to no root."""
    references = {}
    for link in graph.references:
        values = [type_coerce(each, NullType()) for each in (link.key, *(column.expression for column in link.columns))]
        found = (await connection.execute(select(*values).select_from(link.entity).order_by(link.key))).all()
        columns = [*zip(*found, strict=True)] if found else [()] * len(values)
        references[link] = Rows(
            np.arange(len(found) + 1),
            vocabulary[link].encode(columns[0]).astype(np.int64),
            {
                column: _encoded(column, given, vocabulary)
                for column, given in zip(link.columns, columns[1:], strict=True)
            },
        )
    lookups = {}
    for lookup in graph.lookups:
        table = {str(value): says for value, says in (await connection.execute(lookup.select)).all()}
        lookups[lookup] = lookup_codes(vocabulary[lookup.column], vocabulary[lookup], table)
    return Beside(lookups, references)


async def load_ranks(connection: AsyncConnection, order: RankedText, rows: Rows) -> Codes:
    """For each row, twice its record's place in an order by texts; equal texts have the same one."""
    key = order.link.key
    rank = (2 * func.dense_rank().over(order_by=order.expression)).label("rank")
    found = (await connection.execute(select(key, rank).select_from(order.link.entity).order_by(key))).all()
    return await run_sized(len(found), _ranks, found, rows)


def _ranks(found: Sequence[Any], rows: Rows) -> Codes:
    keys, ranks = np.array(found, np.int64).reshape(-1, 2).T
    places = np.searchsorted(keys, rows.keys)
    return np.append(ranks, 0)[np.where(rows.records, places, len(keys))].astype(np.int32)


async def _rows(
    connection: AsyncConnection,
    link: Link,
    vocabulary: Vocabulary,
    roots: NDArray[np.int64],
    *,
    some: bool,
    **chosen: Any,
) -> Rows:
    found = (await connection.execute(_select(link, some=some), chosen)).all()
    return await run_sized(len(found), _held, found, link, vocabulary, roots)


def _held(found: Sequence[Any], link: Link, vocabulary: Vocabulary, roots: NDArray[np.int64]) -> Rows:
    """The rows as arrays, with a phantom for each root that has none."""
    via, keys, *values = zip(*found, strict=True) if found else ((), (), *(() for _ in link.columns))
    positions = np.searchsorted(roots, np.array(via, np.int64))
    counts = np.bincount(positions, minlength=len(roots))
    starts = np.concatenate(([0], np.cumsum(np.maximum(counts, 1)))).astype(np.int64)
    rows = int(starts[-1])
    # Sorted by root as they are, the n-th row of a root comes n places behind where its rows begin.
    places = starts[positions] + np.arange(len(positions)) - np.concatenate(([0], np.cumsum(counts)))[positions]

    def placed(array: NDArray[Any], missing: int) -> NDArray[Any]:
        result = np.full(rows, missing, array.dtype)
        result[places] = array
        return result

    key = vocabulary[link].encode(keys).astype(np.int64) if link.shares_records else np.array(keys, np.int64)
    return Rows(
        starts,
        placed(key, PHANTOM),
        {
            column: placed(_encoded(column, given, vocabulary), int(_encoded(column, (None,), vocabulary)[0]))
            for column, given in zip(link.columns, values, strict=True)
        },
    )


def _encoded(column: Column, values: Sequence[Any], vocabulary: Vocabulary) -> NDArray[Any]:
    match column.kind:
        case Kind.TEXT:
            return vocabulary[column].encode(values)
        case Kind.DAY:
            return encode_days(values)
        case Kind.NUMBER:
            return encode_numbers(values)
        case Kind.INSTANT:
            return encode_instants(values)


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
