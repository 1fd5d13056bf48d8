"""The sessions of a request: reading is open to all, and who writes has shown a key."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Annotated

from fastapi import Depends, Query, Request
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.database import Database, DatabaseDep
from app.core.filters import ReleaseName, answer_as_on
from app.core.formats.files import making
from app.core.formats.negotiation import is_for_file
from app.core.head import is_head
from app.core.idempotency import claim
from app.core.parameters import check_query
from app.core.reading import ReadSession
from app.core.security import EditorKey, Key, note_use
from app.core.session_state import state_of

Release = Annotated[
    ReleaseName | None,
    Query(description="Answer from this release instead of the record as it stands (`/releases` lists them)."),
]


@asynccontextmanager
async def _reading(
    request: Request, database: Database, release: str | None, *, at_length: bool = False
) -> AsyncIterator[ReadSession]:
    async with AsyncExitStack() as held:
        if release is not None:
            opened = await request.app.state.releases.get(release)
            request.state.release = opened.release.name
            answer_as_on(opened.release.as_of)
            yield ReadSession(lambda: held.enter_async_context(opened.engine.connect()), opened.index)
        elif at_length:
            yield ReadSession(lambda: held.enter_async_context(database.read_at_length()), request.app.state.index)
        else:
            yield ReadSession(
                lambda: held.enter_async_context(database.read()), request.app.state.index, database.read_small
            )


async def _read(request: Request, database: DatabaseDep, release: Release = None) -> AsyncIterator[ReadSession]:
    async with _reading(request, database, release) as session:
        yield session


async def _read_at_length(
    request: Request, database: DatabaseDep, release: Release = None
) -> AsyncIterator[ReadSession]:
    if is_head(request) or not is_for_file(request):
        async with _reading(request, database, release) as session:
            yield session
        return
    async with making(request) as held:
        yield await held.enter_async_context(_reading(request, database, release, at_length=True))


async def _connection(session: Annotated[ReadSession, Depends(_read)]) -> AsyncConnection:
    return await session.connect()


async def _read_live(database: DatabaseDep) -> AsyncIterator[AsyncConnection]:
    async with database.read() as connection:
        yield connection


@asynccontextmanager
async def _writing(
    request: Request, database: Database, key: Key, *, at_length: bool = False
) -> AsyncIterator[AsyncSession]:
    check_query(request)
    await request.body()  # before there is a lock that others would wait for while a slow client sends
    async with database.write(at_length=at_length) as session:
        state_of(session).key_name = key.name
        await note_use(session, key)
        await claim(request, session, key)
        yield session
        await session.commit()


async def _write(request: Request, database: DatabaseDep, key: EditorKey) -> AsyncIterator[AsyncSession]:
    async with _writing(request, database, key) as session:
        yield session


async def _write_at_length(request: Request, database: DatabaseDep, key: EditorKey) -> AsyncIterator[AsyncSession]:
    async with _writing(request, database, key, at_length=True) as session:
        yield session


ReadSessionDep = Annotated[ReadSession, Depends(_read)]
"""Reads the data, or the release that the request names, with the index."""

FileSessionDep = Annotated[ReadSession, Depends(_read_at_length)]
"""The same for an operation that may answer with a file, however long."""

ReadConnection = Annotated[AsyncConnection, Depends(_connection)]
"""Reads the same without the index."""

LiveConnection = Annotated[AsyncConnection, Depends(_read_live)]
"""Reads what no release holds: history, keys, the releases themselves."""

# The function's scope ends before the answer is sent: a commit that fails becomes a problem, not a broken promise.
WriteSession = Annotated[AsyncSession, Depends(_write, scope="function")]

LongWriteSession = Annotated[AsyncSession, Depends(_write_at_length, scope="function")]
"""Writes what takes its time: with the timeouts of exports and imports."""
