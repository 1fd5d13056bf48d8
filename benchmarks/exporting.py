"""Everything as files: how long 100,000 actions take in each format, and how far the server's memory grows meanwhile.

`python -m benchmarks.exporting` makes the record on SQLite and on PostgreSQL (a cluster of its own, when the machine
has one), reads each file to its end, and fails when the CSV of all actions grows the server by 40 MB or more.
"""

import argparse
import asyncio
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.paging import GENERATED
from benchmarks.servers import Server, databases, make_record, registry

MOST_MB = 40
CSV = "/api/v1/actions?format=csv"
FILES = (
    CSV,
    "/api/v1/actions?format=csv&unit=country",
    "/api/v1/actions?format=ndjson",
    "/api/v1/actions?format=geojson",
    "/api/v1/actions?format=xlsx",
    "/api/v1/exports/iati-activities.xml",
    "/api/v1/exports/registry.zip",
    "/api/v1/exports/registry.sqlite",
    "/api/v1/exports/registry.xlsx",
)
WARMING = ("/api/v1/actions", f"{CSV}&limit=500", "/api/v1/actions?format=xlsx&limit=500")


def megabytes_of(process: int, name: str) -> float:
    """What Linux says of a process's memory: `VmRSS` now, `VmHWM` at its highest."""
    for line in Path(f"/proc/{process}/status").read_text("ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(name)


class Watch:
    """The highest resident memory of a process while it is watched, looked at every few milliseconds."""

    def __init__(self, process: int) -> None:
        self.process = process
        self.highest = 0.0
        self._done = threading.Event()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Looks until the end of the block."""
        self.highest = megabytes_of(self.process, "VmRSS")
        self._done.clear()
        thread = threading.Thread(target=self._look)
        thread.start()
        try:
            yield
        finally:
            self._done.set()
            thread.join()

    def _look(self) -> None:
        while not self._done.wait(0.01):
            self.highest = max(self.highest, megabytes_of(self.process, "VmRSS"))


@dataclass(frozen=True)
class Cost:
    """What a file took."""

    seconds: float
    first_byte: float
    megabytes: float
    grown: float
    """By how many megabytes the server's memory exceeded, at most, what it was before."""


def read(server: Server, path: str, watch: Watch) -> Cost:
    """Reads a file to its end."""
    before = megabytes_of(watch.process, "VmRSS")
    size = 0
    with watch.watching():
        begun = time.perf_counter()
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=1800) as answer:
            first = time.perf_counter() - begun
            while piece := answer.read(1 << 16):
                size += len(piece)
        lasted = time.perf_counter() - begun
    return Cost(lasted, first, size / 1e6, watch.highest - before)


def measure(server: Server, database: str, total: int, files: Sequence[str]) -> list[str]:
    """Prints what each file takes; gives what breaks the promise."""
    watch = Watch(server.process)
    for path in WARMING:
        read(server, path, watch)
    print(f"{database}, {total:,} actions; a server of {megabytes_of(server.process, 'VmRSS'):.0f} MB")
    print(f"  {'file':42} {'seconds':>8} {'first byte':>11} {'MB':>8} {'grown by MB':>12}")
    broken = []
    for path in files:
        cost = read(server, path, watch)
        name = path.removeprefix("/api/v1")
        print(
            f"  {name:42} {cost.seconds:8.1f} {cost.first_byte:11.2f} {cost.megabytes:8.1f} {cost.grown:12.1f}",
            flush=True,
        )
        if path == CSV and cost.grown >= MOST_MB:
            broken.append(f"{database}: the CSV of all actions grew the server by {cost.grown:.0f} MB")
    return broken


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--actions", type=int, default=100_000)
    parser.add_argument("files", nargs="*", default=FILES, help="addresses of files; by default one of each kind")
    given = parser.parse_args()
    total = max(given.actions // GENERATED, 1) * GENERATED
    broken = []
    with tempfile.TemporaryDirectory(prefix="mieux-benchmark-") as folder, databases(Path(folder)) as urls:
        for name, url in urls.items():
            asyncio.run(make_record(url, GENERATED, times=total // GENERATED))
            with registry(url, Path(folder) / "server.log") as server:
                broken += measure(server, name, total, given.files)
    if broken:
        sys.exit("\n".join(broken))


if __name__ == "__main__":
    main()
