"""A whole cluster on the loopback interface, whose leader is lost under load.

`make cluster` unpacks etcd, Patroni, HAProxy and Varnish from Debian's packages and starts what `deploy/cluster/`
configures, with other addresses and folders: three hosts with etcd, Patroni and PostgreSQL, two nodes of the registry
with a HAProxy each, and Varnish before them. Clients write and read at both nodes and through Varnish, all processes of
the leader's host are killed, and the report says how long nobody could write or read, and whether anything that was
acknowledged is lost. It takes about two minutes, and stops all that it started.
"""

import argparse
import asyncio
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx

from app.core.listing import API
from benchmarks.servers import make_record
from support import postgres
from support.commands import COMMAND, ROOT
from support.verification import Reader, verify
from support.writers import Ledger, Writer

DEPLOYED = ROOT / "deploy" / "cluster"
NETWORK = "127.0.77."
HOSTS = {"db1": f"{NETWORK}11", "db2": f"{NETWORK}12", "db3": f"{NETWORK}13"}
NODES = (f"{NETWORK}21", f"{NETWORK}22")
FRONT = f"http://{NETWORK}31:6081"
PATHS = ("actions", "aggregates/actions-per-theme", "facets", "search?q=training", "actions/1")
PYTHON = "/usr/bin/python3"
"""The system's own, for which Debian's packages are."""
SUPERUSER, OWNER = "change-me-1", "change-me-3"
"""Their passwords in the deployed files."""
LONGEST = 90.0
"""Seconds that anything may take to start, or to fail over."""


class Processes:
    """What was started, by the host that it runs on."""

    def __init__(self, folder: Path, tools: Path) -> None:
        self.folder = folder
        libraries = tools / "usr/lib/x86_64-linux-gnu"
        self.vmods = libraries / "varnish/vmods"
        self._own = {name: value for name, value in os.environ.items() if not name.startswith("MIEUX_")}
        self._tools = self._own | {
            "PATH": f"{tools}/usr/bin:{tools}/usr/sbin:{os.environ['PATH']}",
            "LD_LIBRARY_PATH": f"{libraries}:{libraries}/varnish",
            "PYTHONPATH": f"{tools}/usr/lib/python3/dist-packages",
        }
        self._running: dict[str, list[subprocess.Popen[bytes]]] = {}

    def start(self, host: str, name: str, *arguments: str | Path) -> None:
        """Starts one of the tools."""
        program = shutil.which(name, path=self._tools["PATH"])
        assert program is not None, f"{name} is not installed"
        before = [*postgres.as_plain_user(), PYTHON] if name == "patroni" else []
        self._start(host, name, [*before, program, *arguments], self._tools)

    def serve(self, host: str, settings: dict[str, str]) -> None:
        """Starts the registry."""
        self._start(host, "mieux", [COMMAND, "serve"], self._own | settings)

    def _start(self, host: str, name: str, command: list[str | Path], environment: dict[str, str]) -> None:
        with (self.folder / f"{host}-{name}.log").open("ab") as log:
            process = subprocess.Popen(command, env=environment, cwd=self.folder, stdout=log, stderr=log)
        self._running.setdefault(host, []).append(process)

    def kill(self, host: str) -> None:
        """Ends all processes of a host at once, as a loss of power does. PostgreSQL leaves the process that started
        it, so it is known by its folder."""
        mine = self._running.pop(host, [])
        file = self.folder / host / "postgresql/15/mieux/postmaster.pid"
        roots = {process.pid for process in mine}
        if file.exists() and _is_of(server := int(file.read_text().split()[0]), file.parent):
            roots.add(server)
        for number in _with_children(roots):
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        for process in mine:
            process.wait(30)

    def stop(self) -> None:
        """Ends everything."""
        for host in [*self._running]:
            self.kill(host)


def _is_of(process: int, folder: Path) -> bool:
    with suppress(OSError):
        return str(folder).encode() in Path(f"/proc/{process}/cmdline").read_bytes()
    return False


def _with_children(roots: set[int]) -> set[int]:
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
    found, size = set(roots), 0
    while size != len(found):
        size = len(found)
        found |= {process for process, parent in parents.items() if parent in found}
    return found


def configured(name: str, place: Path, address: str, **changes: str) -> Path:
    """A deployed file in a folder, with the addresses and folders of the trial; `address` is that of the host."""
    text = (DEPLOYED / name).read_text("utf-8").replace("10.0.0.0/24", "127.0.0.0/8")
    for old, new in {"/var/lib": str(place), **changes}.items():
        text = text.replace(old, new)
    lines = []
    for line in text.splitlines():
        names_all = line.strip().startswith(("hosts:", "initial-cluster:", "server ", "backend "))
        lines.append(line.replace("10.0.0.", NETWORK) if names_all else _own_address(line, address))
    made = place / name
    made.write_text("\n".join([*lines, ""]), "utf-8")
    return made


def _own_address(line: str, address: str) -> str:
    for first in ("10.0.0.11", "10.0.0.21", "127.0.0.1"):
        line = line.replace(first, address)
    return line.replace("10.0.0.", NETWORK)


def start_databases(processes: Processes) -> None:
    """Three hosts with etcd, Patroni and PostgreSQL."""
    binaries = postgres.find_binaries()
    assert binaries is not None, "PostgreSQL is not installed"
    for host, address in HOSTS.items():
        place = processes.folder / host
        (place / "etcd").mkdir(parents=True)
        (place / "postgresql/15").mkdir(parents=True)
        named = {"name: db1": f"name: {host}"}
        processes.start(host, "etcd", "--config-file", configured("etcd.yml", place, address, **named))
        patroni = configured("patroni.yml", place, address, **named, **{"/usr/lib/postgresql/15/bin": str(binaries)})
        with patroni.open("a") as file:
            file.write(f"  parameters: {{unix_socket_directories: {place}, shared_buffers: 32MB}}\n")
        processes.start(host, "patroni", patroni)


def start_registry(processes: Processes, key: str) -> None:
    """Two nodes with HAProxy, and Varnish before them."""
    for number, address in enumerate(NODES, 1):
        place = processes.folder / f"app{number}"
        settings = dict(
            line.split("=", 1)
            for line in (place / "mieux.env").read_text("utf-8").splitlines()
            if line and not line.startswith("#")
        )
        del settings["MIEUX_TRUSTED_PROXIES"]  # all clients have one address here
        assert settings["MIEUX_HOST"] == address
        processes.serve(f"app{number}", settings | {"MIEUX_BOOTSTRAP_KEY": key, "MIEUX_LOG_LEVEL": "warning"})
    place = processes.folder / "front"
    place.mkdir()
    program = configured("mieux.vcl", place, NODES[0])
    listen = FRONT.removeprefix("http://")
    processes.start("front", "varnishd", "-F", "-j", "none", "-f", program, "-a", listen, "-n", place / "work",
                    "-s", "malloc,64m", "-p", f"vmod_path={processes.vmods}")  # fmt: skip


def start_proxies(processes: Processes) -> list[str]:
    """A HAProxy for each node; gives the URLs of the leader as each sees it, for PostgreSQL's superuser."""
    for number, address in enumerate(NODES, 1):
        place = processes.folder / f"app{number}"
        place.mkdir()
        configured("mieux.env", place, address)
        processes.start(f"app{number}", "haproxy", "-db", "-f", configured("haproxy.cfg", place, address))
    return [f"postgresql://postgres:{SUPERUSER}@{address}:5000/postgres" for address in NODES]


async def until(what: str, look: Callable[[], Awaitable[bool]]) -> None:
    """Looks until something is as it should be."""
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        with suppress(OSError, httpx.HTTPError, asyncpg.PostgresError, asyncpg.InterfaceError):
            if await look():
                return
        await asyncio.sleep(0.2)
    raise TimeoutError(f"{what}: not within {LONGEST:.0f} seconds")


async def has_two_standbys(url: str) -> bool:
    """Whether one of two standbys confirms each commit."""
    connection = await asyncpg.connect(url, timeout=5)
    try:
        states = [row[0] for row in await connection.fetch("SELECT sync_state FROM pg_stat_replication")]
    finally:
        await connection.close()
    return len(states) == 2 and "sync" in states


async def leader() -> str:
    """The host that Patroni says leads."""
    async with httpx.AsyncClient(timeout=5) as client:
        for host, address in HOSTS.items():
            with suppress(httpx.HTTPError):
                if (await client.get(f"http://{address}:8008/primary")).status_code == 200:
                    return host
    raise RuntimeError("there is no leader")


async def create_database(url: str) -> None:
    """The registry's own, with the seed."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"CREATE ROLE mieux LOGIN PASSWORD '{OWNER}'")
        await connection.execute("CREATE DATABASE mieux OWNER mieux")
    finally:
        await connection.close()
    await make_record(f"postgresql://mieux:{OWNER}@{NODES[0]}:5000/mieux", 0, seeded=True)


@dataclass
class Gaps:
    """How long nothing succeeded."""

    latest: float = field(default_factory=time.monotonic)
    longest: float = 0
    done: int = 0
    failed: list[str] = field(default_factory=list)

    def succeed(self) -> None:
        """Notes a success."""
        now = time.monotonic()
        self.longest, self.latest, self.done = max(self.longest, now - self.latest), now, self.done + 1


async def read(address: str, stop: asyncio.Event, gaps: Gaps) -> None:
    """Reads one thing after the other, from the present state."""
    headers = {} if address == FRONT else {"Cache-Control": "no-cache"}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=10) as client:
        while not stop.is_set():
            for path in PATHS:
                try:
                    answer = await client.get(f"{API}/{path}")
                except httpx.HTTPError as error:
                    gaps.failed.append(f"{path}: {error!r}")
                    continue
                if answer.status_code == 200:
                    gaps.succeed()
                else:
                    gaps.failed.append(f"{path}: {answer.status_code} {answer.text[:200]}")
                await asyncio.sleep(0.02)


async def watch(ledger: Ledger, stop: asyncio.Event, gaps: Gaps) -> None:
    """Notes when writes are acknowledged."""
    known = ledger.acknowledged
    while not stop.is_set():
        if ledger.acknowledged != known:
            known = ledger.acknowledged
            gaps.succeed()
        await asyncio.sleep(0.01)


async def trial(processes: Processes, seconds: float) -> list[str]:
    """Starts everything, kills the leader's host, and reports; gives what is wrong."""
    key = f"mx_{secrets.token_urlsafe(32)}"
    begun = time.monotonic()
    start_databases(processes)
    url, _ = start_proxies(processes)
    await until("two standbys", lambda: has_two_standbys(url))
    await create_database(url)
    start_registry(processes, key)
    async with httpx.AsyncClient(timeout=5) as client:
        addresses = [*(f"http://{node}:8000" for node in NODES), FRONT]

        async def are_ready() -> bool:
            answers = [await client.get(f"{address}/readyz") for address in addresses]
            return {answer.status_code for answer in answers} == {200}

        await until("readiness", are_ready)
    print(f"started in {time.monotonic() - begun:.0f} s", flush=True)
    ledger, stop, writes = Ledger(), asyncio.Event(), Gaps()
    reads = {address: Gaps() for address in addresses}
    writers = [Writer(number, address, key, ledger) for number, address in enumerate([*addresses, FRONT])]
    tasks = [asyncio.create_task(writer.write(stop)) for writer in writers]
    tasks += [asyncio.create_task(read(address, stop, gaps)) for address, gaps in reads.items()]
    tasks.append(asyncio.create_task(watch(ledger, stop, writes)))
    await asyncio.sleep(seconds)
    lost, before = await leader(), ledger.acknowledged
    await asyncio.to_thread(processes.kill, lost)
    print(f"{lost}, which led, is killed after {before:,} acknowledged changes", flush=True)
    await asyncio.sleep(1)
    after = ledger.acknowledged

    async def writes_again() -> bool:
        return ledger.acknowledged > after + 5

    await until("writes", writes_again)
    await asyncio.sleep(seconds)
    stop.set()
    async with asyncio.timeout(LONGEST):
        await asyncio.gather(*tasks)
    print(f"{await leader()} leads; {ledger.acknowledged - before:,} changes more are acknowledged")
    reader = Reader(addresses[0])
    wrong = await verify(reader, ledger)
    await reader.close()
    print(f"acknowledged changes lost or doubled: {len(wrong)}; seconds without writes: {writes.longest:.1f}")
    for address, gaps in reads.items():
        print(f"reads at {address}: {gaps.done:,}, not answered {len(gaps.failed)}, longest wait {gaps.longest:.1f} s")
        wrong += [f"a read at {address} was not answered: {text}" for text in gaps.failed]
    return wrong


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tools", type=Path, help="the folder of `scripts/cluster-tools.sh`")
    parser.add_argument("--seconds", type=float, default=8, help="of load before and after")
    parser.add_argument("--logs", type=Path, help="a folder for the logs; by default they are removed")
    given = parser.parse_args()
    # A socket's path has about 100 characters, so it stands right below the temporary folder.
    folder = Path(tempfile.mkdtemp(prefix="mieux-", dir="/tmp"))
    processes = Processes(folder, given.tools.absolute())
    try:
        wrong = asyncio.run(asyncio.wait_for(trial(processes, given.seconds), 170))
    finally:
        processes.stop()
        if given.logs is not None:
            given.logs.mkdir(parents=True, exist_ok=True)
            for log in folder.glob("*.log"):
                shutil.copy(log, given.logs)
        shutil.rmtree(folder, ignore_errors=True)
    if wrong:
        sys.exit("\n".join(wrong[:50]))


if __name__ == "__main__":
    main()
