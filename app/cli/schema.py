"""The database: its schema, its seed, its epoch."""

from typing import Annotated

import typer

from app.cli.shared import opened, run, say


def migrate(
    revision: Annotated[str, typer.Argument(help="A revision, `head` or `base`.")] = "head",
) -> None:
    """Brings the database to this version's schema, and the reference data up to date."""
    from app import schema, seeding
    from app.core.progress import shown

    async def work() -> None:
        async with opened(make=True) as database:
            with shown() as progress:
                await schema.migrate(database.engine, revision, progress)
            if revision == "head":
                async with database.write() as session:
                    await seeding.load_reference(session)
                    await session.commit()
            say(f"The database is at revision {await schema.current_revision(database.engine) or 'none'}.")

    run(work())


def seed() -> None:
    """Adds what the seed has and the record has not. A second time changes nothing."""
    from app import schema, seeding

    async def work() -> None:
        async with opened() as database:
            await schema.check_schema(database.engine)
            async with database.write() as session:
                report = await seeding.load_seed(session)
                await session.commit()
            say(f"Added: {report}.")

    run(work())


def new_epoch() -> None:
    """Marks a database that was put back to an earlier state by other means than `restore`: cursors and ETags that were
    given before are refused from now on."""
    from app import backup

    async def work() -> None:
        async with opened() as database:
            await backup.renew_epoch(database)
        say("A new epoch has begun.")

    run(work())
