"""Writers that remember what was acknowledged, while service and database are killed, paused, locked and restored.

`python -m benchmarks.faults` does that on SQLite and on PostgreSQL (a cluster of its own, when the machine has one),
with one worker and with two, until 10,000 changes are acknowledged. After each fault it asks for everything: nothing
acknowledged is lost, nothing is done twice, the feed has no gap and builds a copy that equals the lists, and the
history of each action ends in what the record shows. It fails when something is wrong.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.servers import databases, make_record
from support.faults import try_all


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
