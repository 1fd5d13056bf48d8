"""What hostile clients do: each attack takes some seconds, needs little of its own processor, and ends by itself."""

import http.client
import io
import secrets
import socket
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import quote

import xlsxwriter

from app.core.listing import API

MEGABYTE = 1024 * 1024
FIGURE_FORMATS = ("json", "csv", "xlsx", "svg", "png")


@dataclass
class Hostile:
    """A client with an address of its own."""

    port: int
    address: str
    key: str
    hold: float
    """For how many seconds it holds what it has opened."""
    until: float
    """When it sends nothing more, by the monotonic clock."""
    answers: Counter[str] = field(default_factory=Counter)
    """Its answers, by attack and status."""

    def request(self, attack: str, method: str, path: str, body: bytes | None = None, **headers: str) -> None:
        """One request on a connection of its own; its answer is read and counted."""
        if time.monotonic() > self.until:
            return
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60, source_address=(self.address, 0))
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, API + path, body, names)
            answer = connection.getresponse()
            self.answers[f"{attack}: {answer.status}"] += 1
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.answers[f"{attack}: {type(error).__name__}"] += 1
        finally:
            connection.close()

    @contextmanager
    def opened(self, count: int, request: bytes) -> Iterator[list[socket.socket]]:
        """That many connections on which something was sent; refused ones are left out."""
        with ExitStack() as stack:
            connections = []
            for _ in range(count):
                with suppress(OSError):
                    made = stack.enter_context(socket.socket())
                    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                    made.settimeout(5)
                    made.bind((self.address, 0))
                    made.connect(("127.0.0.1", self.port))
                    made.sendall(request)
                    connections.append(made)
            yield connections


def _get(path: str, method: str = "GET") -> bytes:
    return f"{method} {API}{path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def big_bodies(client: Hostile) -> None:
    """30 MB for a batch and an import, without a key."""
    body = b"[" + b"[]," * (10 * MEGABYTE) + b"[]]"
    for path in ("/actions/batch", "/imports"):
        client.request("big body, no key", "POST", path, body, Content_Type="application/json")


def big_bodies_with_a_key(client: Hostile) -> None:
    """15 MB of lists from an editor."""
    body = b"[" + b"[]," * (5 * MEGABYTE) + b"[]]"
    client.request("big body, key", "POST", "/actions/batch", body, Content_Type="application/json",
                   Authorization=f"Bearer {client.key}")  # fmt: skip


def big_figures(client: Hostile) -> None:
    """62,500 cells in each format, and the largest figures that are allowed."""
    for form in FIGURE_FORMATS:
        for by in ("by=country&by=sending_country&include_empty=true", "by=country&by=theme&include_empty=true",
                   "by=country&by=sending_country"):  # fmt: skip
            path = f"/aggregates?measure=actions&{by}&format={form}"
            client.request("figure", "GET", path, Cache_Control="no-cache")


def bombs(client: Hostile) -> None:
    """Small files that become huge ones, from an editor."""
    for name, content in (("x.xlsx", _workbook_bomb()), ("x.csv", b"title,countries" + b"," * 3_100_000),
                          ("x.json", b"[" + b"[]," * 3_100_000 + b"[]]")):  # fmt: skip
        mark = secrets.token_hex(8)
        body = (
            f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode() + content + f"\r\n--{mark}--\r\n".encode()  # fmt: skip
        client.request("bomb", "POST", "/imports", body, Authorization=f"Bearer {client.key}",
                       Content_Type=f"multipart/form-data; boundary={mark}")  # fmt: skip


def _workbook_bomb() -> bytes:
    """One text of 30 MB in 60 cells, in a file of some 30 KB."""
    made, content = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet("actions")
        for row in range(60):
            sheet.write(row, 0, "title")
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, part.replace(b">title<", b">" + b"x" * 30_000_000 + b"<") if "shared" in name else part)
    return content.getvalue()


def slow_exports(client: Hostile) -> None:
    """Five exports, read at 4 KB a second."""
    with client.opened(5, _get(f"/exports/registry.xlsx?as_of=2026-01-{secrets.randbelow(28) + 1:02}")) as connections:
        end = time.monotonic() + client.hold
        while time.monotonic() < end:
            for connection in connections:
                with suppress(OSError):
                    connection.recv(4096, socket.MSG_DONTWAIT)
            time.sleep(1)
    client.answers["slow export"] += len(connections)


def idle_streams(client: Hostile) -> None:
    """40 streams of events that nobody reads, and HEAD on some."""
    with (
        client.opened(40, _get("/changes/stream")) as streams,
        client.opened(5, _get("/changes/stream", "HEAD")) as heads,
    ):
        time.sleep(client.hold)
    client.answers["idle stream"] += len(streams) + len(heads)


def long_headers(client: Hostile) -> None:
    """Headers of 3.6 KB, each another one; one of a megabyte; an id of 9,000 characters."""
    for _ in range(50):
        client.request("header", "GET", "/actions", Accept_Language=secrets.token_hex(1800))
    client.request("header", "GET", "/actions", X_Request_ID="x" * 9000)
    client.request("header", "GET", "/actions", X_Long="x" * MEGABYTE)


def wrong_keys(client: Hostile) -> None:
    """300 keys that there aren't."""
    for number in range(300):
        client.request("wrong key", "POST", "/partners", b"{}", Authorization=f"Bearer mx_wrong-{number}",
                       Content_Type="application/json")  # fmt: skip


def half_open(client: Hostile) -> None:
    """50 requests whose heads don't go on."""
    with client.opened(50, b"GET /api/v1/actions HTTP/1.1\r\nHost: lo") as connections:
        time.sleep(client.hold)
    client.answers["half-open"] += len(connections)


def intervals(client: Hostile) -> None:
    """300 intervals in each of three filters, and as many as are allowed."""
    for count in (300, 60):
        values = [
            quote(f"{1900 + number % 100}-01/{2000 + number % 100}-{1 + number % 12:02}") for number in range(count)
        ]
        query = "&".join(f"{name}={value}" for name in ("active_in", "started_in", "ended_in") for value in values)
        for _ in range(3):
            client.request("intervals", "GET", f"/actions?{query}", Cache_Control="no-cache")


ATTACKS: dict[str, Callable[[Hostile], None]] = {
    attack.__name__.replace("_", "-"): attack
    for attack in (
        big_bodies,
        big_figures,
        bombs,
        slow_exports,
        idle_streams,
        long_headers,
        wrong_keys,
        half_open,
        intervals,
        big_bodies_with_a_key,
    )
}
