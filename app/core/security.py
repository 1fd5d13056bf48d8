"""Keys: 256-bit random tokens with a role. Only a hash is stored; reading needs none."""

import asyncio
import hashlib
import hmac
import math
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from sqlalchemy import CheckConstraint, String, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base, Database, Instant, now
from app.core.limits import client_of
from app.core.problems import Forbidden, TooManyRequests, Unauthorized
from app.core.rates import Rate
from app.core.roles import Role

PREFIX = "mx_"


class Key(Base):
    """A key as it is stored: its hash, and who it was made for."""

    __tablename__ = "keys"
    __table_args__ = (
        CheckConstraint("role IN ('reader', 'editor', 'admin')", name="role"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    role: Mapped[str] = mapped_column(String(10))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant, default=now)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)

    def is_valid(self) -> bool:
        """Whether the key is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now())


def new_token() -> str:
    """A token that can't be guessed: 256 random bits behind the prefix that scanners for leaked keys look for."""
    return PREFIX + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a token. A random token needs no slow hash: there is nothing to guess."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


async def create_key(
    session: AsyncSession, name: str, role: Role, *, token: str | None = None, days: int | None = None
) -> str:
    """Stores a new key and gives its token, which is shown this once.

    `days` is how long it is valid; None is for ever. The name must be free.
    """
    token = token or new_token()
    expires_at = None if days is None else now() + timedelta(days=days)
    session.add(Key(name=name, role=role.value, token_hash=token_hash(token), expires_at=expires_at))
    await session.flush()
    return token


_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="Key",
    bearerFormat="mx_…",
    description="A key of the registry, as `Authorization: Bearer mx_…`. Reading needs none; writing needs the role "
    "`editor` or `admin`.",
)
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="MIEUX Registry"'}


class WrongKeys:
    """How many wrong keys a client may send. Beyond that, its requests are refused without asking the database, except
    for those with a key that there is: they are answered as always."""

    def __init__(self, rate: Rate, database: Database) -> None:
        self._rate = rate
        self._database = database
        self._hashes: frozenset[str] = frozenset()
        self._read_at = -math.inf
        self._reading = asyncio.Lock()

    async def check(self, client: str, digest: str) -> None:
        """Raises TooManyRequests for a key that isn't there, of a client that has sent too many of them."""
        if self._rate.is_exhausted(client) and not await self._is_known(digest):
            raise self._rate.refusal(client)

    def count(self, client: str) -> None:
        """Counts a wrong key."""
        with suppress(TooManyRequests):
            self._rate.take(client)

    async def _is_known(self, digest: str) -> bool:
        """Whether there is a key with this hash. The hashes are read again for one that isn't among them, at most once
        in a second: there are few keys, but any number of wrong ones."""
        if digest in self._hashes:
            return True
        async with self._reading:
            if time.monotonic() - self._read_at > 1:
                async with self._database.look_up() as session:
                    self._hashes = frozenset(await session.scalars(select(Key.token_hash)))
                self._read_at = time.monotonic()
        return digest in self._hashes


async def _key_of(request: Request, token: str) -> Key:
    digest, client = token_hash(token), client_of(request)
    database: Database = request.app.state.database
    wrong_keys: WrongKeys = request.app.state.wrong_keys
    await wrong_keys.check(client, digest)
    async with database.look_up() as session:
        key = await session.scalar(select(Key).where(Key.token_hash == digest))
    if key is None or not hmac.compare_digest(key.token_hash, digest) or not key.is_valid():
        wrong_keys.count(client)
        raise Unauthorized("The key is unknown, expired or revoked.", headers=_CHALLENGE)
    return key


async def note_use(session: AsyncSession, key: Key) -> None:
    """Keeps when a key was last used, to the minute, with the change that it was used for."""
    if key.last_used_at is None or now() - key.last_used_at > timedelta(minutes=1):
        # Who finds another one doing this leaves it to them: they may be waiting for a lock themselves.
        free = (
            select(Key.id).where(Key.id == key.id).with_for_update(skip_locked=True, key_share=True).scalar_subquery()
        )
        await session.execute(update(Key).where(Key.id == free).values(last_used_at=now()))


@dataclass(frozen=True)
class RequiredRole:
    """A dependency that gives the request's key, when its role covers `role`. A route that writes calls `check` before
    it reads the body.

    Raises Unauthorized and Forbidden.
    """

    role: Role

    async def __call__(self, request: Request, _documented: Annotated[object, Depends(_bearer)]) -> Key:
        """The key, for whoever depends on it."""
        return await self.check(request)

    async def check(self, request: Request) -> Key:
        """Looks the key up, once for each request."""
        key: Key | None = getattr(request.state, "key", None)
        if key is None:
            credentials = await _bearer(request)
            if credentials is None:
                raise Unauthorized(
                    "Send a key as 'Authorization: Bearer mx_…'; an administrator makes one.", headers=_CHALLENGE
                )
            key = request.state.key = await _key_of(request, credentials.credentials)
            request.state.key_name = key.name  # for the log
        if not Role(key.role).covers(self.role):
            raise Forbidden(f"This needs the role {self.role.value}; the key '{key.name}' has {key.role}.")
        return key


EditorKey = Annotated[Key, Depends(RequiredRole(Role.EDITOR))]
AdminKey = Annotated[Key, Depends(RequiredRole(Role.ADMIN))]
