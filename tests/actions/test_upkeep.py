"""What is kept up to date when several records change in one transaction, as an import or a restore does it."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.actions.models import Action
from app.activities.models import Activity
from app.core.database import Database
from app.core.text_search.documents import SearchDocument, is_code
from app.core.text_search.engines import Finder
from app.core.text_search.query import TextQuery, Word
from app.outputs.models import Output
from app.search.documents import Kind

pytestmark = pytest.mark.anyio


@pytest.fixture
async def database(shared_app: FastAPI) -> Database:
    """The database of the shared service."""
    found: Database = shared_app.state.database
    return found


@pytest.fixture
async def session(database: Database) -> AsyncIterator[AsyncSession]:
    """A session that writes."""
    async with database.write() as opened:
        yield opened


async def text_of(database: Database, action: int) -> str:
    """The words of an action that are looked through, with signs for the codes between texts."""
    async with database.look_up() as session:
        of_action = (SearchDocument.kind == Kind.ACTION, SearchDocument.record == action)
        texts = select(SearchDocument.title, SearchDocument.names, SearchDocument.body, SearchDocument.parts)
        found = (await session.execute(texts.where(*of_action))).one_or_none()
    return "\n".join(" ".join("|" if is_code(word) else word for word in text.split()) for text in found or ())


async def test_an_action_that_changes_together_with_its_child_keeps_its_own_change(
    database: Database, session: AsyncSession
) -> None:
    action = await session.get_one(Action, 1)
    version = action.version
    action.title = "Changed together with a child"
    session.add(Activity(action=1, position=90, type="other", title="Added in the same flush"))
    await session.commit()
    async with database.look_up() as reader:
        stored = await reader.get_one(Action, 1)
    assert (stored.title, stored.version) == ("Changed together with a child", version + 1)
    assert "changed together" in await text_of(database, 1)
    assert " added in the same flush" in await text_of(database, 1)


async def test_a_new_action_begins_with_its_first_version_whatever_belongs_to_it(
    database: Database, session: AsyncSession
) -> None:
    action = Action(slug="made-at-once", title="Made at once")
    session.add(action)
    await session.flush()
    for number in (1, 2):
        session.add(Activity(action=action.id, position=number, type="other", title=f"Part {number}"))
        await session.flush()
    session.add(Output(action=action.id, kind="report", title="Its report", languages=[]))
    await session.commit()
    assert action.version == 1
    title, *_, parts = (await text_of(database, action.id)).split("\n")
    said = [text.strip() for text in parts.split("|")]
    assert title == "made at once |"
    assert [text for text in said if text in ("part 1", "part 2", "its report")] == ["part 1", "part 2", "its report"]


async def test_many_changes_of_children_are_told_apart_by_flush(database: Database, session: AsyncSession) -> None:
    version = (await session.get_one(Action, 2)).version
    activities = list(await session.scalars(select(Activity).where(Activity.action == 2)))
    for activity in activities:
        activity.place = "Osh"
    await session.commit()
    async with database.look_up() as reader:
        assert (await reader.get_one(Action, 2)).version == version + 1


async def test_a_transaction_that_is_given_up_leaves_nothing(database: Database, session: AsyncSession) -> None:
    before = await text_of(database, 3)
    session.add(Activity(action=3, position=90, type="other", title="Given up"))
    await session.flush()
    await session.rollback()
    async with database.look_up() as reader:
        found = await reader.scalar(select(func.count()).select_from(Activity).where(Activity.title == "Given up"))
    assert found == 0
    assert await text_of(database, 3) == before


async def test_more_text_than_an_index_takes_is_found_by_its_beginning(
    database: Database, session: AsyncSession
) -> None:
    numbers = iter(range(0x10000, 0x100000))
    for position in range(90, 150):
        description = " ".join(f"{next(numbers):x}" for _ in range(3000))
        session.add(Activity(action=4, position=position, type="other", title="Long", description=description))
    await session.commit()
    first, last = await session.run_sync(
        lambda sync: [
            len(Finder(sync.connection(), [TextQuery((((Word(word),),),))]).find()) for word in ("10000", "3bf1f")
        ]
    )
    assert (first, last) == (2, 1)
