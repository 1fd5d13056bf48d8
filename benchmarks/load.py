"""Asks addresses again and again over connections that stay open, and measures: a process of its own.

`echo /healthz | python -m benchmarks.load PORT --connections 8 --seconds 1 --requests 5000 --core 1` asks the paths of
its standard input in turn, and prints one line of JSON. It stops after the time or the number of requests, whichever
comes first. The client is plain sockets, so that it costs a small part of what it measures.
"""

import argparse
import json
import os
import selectors
import socket
import statistics
import sys
import time
from dataclasses import dataclass, field
from itertools import cycle

END_OF_HEAD = b"\r\n\r\n"


class Refused(RuntimeError):
    """The server answered something else than 200."""


@dataclass
class Connection:
    """One open connection: what it has received of the answer, and when it asked."""

    socket: socket.socket
    received: bytearray = field(default_factory=bytearray)
    asked_at: float = 0.0

    def ask(self, request: bytes) -> None:
        """Sends the request."""
        self.received.clear()
        self.asked_at = time.perf_counter()
        self.socket.sendall(request)

    def is_complete(self) -> bool:
        """Reads what has come; whether that is all of the answer."""
        chunk = self.socket.recv(1 << 18)
        if not chunk:
            raise Refused("the server closed the connection")
        self.received += chunk
        end = self.received.find(END_OF_HEAD)
        if end < 0:
            return False
        head = bytes(self.received[:end]).lower()
        if not head.startswith(b"http/1.1 200 "):
            raise Refused(self.received[: end + 500].decode("utf-8", "replace"))
        if (at := head.find(b"content-length:")) >= 0:
            length = int(head[at + 15 :].partition(b"\r\n")[0])
            return len(self.received) >= end + len(END_OF_HEAD) + length
        return self.received.endswith(b"\r\n0\r\n\r\n")


def measure(
    port: int, paths: list[str], *, connections: int, seconds: float, requests: int, anew: bool = False
) -> dict[str, float]:
    """Requests per second, the 50th and 99th percentile of the latency in milliseconds, and the mean size of an
    answer in kilobytes."""
    head = f"Host: 127.0.0.1:{port}\r\nAccept: application/json\r\n"
    head += "Cache-Control: no-cache\r\n\r\n" if anew else "\r\n"
    following = cycle([f"GET {path} HTTP/1.1\r\n{head}".encode() for path in paths])
    latencies: list[float] = []
    size = 0
    with selectors.DefaultSelector() as selector:
        opened = [Connection(socket.create_connection(("127.0.0.1", port), timeout=30)) for _ in range(connections)]
        for connection in opened:
            connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        begun = time.perf_counter()
        deadline = begun + seconds
        for connection in opened:
            connection.ask(next(following))
        asked = waiting = connections
        while waiting:
            ready = selector.select(30)
            if not ready:
                raise Refused("no answer within 30 seconds")
            for key, _ in ready:
                connection = key.data
                if not connection.is_complete():
                    continue
                now = time.perf_counter()
                latencies.append(now - connection.asked_at)
                size += len(connection.received)
                if asked < requests and now < deadline:
                    connection.ask(next(following))
                    asked += 1
                else:
                    waiting -= 1
        lasted = time.perf_counter() - begun
        for connection in opened:
            connection.socket.close()
    return {
        "per_second": len(latencies) / lasted,
        "median_ms": statistics.median(latencies) * 1000,
        "p99_ms": sorted(latencies)[int(len(latencies) * 0.99)] * 1000,
        "kilobytes": size / len(latencies) / 1024,
    }


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--requests", type=int, default=5000)
    parser.add_argument("--core", type=int)
    parser.add_argument("--anew", action="store_true", help="let no answer be given that was kept")
    given = parser.parse_args()
    if given.core is not None:
        os.sched_setaffinity(0, {given.core})
    paths = sys.stdin.read().split()
    try:
        found = measure(
            given.port,
            paths,
            connections=given.connections,
            seconds=given.seconds,
            requests=given.requests,
            anew=given.anew,
        )
    except (Refused, OSError) as error:
        sys.exit(f"{paths[0]}: {error}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
