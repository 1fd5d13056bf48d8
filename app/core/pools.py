"""Pools of database connections whose state Prometheus sees."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry

from app.core.metrics import POOL_CONNECTIONS, POOL_LIMIT, POOL_WAITING


class _Gauges:
    def __init__(self, name: str) -> None:
        self.idle = POOL_CONNECTIONS.labels(name, "idle")
        self.in_use = POOL_CONNECTIONS.labels(name, "in_use")
        self.waiting = POOL_WAITING.labels(name)
        self.limit = POOL_LIMIT.labels(name)


class MeasuredPool(AsyncAdaptedQueuePool):
    """A pool that is shown once it has a name."""

    _gauges: _Gauges | None = None

    @property
    def limit(self) -> int:
        """How many connections it opens at most."""
        return self.size() + self._max_overflow

    def show_as(self, name: str) -> None:
        """Shows the pool under a name from now on."""
        self._gauges = _Gauges(name)
        self._gauges.limit.set(self.limit)
        self._show(self._gauges)

    def recreate(self) -> MeasuredPool:
        """The same pool without connections, as an engine makes it when it has closed them."""
        made = super().recreate()
        assert isinstance(made, MeasuredPool)
        made._gauges = self._gauges  # noqa: SLF001 - its own kind
        return made

    def _do_get(self) -> ConnectionPoolEntry:
        gauges = self._gauges
        if gauges is None:
            return super()._do_get()
        with gauges.waiting.track_inprogress():
            entry = super()._do_get()
        self._show(gauges)
        return entry

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        super()._do_return_conn(record)
        if self._gauges is not None:
            self._show(self._gauges)

    def _show(self, gauges: _Gauges) -> None:
        gauges.idle.set(self.checkedin())
        gauges.in_use.set(self.checkedout())


def pool_of(engine: AsyncEngine) -> MeasuredPool:
    """The pool of an engine."""
    pool: Any = engine.sync_engine.pool
    assert isinstance(pool, MeasuredPool)
    return pool
