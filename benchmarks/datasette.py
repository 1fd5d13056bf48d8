"""The registry beside Datasette, on the same SQLite file with 10,000 made-up actions, asked in turn.

`python -m benchmarks.datasette` makes the database and an environment with Datasette in a temporary folder, starts
both servers with one process each, prints what they did, and fails when the registry is slower where it promises not
to be: at a list page, and at a record with what belongs to it.

The registry is asked twice: as anybody asks it, and so that it makes each answer anew instead of giving one that it
has kept. Datasette keeps no answers.
"""

import asyncio
import json
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

from benchmarks.servers import Measured, Server, free_port, make_record, registry, running

ACTIONS = 10_000
ROUNDS = 5
CONNECTIONS = 8
SECONDS = 0.4
THEME = "asylum"

COUNTRIES = """(SELECT json_group_array(json_object('code', code, 'name', name)) FROM
    (SELECT c.code, c.name FROM action_countries l JOIN countries c ON c.code = l.country
     WHERE l.action = a.id ORDER BY l.position)) AS countries"""
THEMES = """(SELECT json_group_array(json_object('slug', slug, 'name', name)) FROM
    (SELECT t.slug, t.name FROM action_themes l JOIN themes t ON t.slug = l.theme
     WHERE l.action = a.id ORDER BY l.position)) AS themes"""
PARTNERS = """(SELECT json_group_array(json_object('id', id, 'name', name, 'acronym', acronym)) FROM
    (SELECT p.id, p.name, p.acronym FROM action_partners l JOIN partners p ON p.id = l.partner
     WHERE l.action = a.id ORDER BY l.position)) AS partners"""
COUNTS = ", ".join(
    f"(SELECT count(*) FROM {table} WHERE action = a.id) AS {table}_count"
    for table in ("activities", "deployments", "outputs")
)
ACTION = f"""a.id, a.slug, a.title, a.objective, a.summary, a.region, a.start, a.end,
    CASE WHEN a.start_first_day > date('now') THEN 'planned' WHEN a.end_last_day < date('now') THEN 'completed'
    ELSE 'ongoing' END AS status, a.follows, a.source, a.version, a.created_at, a.updated_at,
    {COUNTRIES}, {THEMES}, {PARTNERS}, {COUNTS}"""
WITH_THEME = "a.id IN (SELECT action FROM action_themes WHERE theme = :theme)"


def children(table: str, order: str, *columns: str) -> str:
    """The records of a table that belong to an action, as JSON."""
    pairs = ", ".join(f"'{column}', \"{column}\"" for column in columns)
    return f"""(SELECT json_group_array(json_object({pairs})) FROM
        (SELECT * FROM {table} WHERE action = a.id ORDER BY {order})) AS {table}"""


ACTIVITIES = children(
    "activities", "position, id", "id", "action", "position", "type", "title", "description", "start", "end", "place",
    "country", "sessions", "stated_status", "source_quote",
)  # fmt: skip
DEPLOYMENTS = children(
    "deployments", "id", "id", "action", "activity", "sending_country", "origin", "organisation_type", "organisation",
    "experts_count", "source_quote",
)  # fmt: skip
OUTPUTS = children("outputs", "id", "id", "action", "kind", "title", "languages", "published", "source_quote")

QUERIES = {
    "list": f"""SELECT {ACTION}, (SELECT count(*) FROM actions) AS total
        FROM actions a ORDER BY a.start_first_day DESC, a.id DESC LIMIT 20""",
    "detail": f"SELECT {ACTION}, {ACTIVITIES}, {DEPLOYMENTS}, {OUTPUTS} FROM actions a WHERE a.id = :id",
    "filtered": f"""SELECT {ACTION}, (SELECT count(*) FROM actions a WHERE {WITH_THEME}) AS total
        FROM actions a WHERE {WITH_THEME} ORDER BY a.start_first_day DESC, a.id DESC LIMIT 20""",
    "per_theme": """SELECT t.slug, t.name, count(DISTINCT a.id) AS value FROM actions a
        LEFT JOIN action_themes l ON l.action = a.id LEFT JOIN themes t ON t.slug = l.theme
        GROUP BY t.slug ORDER BY value DESC""",
}

TABLE_PAGE = "/registry/actions.json?_size=20&_sort_desc=start_first_day&_shape=objects"
THROUGH = json.dumps({"table": "action_themes", "column": "theme", "value": THEME}, separators=(",", ":"))
THROUGH = THROUGH.replace('"', "%22").replace("{", "%7B").replace("}", "%7D")


@dataclass
class Rival:
    """One way to ask the same of Datasette."""

    name: str
    paths: list[str]
    measured: list[Measured] = field(default_factory=list)


@dataclass
class Comparison:
    """What is asked of the registry, and what of Datasette."""

    name: str
    paths: list[str]
    rivals: list[Rival]
    is_promised: bool = False
    """Whether the registry has to be at least as fast."""
    measured: list[Measured] = field(default_factory=list)
    anew: list[Measured] = field(default_factory=list)


def ratios(own: list[Measured], rival: Rival) -> list[float]:
    """Round by round, how many times the requests of the rival the registry answered."""
    return [item.per_second / other.per_second for item, other in zip(own, rival.measured, strict=True)]


def comparisons() -> list[Comparison]:
    """Everything that is compared."""
    ids = random.Random(1).sample(range(1, ACTIONS + 1), 200)
    return [
        Comparison(
            "20 actions",
            ["/api/v1/actions"],
            [
                Rival("table page", [TABLE_PAGE]),
                Rival("table page with labels", [f"{TABLE_PAGE}&_labels=on"]),
                Rival("canned query", ["/registry/list.json?_shape=objects"]),
            ],
            is_promised=True,
        ),
        Comparison(
            "an action, whole",
            [f"/api/v1/actions/{key}" for key in ids],
            [
                Rival("row page (no children)", [f"/registry/actions/{key}.json?_shape=objects" for key in ids]),
                Rival("canned query", [f"/registry/detail.json?id={key}&_shape=objects" for key in ids]),
            ],
            is_promised=True,
        ),
        Comparison(
            "20 actions of a theme",
            [f"/api/v1/actions?theme={THEME}"],
            [
                Rival("table page", [f"{TABLE_PAGE}&_through={THROUGH}"]),
                Rival("canned query", [f"/registry/filtered.json?theme={THEME}&_shape=objects"]),
            ],
        ),
        Comparison(
            "actions per theme",
            ["/api/v1/aggregates/actions-per-theme"],
            [Rival("canned query", ["/registry/per_theme.json?_shape=objects"])],
        ),
    ]


def install_datasette(folder: Path) -> Path:
    """An environment of its own with Datasette, and with the event loop and parser that the registry's server has."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    packages = ["datasette", "uvloop", "httptools"]
    try:
        subprocess.run(
            [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages],
            check=True,
            timeout=300,
        )
    except subprocess.SubprocessError:
        sys.exit("Datasette can't be installed here: this benchmark needs a package index.")
    return folder / "bin" / "datasette"


@contextmanager
def datasette(command: Path, database: Path, folder: Path) -> Iterator[Server]:
    """Datasette on the database, tuned: counts known beforehand, no suggested facets, a large cache."""
    inspected, metadata = folder / "inspected.json", folder / "metadata.json"
    subprocess.run([command, "inspect", database, "--inspect-file", inspected], check=True)
    queries = {name: {"sql": sql} for name, sql in QUERIES.items()}
    metadata.write_text(json.dumps({"databases": {"registry": {"queries": queries}}}), "utf-8")
    port = free_port()
    settings = {"suggest_facets": "off", "sql_time_limit_ms": "30000", "cache_size_kb": "65536"}
    options = [part for name, value in settings.items() for part in ("--setting", name, value)]
    files = ["--immutable", database, "--inspect-file", inspected, "--metadata", metadata]
    arguments = [command, "serve", "--port", str(port), *files, *options]
    with running(arguments, port, "/-/versions.json", folder / "datasette.log") as server:
        yield server


def check_same(own: Server, other: Server) -> None:
    """Both show the same page of the same record."""
    ours: Any = own.get("/api/v1/actions")
    table: Any = other.get(TABLE_PAGE)
    canned: Any = other.get("/registry/list.json?_shape=objects")
    assert ours["total"] == table["filtered_table_rows_count"] == canned["rows"][0]["total"] == ACTIONS
    assert [item["id"] for item in ours["items"]] == [row["id"] for row in canned["rows"]]
    assert [[theme["name"] for theme in item["themes"]] for item in ours["items"]] == [
        [theme["name"] for theme in json.loads(row["themes"])] for row in canned["rows"]
    ]


def measure(server: Server, paths: list[str], *, anew: bool = False) -> Measured:
    """Requests per second with several connections, and the latency that a lone client sees."""
    busy = server.load(paths, connections=CONNECTIONS, seconds=SECONDS, anew=anew)
    alone = server.load(paths, connections=1, seconds=SECONDS / 2, anew=anew)
    return Measured(busy.per_second, alone.median_ms, busy.bytes)


def run(own: Server, other: Server) -> list[Comparison]:
    """All measurements, in turn."""
    compared = comparisons()
    for turn in range(ROUNDS + 1):
        for comparison in compared:
            as_asked, anew = measure(own, comparison.paths), measure(own, comparison.paths, anew=True)
            met = [measure(other, rival.paths) for rival in comparison.rivals]
            if turn:  # the first round only warms up
                comparison.measured.append(as_asked)
                comparison.anew.append(anew)
                for rival, measured in zip(comparison.rivals, met, strict=True):
                    rival.measured.append(measured)
        print(".", end="", flush=True)
    print()
    return compared


def line(name: str, measured: list[Measured]) -> str:
    """One line of the table: requests per second, milliseconds alone, kilobytes."""
    middle = [
        statistics.median(getattr(item, column) for item in measured) for column in ("per_second", "median_ms", "bytes")
    ]
    return f"{name:40} {middle[0]:10.0f} {middle[1]:9.2f} {middle[2] / 1024:8.1f}"


def report(compared: list[Comparison]) -> list[str]:
    """Prints the table; gives what breaks a promise."""
    broken = []
    print(
        f"{f'medians of {ROUNDS} rounds':40} {'requests/s':>10} {'ms alone':>9} {'KB':>8}   the registry's times this"
    )
    print(f"{'':40} {'':10} {'':9} {'':8} {'as asked':>12} {'made anew':>12}")
    for comparison in compared:
        print(line(f"{comparison.name}: the registry", comparison.measured))
        print(line("  made anew", comparison.anew))
        for rival in comparison.rivals:
            as_asked, anew = (statistics.median(ratios(own, rival)) for own in (comparison.measured, comparison.anew))
            print(line(f"  Datasette, {rival.name}", rival.measured), f"{as_asked:12.2f} {anew:12.2f}")
            if comparison.is_promised and as_asked < 1:
                broken.append(f"{comparison.name}: slower than Datasette's {rival.name}")
    return broken


def main() -> None:
    """The command."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mieux-benchmark-") as name:
        folder = Path(name)
        database = folder / "registry.db"
        print(f"Making {ACTIONS} actions, and an environment with Datasette ...", flush=True)
        asyncio.run(make_record(f"sqlite:///{database}", ACTIONS))
        command = install_datasette(folder / "environment")
        with (
            registry(f"sqlite:///{database}", folder / "registry.log") as own,
            datasette(command, database, folder) as other,
        ):
            check_same(own, other)
            broken = report(run(own, other))
    print(f"{time.monotonic() - begun:.0f} seconds in all")
    if broken:
        sys.exit("\n".join(broken))


if __name__ == "__main__":
    main()
