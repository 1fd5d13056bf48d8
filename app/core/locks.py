"""Locks that keep simultaneous writers of a server's database apart. An embedded database has one writer at a time, and
needs none."""

import hashlib
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, BigInteger, cast, func, inspect, select
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


async def reserve(session: AsyncSession, column: Any, values: Iterable[str]) -> set[str]:
    """Reserves values that must be unique, so that no other transaction that looks for free ones takes them, until the
    end of this one; gives those that it could reserve. Nobody waits for anybody: whoever comes second takes the next
    value.
    """
    if session.get_bind().dialect.name != "postgresql":
        return set(values)
    by_key = {_advisory_key(f"{column} {value}"): value for value in values}
    key = func.unnest(cast(list(by_key), ARRAY(BigInteger))).column_valued("key")
    rows = await session.execute(select(key, func.pg_try_advisory_xact_lock(key)))
    return {by_key[each] for each, is_reserved in rows if is_reserved}


def _advisory_key(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], signed=True)
