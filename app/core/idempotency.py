"""A POST that is sent twice is done once: `Idempotency-Key`, kept for a day with a hash of the request.

The key is claimed in the transaction that does the work. A second request with the same key waits for the first one's
commit, on both databases and across workers, and then finds the answer. A request that failed claimed nothing.
"""

import hashlib
import re
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import FastAPI, Header, Request, Response
from sqlalchemy import JSON, ForeignKey, LargeBinary, String, UniqueConstraint, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.core.addresses import address, local_path
from app.core.database import Base, Instant, now
from app.core.json_schema import Keywords
from app.core.problems import Problem, invalid_parameter
from app.core.security import Key
from app.core.session_state import state_of

HEADER = "Idempotency-Key"
LOCATION = "location"
KEPT = timedelta(hours=24)

_NAME = re.compile("^[!-~]([ -~]{0,198}[!-~])?$")

IdempotencyKey = Annotated[
    Annotated[str, Keywords(pattern=_NAME.pattern)] | None,
    Header(
        alias=HEADER,
        description="Any text of your choice, up to 200 characters of ASCII, that names this request: sent again within"
        " 24 hours with the same body, it gives the same answer and does nothing twice; with another body it is a 409.",
    ),
]


class IdempotencyConflict(Problem):
    """The same `Idempotency-Key` came with another request: use a new key for a new request."""

    status = 409
    slug = "idempotency-conflict"
    title = "The idempotency key was used for another request"


class DoneRequest(Base):
    """A request that was done, with its answer."""

    __tablename__ = "done_requests"
    __table_args__ = (UniqueConstraint("key", "name"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[int] = mapped_column(ForeignKey("keys.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    request_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Instant, index=True)
    status: Mapped[int | None]
    headers: Mapped[dict[str, str] | None] = mapped_column(JSON)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)


class Replay(Exception):
    """The request was done already: here is its answer."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


async def _hash(request: Request, content: bytes | None) -> str:
    digest = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    digest.update(await request.body() if content is None else content)
    return digest.hexdigest()


async def claim(request: Request, session: AsyncSession, key: Key, content: bytes | None = None) -> None:
    """Takes the request's key for this transaction, if it has one. `content` stands for the body of a form, of which no
    two sendings are the same byte by byte.

    Raises Replay when the request was done, IdempotencyConflict when the key was used for another one.
    """
    name = request.headers.get(HEADER)
    if name is None or request.method != "POST":
        return
    if not _NAME.fullmatch(name):
        raise invalid_parameter(HEADER, "idempotency-key", "1 to 200 printable characters of ASCII are expected")
    instant, digest = now(), await _hash(request, content)
    await session.execute(delete(DoneRequest).where(DoneRequest.created_at < instant - KEPT))
    kind = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {"key": key.id, "name": name, "request_hash": digest, "created_at": instant}
    claimed = await session.scalar(kind(DoneRequest).values(values).on_conflict_do_nothing().returning(DoneRequest.id))
    if claimed is not None:
        state_of(session).claimed = claimed
        return
    known = select(DoneRequest).where(DoneRequest.key == key.id, DoneRequest.name == name)
    done = await session.scalar(known.with_for_update())
    if done is None or done.request_hash != digest:
        raise IdempotencyConflict(f"The key '{name}' came with another request; nothing was done.")
    # The lock is a change of its own: where commits wait for a standby, this one waits for the former one, too.
    await session.commit()
    headers = {**(done.headers or {}), "Idempotent-Replay": "true"}
    if LOCATION in headers:
        headers[LOCATION] = address(headers[LOCATION])
    raise Replay(Response(done.body, done.status or 200, headers))


def _release(session: AsyncSession) -> int | None:
    state = state_of(session)
    claimed, state.claimed = state.claimed, None
    return claimed


def is_claimed(session: AsyncSession) -> bool:
    """Whether the request has a key, so that its answer will be stored."""
    return state_of(session).claimed is not None


async def settle(session: AsyncSession, response: Response) -> Response:
    """Keeps the answer with the claimed key, in the same transaction, and gives it on."""
    claimed = _release(session)
    if claimed is not None:
        kept = {name: value for name, value in response.headers.items() if name != "content-length"}
        if LOCATION in kept:  # it may be sent again under another prefix
            kept[LOCATION] = local_path(kept[LOCATION])
        answer: dict[str, Any] = {"status": response.status_code, "headers": kept, "body": bytes(response.body)}
        await session.execute(update(DoneRequest).where(DoneRequest.id == claimed).values(**answer))
    return response


async def forget(session: AsyncSession) -> None:
    """Keeps nothing of a request whose answer holds a secret: sent again, it is done anew or refused."""
    claimed = _release(session)
    if claimed is not None:
        await session.execute(delete(DoneRequest).where(DoneRequest.id == claimed))


def install(app: FastAPI) -> None:
    """Answers a repeated request with the answer that was kept."""

    async def replay(_request: Request, error: Exception) -> Response:
        assert isinstance(error, Replay)
        return error.response

    app.add_exception_handler(Replay, replay)
