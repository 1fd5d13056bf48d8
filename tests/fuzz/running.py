"""Runs schemathesis against a service that is started for it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.running.service import serve

ROOT = Path(__file__).resolve().parents[2]
STORAGE = ROOT / ".hypothesis"
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
COMMAND = Path(sys.executable).with_name("schemathesis")
KEY = "mx_the-fuzzer-administers-with-this"
UNBOUNDED = dict.fromkeys(("rate_reads", "rate_writes", "rate_costly", "rate_wrong_keys"), "0")


def fuzz(url: str, folder: Path, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Runs schemathesis against a service on a database that has the seed. It prints what it finds; its status is 0
    when that is nothing."""
    with serve(url, folder, bootstrap_key=KEY, log_level="info", **UNBOUNDED) as service:
        return subprocess.run(
            [COMMAND, "--config-file", CONFIGURATION, "run", f"{service.address}/openapi.json", *arguments],
            cwd=folder,
            # What Hypothesis knows of Unicode takes it seconds to find out.
            env=os.environ | {"FUZZ_KEY": KEY, "PYTHONPATH": str(ROOT), "HYPOTHESIS_STORAGE_DIRECTORY": str(STORAGE)},
            text=True,
            check=False,
            **options,
        )
