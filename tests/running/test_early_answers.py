"""Answers that come before the end of an upload, on real connections."""

import socket
from collections.abc import Iterator

import pytest

from tests.conftest import Sqlite
from tests.running.service import Service, serve
from tests.waiting import BOUND

MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def service(sqlite_server: Sqlite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A running service; its database has no part in this."""
    url = sqlite_server.create("seeded")
    with serve(url, tmp_path_factory.mktemp("early"), bootstrap_key="mx_set-by-the-administrator") as running:
        yield running
    sqlite_server.drop(url)


def connect(service: Service, path: str, *headers: str) -> socket.socket:
    """A connection on which a POST has begun."""
    connection = socket.create_connection(("127.0.0.1", service.port), timeout=BOUND)
    lines = (f"POST /api/v1{path} HTTP/1.1", "Host: localhost", "Content-Type: application/json", *headers)
    connection.sendall("\r\n".join((*lines, "", "")).encode())
    return connection


def read_answer(connection: socket.socket) -> tuple[int, bytes]:
    """The status and the head of an answer, whose body was read."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
    return int(head.split()[1]), head.lower()


@pytest.mark.parametrize("length", [f"Content-Length: {MEGABYTE}", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("path", ["/actions/batch", "/imports", "/keys"])
def test_a_refusal_arrives_before_the_body_is_sent(service: Service, path: str, length: str) -> None:
    with connect(service, path, length) as connection:
        status, head = read_answer(connection)
        assert status == 401
        assert b"connection: close" in head


def test_an_upload_that_goes_on_is_not_reset_and_ends(service: Service) -> None:
    size = 30 * MEGABYTE
    with connect(service, "/actions/batch", f"Content-Length: {size}") as connection:
        assert read_answer(connection)[0] == 401
        connection.sendall(b" " * size)  # fails when the connection is reset
        assert connection.recv(1) == b""


def test_who_sends_everything_first_reads_the_refusal_afterwards(service: Service) -> None:
    size = 20 * MEGABYTE
    with connect(service, "/actions/batch", f"Content-Length: {size}") as connection:
        connection.sendall(b" " * size)
        assert read_answer(connection)[0] == 401


def test_a_small_body_that_nobody_reads_leaves_the_connection_open(service: Service) -> None:
    with connect(service, "/actions", "Content-Length: 2000") as connection:
        status, head = read_answer(connection)
        assert status == 401
        assert b"connection: close" not in head
        connection.sendall(b" " * 2000 + b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert read_answer(connection)[0] == 200


def test_who_asks_before_sending_is_not_asked_to_go_on(service: Service) -> None:
    with connect(service, "/imports", f"Content-Length: {30 * MEGABYTE}", "Expect: 100-continue") as connection:
        status, head = read_answer(connection)
        assert status == 401
        assert b"100 continue" not in head
