"""The service, and what is wrong with it."""

import gc
import json
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.shared import fail, opened, run, say, settings

if TYPE_CHECKING:
    from app.settings import Settings


async def _prepare(found: "Settings", *, seed: bool) -> None:
    """What a start does before serving: an embedded database is migrated and, when empty, seeded; a server's database
    must be at the right schema already."""
    from app import schema, seeding
    from app.keys.bootstrap import first_key

    async with opened(found, make=True) as database:
        if not database.is_embedded:
            await schema.check_schema(database.engine)
            return
        if await schema.is_stale(database.engine):
            await schema.migrate(database.engine)
            async with database.write() as session:
                await seeding.load_reference(session)
                await session.commit()
        if seed:
            async with database.write() as session:
                if await seeding.is_empty(session):
                    report = await seeding.load_seed(session)
                    await session.commit()
                    say(f"Seeded an empty database: {report}.")
        if not found.bootstrap_key and (token := await first_key(database)):
            say(f"An admin key, shown this once: {token}")


def _check_ports(found: "Settings", host: str, port: int) -> None:
    from app.core.ports import is_port_free

    if found.metrics_port == port:
        raise fail(f"MIEUX_METRICS_PORT: {port} is the port of the service itself", 2)
    for name, at, number in (("PORT", host, port), ("METRICS_PORT", found.host, found.metrics_port)):
        try:
            if not number or is_port_free(at, number):
                continue
        except OSError as error:
            raise fail(f"MIEUX_HOST: nobody can listen at {at}: {error.strerror or error}", 2) from None
        raise fail(f"MIEUX_{name}: port {number} on {at} is taken. Choose another one: MIEUX_{name}={number + 1}")


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

    found = settings()
    host, port, count = host or found.host, found.port if port is None else port, workers or found.workers
    _check_ports(found, host, port)
    if count > 1:
        gc.enable()
    run(_prepare(found, seed=seed))  # before there is a folder, in which this process would count as a worker
    with shared_by_workers(count):
        uvicorn.run(
            "app.main:serve_app",
            factory=True,
            host=host,
            port=port,
            workers=count,
            timeout_graceful_shutdown=30,
            timeout_keep_alive=found.keep_alive,
            http="app.core.edge.protocol:LimitedProtocol",
            ws="none",
            # On a busy machine a worker takes its time to start or to answer its parent, and must not be killed for it.
            timeout_worker_healthcheck=60,
            server_header=False,
            proxy_headers=False,  # the application believes the proxies that its own setting names
            log_config=dict(configuration(found.log_format, found.log_level)),
            access_log=False,  # the application's own log says more
        )


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Write an object for programs.")] = False) -> None:
    """Says what is wrong with settings, machine, database and what it holds, and what to do about it. Ends with 1 when
    there is a problem, with 2 when it is the settings."""
    from dataclasses import asdict

    from app.doctor.examination import examine
    from app.doctor.findings import Status, worst

    findings = run(examine())
    status = worst(findings)
    if as_json:
        say(json.dumps({"status": status, "findings": [asdict(finding) for finding in findings]}, ensure_ascii=False))
    else:
        colours = {Status.OK: "green", Status.WARNING: "yellow", Status.PROBLEM: "red"}
        for finding in findings:
            typer.secho(f"{finding.status:8} {finding.check:9} {finding.message}", fg=colours[finding.status])
            if finding.remedy:
                say(f"{'':18} {finding.remedy}")
    if status is Status.PROBLEM:
        raise typer.Exit(2 if any(one.check == "settings" and one.status is status for one in findings) else 1)
