"""The `mieux` command."""

import asyncio
import gc
import json
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from app.core.roles import Role

if TYPE_CHECKING:
    from app.core.database import Database
    from app.settings import Settings

Result = TypeVar("Result")

cli = typer.Typer(no_args_is_help=True, add_completion=False, help="MIEUX Registry: the service and its parts.")
keys = typer.Typer(no_args_is_help=True, help="Keys for writing: made here, shown once, stored as a hash.")
cli.add_typer(keys, name="keys")


def _say(text: str) -> None:
    typer.echo(text)


def _fail(text: str, code: int = 1) -> typer.Exit:
    typer.secho(text, err=True, fg="red")
    return typer.Exit(code)


def _settings() -> "Settings":
    from app.settings import WrongSettings, read_settings

    try:
        return read_settings()
    except WrongSettings as error:
        raise _fail(str(error), 2) from None


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    from sqlalchemy.exc import DBAPIError

    from app.schema import StaleSchema

    try:
        return asyncio.run(work)
    except StaleSchema as error:
        raise _fail(str(error)) from None
    except (DBAPIError, OSError) as error:
        cause = getattr(error, "orig", None) or error
        raise _fail(f"The database can't be used: {str(cause) or 'it did not answer in time'}") from None


def _database(settings: "Settings") -> "Database":
    from app.core.database import Database
    from app.core.database_url import EmbeddedFile, read_url

    match read_url(settings.database_url):
        case EmbeddedFile(path) if not (folder := Path(path).absolute().parent).is_dir():
            raise _fail(f"MIEUX_DATABASE_URL: there is no folder {folder}")
    return Database(settings.database_url)


async def _prepare(settings: "Settings", *, seed: bool) -> None:
    """What a start does before serving: an embedded database is migrated and, when empty, seeded; a server's database
    must be at the right schema already."""
    from app import schema, seeding
    from app.keys.bootstrap import first_key

    database = _database(settings)
    try:
        if not database.is_embedded:
            await schema.check_schema(database.engine)
        elif await schema.is_stale(database.engine):
            await schema.migrate(database.engine)
            async with database.write() as session:
                await seeding.load_reference(session)
                await session.commit()
        if database.is_embedded and seed:
            async with database.write() as session:
                if await seeding.is_empty(session):
                    report = await seeding.load_seed(session)
                    await session.commit()
                    _say(f"Seeded an empty database: {_listed(report.added)}.")
        if database.is_embedded and not settings.bootstrap_key and (token := await first_key(database)):
            _say(f"An admin key, shown this once: {token}")
    finally:
        await database.close()


def _listed(added: dict[str, int]) -> str:
    return ", ".join(f"{number} {noun}" for noun, number in added.items()) or "nothing was missing"


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Where to listen; MIEUX_HOST by default.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="The port; MIEUX_PORT by default.")] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="How many processes; MIEUX_WORKERS by default.")
    ] = None,
    seed: Annotated[bool, typer.Option(help="Seed an empty embedded database.")] = True,
) -> None:
    """Serves the API and its documentation. An embedded database is migrated, and seeded when it is empty."""
    # A start makes a million objects and hardly any garbage. `serve_app` switches the collector on again, in this
    # process when it is the one that serves.
    gc.disable()
    import uvicorn

    from app.core.logs import configuration
    from app.core.metrics_folder import shared_by_workers
    from app.core.ports import is_port_free

    settings = _settings()
    port = settings.port if port is None else port
    if settings.metrics_port == port:
        raise _fail(f"MIEUX_METRICS_PORT: {port} is the port of the service itself", 2)
    if settings.metrics_port and not is_port_free(settings.host, settings.metrics_port):
        raise _fail(f"MIEUX_METRICS_PORT: port {settings.metrics_port} on {settings.host} is taken.")
    count = workers or settings.workers
    if count > 1:
        gc.enable()
    _run(_prepare(settings, seed=seed))  # before there is a folder, in which this process would count as a worker
    with shared_by_workers(count):
        uvicorn.run(
            "app.main:serve_app",
            factory=True,
            host=host or settings.host,
            port=port,
            workers=count,
            timeout_graceful_shutdown=30,
            timeout_keep_alive=settings.keep_alive,
            http="app.core.edge.protocol:LimitedProtocol",
            ws="none",
            # On a busy machine a worker takes its time to start or to answer its parent, and must not be killed for it.
            timeout_worker_healthcheck=60,
            server_header=False,
            proxy_headers=False,  # the application believes the proxies that its own setting names
            log_config=dict(configuration(settings.log_format, settings.log_level)),
            access_log=False,  # the application's own log says more
        )


@cli.command()
def doctor(as_json: Annotated[bool, typer.Option("--json", help="Write an object for programs.")] = False) -> None:
    """Says what is wrong with settings, machine, database and what it holds, and what to do about it. Ends with 1 when
    there is a problem, with 2 when it is the settings."""
    from dataclasses import asdict

    from app.doctor.examination import examine
    from app.doctor.findings import Status, worst

    findings = _run(examine())
    status = worst(findings)
    if as_json:
        _say(json.dumps({"status": status, "findings": [asdict(finding) for finding in findings]}, ensure_ascii=False))
    else:
        colours = {Status.OK: "green", Status.WARNING: "yellow", Status.PROBLEM: "red"}
        for finding in findings:
            typer.secho(f"{finding.status:8} {finding.check:9} {finding.message}", fg=colours[finding.status])
            if finding.remedy:
                _say(f"{'':18} {finding.remedy}")
    if status is Status.PROBLEM:
        raise typer.Exit(2 if any(one.check == "settings" and one.status is status for one in findings) else 1)


@cli.command()
def migrate(
    revision: Annotated[str, typer.Argument(help="A revision, `head` or `base`.")] = "head",
) -> None:
    """Brings the database to this version's schema, and the reference data up to date."""
    from app import schema, seeding

    async def work() -> None:
        database = _database(_settings())
        try:
            await schema.migrate(database.engine, revision)
            if revision == "head":
                async with database.write() as session:
                    await seeding.load_reference(session)
                    await session.commit()
            _say(f"The database is at revision {await schema.current_revision(database.engine) or 'none'}.")
        finally:
            await database.close()

    _run(work())


@cli.command()
def seed() -> None:
    """Adds what the seed has and the record has not. A second time changes nothing."""
    from app import schema, seeding

    async def work() -> None:
        database = _database(_settings())
        try:
            await schema.check_schema(database.engine)
            async with database.write() as session:
                report = await seeding.load_seed(session)
                await session.commit()
            _say(f"Added: {_listed(report.added)}.")
        finally:
            await database.close()

    _run(work())


@cli.command()
def openapi(
    file: Annotated[Path | None, typer.Argument(help="Where to write it; standard output by default.")] = None,
) -> None:
    """Writes the OpenAPI description of the API."""
    from app.core.addresses import addressed_below
    from app.main import create_app

    settings = _settings()
    with addressed_below(settings.path_prefix):
        described = create_app(settings).openapi()
    if settings.public_url:  # a file is read anywhere, so that the path alone wouldn't do
        described["servers"] = [{"url": settings.public_url}]
    text = json.dumps(described, indent=2, ensure_ascii=False)
    if file is None:
        _say(text)
    else:
        file.write_text(text + "\n", "utf-8")


@cli.command()
def export(
    filters: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=VALUE]...", help="Filters, as the API has them: country=PH.")
    ] = None,
    of: Annotated[
        str | None, typer.Option(help="A list (actions, deployments ...) or a preset; by default the whole record.")
    ] = None,
    form: Annotated[
        str, typer.Option("--format", help="xlsx, zip, sqlite or iati; of a list csv, xlsx, ndjson or geojson.")
    ] = "xlsx",
    output: Annotated[
        Path | None, typer.Option(help="The file to write, or - for standard output; by default a telling name.")
    ] = None,
) -> None:
    """Writes the record, a list or a figure into a file, the same as the service answers it."""
    from app.exports import command
    from app.main import create_app

    try:
        path, query = command.address(of, form, filters or [])
        made = _run(command.write_export(create_app(_settings()), path, query, output))
    except command.ExportRefused as error:
        raise _fail(str(error)) from None
    if made is not None:
        _say(f"Wrote {made}.")


@cli.command()
def backup(file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")]) -> None:
    """Writes everything that the database holds into one file, as of one moment, while the service goes on."""
    from app import backup as backups

    async def work() -> None:
        database = _database(_settings())
        try:
            copied = await backups.backup(database, file)
        except backups.BackupRefused as error:
            raise _fail(str(error)) from None
        finally:
            await database.close()
        _say(f"Wrote {file}: {_listed(copied)}.")

    _run(work())


@cli.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `mieux backup` wrote.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in the place of the records that there are.")
    ] = False,
) -> None:
    """Puts a backup's content into the database, all of it or nothing; from either kind of database into either."""
    from app import backup as backups

    async def work() -> None:
        database = _database(_settings())
        try:
            copied = await backups.restore(database, file, replace=replace)
        except backups.BackupRefused as error:
            raise _fail(str(error)) from None
        finally:
            await database.close()
        _say(f"Restored {file}: {_listed(copied)}.")

    _run(work())


@cli.command("new-epoch")
def new_epoch() -> None:
    """Marks a database that was put back to an earlier state by other means than `restore`: cursors and ETags that were
    given before are refused from now on."""
    from app import backup as backups

    async def work() -> None:
        database = _database(_settings())
        try:
            await backups.renew_epoch(database)
        finally:
            await database.close()
        _say("A new epoch has begun.")

    _run(work())


@cli.command("import")
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

    if not _run(run_import(_database(_settings()), file, commit, source, choose or [], prefer, on_reject, notes)):
        raise typer.Exit(1)


@keys.command("create")
def create_key(
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
        database = _database(_settings())
        try:
            await schema.check_schema(database.engine)
            async with database.write() as session:
                count = await session.scalar(select(func.count()).select_from(security.Key)) or 0
                chosen = name or f"{role.value}-{count + 1}"
                if await session.scalar(select(security.Key).where(security.Key.name == chosen)):
                    raise _fail(f"There is a key named '{chosen}' already.")
                token = await security.create_key(session, chosen, role, days=days)
                await session.commit()
            return token
        finally:
            await database.close()

    _say(_run(work()))


@keys.command("list")
def list_keys() -> None:
    """Shows the keys: their names, roles and dates, never their tokens."""
    from rich.console import Console
    from rich.table import Table
    from sqlalchemy import select

    from app import schema
    from app.core.security import Key

    async def work() -> list[Key]:
        database = _database(_settings())
        try:
            await schema.check_schema(database.engine)
            async with database.look_up() as session:
                return list(await session.scalars(select(Key).order_by(Key.id)))
        finally:
            await database.close()

    table = Table("name", "role", "created", "expires", "last used", "revoked")
    for key in _run(work()):
        moments = (key.created_at, key.expires_at, key.last_used_at, key.revoked_at)
        table.add_row(key.name, key.role, *("" if moment is None else f"{moment:%Y-%m-%d %H:%M}" for moment in moments))
    Console().print(table)


@keys.command("revoke")
def revoke_key(name: Annotated[str, typer.Argument(help="The name of the key.")]) -> None:
    """Ends a key at once. Its name stays in the list, and in the history."""
    from sqlalchemy import select

    from app import schema
    from app.core.database import now
    from app.core.security import Key

    async def work() -> None:
        database = _database(_settings())
        try:
            await schema.check_schema(database.engine)
            async with database.write() as session:
                key = await session.scalar(select(Key).where(Key.name == name))
                if key is None:
                    raise _fail(f"There is no key named '{name}'.")
                key.revoked_at = key.revoked_at or now()
                await session.commit()
        finally:
            await database.close()

    _run(work())
    _say(f"The key '{name}' is revoked.")


def main() -> None:
    """The entry point of the `mieux` command."""
    sys.exit(cli())
