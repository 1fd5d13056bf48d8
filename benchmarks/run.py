"""Runs every benchmark, one after the other: `make bench`, or `python benchmarks/run.py [NAME ...]`. It takes an hour.

Fails when one of them does.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BENCHMARKS = ("cached", "comparison", "paging", "exporting", "importing", "writing", "faults", "hostile", "soak")


def main() -> None:
    """The command."""
    chosen = sys.argv[1:] or BENCHMARKS
    if unknown := sorted(set(chosen) - set(BENCHMARKS)):
        sys.exit(f"There is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}.")
    failed = []
    for name in chosen:
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=ROOT, check=False).returncode:
            failed.append(name)
    if failed:
        sys.exit(f"Failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
