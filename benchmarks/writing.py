"""What a record costs when it is written: batches, single changes and the commit of an import, on both databases.

`python -m benchmarks.writing` adds to 10,000 made-up actions in this process, and prints milliseconds, and how many
statements each record took. It fails when a batch takes more than a second or a single change more than 10 ms; on
PostgreSQL, half as much more.
"""

import argparse
import asyncio
import cProfile
import gc
import pstats
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from random import Random
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import event

from app.core.listing import API
from app.main import create_app
from app.settings import Settings
from benchmarks.importing import page
from benchmarks.servers import databases, make_record
from support.generated import PARTNER_COUNTRIES, WORDS

KEY = "mx_the-benchmark-writes-with-this"
BATCH, PATCHES = 1000, 200
BATCH_SECONDS, PATCH_SECONDS = 1.0, 0.010
ALLOWED = {"SQLite": 1.0, "PostgreSQL": 1.5}
THEMES = ("asylum", "border-management", "labour-migration", "migration-data")


class Statements:
    """Counts the statements on the engines that write."""

    def __init__(self, app: FastAPI) -> None:
        self.count = 0
        database = app.state.database
        for engine in {database.engine, database.long_engine}:
            event.listen(engine.sync_engine, "before_cursor_execute", self._add)

    def _add(self, *_: Any) -> None:
        self.count += 1


@asynccontextmanager
async def serving(url: str) -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient]]:
    """The application on a database, in this process."""
    app = create_app(Settings(database_url=url, bootstrap_key=KEY, rate_reads=0, rate_writes=0))
    async with app.router.lifespan_context(app):
        gc.collect()
        gc.freeze()  # as the service does
        gc.set_threshold(10_000, 20, 20)
        headers = {"Authorization": f"Bearer {KEY}"}
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://benchmark", headers=headers, timeout=900
        ) as client:
            yield app, client


def actions(random: Random) -> list[dict[str, Any]]:
    """Actions to add, as wordy as recorded ones; some have the same title."""
    return [
        {
            "title": f"Supporting {random.choice(WORDS)} and {random.choice(WORDS)}",
            "objective": " ".join(random.choices(WORDS, k=40)),
            "summary": " ".join(random.choices(WORDS, k=130)),
            "region": "asia",
            "countries": random.sample(PARTNER_COUNTRIES, random.choice((1, 1, 1, 2))),
            "themes": random.sample(THEMES, 2),
            "partners": [random.randint(1, 200)],
            "start": f"20{random.randint(10, 24)}-0{random.randint(1, 9)}",
            "source": 1,
        }
        for _ in range(BATCH)
    ]


def activities(random: Random, total: int) -> list[dict[str, Any]]:
    """Activities to add to any of so many actions."""
    return [
        {
            "action": random.randint(1, total),
            "type": random.choice(("training", "workshop", "study-visit")),
            "title": f"Training on {random.choice(WORDS)} and {random.choice(WORDS)}",
            "description": " ".join(random.choices(WORDS, k=20)),
            "start": f"20{random.randint(10, 24)}-0{random.randint(1, 9)}",
            "country": random.choice(PARTNER_COUNTRIES),
            "place": random.choice(WORDS).title(),
        }
        for _ in range(BATCH)
    ]


class Measured:
    """The measurements of one database."""

    def __init__(self, app: FastAPI, client: httpx.AsyncClient, total: int, profiled: str) -> None:
        self.client = client
        self.total = total
        self.statements = Statements(app)
        self.profiled = profiled
        self.random = Random(1)

    async def send(self, method: str, path: str, **options: Any) -> tuple[float, int, httpx.Response]:
        """Seconds, statements and the answer of a request that must succeed."""
        before, begun = self.statements.count, time.perf_counter()
        answer = await self.client.request(method, f"{API}/{path}", **options)
        lasted = time.perf_counter() - begun
        if answer.status_code not in (200, 201):
            raise RuntimeError(answer.text[:2000])
        return lasted, self.statements.count - before, answer

    async def batches(self, path: str, rounds: int) -> float:
        """Batches of records: their median in seconds."""
        seconds, counts = [], []
        for turn in range(rounds + 1):
            items = actions(self.random) if path == "actions" else activities(self.random, self.total)
            with self.profile(path if turn else ""):
                lasted, count, _ = await self.send("POST", f"{path}/batch", json={"items": items})
            if turn:  # the first one only warms up
                seconds.append(lasted)
                counts.append(count / len(items))
        show(f"a batch of {BATCH:,} {path}", seconds, statistics.median(counts))
        return statistics.median(seconds)

    async def patches(self) -> float:
        """Single changes of different actions: their median in seconds."""
        seconds, counts = [], []
        with self.profile("patch"):
            for turn in range(PATCHES + 5):
                path = f"actions/{self.random.randint(1, self.total)}"
                _, _, read = await self.send("GET", path)
                patch = {"summary": " ".join(self.random.choices(WORDS, k=130))}
                lasted, count, _ = await self.send(
                    "PATCH", path, json=patch, headers={"If-Match": read.headers["ETag"]}
                )
                if turn >= 5:
                    seconds.append(lasted)
                    counts.append(count)
        show("one PATCH", seconds, statistics.median(counts))
        return statistics.median(seconds)

    async def imports(self, wanted: int) -> None:
        """The commit of a plan."""
        form = {"source_title": "The benchmark's page"}
        _, _, planned = await self.send(
            "POST", "imports", files={"file": ("page.txt", page(wanted).encode())}, data=form
        )
        with self.profile("import"):
            lasted, count, _ = await self.send("POST", f"imports/{planned.json()['id']}/commit")
        show(f"the commit of {wanted:,} actions", [lasted], count / wanted)

    @contextmanager
    def profile(self, name: str) -> Iterator[None]:
        """Prints where the time goes, if that is asked for."""
        if name != self.profiled or not name:
            yield
            return
        profiler = cProfile.Profile()
        profiler.enable()
        yield
        profiler.disable()
        pstats.Stats(profiler).sort_stats("cumulative").print_stats(90)
        pstats.Stats(profiler).sort_stats("tottime").print_stats(40)


def show(what: str, seconds: list[float], statements: float) -> None:
    """Prints a line of the table."""
    ordered = sorted(seconds)
    p99 = ordered[min(len(ordered) - 1, round(len(ordered) * 0.99))]
    columns = (statistics.median(seconds) * 1000, p99 * 1000, statements)
    print(f"  {what:32}{columns[0]:10.1f}{columns[1]:10.1f}{columns[2]:14.2f}", flush=True)


async def measure(name: str, url: str, wanted: argparse.Namespace) -> list[str]:
    """Prints everything; gives what takes too long."""
    print(f"{name}, {wanted.actions:,} actions")
    print(f"  {'milliseconds':32}{'median':>10}{'p99':>10}{'statements':>14}", flush=True)
    took: dict[str, float] = {}
    async with serving(url) as (app, client):
        measured = Measured(app, client, wanted.actions, wanted.profile)
        for path in ("actions", "activities"):
            took[f"a batch of {path}"] = await measured.batches(path, wanted.rounds) / BATCH_SECONDS
        took["a PATCH"] = await measured.patches() / PATCH_SECONDS
        if wanted.imported:
            await measured.imports(wanted.imported)
    ratios = {what: taken / ALLOWED[name] for what, taken in took.items()}
    return [f"{name}: {what} takes {ratio:.1f} times what it may" for what, ratio in ratios.items() if ratio > 1]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--actions", type=int, default=10_000)
    parser.add_argument("--imported", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--profile", default="", choices=("", "actions", "activities", "patch", "import"))
    wanted, slow = parser.parse_args(), []
    with tempfile.TemporaryDirectory(prefix="mieux-benchmark-") as folder, databases(Path(folder)) as urls:
        for name, url in urls.items():
            asyncio.run(make_record(url, wanted.actions, seeded=False))
            slow += asyncio.run(measure(name, url, wanted))
    if slow:
        sys.exit("\n".join(slow))


if __name__ == "__main__":
    main()
