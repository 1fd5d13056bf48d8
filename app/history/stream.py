"""The feed of changes as server-sent events: one poller in each process, for all who listen.

While anybody listens, the poller looks at the state of the data twice a second. When there are new changes, it reads
and writes them out once, keeps the newest ones ready and wakes the listeners. A listener is a place in the feed, not a
queue: one that reads slowly, or begins far back, reads the changes that are no longer ready from the database itself.
"""

import asyncio
import contextvars
import logging
from bisect import bisect_right
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends, Request

from app.core.caching import STATE
from app.core.database import Database
from app.core.epochs import epoch_mark
from app.core.head import is_head
from app.core.limits import Places, client_of
from app.core.metrics import FEED_LISTENERS
from app.core.problems import Gone, problem_response
from app.core.stopping import is_stopping
from app.history.feed import Changes, Place, read_changes

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5
HEARTBEAT_SECONDS = 15.0
READY = 1000
READY_BYTES = 4 * 1024 * 1024
"""How many events are kept ready, and how many bytes of them."""
BEHIND = 25
"""How many changes a listener reads at once that is behind: it holds them until they are taken."""
LISTENERS = Places("listeners", total=500, per_client=50, wait_seconds=0)


class ChangeStream:
    """The changes as they come, for any number of listeners."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners = 0
        self._poller: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._numbers: list[int] = []
        self._events: list[bytes] = []
        """The events that are ready, and the numbers of their changes."""
        self._begin = self._end = Place(0)
        """The places before and behind them."""
        self._reading_behind = asyncio.Semaphore(2)

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Has the changes read as they come, for a listener."""
        self._listeners += 1
        if self._poller is None or self._poller.done():
            # What a request says of itself, such as its language, is not for all listeners.
            self._poller = asyncio.create_task(self._poll(), context=contextvars.Context())
        try:
            with FEED_LISTENERS.track_inprogress():
                yield
        finally:
            self._listeners -= 1

    async def close(self) -> None:
        """Ends the poller."""
        if self._poller is not None:
            self._poller.cancel()
            await asyncio.wait({self._poller})

    async def events(self, request: Request, after: Place) -> AsyncIterator[bytes]:
        """Server-sent events behind a place, for a listener who joined."""
        yield b"retry: 2000\n\n"
        while not is_stopping():
            news = self._news  # before looking, so that nothing is missed
            if self._is_ready(after):
                next_one = bisect_right(self._numbers, after.sequence)
                if next_one < len(self._numbers):
                    after, event = Place(self._numbers[next_one], after.epoch), self._events[next_one]
                    yield event
                    await asyncio.sleep(0)  # many listeners take turns with everybody else
                    continue
            else:
                try:
                    async with self._reading_behind:
                        found = await read_changes(self._database, after, BEHIND)
                except Gone as problem:
                    yield b"event: gone\ndata: %b\n\n" % bytes(problem_response(request, problem).body)
                    return
                after = found.end
                for event in _written(found):
                    yield event
                if found.items:
                    continue
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await news.wait()
            except TimeoutError:
                yield b": still here\n\n"

    def _is_ready(self, after: Place) -> bool:
        """Whether all changes behind a place are ready, as far as they were read."""
        return after.epoch == self._end.epoch and after.sequence >= self._begin.sequence

    async def _poll(self) -> None:
        self._forget(Place(0))
        is_failing = False
        while self._listeners and not is_stopping():
            try:
                await self._look()
                is_failing = False
            except Exception as error:  # the database may come back, and the listeners are still there
                if not is_failing:
                    log.warning("the feed of changes can't be read: %r", error)
                is_failing = True
            await asyncio.sleep(POLL_SECONDS)
        self._wake()

    async def _look(self) -> None:
        epoch, sequence = await self._database.read_row(STATE)
        latest = Place(sequence, epoch_mark(epoch))
        if latest.epoch != self._end.epoch:
            self._forget(latest)
            self._wake()
        while self._end.sequence < latest.sequence:
            found = await read_changes(self._database, self._end, 100)
            self._add(found)
            self._wake()
            await asyncio.sleep(0)
            if not found.items:
                break

    def _forget(self, latest: Place) -> None:
        self._begin = self._end = latest
        self._numbers, self._events = [], []

    def _add(self, found: Changes) -> None:
        self._numbers += [item.sequence for item in found.items]
        self._events += _written(found)
        self._end = found.end
        size, kept = 0, 0
        for event in reversed(self._events[-READY:]):
            size += len(event)
            if size > READY_BYTES:
                break
            kept += 1
        if dropped := len(self._events) - kept:
            self._begin = Place(self._numbers[dropped - 1], self._end.epoch)
            del self._numbers[:dropped], self._events[:dropped]

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


def _written(found: Changes) -> list[bytes]:
    """Changes as events; the id of each is the place behind it."""
    return [
        f"id: {Place(item.sequence, found.end.epoch)}\nevent: change\ndata: {item.model_dump_json()}\n\n".encode()
        for item in found.items
    ]


async def _listen(request: Request) -> AsyncIterator[ChangeStream]:
    stream: ChangeStream = request.app.state.change_stream
    if is_head(request):
        yield stream
        return
    async with LISTENERS.hold(client_of(request)):
        with stream.joined():
            yield stream


JoinedStream = Annotated[ChangeStream, Depends(_listen)]
"""The stream of changes, for a request that listens until its answer ends."""
