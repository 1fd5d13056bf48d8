"""How much heavy work is done at once: places in all, a share of them for each client, and turns for those who wait.

    FIGURES = Places("big figures", total=2, per_client=1)

    async with FIGURES.hold(client_of(request)):
        ...

Work that takes a second of the processor, or a connection for long, holds a place while it is done. Who finds none
waits for a while, in turns: a client with one request comes before the tenth request of another one. The numbers are
those of one process.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import HTTPConnection

from app.core.problems import Problem, TooManyRequests, Unavailable

LOCAL = "local"
"""Who asks from within this process."""


def client_of(request: HTTPConnection) -> str:
    """Whose share a request counts towards: its address, as the server took it from the connection or from a trusted
    proxy."""
    return LOCAL if request.client is None else client_at(request.client.host)


@lru_cache(maxsize=1024)
def client_at(address: str) -> str:
    """Who has an address, of all that is counted by client."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address  # a socket in the file system has a name
    if not isinstance(parsed, IPv6Address):
        return address
    # Whoever has one IPv6 address has the other 2^64 of its network, too.
    return str(parsed.ipv4_mapped or ip_network((parsed.packed[:8] + bytes(8), 64)))


class Places:
    """Places for one kind of heavy work.

    `what` names it in messages, `wait_seconds` is how long a request waits, and `waiting` how many requests of one
    client may wait, by default as many as may have a place.
    """

    def __init__(
        self, what: str, *, total: int, per_client: int, waiting: int | None = None, wait_seconds: float = 10.0
    ) -> None:
        self._what, self._total, self._per_client, self._wait_seconds = what, total, per_client, wait_seconds
        self._most_waiting = per_client if waiting is None else waiting
        self._held: Counter[str] = Counter()
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        """Those who wait, by client; the client whose turn is next comes first."""

    @property
    def held(self) -> int:
        """How many places are taken."""
        return self._held.total()

    @property
    def waiting(self) -> int:
        """How many requests wait for one."""
        return sum(map(len, self._waiting.values()))

    @asynccontextmanager
    async def hold(self, client: str) -> AsyncIterator[None]:
        """Holds a place for a client.

        Raises Unavailable when none becomes free in time, TooManyRequests when those that are missing are the client's
        own: it has its share already, or too many of its requests wait.
        """
        await self._take(client)
        try:
            yield
        finally:
            self._give_back(client)

    async def _take(self, client: str) -> None:
        if not self._waiting and self._has_one_for(client):
            self._held[client] += 1
            return
        if not self._wait_seconds or len(self._waiting.get(client, ())) >= self._most_waiting:
            raise self._refusal(client)
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client, deque()).append(turn)
        self._call()
        try:
            async with asyncio.timeout(self._wait_seconds):
                await turn
        except BaseException as error:
            if not turn.cancelled():  # it was called at the very moment at which it gave up
                self._give_back(client)
            elif turn in self._waiting.get(client, ()):
                self._leave(client, turn)
            if isinstance(error, TimeoutError):
                raise self._refusal(client) from None
            raise

    def _has_one_for(self, client: str) -> bool:
        return self.held < self._total and self._held[client] < self._per_client

    def _call(self) -> None:
        """Gives free places to those who wait, one client after the other."""
        while (client := next(filter(self._has_one_for, self._waiting), None)) is not None:
            turn = self._waiting[client][0]
            self._leave(client, turn)
            if turn.cancelled():
                continue
            if client in self._waiting:
                self._waiting[client] = self._waiting.pop(client)  # behind all others
            self._held[client] += 1
            turn.set_result(None)

    def _leave(self, client: str, turn: asyncio.Future[None]) -> None:
        self._waiting[client].remove(turn)
        if not self._waiting[client]:
            del self._waiting[client]

    def _give_back(self, client: str) -> None:
        self._held[client] -= 1
        if not self._held[client]:
            del self._held[client]
        self._call()

    def _refusal(self, client: str) -> Problem:
        wait = {"Retry-After": "5"}
        if self._held[client] >= self._per_client:
            message = f"{self._per_client} is the most for one client at once; wait for those under way."
            return TooManyRequests(f"Too many {self._what}: {message}", headers=wait)
        return Unavailable(f"Too many {self._what} are under way; try again.", headers=wait)
