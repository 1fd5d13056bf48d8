"""Connections of slow, greedy and broken clients, on real sockets: they end, and others are served meanwhile."""

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from app.core.problems import MEDIA_TYPE
from tests.running.service import Service, serve
from tests.waiting import BOUND, until_blocking

KEY = "mx_set-by-the-administrator"
SECONDS = 1.0
"""What the service waits for heads and bodies, and for the next request."""
RATE = 500
MB = 1024 * 1024


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with little patience."""
    folder = tmp_path_factory.mktemp("connections")
    limits = {
        "head_timeout": SECONDS,
        "body_timeout": SECONDS,
        "body_rate": RATE,
        "send_timeout": SECONDS,
        "keep_alive": int(SECONDS),
    }
    written = {name: str(value) for name, value in limits.items()}
    with serve(f"sqlite:///{folder / 'new.db'}", folder, bootstrap_key=KEY, **written) as running:
        yield running


@dataclass
class Answer:
    """A response as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes

    def check_problem(self, status: int, slug: str) -> None:
        """It is a problem document, and the last response of its connection."""
        assert self.status == status, self
        assert self.headers["content-type"] == MEDIA_TYPE
        assert self.headers["connection"] == "close"
        found = json.loads(self.body)
        assert (found["type"], found["status"]) == (f"/problems/{slug}", status)
        assert re.fullmatch("[0-9a-f]{32}", found["request_id"])


class Wire:
    """A connection to the service that sends whatever a test likes."""

    def __init__(self, service: Service, source: str = "127.0.0.1") -> None:
        self.socket = socket.create_connection(("127.0.0.1", service.port), timeout=BOUND, source_address=(source, 0))

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, *pieces: bytes, pause: float = 0.0) -> None:
        """Sends pieces, with pauses between them."""
        for piece in pieces:
            self.socket.sendall(piece)
            time.sleep(pause)

    def receive(self) -> Answer:
        """The next response."""
        received = b""
        while b"\r\n\r\n" not in received:
            more = self.socket.recv(65536)
            assert more, f"the connection ended after {received!r}"
            received += more
        head, _, body = received.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        while len(body) < int(headers["content-length"]):
            body += self.socket.recv(65536)
        return Answer(int(lines[0].split()[1]), headers, body)

    def is_held(self) -> bool:
        """Whether the service still holds its end of the connection, which has an inode as long as it does."""
        ours, theirs = (f":{at[1]:04X}" for at in (self.socket.getsockname(), self.socket.getpeername()))
        rows = (row.split() for row in Path("/proc/net/tcp").read_text().splitlines())
        return any(row[1].endswith(theirs) and row[2].endswith(ours) and row[9] != "0" for row in rows)

    def is_ended(self) -> bool:
        """Whether the service has ended the connection, or does so soon."""
        try:
            return self.socket.recv(65536) == b""
        except ConnectionResetError:
            return True


def post(path: str, body: bytes = b"", length: int | None = None, *headers: str) -> bytes:
    """A POST with a key, perhaps of a longer body than it sends at first."""
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {KEY}", *headers]
    lines += ["Content-Type: application/json", f"Content-Length: {len(body) if length is None else length}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
PARTNERS = "/api/v1/partners"


def served(service: Service) -> None:
    """Somebody honest is served."""
    assert service.get("/api/v1/actions?limit=1").status_code == 200


# -- heads --


def test_half_open_requests_end_and_others_are_served_meanwhile(service: Service) -> None:
    with ExitStack() as stack:
        silent = [stack.enter_context(Wire(service)) for _ in range(20)]
        half_open = [stack.enter_context(Wire(service)) for _ in range(200)]
        for number, wire in enumerate(half_open):
            wire.send(b"GET /api/v1/actions HTTP/1.1\r\nHost: localhost\r\nX-Slow: 1"[: 5 + number % 50])
        served(service)
        for wire in half_open:
            wire.receive().check_problem(408, "request-timeout")
            assert wire.is_ended()
        assert all(wire.is_ended() for wire in silent)


def test_a_head_that_drips_ends_before_it_is_complete(service: Service) -> None:
    with Wire(service) as wire, pytest.raises(OSError, match=r"reset|Broken pipe"):
        wire.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n", *[b"X-A: 1\r\n"] * 200, pause=0.05)


def test_the_next_requests_head_has_the_same_time(service: Service) -> None:
    with Wire(service) as wire:
        wire.send(GET)
        answer = wire.receive()
        assert answer.status == 200
        wire.send(GET[:20])
        wire.receive().check_problem(408, "request-timeout")


@pytest.mark.parametrize("more", [b"", b"\r\n"], ids=["silent", "line-end"])
def test_an_idle_connection_ends(service: Service, more: bytes) -> None:
    with Wire(service) as wire:
        begun = time.monotonic()
        wire.send(GET)
        assert wire.receive().status == 200
        wire.send(more)
        assert wire.is_ended()
        assert time.monotonic() - begun > 0.9 * SECONDS


def test_a_connection_that_is_used_is_not_idle(service: Service) -> None:
    cached = b"GET /api/v1/themes?limit=1 HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with Wire(service) as wire:
        for _ in range(8):
            for request in (GET, cached):
                wire.send(request)
                assert wire.receive().status == 200
            time.sleep(SECONDS / 5)
        assert wire.is_ended()  # in the end it is


@pytest.mark.parametrize("end", [b"\r\n\r\n", b""], ids=["complete", "endless"])
def test_headers_of_a_megabyte_are_a_431(service: Service, end: bytes) -> None:
    for headers in (b"X-Long: " + b"a" * MB, b"X-A: 1\r\n" * (MB // 8)):
        with Wire(service) as wire:
            wire.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + headers + end)
            wire.receive().check_problem(431, "headers-too-large")


def test_addresses_of_a_megabyte_are_refused(service: Service) -> None:
    with Wire(service) as wire:
        wire.send(b"GET /" + b"a" * MB + b" HTTP/1.1\r\n\r\n")
        wire.receive().check_problem(431, "headers-too-large")
    with Wire(service) as wire:
        wire.send(b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = wire.receive()
        assert json.loads(answer.body)["type"] == "/problems/address-too-long"


@pytest.mark.parametrize("sent", [b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                                  b"GET / HTTP/1.1\r\nA b: c\r\n\r\n", b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
                                  b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n"])  # fmt: skip
def test_what_is_no_request_is_a_400(service: Service, sent: bytes) -> None:
    with Wire(service) as wire:
        wire.send(sent)
        wire.receive().check_problem(400, "bad-request")
        assert wire.is_ended()


@pytest.mark.parametrize("framing", [b"Content-Length: 5\r\nTransfer-Encoding: chunked", b"Transfer-Encoding: xchunked",
                                     b"Content-Length: 5\r\nContent-Length: 6", b"Content-Length: +5"])  # fmt: skip
def test_a_body_whose_end_is_ambiguous_is_refused(service: Service, framing: bytes) -> None:
    """Where a proxy and a server see another end, one client's body is the next one's request."""
    with Wire(service) as wire:
        wire.send(
            b"POST /api/v1/actions HTTP/1.1\r\nHost: localhost\r\n" + framing + b"\r\n\r\n0\r\n\r\nGET / HTTP/1.1"
        )
        wire.receive().check_problem(400, "bad-request")
        assert wire.is_ended()


def test_an_offer_to_change_the_protocol_is_declined(service: Service) -> None:
    for offer in (b"Upgrade: websocket", b"Upgrade: h2c"):
        with Wire(service) as wire:
            wire.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n" + offer + b"\r\n\r\n")
            answer = wire.receive()
            assert answer.status == 200
    assert "Unsupported upgrade" not in service.log


# -- bodies --


def test_a_body_that_stops_ends(service: Service) -> None:
    with Wire(service) as wire:
        wire.send(post(PARTNERS, b'{"na', MB))
        wire.receive().check_problem(408, "request-timeout")


def test_a_body_that_drips_ends_before_it_is_complete(service: Service) -> None:
    with Wire(service) as wire, pytest.raises(ConnectionError):
        wire.send(post(PARTNERS, length=MB), *[b"a" * int(RATE / 20)] * 200, pause=0.1)


def test_a_body_that_comes_slowly_but_steadily_is_read(service: Service) -> None:
    body = b'{"name": "Slow"}' + b" " * 6000
    with Wire(service) as wire:
        wire.send(
            post(PARTNERS, length=len(body)), *[body[at : at + 600] for at in range(0, len(body), 600)], pause=0.2
        )
        answer = wire.receive()
        assert answer.status == 201, answer


def test_a_client_that_waits_to_be_asked_for_its_body_is_asked(service: Service) -> None:
    body = b'{"name": "Waiting"}'
    with Wire(service) as wire:
        wire.send(post(PARTNERS, b"", len(body), "Expect: 100-continue"))
        assert wire.socket.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        wire.send(body)
        answer = wire.receive()
        assert answer.status == 201, answer


def test_trailers_are_no_headers_and_have_a_bound(service: Service) -> None:
    head = f"POST {PARTNERS} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    head += "Transfer-Encoding: chunked\r\n\r\n"
    with Wire(service) as wire:
        wire.send(head.encode(), b"2\r\n{}\r\n0\r\n" + f"Authorization: Bearer {KEY}\r\n\r\n".encode(), pause=0.1)
        answer = wire.receive()
        assert answer.status == 401
    authorized = head.replace("\r\n", f"\r\nAuthorization: Bearer {KEY}\r\n", 1)
    for endless in (b"0\r\nX-Long: " + b"a" * MB, b"0\r\n" + b"X-A: 1\r\n" * (MB // 8), b"1;" + b"a" * MB):
        with Wire(service) as wire:
            wire.send(authorized.encode(), b"2\r\n{}\r\n", pause=0.1)
            wire.send(endless)
            wire.receive().check_problem(431, "headers-too-large")


# -- responses that come early --


def test_a_413_arrives_while_the_upload_still_runs(service: Service) -> None:
    with Wire(service) as wire:
        wire.send(post(PARTNERS, b" " * 1000, 30 * MB))
        answer = wire.receive()  # the rest has not been sent
        answer.check_problem(413, "too-large")
        assert json.loads(answer.body)["max_bytes"] == 2 * MB


@pytest.mark.parametrize("announced", [True, False])
def test_a_413_reaches_a_client_that_sends_everything_first(service: Service, announced: bool) -> None:
    def body() -> Iterator[bytes]:
        for _ in range(30):
            yield b" " * MB

    sent = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    if announced:
        sent["Content-Length"] = str(30 * MB)
    for _ in range(3):
        answer = service.post(PARTNERS, content=body(), headers=sent)
        assert answer.status_code == 413
        assert answer.json()["max_bytes"] == 2 * MB
    with Wire(service) as wire:
        wire.send(post(PARTNERS, b" " * 30 * MB))
        wire.receive().check_problem(413, "too-large")


def test_a_connection_serves_on_after_an_early_response(service: Service) -> None:
    with Wire(service) as wire:
        wire.send(post("/nothing", b" " * 1000, 5000))
        answer = wire.receive()
        assert answer.status == 404
        wire.send(b" " * 4000 + GET)
        answer = wire.receive()
        assert (answer.status, answer.body) == (200, b'{"status":"ok"}')
        assert wire.is_ended()  # it is idle, and no timer was forgotten


def test_requests_that_are_sent_at_once_are_answered_but_not_any_number(service: Service) -> None:
    with Wire(service) as wire:
        wire.send(GET * 60)
        received = b""
        while received.count(b'{"status":"ok"}') < 60:
            received += wire.socket.recv(65536)
    with Wire(service) as wire:
        wire.send(GET * 2000)
        received = b""
        with suppress(ConnectionResetError):
            while more := wire.socket.recv(65536):
                received += more
        assert received.count(b'{"status":"ok"}') < 1000


def test_cached_responses_keep_their_order_among_others_of_one_connection(service: Service) -> None:
    cached, made = b"GET /api/v1/actions?limit=1 HTTP/1.1", b"GET /api/v1/actions?limit=2 HTTP/1.1"
    host, anew = b"\r\nHost: localhost\r\n", b"Cache-Control: no-cache\r\n"
    expected = {limit: service.get(f"/api/v1/actions?limit={limit}").json() for limit in (1, 2)}
    assert [len(page["items"]) for page in expected.values()] == [1, 2]
    with Wire(service) as wire:
        wire.send(cached + host + b"\r\n")
        wire.receive()  # from now on it is cached for this host
    turns = "cmchhcc" * 12
    kinds = {"c": cached + host, "m": made + host + anew, "h": cached.replace(b"GET", b"HEAD") + host}
    with Wire(service) as wire:
        wire.send(b"".join(kinds[kind] + b"\r\n" for kind in turns))
        file = wire.socket.makefile("rb")
        for kind in turns:
            assert file.readline() == b"HTTP/1.1 200 OK\r\n"
            lines = dict(line.rstrip().split(b": ", 1) for line in iter(file.readline, b"\r\n"))
            assert {b"date", b"etag", b"x-request-id", b"content-security-policy"} <= lines.keys()
            if kind != "h":
                assert json.loads(file.read(int(lines[b"content-length"]))) == expected[2 if kind == "m" else 1]
        assert wire.is_ended()  # it is idle, and no timer was forgotten


@pytest.mark.parametrize("last", [b"HTTP/1.1\r\nHost: localhost\r\nConnection: close", b"HTTP/1.0\r\nHost: localhost"])
def test_a_cached_response_ends_the_connection_that_shall_end(service: Service, last: bytes) -> None:
    for _ in range(2):
        with Wire(service) as wire:
            wire.send(b"GET /api/v1/themes?limit=1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            body = wire.receive().body
            wire.send(b"GET /api/v1/themes?limit=1 " + last + b"\r\n\r\n")
            answer = wire.receive()
            assert (answer.status, answer.headers["connection"], answer.body) == (200, "close", body)
            assert wire.is_ended()


def test_a_request_outlasts_the_idle_time_of_a_cached_one_before_it(service: Service) -> None:
    cached = b"GET /api/v1/themes?limit=1 HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with Wire(service) as wire:
        wire.send(cached)
        wire.receive()
        # In one piece: a cached response, which makes the connection idle, and the head of a body that takes its time.
        body = b'{"name": "IOM"}' + b" " * 3000
        request = post(PARTNERS, body)
        wire.send(cached + request[: -len(body)])
        wire.receive()
        for start in range(0, len(body), 500):
            wire.send(body[start : start + 500], pause=SECONDS / 3)
        assert wire.receive().status == 201


def test_a_stream_ends_with_its_connection_even_when_another_request_waits_behind_it(service: Service) -> None:
    def listeners() -> float:
        metrics = service.get("/metrics").text
        return float(re.search(r"^mieux_feed_listeners (.+)$", metrics, re.MULTILINE)[1])  # type: ignore[index]

    with Wire(service) as wire:
        wire.send(b"GET /api/v1/changes/stream HTTP/1.1\r\nHost: localhost\r\n\r\n" + GET)
        assert b"text/event-stream" in wire.socket.recv(65536)
        assert listeners() == 1
    until_blocking(lambda: listeners() == 0)


def test_a_client_that_does_not_read_its_response_is_let_go(service: Service) -> None:
    size = len(service.get("/openapi.json").content)
    with Wire(service) as wire:
        wire.send(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 40)
        until_blocking(lambda: not wire.is_held())
        received = 0
        with suppress(ConnectionResetError):
            while more := wire.socket.recv(MB):
                received += len(more)
        assert size * 2 < received < size * 40  # the kernel had some of it, the service did not wait for the rest


# -- how many --


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with few places, and little patience with wrong keys."""
    folder = tmp_path_factory.mktemp("crowded")
    limits = {"max_connections": "8", "max_connections_per_client": "5", "rate_wrong_keys": "5"}
    with serve(f"sqlite:///{folder / 'new.db'}", folder, bootstrap_key=KEY, **limits) as running:
        yield running


def test_idle_connections_give_way_to_new_ones(crowded: Service) -> None:
    with ExitStack() as stack:
        used = stack.enter_context(Wire(crowded))
        used.send(GET)
        assert used.receive().status == 200
        unused = [stack.enter_context(Wire(crowded)) for _ in range(20)]
        served(crowded)
        assert all(wire.is_ended() for wire in unused[:15])
        used.send(GET)  # who has asked for something stays rather than who has not
        assert used.receive().status == 200


def test_who_has_too_many_requests_under_way_is_refused_and_others_are_served(crowded: Service) -> None:
    with ExitStack() as stack:

        def begin(source: str) -> Wire:
            wire = stack.enter_context(Wire(crowded, source))
            wire.send(post(PARTNERS, b"", 2, "Expect: 100-continue"))
            assert wire.socket.recv(100).startswith(b"HTTP/1.1 100 ")
            return wire

        busy = [begin("127.0.0.2") for _ in range(5)]
        refused = stack.enter_context(Wire(crowded, "127.0.0.2")).receive()
        refused.check_problem(429, "too-many-requests")
        assert refused.headers["retry-after"] == "5"
        served(crowded)
        busy += [begin("127.0.0.3") for _ in range(3)]
        stack.enter_context(Wire(crowded, "127.0.0.4")).receive().check_problem(503, "unavailable")
        for wire in busy:
            wire.send(b"{}")
            assert wire.receive().status == 422
        served(crowded)


def test_forged_addresses_count_as_the_true_one_and_a_right_key_works_beside_wrong_ones(crowded: Service) -> None:
    def write(key: str, **forged: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}", **forged}
        return crowded.post(PARTNERS, json={"name": "IOM"}, headers=headers)

    answers = [write(f"mx_{number}", **{"X-Forwarded-For": f"203.0.113.{number}"}) for number in range(30)]
    statuses = [answer.status_code for answer in answers]
    assert statuses[:5] == [401] * 5
    assert statuses.count(429) > 15
    assert int(next(answer for answer in answers if answer.status_code == 429).headers["Retry-After"]) <= 12
    assert write(KEY).status_code == 201
