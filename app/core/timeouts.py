"""How long the service waits for its database."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Timeouts:
    """Bounds on what is done over one connection, in seconds."""

    wait: float
    """For a lock that somebody else holds, and for a new connection. PostgreSQL locks a row in two steps, and waits for
    so long at each."""
    statement: float | None
    """For one statement; None is without bound."""
    idle: float | None
    """For the service to say the next thing in a transaction, before the server ends it; None is without bound."""

    @property
    def queue(self) -> float:
        """For one of the connections that others use. A queue that moves is worth a longer wait than a lock, of which
        nobody knows when it ends."""
        return 2 * self.wait


COMMANDS = Timeouts(wait=30, statement=None, idle=None)
"""Who runs a command sees that it waits, and can end it: migrations and copies take as long as they need."""
