"""A long list, page by page: what the first and the last page cost, by cursor and by offset, on both databases.

`python -m benchmarks.paging` makes 200,000 actions on SQLite and on PostgreSQL (a cluster of its own, when the machine
has one) and fails when the last page by cursor costs more than the first.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import event

from app.core.listing import API
from app.main import create_app
from app.settings import Settings
from benchmarks.servers import databases, make_record

GENERATED = 2_000
ROUNDS = 40
LIMIT = 20
MOST = 1.5
"""How many times the first page the last one may cost: a core's speed drifts by as much."""


@dataclass
class Cost:
    """What a page took, in milliseconds, round by round."""

    statement: list[float] = field(default_factory=list)
    """The statement that selects the page."""
    answer: list[float] = field(default_factory=list)
    """All of the answer, the exact total included."""

    def median(self, name: str) -> float:
        """The median of one of the two."""
        return statistics.median(getattr(self, name))


class Stopwatch:
    """Times the statement that selects a page."""

    def __init__(self, app: FastAPI) -> None:
        engine = app.state.database.read_engine.sync_engine
        self._begun = 0.0
        self.milliseconds = 0.0
        event.listen(engine, "before_cursor_execute", self._begin)
        event.listen(engine, "after_cursor_execute", self._end)

    def _begin(self, *_: Any) -> None:
        self._begun = time.perf_counter()

    def _end(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "LIMIT" in statement:
            self.milliseconds = (time.perf_counter() - self._begun) * 1000


@asynccontextmanager
async def serving(url: str) -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient]]:
    """The application on a database, in this process."""
    app = create_app(Settings(database_url=url))
    async with app.router.lifespan_context(app):
        headers = {"Cache-Control": "no-cache"}  # no answer that was kept
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://benchmark", headers=headers) as client:
            yield app, client


async def pages(client: httpx.AsyncClient, total: int) -> dict[str, str]:
    """The addresses of the pages that are compared."""
    first = f"{API}/actions?limit={LIMIT}"
    last = f"{first}&offset={total - LIMIT}"
    second = (await client.get(first)).json()["next"]
    last_but_one = (await client.get(last)).json()["previous"]
    by_cursor = (await client.get(last_but_one)).json()["next"]
    page = (await client.get(by_cursor)).json()
    assert page["next"] is None
    assert page["total"] == total == page["offset"] + len(page["items"])
    undated = (await client.get(f"{API}/actions?started_in=none&limit=1")).json()["total"]
    middle = (await client.get(f"{first}&offset={undated // 2}")).json()["next"]
    return {
        "first": first,
        "second, by cursor": second,
        "last, by cursor": by_cursor,
        f"amid {undated:,} without a date": middle,
        "last, by offset": last,
    }


async def measure(url: str, total: int) -> dict[str, Cost]:
    """Every page in turn, round by round."""
    async with serving(url) as (app, client):
        addresses = await pages(client, total)
        stopwatch = Stopwatch(app)
        costs = {name: Cost() for name in addresses}
        for turn in range(ROUNDS + 3):
            for name, address in addresses.items():
                begun = time.perf_counter()
                answer = await client.get(address)
                lasted = (time.perf_counter() - begun) * 1000
                assert answer.status_code == 200, answer.text
                if turn >= 3:  # the first ones only warm up
                    costs[name].statement.append(stopwatch.milliseconds)
                    costs[name].answer.append(lasted)
    return costs


def report(database: str, total: int, costs: dict[str, Cost]) -> list[str]:
    """Prints a table; gives what breaks the promise."""
    print(f"{database}, {total:,} actions, pages of {LIMIT}; medians of {ROUNDS} rounds in milliseconds")
    print(f"  {'page':28} {'statement':>10} {'times first':>12} {'whole answer':>14} {'times first':>12}")
    first = costs["first"]
    for name, cost in costs.items():
        columns = [(cost.median(part), cost.median(part) / first.median(part)) for part in ("statement", "answer")]
        print(f"  {name:28} " + " ".join(f"{value:11.2f} {ratio:11.2f}" for value, ratio in columns), flush=True)
    ratio = costs["last, by cursor"].median("answer") / first.median("answer")
    return [f"{database}: the last page by cursor takes {ratio:.1f} times the first"] if ratio > MOST else []


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--actions", type=int, default=200_000)
    total = max(parser.parse_args().actions // GENERATED, 1) * GENERATED
    begun, broken = time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix="mieux-benchmark-") as folder, databases(Path(folder)) as urls:
        for name, url in urls.items():
            asyncio.run(make_record(url, GENERATED, times=total // GENERATED))
            broken += report(name, total, asyncio.run(measure(url, total)))
    print(f"{time.monotonic() - begun:.0f} seconds in all")
    if broken:
        sys.exit("\n".join(broken))


if __name__ == "__main__":
    main()
