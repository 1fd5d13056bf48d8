"""The registry beside what people would take otherwise, on the same made-up record, asked in turn.

`python -m benchmarks.comparison --actions 10000` makes the database and an environment with the others in a temporary
folder, starts one process of each at a time on one core, and prints tables in Markdown: requests per second with
eight connections, the 50th and 99th percentile of the milliseconds that a lone client waits, and how many times as
many requests the registry answered, round by round, as median and range. `--folder` names a folder in which databases
and environment stay for the next time.

The registry computes each answer (`Cache-Control: no-cache`); the others cache none. What a cached one costs is
measured by `benchmarks.cached`.
"""

import argparse
import asyncio
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from benchmarks.peers import canned
from benchmarks.servers import Measured, Server, databases, make_record, registry, running
from support.commands import free_port

CONNECTIONS = 8
SECONDS = 0.5
THEME = "border-management"
SOUGHT = ("border+management", "trafficking", "visas")
PACKAGES = (
    "datasette",
    "django",
    "djangorestframework",
    "gunicorn",
    "fastapi",
    "sqlalchemy",
    "uvicorn",
    "uvloop",
    "httptools",
)
DATASETTE, REST_FRAMEWORK, BY_HAND = "Datasette", "Django REST Framework", "FastAPI with the ORM"
COLUMNS = {"per_second": 0, "median_ms": 2, "p99_ms": 2, "kilobytes": 1}
"""The columns of the tables, with their digits."""
FIGURES = ("actions-per-theme", "deployments-per-member-state", "themes-by-country")
PEERS = (DATASETTE, REST_FRAMEWORK, BY_HAND)
OWN = "registry"


@dataclass
class Question:
    """What is asked, as each of the servers wants to be asked."""

    name: str
    paths: dict[str, list[str]]
    at_least: float | None = None
    """How many times as many requests as Datasette the registry is to answer."""
    measured: dict[str, list[Measured]] = field(default_factory=dict)


def questions(actions: int) -> list[Question]:
    """Everything that is compared, and what only the registry answers."""
    ids = random.Random(1).choices(range(1, actions + 1), k=200)
    shape = "_shape=objects"

    def same(path: str) -> dict[str, list[str]]:
        return {key: [path] for key in (REST_FRAMEWORK, BY_HAND)}

    api = "/api/v1"
    figures = {
        "actions-per-theme": f"{api}/aggregates/actions-per-theme",
        "deployments-per-member-state": f"{api}/aggregates/deployments-per-member-state",
        "themes-by-country": f"{api}/aggregates?measure=actions&by=theme&by=country",
    }
    return [
        Question(
            "list",
            {OWN: [f"{api}/actions"], DATASETTE: [f"/registry/list.json?{shape}"], **same("/actions")},
            at_least=2,
        ),
        Question(
            "detail",
            {
                OWN: [f"{api}/actions/{key}" for key in ids],
                DATASETTE: [f"/registry/detail.json?id={key}&{shape}" for key in ids],
                REST_FRAMEWORK: (plain := [f"/actions/{key}" for key in ids]),
                BY_HAND: plain,
            },
            at_least=2,
        ),
        Question(
            "list of a theme",
            {
                OWN: [f"{api}/actions?theme={THEME}"],
                DATASETTE: [f"/registry/filtered.json?theme={THEME}&{shape}"],
                **same(f"/actions?theme={THEME}"),
            },
            at_least=3,
        ),
        *(
            Question(
                name,
                {OWN: [figures[name]], DATASETTE: [f"/registry/{name}.json?{shape}"], **same(f"/figures/{name}")},
                at_least=10,
            )
            for name in FIGURES
        ),
        Question("member states by country", {OWN: [f"{api}/aggregates/member-states-by-country"]}),
        Question("themes by year", {OWN: [f"{api}/aggregates/themes-by-year"]}),
        Question("facets", {OWN: [f"{api}/facets"]}),
        Question("facets of a theme", {OWN: [f"{api}/facets?theme={THEME}"]}),
        Question("headline", {OWN: [f"{api}/headline"]}),
        Question(
            "search", {OWN: [f"{api}/search?q={words}" for words in ("border+management", "trafficking", "visas")]}
        ),
    ]


def install(folder: Path) -> Path:
    """An environment of its own with the others; gives its folder of commands."""
    commands = folder / "environment" / "bin"
    if not (commands / "gunicorn").exists():
        subprocess.run([sys.executable, "-m", "venv", commands.parent], check=True)
        pip = [commands / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        try:
            subprocess.run([*pip, *PACKAGES], check=True, timeout=300)
        except subprocess.SubprocessError:
            sys.exit("The others can't be installed here: this benchmark needs a package index.")
    return commands


@contextmanager
def started(name: str, url: str, commands: Path, folder: Path) -> Iterator[Server]:
    """One of the servers: the registry on a URL, another one on the registry's SQLite file."""
    if name == OWN:
        with registry(url, folder / "registry.log") as server:
            yield server
        return
    port, database = free_port(), Path(url.removeprefix("sqlite:///"))
    if name == DATASETTE:
        command, ready = canned.command(commands / "datasette", database, port, folder), "/-/versions.json"
    else:
        ready = "/actions?limit=1"
        if name == REST_FRAMEWORK:
            threads = ["--worker-class", "gthread", "--threads", str(CONNECTIONS)]
            options = [*threads, "--bind", f"127.0.0.1:{port}", "--keep-alive", "60"]
            command = [commands / "gunicorn", *options, "benchmarks.peers.rest_framework:application"]
        else:
            options = ["--port", str(port), "--no-access-log"]
            command = [commands / "uvicorn", *options, "benchmarks.peers.fastapi_orm:app"]
    with running(command, port, ready, folder / "peer.log", PEER_DATABASE=str(database)) as server:
        yield server


def measure(server: Server, paths: list[str]) -> Measured:
    """Requests per second with several connections, and the latency that a lone client sees."""
    busy = server.load(paths, connections=CONNECTIONS, seconds=SECONDS, anew=True)
    alone = server.load(paths, connections=1, seconds=SECONDS, anew=True)
    return Measured(busy.per_second, alone.median_ms, alone.p99_ms, busy.kilobytes)


async def statements(question: Question, server: Server, url: str) -> float:
    """How many statements the registry sends to PostgreSQL for one answer, from the server's own log."""
    log = Path(url.partition("host=")[2]) / "log"
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("ALTER SYSTEM SET log_statement = 'all'")
        await connection.execute("SELECT pg_reload_conf()")
        await asyncio.sleep(0.5)
        before = log.stat().st_size
        asked = 20
        await asyncio.to_thread(server.load, question.paths[OWN], connections=1, seconds=30, requests=asked, anew=True)
        await connection.execute("ALTER SYSTEM RESET log_statement")
        await connection.execute("SELECT pg_reload_conf()")
    finally:
        await connection.close()
    with log.open("rb") as file:
        file.seek(before)
        logged = [line for line in file if b"LOG:  execute" in line or b"LOG:  statement" in line]
    own = [line for line in logged if b"ALTER SYSTEM" not in line and b"pg_reload_conf" not in line]
    return len(own) / asked


def memory_mb(process: int) -> float:
    """The private memory (RssAnon) of a process and its children, in MB."""
    pids = [process]
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        pids += [int(pid) for pid in task.read_text().split()]
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                total += int(line.split()[1])
    return total / 1024


def run(asked: list[Question], rounds: int, servers: dict[str, Server]) -> None:
    """All measurements, in turn; the first round only warms up."""
    for turn in range(rounds + 1):
        for question in asked:
            for name, server in servers.items():
                if name not in question.paths:
                    continue
                met = measure(server, question.paths[name])
                if turn:
                    question.measured.setdefault(name, []).append(met)
        print(".", end="", flush=True, file=sys.stderr)
    print(file=sys.stderr)


def median(measured: list[Measured], column: str) -> float:
    """The median of a column."""
    return statistics.median(getattr(item, column) for item in measured)


def report(asked: list[Question]) -> list[str]:
    """Prints the tables; gives where the registry is slower than it is to be."""
    short = []
    print("| question | server | requests/s | p50 ms | p99 ms | KB | registry's requests, times |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for question in asked:
        own = question.measured[OWN]
        for name, measured in question.measured.items():
            times = sorted(mine.per_second / other.per_second for mine, other in zip(own, measured, strict=True))
            middle = statistics.median(times)
            ratio = "" if name == OWN else f"{middle:.1f} ({times[0]:.1f} to {times[-1]:.1f})"
            cells = [f"{median(measured, column):.{digits}f}" for column, digits in COLUMNS.items()]
            print(f"| {' | '.join([question.name, name, *cells, ratio])} |")
            if name == DATASETTE and question.at_least is not None and middle < question.at_least:
                short.append(f"{question.name}: {middle:.2f} times Datasette, not {question.at_least}")
    return short


def compare(actions: int, rounds: int, folder: Path, kind: str) -> list[str]:
    """One run with that many actions; 17 are the seed."""
    commands = install(folder)
    place = folder / f"{actions}"
    place.mkdir(parents=True, exist_ok=True)
    file = place / "registry.db"
    seed = actions == 17
    if not file.exists():
        print(f"Making {actions} actions ...", file=sys.stderr, flush=True)
        asyncio.run(make_record(f"sqlite:///{file}", 0 if seed else actions, seeded=seed))
    asked = questions(actions)
    with databases(place) as urls:
        url = urls[kind]
        if kind != "SQLite":
            asyncio.run(make_record(url, 0 if seed else actions, seeded=seed))
        own_url = f"sqlite:///{file}" if kind == "SQLite" else url
        peer_url = f"sqlite:///{file}"
        size = file.stat().st_size / 1e6
        print(f"\n### {actions:,} actions, the registry on {kind}\n\nThe SQLite file has {size:.0f} MB.\n")
        with (
            started(OWN, own_url, commands, place) as own,
            started(DATASETTE, peer_url, commands, place) as datasette,
            started(REST_FRAMEWORK, peer_url, commands, place) as rest_framework,
            started(BY_HAND, peer_url, commands, place) as by_hand,
        ):
            servers = dict(zip((OWN, *PEERS), (own, datasette, rest_framework, by_hand), strict=True))
            check_same(servers)
            before = {name: memory_mb(server.process) for name, server in servers.items()}
            run(asked, rounds, servers)
            short = report(asked)
            if kind != "SQLite":
                print("\n| question | statements for one answer |\n| --- | --- |")
                for question in asked:
                    print(f"| {question.name} | {asyncio.run(statements(question, own, url)):.1f} |")
            print("\n| server | ready, s | MB at the start | MB after the questions |\n| --- | --- | --- | --- |")
            for name, server in servers.items():
                after = memory_mb(server.process)
                print(f"| {name} | {server.ready_seconds:.2f} | {before[name]:.0f} | {after:.0f} |")
    return short


def check_same(servers: dict[str, Server]) -> None:
    """All of them show the same page of the same record."""
    own: Any = servers[OWN].get("/api/v1/actions")
    shown = [item["id"] for item in own["items"]]
    canned_page: Any = servers[DATASETTE].get("/registry/list.json?_shape=objects")
    django_page: Any = servers[REST_FRAMEWORK].get("/actions")
    by_hand: Any = servers[BY_HAND].get("/actions")
    assert shown == [row["id"] for row in canned_page["rows"]]
    assert shown == [row["id"] for row in django_page["results"]]
    assert shown == [row["id"] for row in by_hand["items"]]
    assert own["total"] == canned_page["rows"][0]["total"] == django_page["count"] == by_hand["total"]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--actions", type=int, nargs="+", default=[17, 10_000], help="17 (the seed) or more")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--database", choices=("SQLite", "PostgreSQL"), default="SQLite")
    parser.add_argument("--folder", type=Path, help="where databases and environment stay")
    given = parser.parse_args()
    begun = time.monotonic()
    short: list[str] = []
    with tempfile.TemporaryDirectory(prefix="mieux-benchmark-") as name:
        folder = given.folder or Path(name)
        for actions in given.actions:
            short += compare(actions, given.rounds, folder.resolve(), given.database)
    print(f"\n{time.monotonic() - begun:.0f} seconds in all", file=sys.stderr)
    if short:
        sys.exit("\n".join(short))


if __name__ == "__main__":
    main()
