"""Epochs: which history the numbers of changes belong to.

A restored backup goes back to an earlier change, and from there on the same numbers are given to other changes. So each
restore begins an epoch of its own. Tags and cursors carry its mark, and are refused in another epoch.

A number without an epoch means the same in all of them as long as it is at most the one at which the backups were made;
and what is above all that were given before belongs to the present epoch alone. The numbers between are ambiguous.
"""

from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Session

from app.core.audit import Change, State

_Epoch = Row[str, int, int, int, str]
UNKNOWN = 2**63 - 1
_GATE = 0x6D69657578
_STATE = select(State.epoch, State.sequence, State.ambiguous_after, State.ambiguous_until, State.former_epochs)


def epoch_mark(epoch: str) -> str:
    """An epoch as tags and cursors have it: 8 hexadecimal digits."""
    return epoch[:8]


def enter_epoch(_session: Session, _transaction: Any, connection: Connection) -> None:
    """A transaction that writes lies in one epoch from its first statement to its last. An embedded database has one
    writer at a time anyhow."""
    if connection.dialect.name == "postgresql" and connection.get_execution_options().get("writes"):
        connection.execute(select(func.pg_advisory_xact_lock_shared(_GATE)))


async def keep_writers_out(connection: AsyncConnection) -> None:
    """Waits for the transactions that write, and lets no other one begin until the end of this one; reading goes on."""
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_advisory_xact_lock(_GATE)))


async def read_epoch(connection: AsyncConnection) -> _Epoch | None:
    """The epoch of a database with its numbers; None when nothing was ever recorded that somebody could have read."""
    used = await connection.scalar(select(Change.sequence).where(Change.entity == "actions").limit(1))
    return None if used is None else (await connection.execute(_STATE)).one()


async def begin_epoch(connection: AsyncConnection, replaced: _Epoch | None) -> None:
    """Begins another epoch in a database that went back to an earlier state, which it has now.

    `replaced` is the epoch that `read_epoch` gave before; None where it is lost, and with it the numbers it gave.
    """
    now = (await connection.execute(_STATE)).one()
    known = [now] if replaced is None else [now, replaced]
    former = {epoch for state in known for epoch in (*state.former_epochs.split(), state.epoch)}
    begun = [state.ambiguous_after for state in known if state.ambiguous_after < state.ambiguous_until]
    after = min([now.sequence, *begun])
    if replaced is None:
        until = UNKNOWN
    elif now.epoch in (*replaced.former_epochs.split(), replaced.epoch):
        until = max(replaced.sequence, *(state.ambiguous_until for state in known))
    else:  # a backup of another registry: no number means the same
        after, until = 0, UNKNOWN
    values = {
        "epoch": uuid4().hex,
        "ambiguous_after": after,
        "ambiguous_until": until,
        "former_epochs": " ".join(sorted(former)),
    }
    await connection.execute(update(State).values(values))
