"""Trials: writers write while service and database are killed, paused, locked and restored, and all is checked."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from support.faulty import (
    DatabaseServer,
    Registry,
    end_connections,
    kill_and_start,
    lock_database,
    pause_database,
    read_slowly,
    restart,
)
from support.verification import Reader, verify
from support.writers import Ledger, Writer, write_until

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
