"""The index follows the data by the feed of changes: a request is answered from exactly the state that it sees."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.audit import Change
from app.core.caching import STATE
from app.core.database import Database
from app.core.index.loading import load, load_beside, load_some
from app.core.index.schema import Graph
from app.core.index.snapshot import Snapshot, State, Vocabulary
from app.core.metrics import INDEX_BYTES, INDEX_LOADS, INDEX_SEQUENCE
from app.core.problems import Unavailable

RECENT = 4
"""How many snapshots are held for requests that began before the last change. They share what did not change."""
STEPS = 500
"""How many of the last changes are known, to go back to a state before them."""
WAIT_SECONDS = 4.0
"""How long a request waits while another one loads everything. It is answered within 10 seconds also when the database
then hangs."""
MANY = 2000
"""After more changes than that, everything is loaded again."""


@dataclass(frozen=True)
class _Step:
    """What changed from one state to a later one."""

    first: int
    last: int
    roots: frozenset[int]
    changes_beside: bool
    """Whether something changed that belongs to no root."""


class Index:
    """The snapshots of one database. Only the one that is served as the current data is measured: no release is."""

    def __init__(self, graph: Graph, *, is_measured: bool = False) -> None:
        self._is_measured = is_measured
        self.graph = graph
        self.built = asyncio.Event()
        """Set once it was built at the start, or could not be."""
        self.loads = 0
        """How often everything was loaded."""
        self._recent: list[Snapshot] = []
        self._vocabulary = Vocabulary(graph)
        self._steps: deque[_Step] = deque(maxlen=STEPS)
        self._lock = asyncio.Lock()

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
        try:
            async with database.read_at_length() as connection:
                await self.at(connection, State(*(await connection.execute(STATE)).one()))
        finally:
            self.built.set()

    async def _next(self, connection: AsyncConnection, state: State) -> Snapshot:
        newest = self.newest
        if newest is None or newest.state.epoch != state.epoch:
            self._vocabulary = Vocabulary(self.graph)
            self._recent = []
            self._steps.clear()
            return self._hold(await self._load(connection, state))
        if newest.state.sequence > state.sequence:
            return await self._earlier(connection, newest, state)
        step = await _step(connection, newest.state.sequence, state.sequence)
        if step is None:
            self._steps.clear()
            return self._hold(await self._load(connection, state))
        self._steps.append(step)
        return self._hold(await self._spliced(connection, newest, state, [step]))

    async def _earlier(self, connection: AsyncConnection, newest: Snapshot, state: State) -> Snapshot:
        """A state that a request still sees which began several changes ago: what changed since is read again, as that
        request sees it."""
        steps = [step for step in self._steps if step.last > state.sequence]
        if not steps or steps[0].first > state.sequence:
            return await self._load(connection, state)
        return await self._spliced(connection, newest, state, steps)

    async def _spliced(
        self, connection: AsyncConnection, base: Snapshot, state: State, steps: Sequence[_Step]
    ) -> Snapshot:
        """Another snapshot with the roots of some steps as a connection sees them."""
        keys = sorted(frozenset[int]().union(*(step.roots for step in steps)))
        part = await load_some(connection, self.graph, self._vocabulary, state, keys)
        beside = base.beside
        has_new_words = any(
            len(codes) != len(self._vocabulary[each.column]) + 1 for each, codes in beside.lookups.items()
        )
        if has_new_words or any(step.changes_beside for step in steps):
            beside = await load_beside(connection, self.graph, self._vocabulary)
        return base.spliced(keys, part, beside)

    async def _load(self, connection: AsyncConnection, state: State) -> Snapshot:
        self.loads += 1
        if self._is_measured:
            INDEX_LOADS.inc()
        return await load(connection, self.graph, self._vocabulary, state)

    def _hold(self, snapshot: Snapshot) -> Snapshot:
        if self._is_measured:
            INDEX_SEQUENCE.set(snapshot.state.sequence)
            INDEX_BYTES.set(snapshot.size)
        for former in self._recent:  # few requests still ask for it, and none for long
            former.found.clear()
        self._recent = [*self._recent[-RECENT + 1 :], snapshot]
        return snapshot


async def _step(connection: AsyncConnection, first: int, last: int) -> _Step | None:
    """What changed between two states; None when that is so much that everything is better loaded again."""
    found = (
        await connection.execute(
            select(Change.root).where(Change.sequence > first, Change.sequence <= last).limit(MANY + 1)
        )
    ).all()
    if len(found) > MANY:
        return None
    return _Step(
        first,
        last,
        frozenset(change.root for change in found if change.root is not None),
        any(change.root is None for change in found),
    )
