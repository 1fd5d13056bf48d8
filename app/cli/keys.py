"""Keys for writing."""

from typing import Annotated

import typer

from app.cli.shared import fail, opened, run, say
from app.core.roles import Role

keys = typer.Typer(no_args_is_help=True, help="Keys for writing: made here, shown once, stored as a hash.")


@keys.command()
def create(
    role: Annotated[Role, typer.Option(help="What the key may do.")],
    name: Annotated[str | None, typer.Option(help="Who uses it; appears in the history of what it changes.")] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=36500, help="How long it is valid; for ever by default.")
    ] = None,
) -> None:
    """Makes a key and shows its token, this once."""
    from sqlalchemy import func, select

    from app import schema
    from app.core import security

    async def work() -> str:
        async with opened() as database:
            await schema.check_schema(database.engine)
            async with database.write() as session:
                count = await session.scalar(select(func.count()).select_from(security.Key)) or 0
                chosen = name or f"{role.value}-{count + 1}"
                if await session.scalar(select(security.Key).where(security.Key.name == chosen)):
                    raise fail(f"There is a key named '{chosen}' already.")
                token = await security.create_key(session, chosen, role, days=days)
                await session.commit()
            return token

    say(run(work()))


@keys.command("list")
def list_keys() -> None:
    """Shows the keys: their names, roles and dates, never their tokens."""
    from rich.console import Console
    from rich.table import Table
    from sqlalchemy import select

    from app import schema
    from app.core.security import Key

    async def work() -> list[Key]:
        async with opened() as database:
            await schema.check_schema(database.engine)
            async with database.look_up() as session:
                return list(await session.scalars(select(Key).order_by(Key.id)))

    table = Table("name", "role", "created", "expires", "last used", "revoked")
    for key in run(work()):
        moments = (key.created_at, key.expires_at, key.last_used_at, key.revoked_at)
        table.add_row(key.name, key.role, *("" if moment is None else f"{moment:%Y-%m-%d %H:%M}" for moment in moments))
    Console().print(table)


@keys.command()
def revoke(name: Annotated[str, typer.Argument(help="The name of the key.")]) -> None:
    """Ends a key at once. Its name stays in the list, and in the history."""
    from sqlalchemy import select

    from app import schema
    from app.core.database import now
    from app.core.security import Key

    async def work() -> None:
        async with opened() as database:
            await schema.check_schema(database.engine)
            async with database.write() as session:
                key = await session.scalar(select(Key).where(Key.name == name))
                if key is None:
                    raise fail(f"There is no key named '{name}'.")
                key.revoked_at = key.revoked_at or now()
                await session.commit()

    run(work())
    say(f"The key '{name}' is revoked.")
