"""What a session that writes knows of its transaction, beside the records themselves."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session


@dataclass
class SessionState:
    """Set by whoever opens the session, and by the listeners that follow what it changes."""

    key_name: str | None = None
    """The name of the key that is used; None for the registry's own commands."""
    operation: Any = None
    """What happens to all records alike, such as a restoration; None for what happens to each."""
    claimed: int | None = None
    """The row of the request's idempotency key, until its answer is stored."""
    edits: dict[int, Any] = field(default_factory=dict)
    """The changes of records, by the identity of the record."""
    provenance: dict[int, tuple[Any, dict[str, Any]]] = field(default_factory=dict)
    """Records by their identity, with where the change of each comes from."""
    grown: set[Any] = field(default_factory=set)
    """The roots that have the version of this transaction."""
    unindexed: set[tuple[Any, Any]] = field(default_factory=set)
    """The kinds and keys of records whose words have to be indexed again."""
    last_change: tuple[str, int] | None = None
    """The epoch and the number of the last change, once it is written."""

    def forget(self) -> None:
        """After a rollback, nothing was changed."""
        self.edits, self.provenance, self.grown, self.unindexed, self.last_change = {}, {}, set(), set(), None


def state_of(session: Session | AsyncSession) -> SessionState:
    """The state of a session."""
    state: SessionState = session.info.setdefault("state", SessionState())
    return state


def forget_rolled_back(session: Session) -> None:
    """After a rollback: what was changed was not."""
    state_of(session).forget()


_installed: list[tuple[str, Callable[..., Any]]] = []


def install(listeners: Iterable[tuple[str, Callable[..., Any]]]) -> None:
    """Lets listeners follow every session of this process, each by the name of an event, once and in this order."""
    for name, listener in listeners:
        if (name, listener) not in _installed:
            event.listen(Session, name, listener)
            _installed.append((name, listener))


def are_installed() -> bool:
    """Whether there are listeners, without which no session may write."""
    return bool(_installed)
