"""Mixed load for as long as one likes: no error, and memory, descriptors and threads that don't grow.

`python -m benchmarks.soak --minutes 30` serves 2,000 actions with one worker. Clients read every kind of thing, write,
export, plan imports and listen to the feed. It prints what the service holds at intervals, and fails when there was an
error, or when the service holds more in the last quarter of the time than in the second one.
"""

import argparse
import asyncio
import json
import os
import random
import secrets
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from app.core.listing import API
from benchmarks.servers import databases, make_record, running
from support.commands import COMMAND, free_port

READS = (
    "/actions?limit=50",
    "/actions?q=migration",
    "/actions?country=GH&status=completed&sort=title",
    "/actions/{id}",
    "/actions/{seeded}/history",
    "/activities?limit=100&format=csv",
    "/deployments?limit=20&sort=-id",
    "/outputs?limit=20&format=ndjson",
    "/facets?theme=asylum",
    "/headline",
    "/search?q=border",
    "/aggregates?measure=actions&by=country",
    "/aggregates?measure=activities&by=activity_year&format=svg",
    "/aggregates?measure=deployments&by=sending_country&format=png",
    "/changes?after=0&limit=100",
)
SEEDED = 17
"""How many actions have a history: those of the seed."""
EXPORTS = (
    "/exports/registry.xlsx",
    "/exports/registry.zip",
    "/exports/registry.sqlite",
    "/exports/iati-activities.xml",
)
LISTENERS = 5
GROWTH = {"RssAnon": 1.15, "descriptors": 1.15, "threads": 1.25}
"""How many times what it holds in the second quarter the service may hold in the last one."""


@dataclass(frozen=True)
class Sample:
    """What the service holds at a moment."""

    minute: float
    held: dict[str, float]
    """Memory in MB; descriptors and threads by number."""


def sample(process: int, begun: float) -> Sample:
    """Reads Linux's /proc."""
    status = dict(
        line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text("utf-8").splitlines() if ":" in line
    )
    held = {name: int(status[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon")}
    held["descriptors"] = len(list(Path(f"/proc/{process}/fd").iterdir()))
    held["threads"] = int(status["Threads"])
    return Sample((time.monotonic() - begun) / 60, held)


class Load:
    """Clients of every kind, and what went wrong for them."""

    def __init__(self, address: str, key: str, actions: int) -> None:
        self._address, self._key, self._actions = address, key, actions
        self.done: Counter[str] = Counter()
        self.wrong: Counter[str] = Counter()

    @asynccontextmanager
    async def client(self) -> AsyncIterator[httpx.AsyncClient]:
        """A client with a key."""
        headers = {"Authorization": f"Bearer {self._key}"}
        async with httpx.AsyncClient(base_url=f"{self._address}{API}", headers=headers, timeout=60) as made:
            yield made

    def note(self, kind: str, answer: httpx.Response, expected: int) -> None:
        """Counts an answer."""
        self.done[kind] += 1
        if answer.status_code != expected:
            self.wrong[f"{kind} {answer.request.url.path}: {answer.status_code} {answer.text[:300]}"] += 1

    async def read(self, client: httpx.AsyncClient, number: int) -> None:
        """Everything that can be read, in turn; every other time from the cache."""
        path = READS[number % len(READS)].format(id=1 + number % self._actions, seeded=1 + number % SEEDED)
        headers = {"Cache-Control": "no-cache"} if random.random() < 0.5 else {}
        self.note("read", await client.get(path, headers=headers), 200)

    async def write(self, client: httpx.AsyncClient, number: int) -> None:
        """A record is made, changed and deleted, so that there are as many as before."""
        body = {"action": 1 + number % self._actions, "type": "training", "title": f"Training {number}"}
        made = await client.post("/activities", json=body)
        self.note("write", made, 201)
        if made.status_code != 201:
            return
        path = f"/activities/{made.json()['id']}"
        changed = await client.patch(path, json={"title": "Changed"}, headers={"If-Match": made.headers["ETag"]})
        self.note("write", changed, 200)
        self.note("write", await client.delete(path, headers={"If-Match": "*"}), 204)

    async def export(self, client: httpx.AsyncClient, number: int) -> None:
        """The record as a file."""
        self.note("export", await client.get(EXPORTS[number % len(EXPORTS)]), 200)

    async def plan(self, client: httpx.AsyncClient, number: int) -> None:
        """An import that is shown and not recorded."""
        content = json.dumps([{"title": f"Ghana: Migration Data {number}", "countries": ["GH"], "start": "2014-03"}])
        self.note("import", await client.post("/imports", files={"file": ("file.json", content)}), 200)

    async def listen(self, client: httpx.AsyncClient, _: int) -> None:
        """The feed for half a minute."""
        events = 0
        try:
            async with asyncio.timeout(30), client.stream("GET", "/changes/stream") as answer:
                self.note("stream", answer, 200)
                async for line in answer.aiter_lines():
                    events += line.startswith("id: ")
        except TimeoutError:
            self.done["event"] += events

    async def repeat(self, action: str, pause: float, end: float) -> None:
        """One client that does one thing until the end."""
        async with self.client() as client:
            number = random.randrange(1000)
            while time.monotonic() < end:
                number += 1
                try:
                    await getattr(self, action)(client, number)
                except httpx.TransportError as error:
                    self.wrong[f"{action}: {type(error).__name__} {error}"] += 1
                await asyncio.sleep(pause)


async def watch(process: int, begun: float, end: float, interval: float) -> list[Sample]:
    """Samples at intervals, each printed."""
    samples = []
    while time.monotonic() < end:
        await asyncio.sleep(min(interval, max(end - time.monotonic(), 0.1)))
        samples.append(sample(process, begun))
        held = ", ".join(f"{name} {value:.0f}" for name, value in samples[-1].held.items())
        print(f"  {samples[-1].minute:5.1f} min: {held}, load {os.getloadavg()[0]:.0f}", flush=True)
    return samples


def growth(samples: Sequence[Sample]) -> list[str]:
    """Compares the last quarter with the second one, when all is warm; gives what has grown."""
    quarter = max(len(samples) // 4, 1)
    grown = []
    for name in samples[0].held:
        earlier, later = (
            statistics.median(one.held[name] for one in part)
            for part in (samples[quarter : 2 * quarter] or samples[:1], samples[-quarter:])
        )
        print(f"  {name}: {earlier:.0f} in the second quarter, {later:.0f} in the last one")
        if later > earlier * GROWTH.get(name, 10):
            grown.append(f"{name} grows: {earlier:.0f}, later {later:.0f}")
    return grown


async def soak(address: str, process: int, key: str, *, actions: int, minutes: float, rate: float) -> list[str]:
    """The load, for some minutes; gives what is wrong."""
    load, begun = Load(address, key, actions), time.monotonic()
    end = begun + minutes * 60
    kinds = [("read", 4 / rate), ("read", 4 / rate), ("write", 10 / rate), ("export", 60 / rate), ("plan", 40 / rate)]
    kinds += [("listen", 0.5)] * LISTENERS
    samples, *_ = await asyncio.gather(
        watch(process, begun, end, max(minutes * 60 / 40, 5)),
        *(load.repeat(action, pause, end) for action, pause in kinds),
    )
    print("  done: " + ", ".join(f"{number:,} × {kind}" for kind, number in load.done.items()))
    return [f"{number} × {text}" for text, number in load.wrong.items()] + growth(samples)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--actions", type=int, default=2000)
    parser.add_argument("--rate", type=float, default=20, help="how many requests a second, about")
    parser.add_argument("--database", default="SQLite", choices=("SQLite", "PostgreSQL"))
    given = parser.parse_args()
    key, port = f"mx_{secrets.token_urlsafe(32)}", free_port()
    with tempfile.TemporaryDirectory(prefix="mieux-soak-") as name, databases(Path(name)) as urls:
        url = urls[given.database]
        asyncio.run(make_record(url, given.actions, seeded=True))
        settings = {"MIEUX_DATABASE_URL": url, "MIEUX_PORT": str(port), "MIEUX_BOOTSTRAP_KEY": key}
        log = Path(name) / "log"
        with running([COMMAND, "serve", "--no-seed"], port, "/readyz", log, **settings) as server:
            print(f"{given.database}, {given.actions:,} actions, {given.minutes:g} minutes", flush=True)
            wrong = asyncio.run(
                soak(
                    f"http://127.0.0.1:{port}",
                    server.process,
                    key,
                    actions=given.actions,
                    minutes=given.minutes,
                    rate=given.rate,
                )
            )
    if wrong:
        sys.exit("\n".join(wrong))
    print("  no error; what the service holds is flat")


if __name__ == "__main__":
    main()
