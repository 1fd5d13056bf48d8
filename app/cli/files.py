"""Files that come out of the registry and go into it."""

import json
from pathlib import Path
from typing import Annotated

import typer

from app.cli.shared import check_file, fail, opened, run, say, settings


def _is_standard_output(file: Path | None) -> bool:
    return file is None or str(file) == "-"


def _check_output(file: Path | None) -> None:
    """Ends the command before any work where its file can't be written."""
    if file is None or _is_standard_output(file):
        return
    if file.is_dir():
        raise fail(f"{file} is a folder: name a file.")
    if not file.absolute().parent.is_dir():
        raise fail(f"There is no folder {file.absolute().parent} to write {file.name} into.")


def openapi(
    file: Annotated[Path | None, typer.Argument(help="Where to write it; - or nothing is standard output.")] = None,
) -> None:
    """Writes the OpenAPI description of the API."""
    from app.core.addresses import addressed_below
    from app.main import create_app

    _check_output(file)
    found = settings()
    with addressed_below(found.path_prefix):
        described = create_app(found).openapi()
    if found.public_url:  # a file is read anywhere, so that the path alone wouldn't do
        described["servers"] = [{"url": found.public_url}]
    text = json.dumps(described, indent=2, ensure_ascii=False)
    if file is None or _is_standard_output(file):
        say(text)
    else:
        file.write_text(text + "\n", "utf-8")


def export(
    filters: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=VALUE]...", help="Filters, as the API has them: country=PH.")
    ] = None,
    of: Annotated[
        str | None, typer.Option(help="A list (actions, deployments ...) or a preset; by default the whole record.")
    ] = None,
    form: Annotated[
        str, typer.Option("--format", "-f", help="xlsx, zip, sqlite or iati; of a list csv, xlsx, ndjson or geojson.")
    ] = "xlsx",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write, or - for standard output.")
    ] = None,
) -> None:
    """Writes the record, a list or a figure into a file, the same as the service answers it."""
    from app.core.progress import shown
    from app.exports import command
    from app.main import create_app

    _check_output(output)
    found = settings()
    check_file(found)
    try:
        path, query = command.address(of, form, filters or [])
        with shown() as progress:
            made = run(command.write_export(create_app(found), path, query, output, progress))
    except command.ExportRefused as error:
        raise fail(str(error)) from None
    if made is not None:
        say(f"Wrote {made}.")


def backup(file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")]) -> None:
    """Writes everything that the database holds into one file, as of one moment, while the service goes on."""
    from app import backup as backups
    from app.core.progress import shown
    from app.tables import counted

    _check_output(file)

    async def work() -> dict[str, int]:
        async with opened() as database:
            with shown() as progress:
                return await backups.backup(database, file, progress)

    try:
        say(f"Wrote {file}: {counted(run(work())) or 'no records'}.")
    except backups.BackupRefused as error:
        raise fail(str(error)) from None


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `mieux backup` wrote.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in the place of the records that there are.")
    ] = False,
) -> None:
    """Puts a backup's content into the database, all of it or nothing; from either kind of database into either."""
    from app import backup as backups
    from app.core.progress import shown
    from app.tables import counted

    async def work() -> dict[str, int]:
        async with opened(make=True) as database:
            with shown() as progress:
                return await backups.restore(database, file, progress, replace=replace)

    try:
        say(f"Restored {file}: {counted(run(work())) or 'no records'}.")
    except backups.BackupRefused as error:
        raise fail(str(error)) from None


def import_file(
    file: Annotated[Path, typer.Argument(help="A page (text or HTML), CSV, XLSX, JSON or NDJSON.", exists=True)],
    commit: Annotated[bool, typer.Option("--commit", help="Record it; without this, it is only shown.")] = False,
    source: Annotated[
        str | None,
        typer.Option(help="The source that the file speaks for: its id or title; by default the file's name."),
    ] = None,
    choose: Annotated[
        list[str] | None, typer.Option(help="What stands in a conflict: `moldova/end=new` or `=recorded`; repeatable.")
    ] = None,
    prefer: Annotated[str, typer.Option(help="What stands where nothing was chosen: recorded, new or ask.")] = "ask",
    on_reject: Annotated[
        str, typer.Option(help="Where a part is rejected: `refuse` records nothing, `skip` the rest.")
    ] = "refuse",
    notes: Annotated[bool, typer.Option("--notes", help="Show notes, too, beside errors and warnings.")] = False,
) -> None:
    """Shows what a file would record, action by action; with --commit, records it. Ends with 1 when something is
    rejected."""
    from app.imports.terminal import run_import

    async def work() -> bool:
        async with opened() as database:
            return await run_import(database, file, commit, source, choose or [], prefer, on_reject, notes)

    if not run(work()):
        raise typer.Exit(1)
