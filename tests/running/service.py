"""The `mieux` command; the service as its user starts it, in a process of its own."""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from typer.testing import CliRunner

from app.cli import cli
from support.commands import free_port
from tests.conftest import PATIENCE, Sqlite
from tests.running.forked import Forked
from tests.waiting import BOUND


def environment(url: str, **settings: str) -> dict[str, str]:
    """The environment of a command: the tests' own, without settings of whoever runs them."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("MIEUX_")}
    values = {"database_url": url, **{name: str(value) for name, value in PATIENCE.items()}, **settings}
    return own | {f"MIEUX_{name.upper()}": value for name, value in values.items()}


def mieux(url: str, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Runs a command to its end, in this process: to start one takes ten times as long as most commands do."""
    own = {name: None for name in os.environ if name.startswith("MIEUX_")}
    set_here = {f"MIEUX_{name.upper()}": value for name, value in settings.items()}
    done = CliRunner().invoke(cli, arguments, env=own | {"MIEUX_DATABASE_URL": url} | set_here)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


class Service:
    """A running `mieux serve`."""

    def __init__(self, process: Forked, port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self.address = f"http://127.0.0.1:{port}"
        self._log = log

    @property
    def log(self) -> str:
        """What it printed so far."""
        return self._log.read_text("utf-8")

    def records(self) -> list[dict[str, Any]]:
        """The lines of a log in JSON so far."""
        return [json.loads(line) for line in self.log.splitlines()]

    def records_of(self, request_id: str) -> list[dict[str, Any]]:
        """Those of a request, once the one is there that tells that it has ended."""
        deadline = time.monotonic() + BOUND
        while time.monotonic() < deadline:
            records = [record for record in self.records() if record.get("request_id") == request_id]
            if any(record["message"] == "request" for record in records):
                return records
            time.sleep(0.02)
        raise TimeoutError(self.log)

    def get(self, path: str, **options: Any) -> httpx.Response:
        """What it answers at a path, however busy the machine is."""
        return httpx.get(f"{self.address}{path}", **{"timeout": BOUND} | options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        """The same, to something that is sent there."""
        return httpx.post(f"{self.address}{path}", **{"timeout": BOUND} | options)

    @property
    def key(self) -> str:
        """The admin key that the first start prints."""
        found = re.search(r"mx_[\w-]+", self.log)
        assert found is not None, self.log
        return found[0]

    def wait(self) -> None:
        """Until it answers."""
        deadline = time.monotonic() + BOUND
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the service ended:\n{self.log}")
            try:
                if httpx.get(f"{self.address}/readyz", timeout=5).status_code == 200 and self.process.poll() is None:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise TimeoutError(self.log)


@contextmanager
def serve_seeded(server: Sqlite, folder: Path, **settings: str) -> Iterator[Service]:
    """A service on a database with the seed, both of which are gone at the end."""
    url = server.create("seeded")
    with serve(url, folder, **settings) as service:
        yield service
    server.drop(url)


@contextmanager
def serve(url: str, folder: Path, *arguments: str, **settings: str) -> Iterator[Service]:
    """A service on a database, stopped at the end."""
    port = free_port()
    log = folder / f"serve-{port}.log"
    log.touch()
    process = Forked(["serve", "--port", str(port), *arguments], environment(url, **settings), log)
    service = Service(process, port, log)
    try:
        service.wait()
        yield service
    finally:
        process.terminate()
        try:
            process.wait(BOUND)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
