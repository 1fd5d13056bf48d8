"""`make fuzz`: the whole API on both databases. Arguments are those of `schemathesis run`, like `-n 20 --seed 7`."""

import sys
import tempfile
from pathlib import Path

from support import postgres
from tests.fuzz.running import fuzz
from tests.running.service import mieux


def main() -> int:
    """Fuzzes on SQLite, then on PostgreSQL. The status is 0 when nothing was found."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name, postgres.cluster() as cluster:
        folder = Path(name)
        found = []
        for url in (f"sqlite:///{folder}/fuzz.db", cluster.url.format(name="postgres")):
            for command in ("migrate", "seed"):
                assert mieux(url, command).returncode == 0
            sys.stdout.write(f"\n{url.partition(':')[0]}\n\n")
            sys.stdout.flush()
            found.append(fuzz(url, folder, *sys.argv[1:]).returncode)
    return max(found)


if __name__ == "__main__":
    sys.exit(main())
