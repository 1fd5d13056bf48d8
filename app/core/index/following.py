"""The index follows the data by the feed of changes: a request is answered from exactly the state that it sees."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.audit import Change
from app.core.caching import STATE
from app.core.database import Database
from app.core.index.columns import Codes
from app.core.index.loading import load, load_beside, load_ranks, load_some
from app.core.index.schema import Graph, Link, RankedText
from app.core.index.snapshot import Snapshot, State, Vocabulary
from app.core.metrics import INDEX_BYTES, INDEX_LOADS, INDEX_SEQUENCE
from app.core.problems import Unavailable

RECENT = 4
"""How many snapshots are held for requests that began before the last change. They share what did not change."""
WAIT_SECONDS = 10.0
"""How long a request waits while another one loads everything."""
MANY = 2000
"""After more changes than that, everything is loaded again."""


class Index:
    """The snapshots of one database. Only the one that is served as the current data is measured: no release is."""

    def __init__(self, graph: Graph, *, is_measured: bool = False) -> None:
        self._is_measured = is_measured
        self.graph = graph
        self.loads = 0
        """How often everything was loaded."""
        self._recent: list[Snapshot] = []
        self._vocabulary = Vocabulary(graph)
        self._lock = asyncio.Lock()
        self._ranks: dict[RankedText, tuple[object, int, Codes]] = {}

    @property
    def newest(self) -> Snapshot | None:
        """The latest snapshot, if there is one."""
        return self._recent[-1] if self._recent else None

    def held(self, state: State) -> Snapshot | None:
        """The snapshot of a state, if it is held."""
        return next((snapshot for snapshot in reversed(self._recent) if snapshot.state == state), None)

    async def at(self, connection: AsyncConnection, state: State) -> Snapshot:
        """The snapshot of the state that a connection's transaction sees, brought up to it by that same transaction.

        Raises Unavailable when it is not there in time, because everything has to be loaded.
        """
        found = self.held(state)
        if found is None:
            try:
                async with asyncio.timeout(WAIT_SECONDS):
                    await self._lock.acquire()
            except TimeoutError:
                raise Unavailable("The index is being built; try again.", headers={"Retry-After": "5"}) from None
            try:
                found = self.held(state) or await self._next(connection, state)
            finally:
                self._lock.release()
        return found

    async def build(self, database: Database) -> None:
        """Loads everything, before the first request has to."""
        async with database.read_at_length() as connection:
            await self.at(connection, State(*(await connection.execute(STATE)).one()))

    async def _next(self, connection: AsyncConnection, state: State) -> Snapshot:
        newest = self.newest
        if newest is None or newest.state.epoch != state.epoch:
            self._vocabulary = Vocabulary(self.graph)
            self._recent = []
            return self._hold(await self._load(connection, state))
        if newest.state.sequence > state.sequence:
            # Only a request that began several changes ago sees such a state.
            return await self._load(connection, state, Vocabulary(self.graph))
        changes = (
            await connection.execute(
                select(Change.root, Change.entity, Change.operation, Change.differences)
                .where(Change.sequence > newest.state.sequence, Change.sequence <= state.sequence)
                .limit(MANY + 1)
            )
        ).all()
        if len(changes) > MANY:
            return self._hold(await self._load(connection, state))
        return self._hold(await self._spliced(connection, newest, state, changes))

    async def _spliced(
        self, connection: AsyncConnection, newest: Snapshot, state: State, changes: Sequence[Any]
    ) -> Snapshot:
        keys = sorted({change.root for change in changes if change.root is not None})
        part = await load_some(connection, self.graph, self._vocabulary, state, keys)
        beside = newest.beside
        has_new_words = any(
            len(codes) != len(self._vocabulary[each.column]) + 1 for each, codes in beside.lookups.items()
        )
        if has_new_words or any(change.root is None for change in changes):
            beside = await load_beside(connection, self.graph, self._vocabulary)
        texts = {
            link: state.sequence if any(_reorders(change, link) for change in changes) else last
            for link, last in newest.texts.items()
        }
        return newest.spliced(keys, part, beside, texts)

    async def ranks(self, connection: AsyncConnection, snapshot: Snapshot, order: RankedText) -> Codes:
        """The place of each row of a link in an order by texts: the same until one of the texts changes."""
        rows = snapshot.rows[order.link]
        known = self._ranks.get(order)
        # Rows of other links' changes have the very keys that they had, so that ranks of the same texts fit them.
        if known is None or known[0] is not rows.keys or known[1] != snapshot.texts[order.link]:
            known = self._ranks[order] = (
                rows.keys,
                snapshot.texts[order.link],
                await load_ranks(connection, order, rows),
            )
        return known[2]

    async def _load(self, connection: AsyncConnection, state: State, vocabulary: Vocabulary | None = None) -> Snapshot:
        self.loads += 1
        if self._is_measured:
            INDEX_LOADS.inc()
        return await load(connection, self.graph, vocabulary or self._vocabulary, state)

    def _hold(self, snapshot: Snapshot) -> Snapshot:
        if self._is_measured:
            INDEX_SEQUENCE.set(snapshot.state.sequence)
            INDEX_BYTES.set(snapshot.size)
        self._recent = [*self._recent[-RECENT + 1 :], snapshot]
        return snapshot


def _reorders(change: Any, link: Link) -> bool:
    """Whether a change adds, removes or changes a text by which the records of a link are ranked."""
    if change.entity != link.entity.__tablename__:
        return False
    fields = frozenset[str]().union(*(order.fields for order in link.ranked))
    return change.operation != "update" or not fields.isdisjoint(each["field"] for each in change.differences)
