"""Cached responses beside a bare uvicorn that sends the same bytes, one worker each, asked in turn by wrk.

`python -m benchmarks.cached` fails when the registry answers fewer than 0.85 times the requests of the bare server. The
registry logs each request, as it does by default; the last column is without that. The bare server logs nothing, and
has the same parser and event loop.
"""

import asyncio
import http.client
import os
import pickle
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.servers import CLIENT_CORE, Server, databases, make_record, registry, running
from support.commands import ROOT, free_port

ACTIONS = 10_000
ROUNDS = 5
SECONDS = 1
CONNECTIONS = 16
PROMISE = 0.85
TOOLS = Path(sys.prefix) / "tools"
PATHS = {
    "list": "/api/v1/actions",
    "detail": "/api/v1/actions/17",
    "filtered list": "/api/v1/actions?theme=asylum&country=GE&limit=10",
    "figure": "/api/v1/aggregates/actions-per-theme",
}
RATE = re.compile(r"Requests/sec:\s*([0-9.]+)")


@dataclass
class Question:
    """What is asked, and how often a second each server answered it in each round."""

    name: str
    path: str
    headers: dict[str, str]
    response: tuple[int, list[tuple[bytes, bytes]], bytes] = (0, [], b"")
    rates: dict[str, list[float]] = field(default_factory=dict)

    def ratios(self, server: str) -> list[float]:
        """Round by round, how many times the requests of the bare server another one answered."""
        return [own / bare for own, bare in zip(self.rates[server], self.rates["bare"], strict=True)]


def questions(own: Server) -> list[Question]:
    """Everything that is asked, each with its response, which is cached from now on."""
    asked = []
    for name, path in PATHS.items():
        for coding in ("identity", "gzip"):
            question = Question(f"{name}, {coding}", path, {"Accept-Encoding": coding})
            question.response = fetch(own, question)
            asked.append(question)
            if coding == "gzip":
                tag = dict(question.response[1])[b"etag"].decode()
                known = Question(f"{name}, 304", path, {**question.headers, "If-None-Match": tag})
                known.response = fetch(own, known)
                asked.append(known)
    return asked


def fetch(own: Server, question: Question) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """The response to a question without the headers that the server itself adds."""
    connection = http.client.HTTPConnection("127.0.0.1", own.port)
    for _ in range(2):  # the second one is from the cache
        connection.request("GET", question.path, headers=question.headers)
        response = connection.getresponse()
        body = response.read()
    connection.close()
    expected = 304 if "If-None-Match" in question.headers else 200
    coding = response.headers.get("Content-Encoding", "identity")
    assert response.status == expected, (question.name, response.status)
    assert expected == 304 or coding == question.headers["Accept-Encoding"]
    headers = [(name.lower().encode(), value.encode()) for name, value in response.getheaders() if name != "date"]
    return response.status, headers, body


def find_wrk() -> list[str]:
    """The command of the load generator, fetched where it is missing."""
    if shutil.which("wrk") is None and not (TOOLS / "usr/bin/wrk").exists():
        script = ["sh", ROOT / "scripts/test-tools.sh", TOOLS, "wrk:libluajit-5.1-2"]
        subprocess.run(script, check=True)
    found = shutil.which("wrk") or str(TOOLS / "usr/bin/wrk")
    if not Path(found).exists():
        sys.exit("This benchmark needs wrk.")
    return [found] if CLIENT_CORE is None else ["taskset", "--cpu-list", str(CLIENT_CORE), found]


def measure(wrk: list[str], server: Server, path: str, headers: dict[str, str]) -> float:
    """Requests per second."""
    options = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    libraries = ":".join(map(str, TOOLS.glob("usr/lib/*")))
    finished = subprocess.run(
        [*wrk, "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", *options, f"http://127.0.0.1:{server.port}{path}"],
        env={**os.environ, "LD_LIBRARY_PATH": libraries},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found = RATE.search(finished.stdout)
    assert found is not None, finished.stdout
    assert "Non-2xx" not in finished.stdout, finished.stdout
    assert "Socket errors" not in finished.stdout, finished.stdout
    return float(found[1])


@contextmanager
def bare(folder: Path, asked: list[Question]) -> Iterator[Server]:
    """The server that sends the same bytes."""
    file = folder / "responses"
    file.write_bytes(
        pickle.dumps([question.response for question in asked] + [(200, [(b"content-length", b"2")], b"{}")])
    )
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.bare", str(port), file]
    with running(command, port, f"/{len(asked)}", folder / "bare.log") as server:
        yield server


def report(kind: str, asked: list[Question]) -> list[str]:
    """Prints the table; gives what breaks the promise."""
    print(f"{kind}, medians of {ROUNDS} rounds, requests a second")
    print(f"{'':24} {'bytes':>7} {'bare':>8} {'registry':>8} {'ratio':>18} {'without log':>18}")
    broken = []
    for question in asked:
        columns = []
        for server in ("registry", "silent"):
            ratios = sorted(question.ratios(server))
            columns.append(f"{statistics.median(ratios):.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f})")
        rates = [statistics.median(question.rates[server]) for server in ("bare", "registry")]
        size = len(question.response[2])
        print(f"{question.name:24} {size:7} {rates[0]:8.0f} {rates[1]:8.0f} {columns[0]:>18} {columns[1]:>18}")
        if statistics.median(question.ratios("registry")) < PROMISE:
            broken.append(f"{kind}, {question.name}: less than {PROMISE} of the bare server")
    return broken


def main() -> None:
    """The command; the kinds of databases may be given."""
    wrk = find_wrk()
    broken: list[str] = []
    with tempfile.TemporaryDirectory(prefix="mieux-benchmark-") as name:
        folder = Path(name)
        with databases(folder) as urls:
            for kind, url in urls.items():
                if kind not in (sys.argv[1:] or urls):
                    continue
                asyncio.run(make_record(url, ACTIONS))
                with ExitStack() as stack:
                    servers = {"registry": stack.enter_context(registry(url, folder / "registry.log"))}
                    asked = questions(servers["registry"])
                    silent = registry(url, folder / "silent.log", MIEUX_LOG_LEVEL="warning")
                    servers["silent"] = stack.enter_context(silent)
                    servers["bare"] = stack.enter_context(bare(folder, asked))
                    for turn in range(ROUNDS + 1):
                        for number, question in enumerate(asked):
                            for which, server in servers.items():
                                path, headers = (question.path, question.headers)
                                if which == "bare":
                                    path = f"/{number}"
                                rate = measure(wrk, server, path, headers)
                                if turn:  # the first round only warms up
                                    question.rates.setdefault(which, []).append(rate)
                broken += report(kind, asked)
    if broken:
        sys.exit("\n".join(broken))


if __name__ == "__main__":
    main()
