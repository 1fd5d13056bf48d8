"""The first key: what a new installation is administered with."""

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.core.database import Database
from app.core.roles import Role
from app.core.security import Key, create_key, token_hash

BOOTSTRAP = "bootstrap"


async def ensure_bootstrap_key(database: Database, token: str) -> None:
    """Makes the key of the setting `bootstrap_key` an admin key; replaces the one of an earlier setting."""
    async with database.write() as session:
        key = await session.scalar(select(Key).where(Key.name == BOOTSTRAP))
        if key is not None and key.token_hash == token_hash(token) and key.is_valid():
            return
        if key is not None:
            await session.delete(key)
            await session.flush()
        try:
            await create_key(session, BOOTSTRAP, Role.ADMIN, token=token)
            await session.commit()
        except IntegrityError:  # another worker, starting at the same moment, was first
            await session.rollback()


async def first_key(database: Database) -> str | None:
    """An admin key for a database that has no key at all; None when there is one."""
    async with database.write() as session:
        if await session.scalar(select(func.count()).select_from(Key)):
            return None
        token = await create_key(session, "first", Role.ADMIN)
        await session.commit()
        return token
