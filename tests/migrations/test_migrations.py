"""Migrations: up from nothing, down and up again, and at the end exactly what the models say."""

import asyncio
import warnings

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, delete, inspect, select, update

from app import schema
from app.core.database import create_engine
from app.core.text_search.documents import SearchDocument, SearchState
from app.core.text_search.engines import Finder, belongs_to_index
from app.core.text_search.query import parse
from app.search.synonyms import SYNONYMS
from app.tables import metadata


async def _tables(url: str) -> set[str]:
    engine = create_engine(url)
    async with engine.connect() as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    await engine.dispose()
    return set(names)


def test_up_from_nothing_down_and_up_again(make_database) -> None:
    url = make_database("")

    async def steps() -> None:
        for revision, expected in (("head", set(metadata.tables)), ("base", set()), ("head", set(metadata.tables))):
            await schema.migrate(create_engine(url), revision)
            found = {name for name in await _tables(url) if not belongs_to_index(name)}
            assert found - {"alembic_version", "sqlite_sequence"} == expected

    asyncio.run(steps())


def test_models_and_migrations_agree(make_database) -> None:
    url = make_database("empty")

    def is_declared(_item: object, name: str | None, *_: object) -> bool:
        return not belongs_to_index(name)

    options = {"compare_type": True, "compare_server_default": True, "include_object": is_declared}

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts=options)
        with warnings.catch_warnings():
            # Generated columns are compared on neither side by this version of Alembic, which says so.
            warnings.filterwarnings("ignore", message="Computed default on")
            return compare_metadata(context, metadata)

    async def compare() -> list[object]:
        engine = create_engine(url)
        async with engine.connect() as connection:
            found = await connection.run_sync(differences)
        await engine.dispose()
        return found

    assert asyncio.run(compare()) == []


def test_a_full_record_survives_going_down_to_nothing_only_as_an_empty_one(database_url: str) -> None:
    async def steps() -> str | None:
        await schema.migrate(create_engine(database_url), "base")
        await schema.migrate(create_engine(database_url), "head")
        engine = create_engine(database_url)
        revision = await schema.current_revision(engine)
        await engine.dispose()
        return revision

    assert asyncio.run(steps()) == schema.newest_revision()


def test_words_that_were_written_by_other_rules_are_written_anew(database_url: str) -> None:
    async def steps() -> tuple[list[tuple[int, int, str]], bool, list[tuple[int, int, str]], bool]:
        engine = create_engine(database_url)
        wanted = select(SearchDocument.kind, SearchDocument.record, SearchDocument.title).order_by("kind", "record")
        async with engine.begin() as connection:
            before = [tuple(row) for row in await connection.execute(wanted)]
            await connection.execute(delete(SearchDocument).where(SearchDocument.record > 3))
            await connection.execute(update(SearchDocument).values(title=" old ", parts="old"))
            await connection.execute(update(SearchState).values(rules="old"))
        was_stale = await schema.is_stale(engine)
        await schema.migrate(engine)
        async with engine.connect() as connection:
            after = [tuple(row) for row in await connection.execute(wanted)]
            found = await connection.run_sync(lambda sync: Finder(sync, [parse("poea", SYNONYMS)]).find())
        assert len(found) == 6
        is_stale = await schema.is_stale(engine)
        await engine.dispose()
        return before, was_stale, after, is_stale

    before, was_stale, after, is_stale = asyncio.run(steps())
    assert (was_stale, is_stale) == (True, False)
    assert after == before
