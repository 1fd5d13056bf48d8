"""What the commands have in common: settings, a database that is closed at the end, and errors in one line."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer

if TYPE_CHECKING:
    from app.core.database import Database
    from app.settings import Settings

Result = TypeVar("Result")


def say(text: str) -> None:
    """Writes a line to standard output."""
    typer.echo(text)


def fail(text: str, code: int = 1) -> typer.Exit:
    """Writes a line to standard error; gives what ends the command."""
    typer.secho(text, err=True, fg="red")
    return typer.Exit(code)


def settings() -> "Settings":
    """The settings of the environment; ends the command where they have mistakes."""
    from app.settings import WrongSettings, read_settings

    try:
        return read_settings()
    except WrongSettings as error:
        raise fail(str(error), 2) from None


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Runs work on the database to its end; ends the command where the database can't be used."""
    from sqlalchemy.exc import DBAPIError

    from app.schema import StaleSchema

    try:
        return asyncio.run(work)
    except StaleSchema as error:
        raise fail(str(error)) from None
    except (DBAPIError, OSError) as error:
        cause = getattr(error, "orig", None) or error
        raise fail(f"The database can't be used: {str(cause) or 'it did not answer in time'}") from None


def check_file(found: "Settings", *, make: bool = False) -> None:
    """Ends the command where an embedded database isn't there; `make` says that the command makes the file."""
    from app.core.database_url import EmbeddedFile, read_url

    match read_url(found.database_url):
        case EmbeddedFile(path):
            file = Path(path).absolute()
            if not file.parent.is_dir():
                raise fail(f"MIEUX_DATABASE_URL: there is no folder {file.parent}")
            if not make and not file.is_file():
                raise fail(
                    f"There is no database {file}. `mieux serve` or `mieux migrate` makes it; "
                    "MIEUX_DATABASE_URL names another one."
                )


@asynccontextmanager
async def opened(found: "Settings | None" = None, *, make: bool = False) -> AsyncIterator["Database"]:
    """The database of the settings, closed at the end. An embedded one has to be there, unless `make` is set."""
    from app.core.database import Database
    from app.listeners import install_listeners

    install_listeners()
    found = found or settings()
    check_file(found, make=make)
    database = Database(found.database_url)
    try:
        yield database
    finally:
        await database.close()
