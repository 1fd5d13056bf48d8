"""Writers that remember what was acknowledged, while service and database are killed, paused, locked and restored.

`python -m benchmarks.faults` does that on SQLite and on PostgreSQL (a cluster of its own, when the machine has one),
with one worker and with two, until 10,000 changes are acknowledged. After each fault it asks for everything: nothing
acknowledged is lost, nothing is done twice, the feed has no gap and builds a copy that equals the lists, and the
history of each action ends in what the record shows. It fails when something is wrong.
"""

import argparse
import asyncio
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks.faulty import (
    DatabaseServer,
    Registry,
    end_connections,
    kill_and_start,
    lock_database,
    pause_database,
    read_slowly,
    restart,
)
from benchmarks.servers import databases, make_record
from benchmarks.verification import Reader, verify
from benchmarks.writers import Ledger, Writer, write_until

NONE, CUT, KILL, RESTORE = "none", "connections cut by clients", "service: SIGKILL", "a backup restored under load"
MIDDLE = 1.0
"""Seconds of writing before the fault."""


class Trial:
    """One registry, its writers and a reader of the feed, for one fault after the other."""

    def __init__(self, url: str, workers: int, writers: int, folder: Path) -> None:
        key = f"mx_{secrets.token_urlsafe(32)}"
        self.registry = Registry(url, key, workers, folder)
        self.server = None if url.startswith("sqlite") else DatabaseServer(url)
        self.ledger = Ledger()
        self.reader = Reader(self.registry.address)
        self.writers = [Writer(number, self.registry.address, key, self.ledger) for number in range(writers)]

    @property
    def faults(self) -> dict[str, Callable[[], Awaitable[None]] | None]:
        """What can happen here, by name."""
        registry, server = self.registry, self.server
        found: dict[str, Callable[[], Awaitable[None]] | None] = {
            NONE: None,
            CUT: None,
            KILL: lambda: kill_and_start(registry),
            "service: SIGTERM": lambda: restart(registry),
            "somebody's lock for 4 s": lambda: lock_database(registry.url, 4),
            "20 slow readers": lambda: read_slowly(registry, 20, 3),
            RESTORE: self._restore,
        }
        if server is not None:
            found |= {
                "database: SIGKILL": server.crash,
                "database: SIGSTOP for 4 s": lambda: pause_database(server, 4),
                "database ends connections": lambda: end_connections(registry.url, 5),
            }
        return found

    async def _restore(self) -> None:
        """What is acknowledged in between may be gone, and readers notice."""
        file = self.registry.new_file
        self.ledger.begin_uncertainty()
        await asyncio.to_thread(self.registry.run, "backup", file)
        await asyncio.sleep(2)
        await self.reader.follow()
        noticed = self.reader.restores_noticed
        await asyncio.to_thread(self.registry.run, "restore", "--replace", file)
        self.ledger.end_uncertainty()
        await self.reader.follow()
        if self.reader.restores_noticed == noticed:
            raise AssertionError("a reader of the feed did not notice the restore")

    async def run(self, name: str, *, acknowledged: int, seconds: float) -> list[str]:
        """Writes, lets the fault happen meanwhile, and checks; gives what is wrong."""
        fault = self.faults[name]

        async def later() -> None:
            if fault is not None:
                await asyncio.sleep(MIDDLE)
                await fault()

        for writer in self.writers:
            writer.cuts = name == CUT
        stop = asyncio.Event()
        following = asyncio.create_task(self.reader.keep_following(stop)) if name != RESTORE else None
        try:
            await write_until(self.writers, self.ledger, acknowledged=acknowledged, seconds=seconds, faults=later())
        finally:
            stop.set()
        if following is not None:
            await following
        return await verify(self.reader, self.ledger)


async def try_all(
    url: str, workers: int, folder: Path, *, acknowledged: int, seconds: float, writers: int, faults: list[str] | None
) -> tuple[int, list[str]]:
    """Every fault on one database; gives the number of acknowledged changes, and what is wrong."""
    trial = Trial(url, workers, writers, folder)
    chosen = [name for name in trial.faults if faults is None or name in faults]
    wrong: list[str] = []
    await asyncio.to_thread(trial.registry.start)
    try:
        for name in chosen:
            before, begun = trial.ledger.acknowledged, time.monotonic()
            found = await trial.run(name, acknowledged=-(-acknowledged // len(chosen)), seconds=seconds)
            written, lasted = trial.ledger.acknowledged - before, time.monotonic() - begun
            print(f"  {name:30} {written:6,} acknowledged in {lasted:5.1f} s, {len(found)} wrong", flush=True)
            wrong += [f"{name}: {text}" for text in found]
            if found:
                break  # whatever follows would say the same again
    finally:
        await trial.reader.close()
        trial.registry.stop()
        if trial.server is not None:
            trial.server.stop()
    ledger = trial.ledger
    repeated = ", ".join(f"{number:,} after {reason}" for reason, number in ledger.repeated.most_common())
    print(f"  sent again: {repeated or 'nothing'}; {ledger.replays} repeated POSTs had been done; "
          f"{trial.reader.changes:,} changes read, {trial.reader.restores_noticed} restores noticed")  # fmt: skip
    return ledger.acknowledged, wrong


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--acknowledged", type=int, default=10_000, help="changes, over all faults and databases")
    parser.add_argument("--seconds", type=float, default=60, help="of writing at most, for each fault")
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--faults", nargs="+", help="by name; all by default")
    given = parser.parse_args()
    total, wrong, begun = 0, [], time.monotonic()
    load = os.getloadavg()[0]
    for workers in given.workers:
        with tempfile.TemporaryDirectory(prefix="mieux-faults-") as folder, databases(Path(folder)) as urls:
            for name, url in urls.items():
                print(f"{name}, workers: {workers}", flush=True)
                asyncio.run(make_record(url, 0, seeded=True))
                share = given.acknowledged // (len(urls) * len(given.workers))
                acknowledged, found = asyncio.run(
                    try_all(
                        url,
                        workers,
                        Path(folder),
                        acknowledged=share,
                        seconds=given.seconds,
                        writers=given.writers,
                        faults=given.faults,
                    )
                )
                total += acknowledged
                wrong += [f"{name}, workers: {workers}, {text}" for text in found]
    print(f"{total:,} acknowledged changes, {len(wrong)} wrong, in {time.monotonic() - begun:.0f} seconds; "
          f"load {load:.0f} to {os.getloadavg()[0]:.0f}")  # fmt: skip
    if wrong:
        sys.exit("\n".join(wrong[:50]))


if __name__ == "__main__":
    main()
