"""How long an honest client waits for its lists while eight hostile ones do what they can.

`python -m benchmarks.hostile` makes 10,000 actions on SQLite and serves them with one worker. An honest client reads
lists at a steady pace, at first alone, then beside eight clients with addresses of their own, each of which goes
through the attacks of `benchmarks.attacks`. It fails when the honest client was refused, or waited for more than 250 ms
at the 99th percentile.
"""

import argparse
import asyncio
import http.client
import multiprocessing
import os
import secrets
import sys
import tempfile
import time
from collections import Counter
from itertools import cycle
from multiprocessing.queues import Queue
from pathlib import Path

from app.core.listing import API
from benchmarks.attacks import ATTACKS, Hostile
from benchmarks.servers import CLIENT_CORE, make_record, running
from support.commands import COMMAND, free_port

PATHS = (
    "/actions?limit=20",
    "/actions?country=GH&sort=title",
    "/activities?limit=20",
    "/actions?q=migration&limit=20",
    "/facets?theme=asylum",
    "/deployments?limit=20&sort=-id",
)
CACHED, FRESH = "cached", "no-cache"
MOST = 250.0

Waits = dict[str, list[float]]


def be_honest(port: int, seconds: float, per_second: float, results: "Queue[tuple[Waits, Counter[str]]]") -> None:
    """Reads lists at a steady pace; gives the milliseconds of each kind, and how many had which status.

    A request that could not be sent in time, because the one before it took too long, counts from when it was due.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=("127.0.0.2", 0))
    waits: Waits = {CACHED: [], FRESH: []}
    statuses: Counter[str] = Counter()
    begun = time.monotonic()
    asked = cycle([(path, kind) for path in PATHS for kind in (CACHED, FRESH)])
    for number in range(int(seconds * per_second)):
        due = begun + number / per_second
        time.sleep(max(due - time.monotonic(), 0))
        path, kind = next(asked)
        try:
            connection.request("GET", API + path, headers={"Cache-Control": "no-cache"} if kind == FRESH else {})
            answer = connection.getresponse()
            answer.read()
            statuses[str(answer.status)] += 1
        except (OSError, http.client.HTTPException) as error:
            statuses[type(error).__name__] += 1
            connection.close()
        waits[kind].append((time.monotonic() - due) * 1000)
    results.put((waits, statuses))


def be_hostile(
    number: int, port: int, key: str, seconds: float, attacks: list[str], results: "Queue[Counter[str]]"
) -> None:
    """Goes through the attacks again and again, another client beginning with another one."""
    if CLIENT_CORE is not None:
        os.sched_setaffinity(0, {CLIENT_CORE})
    os.nice(10)  # what is measured is the server, not how the clients share a core
    client = Hostile(port, f"127.0.0.{10 + number}", key, hold=5, until=time.monotonic() + seconds)
    turn = number
    while time.monotonic() < client.until:
        ATTACKS[attacks[turn % len(attacks)]](client)
        turn += 1
    results.put(client.answers)


def measure(
    port: int, key: str, seconds: float, per_second: float, hostile: int, attacks: list[str]
) -> tuple[Waits, Counter[str], Counter[str]]:
    """What an honest client saw, and what that many hostile ones were answered."""
    context = multiprocessing.get_context("spawn")
    honest_results: Queue[tuple[Waits, Counter[str]]] = context.Queue()
    hostile_results: Queue[Counter[str]] = context.Queue()
    attackers = [
        context.Process(target=be_hostile, args=(number, port, key, seconds + 3, attacks, hostile_results))
        for number in range(hostile)
    ]
    for attacker in attackers:
        attacker.start()
    time.sleep(3 if attackers else 0)
    honest = context.Process(target=be_honest, args=(port, seconds, per_second, honest_results))
    honest.start()
    waits, statuses = honest_results.get(timeout=seconds * 10 + 60)
    honest.join()
    answers: Counter[str] = Counter()
    for _ in attackers:
        answers += hostile_results.get(timeout=300)
    for attacker in attackers:
        attacker.join()
    return waits, statuses, answers


def percentile(waits: list[float], share: float) -> float:
    """The time within which that share of requests was answered."""
    return sorted(waits)[min(int(len(waits) * share), len(waits) - 1)]


def report(title: str, waits: Waits, statuses: Counter[str]) -> float:
    """Prints a line for each kind; gives the 99th percentile of all."""
    every = [wait for kind in waits.values() for wait in kind]
    print(f"{title}: {dict(statuses)}")
    for name, found in (*waits.items(), ("all", every)):
        shares = ", ".join(f"p{share * 100:.0f} {percentile(found, share):.0f}" for share in (0.5, 0.95, 0.99))
        print(f"  {name:9} {shares}, longest {max(found):.0f} ms", flush=True)
    return percentile(every, 0.99)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--actions", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--per-second", type=float, default=5, help="requests of the honest client")
    parser.add_argument("--hostile", type=int, default=8, help="how many hostile clients there are")
    parser.add_argument("--attacks", nargs="+", choices=sorted(ATTACKS), help="by name; all by default")
    given = parser.parse_args()
    key, port, load = f"mx_{secrets.token_urlsafe(32)}", free_port(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="mieux-hostile-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'registry.db'}"
        asyncio.run(make_record(url, given.actions))
        settings = {"MIEUX_DATABASE_URL": url, "MIEUX_PORT": str(port), "MIEUX_BOOTSTRAP_KEY": key}
        log = folder / "log"
        with running([COMMAND, "serve", "--no-seed"], port, "/readyz", log, **settings) as server:
            for path in PATHS:  # the first request of all waits for the index
                server.get(API + path)
            alone, statuses, _ = measure(port, key, given.seconds / 3, given.per_second, 0, [])
            report("alone", alone, statuses)
            beside, statuses, answers = measure(
                port, key, given.seconds, given.per_second, given.hostile, given.attacks or list(ATTACKS)
            )
            longest = report(f"beside {given.hostile} hostile clients", beside, statuses)
    print("  hostile: " + ", ".join(f"{what} × {number}" for what, number in sorted(answers.items())))
    print(f"load {load:.0f} to {os.getloadavg()[0]:.0f}")
    if longest > MOST or set(statuses) != {"200"}:
        sys.exit(f"an honest client waits for {longest:.0f} ms at p99 (at most {MOST:.0f}), with {dict(statuses)}")


if __name__ == "__main__":
    main()
