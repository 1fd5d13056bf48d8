"""The `mieux` command. Each module has the commands of one kind of work; what they need is imported when one runs."""

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from app.cli import files, keys, schema, serving
from app.cli.shared import say


def _version(asked: bool) -> None:
    if asked:
        from app.core.caching import SOFTWARE

        say(f"mieux {SOFTWARE}")
        raise typer.Exit


cli = typer.Typer(no_args_is_help=True, add_completion=False, help="MIEUX Registry: the service and its parts.")


@cli.callback()
def _options(
    _asked: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """MIEUX Registry: the service and its parts."""


_COMMANDS: tuple[Callable[..., None], ...] = (
    serving.serve,
    serving.doctor,
    schema.migrate,
    schema.seed,
    files.openapi,
    files.export,
    files.backup,
    files.restore,
)
for _command in _COMMANDS:
    cli.command()(_command)
cli.command("new-epoch")(schema.new_epoch)
cli.command("import")(files.import_file)
cli.add_typer(keys.keys, name="keys")


def main() -> None:
    """The entry point of the `mieux` command."""
    sys.exit(cli())
