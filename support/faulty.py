"""A registry and its database that are killed, paused, locked, cut off and restored while they work."""

import asyncio
import os
import random
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx

from support import postgres
from support.commands import COMMAND, ROOT, free_port

SLOW_READERS = (
    "exports/registry.xlsx",
    "actions?format=csv&limit=500",
    "changes?after=0&limit=500",
    "changes/stream?after=0",
)


class Registry:
    """`mieux serve` on one port, started again at the same place after whatever happened."""

    def __init__(self, url: str, key: str, workers: int, folder: Path) -> None:
        self.url, self._workers, self._folder = url, workers, folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        own = {name: value for name, value in os.environ.items() if not name.startswith("MIEUX_")}
        self._environment = own | {
            "MIEUX_DATABASE_URL": url,
            "MIEUX_PORT": str(self.port),
            "MIEUX_WORKERS": str(workers),
            "MIEUX_BOOTSTRAP_KEY": key,
            "MIEUX_LOG_LEVEL": "warning",
        }
        self._log = folder / "serve.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Until it is ready."""
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                [COMMAND, "serve"], cwd=ROOT, env=self._environment, stdout=output, stderr=output,
                start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            with suppress(httpx.TransportError):
                if httpx.get(f"{self.address}/readyz", timeout=5).status_code == 200:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"the registry did not start:\n{self._log.read_text('utf-8', 'replace')[-5000:]}")

    def kill(self) -> None:
        """All of its processes at once."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """As its administrator does."""
        assert self._process is not None
        self._process.terminate()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()

    def run(self, *arguments: str | Path) -> None:
        """A command of the registry on the same database."""
        done = subprocess.run([COMMAND, *arguments], env=self._environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"mieux {arguments[0]}: {done.stdout}{done.stderr}")

    @property
    def new_file(self) -> Path:
        """A path for a file that isn't there."""
        return self._folder / f"{random.randrange(10**9)}.backup"


class DatabaseServer:
    """The PostgreSQL server that a URL reaches by its socket."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._data = Path(parse_qs(urlsplit(url).query)["host"][0]) / "data"
        self._started: subprocess.Popen[bytes] | None = None

    @property
    def _pid(self) -> int:
        return int((self._data / "postmaster.pid").read_text().partition("\n")[0])

    def _processes(self) -> list[int]:
        """The server first, so that it makes no further children meanwhile."""
        parent = self._pid
        children = []
        for status in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                if int(status.read_text().rpartition(")")[2].split()[1]) == parent:
                    children.append(int(status.parent.name))
        return [parent, *children]

    def signal(self, number: signal.Signals) -> list[int]:
        """Sends a signal to all of its processes; gives them."""
        processes = self._processes()
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, number)
        return processes

    async def crash(self) -> None:
        """Ends all of its processes at once, as a loss of power does, and starts it again a moment later."""
        command = Path(f"/proc/{self._pid}/cmdline").read_bytes().split(b"\0")[:-1]
        processes = self.signal(signal.SIGKILL)
        await asyncio.to_thread(self._start_again, command, processes)
        async with asyncio.timeout(30):
            while True:
                with suppress(OSError, asyncpg.PostgresError):
                    await (await asyncpg.connect(self.url)).close()
                    return
                await asyncio.sleep(0.05)

    def _start_again(self, command: list[bytes], killed: list[int]) -> None:
        with suppress(ChildProcessError):
            os.waitpid(killed[0], 0)  # a zombie would look to the new server like one that still runs
        while any(_is_running(process) for process in killed):
            time.sleep(0.02)
        time.sleep(1)
        with (self._data.parent / "log").open("ab") as log:
            self._started = subprocess.Popen([*postgres.as_plain_user(), *command], stdout=log, stderr=log)

    def stop(self) -> None:
        """Ends the server that was started here; the one before has its owner."""
        if self._started is not None:
            self._started.send_signal(signal.SIGINT)
            self._started.wait(30)


def _is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def kill_and_start(registry: Registry) -> None:
    """SIGKILL to the service and all its workers, then a start."""
    registry.kill()
    await asyncio.to_thread(registry.start)


async def restart(registry: Registry) -> None:
    """SIGTERM, then a start."""
    await asyncio.to_thread(registry.stop)
    await asyncio.to_thread(registry.start)


async def pause_database(server: DatabaseServer, seconds: float) -> None:
    """SIGSTOP, and later SIGCONT, to all processes of the database's server."""
    server.signal(signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        server.signal(signal.SIGCONT)


async def lock_database(url: str, seconds: float) -> None:
    """Somebody else holds what every writer needs: the file's lock, or the rows of a few actions."""
    if url.startswith("sqlite"):
        await asyncio.to_thread(_lock_file, url.removeprefix("sqlite:///"), seconds)
        return
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.fetch("SELECT id FROM actions WHERE id <= 5 ORDER BY id FOR UPDATE")
            await asyncio.sleep(seconds)
    finally:
        await connection.close()


def _lock_file(path: str, seconds: float) -> None:
    connection = sqlite3.connect(path, isolation_level=None, timeout=30)
    try:
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        connection.execute("ROLLBACK")
    finally:
        connection.close()


async def end_connections(url: str, times: int) -> None:
    """The server ends every connection of the service, again and again."""
    connection = await asyncpg.connect(url)
    try:
        for _ in range(times):
            await connection.fetch("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                   "WHERE datname = current_database() AND pid <> pg_backend_pid()")  # fmt: skip
            await asyncio.sleep(0.3)
    finally:
        await connection.close()


@contextmanager
def slow_readers(registry: Registry, count: int) -> Iterator[None]:
    """Clients that have asked for much and read nothing of it."""
    with ExitStack() as opened:
        for number in range(count):
            reader = opened.enter_context(socket.socket())
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            reader.connect(("127.0.0.1", registry.port))
            path = SLOW_READERS[number % len(SLOW_READERS)]
            reader.sendall(f"GET /api/v1/{path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        yield


async def read_slowly(registry: Registry, count: int, seconds: float) -> None:
    """Keeps slow readers for a while."""
    with slow_readers(registry, count):
        await asyncio.sleep(seconds)
