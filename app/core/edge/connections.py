"""How many connections there are, and who gives way where there are too many."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from app.core.edge.proxies import TrustedProxies
from app.core.limits import client_at
from app.core.problems import TooManyRequests, Unavailable


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What connections may take, in each process."""

    total: int
    per_client: int
    head_bytes: int
    """How long the request line and the headers may be together before they are complete."""
    head_seconds: float
    """In which time they must be complete, counted from their first byte, and when that must come."""
    body_seconds: float
    body_rate: int
    """How many bytes a second must come of a body on average, in each period of `body_seconds`."""
    send_seconds: float
    """In which time a client must take 48 KB of a response: of the 64 KB that wait for it, 16 may be left."""


class Connection(Protocol):
    """A connection, as far as places are concerned."""

    def has_asked(self) -> bool:
        """Whether there ever was a request."""
        ...

    def is_idle(self) -> bool:
        """Whether no request waits for its response."""
        ...

    def give_way(self) -> None:
        """Ends."""
        ...


class Connections:
    """The open connections of a process. Where there are too many, one that asks for nothing gives way."""

    def __init__(self, limits: ConnectionLimits, proxies: TrustedProxies) -> None:
        self.limits = limits
        self._proxies = proxies
        self._open: dict[Connection, str | None] = {}
        """Each connection with its client, those that asked last at the end."""
        self._by_client: dict[str, dict[Connection, None]] = {}

    def __len__(self) -> int:
        return len(self._open)

    def add(self, connection: Connection, peer: str | None) -> None:
        """Takes a place for a new connection. Those of trusted proxies, which many clients share, count in all only.

        Raises TooManyRequests when the client has none left, Unavailable when there is none at all.
        """
        client = None if peer is None or self._proxies.trusts(peer) else client_at(peer)
        own = self._by_client.get(client, {}) if client else {}
        if len(own) >= self.limits.per_client and not self._make_room(own):
            what = f"At most {self.limits.per_client} connections of one client are served at once."
            raise TooManyRequests(what, headers={"Retry-After": "5"})
        if len(self._open) >= self.limits.total and not self._make_room(self._open):
            raise Unavailable("Too many connections are open; try again.", headers={"Retry-After": "5"})
        self._open[connection] = client
        if client:
            self._by_client.setdefault(client, {})[connection] = None

    def note_request(self, connection: Connection) -> None:
        """Notes that a connection asks for something."""
        if connection in self._open:
            self._open[connection] = self._open.pop(connection)

    def remove(self, connection: Connection) -> None:
        """Gives the place of a connection back, if it has one."""
        client = self._open.pop(connection, None)
        if client:
            own = self._by_client[client]
            del own[connection]
            if not own:
                del self._by_client[client]

    def _make_room(self, among: Iterable[Connection]) -> bool:
        """Ends a connection that asks for nothing: rather one that never did than one whose next request may come."""
        idle = [connection for connection in among if connection.is_idle()]
        chosen = next((connection for connection in idle if not connection.has_asked()), next(iter(idle), None))
        if chosen is None:
            return False
        self.remove(chosen)
        chosen.give_way()
        return True
