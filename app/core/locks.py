"""Locks that keep simultaneous writers of a server's database apart. An embedded database has one writer at a time, and
needs none."""

import hashlib
from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

FOR_UPDATE = {"key_share": True}
"""How `with_for_update` locks a record that will change: others can't change it, but can refer to it meanwhile."""


async def lock(session: AsyncSession, kind: Any, keys: Iterable[Any]) -> None:
    """Locks the records with these keys that there are, until the end of the transaction.

    Parents come before their children and low keys before high ones, in every transaction: so no two wait for each
    other.
    """
    wanted = {key for key in keys if key is not None}
    if wanted and session.get_bind().dialect.name == "postgresql":
        (column,) = inspect(kind).primary_key
        await session.execute(select(column).where(column.in_(wanted)).order_by(column).with_for_update(key_share=True))


async def reserve(session: AsyncSession, column: Any, value: str) -> bool:
    """Keeps a value that must be unique from other transactions that look for a free one, until the end of this one;
    says whether it did. Nobody waits for anybody: whoever comes second takes the next value.
    """
    if session.get_bind().dialect.name != "postgresql":
        return True
    digest = hashlib.sha256(f"{column} {value}".encode()).digest()
    key = int.from_bytes(digest[:8], signed=True)
    return bool(await session.scalar(select(func.pg_try_advisory_xact_lock(key))))
