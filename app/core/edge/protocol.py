"""The server's protocol, with limits: a request must begin in time and go on at a least speed, and its head has a bound
before it is complete. The framework's own layers see a request only after that."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextvars import copy_context
from enum import Enum, auto
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from app.core.edge.connections import Connections
from app.core.edge.instrumentation import note_request
from app.core.edge.response_cache import ResponseCache
from app.core.outages import DATABASE_ERRORS
from app.core.problems import BadRequest, HeadersTooLarge, Problem, RequestTimeout, problem_response
from app.core.request_id import choose_id, request_id

LINGER_SECONDS = 5.0
"""How long a client that is refused here may go on sending, so that it can read why: if the connection ended at once,
what it still sends would make it lose the response."""

MOST_PIPELINED = 100
"""How many requests may wait for the response to an earlier one of their connection."""

MOST_AT_ONCE = 16
"""How many requests that came together are answered before anybody else has a turn."""

log = logging.getLogger(__name__)


class _Part(Enum):
    """Which part of a request is coming."""

    NONE = auto()
    HEAD = auto()
    BODY = auto()


class LimitedProtocol(HttpToolsProtocol):
    """A connection. The state of the application that is served has its `connections` and the `response_cache`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._connections: Connections = self.config.loaded_app.state.connections
        self._cache: ResponseCache = self.config.loaded_app.state.response_cache
        self._limits = self._connections.limits
        self._timer: asyncio.TimerHandle | None = None
        self._answered: RequestResponseCycle | None = None
        self._part = _Part.NONE
        self._is_new = False  # the message began with the bytes that came last
        self._head_bytes = 0
        self._period_bytes = 0
        self._was_paused = False  # in this period: then it wasn't the client that was slow
        self._content_came = False
        self._framing_bytes = 0  # trailers and chunk extensions, since any content came
        self._write_timer: asyncio.TimerHandle | None = None
        self._is_over = False  # whatever still comes is dropped
        self._left_at_once = MOST_AT_ONCE
        self._is_answered = False  # the present request, from the cache
        self._has_asked = False
        self._idle_since: float | None = None  # the last response ended then, and nothing came since
        self._server_headers: list[tuple[bytes, bytes]] = []  # those of the last cached response, and as its lines
        self._server_lines = b""

    def has_asked(self) -> bool:
        """Whether there ever was a request."""
        return self._has_asked or self.cycle is not None

    def is_idle(self) -> bool:
        """Whether no request waits for its response."""
        return self.cycle is None or self.cycle.response_complete

    def give_way(self) -> None:
        """Ends the connection."""
        self.transport.close()

    # -- the transport's calls --

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Takes a place, or refuses the connection."""
        super().connection_made(transport)  # type: ignore[arg-type]
        try:
            self._connections.add(self, self.client and self.client[0])
        except Problem as problem:
            self._refuse(problem)
            self.transport.close()
        else:
            self._start_timer(self._limits.head_seconds, self._end_late_head)

    def connection_lost(self, exc: Exception | None) -> None:
        """Gives the place back."""
        self._stop_timer()
        self._stop_write_timer()
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
        self._connections.remove(self)
        super().connection_lost(exc)
        if self._answered is not None:  # the base class tells the latest request only
            self._answered.disconnected = True
            self._answered.message_event.set()

    def data_received(self, data: bytes) -> None:
        """Reads on, within the limits."""
        if self._is_over:
            return
        self._is_new = self._content_came = False
        self._left_at_once = MOST_AT_ONCE
        super().data_received(data)
        if self._is_over or self.transport.is_closing():
            return
        if self._part is _Part.HEAD:
            self._watch_head(len(data))
        elif self._part is _Part.BODY:
            self._watch_body(len(data))
        elif self._timer is not None:
            self._end_request()

    # -- the parser's calls --

    def on_message_begin(self) -> None:
        """A request begins."""
        if len(self.pipeline) >= MOST_PIPELINED:
            raise ValueError("too many requests at once")  # ends the parsing, and the connection with it
        self.url = b""
        self.expect_100_continue = False
        self.headers = []
        self._idle_since = None
        self._part = _Part.HEAD
        self._is_new = True

    def on_headers_complete(self) -> None:
        """The application can begin, unless the response is known."""
        if not self._answer_from_cache():
            url, headers, expects = self.url, self.headers, self.expect_100_continue
            super().on_message_begin()  # makes the scope, which a cached response needs none of
            self.scope["headers"] = self.headers = headers
            self.url, self.expect_100_continue = url, expects
            super().on_headers_complete()
        self._part = _Part.BODY
        self._is_new = True
        self._connections.note_request(self)
        self.headers = []  # trailers of a chunked body end here, not among the request's headers

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._content_came = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is complete."""
        self._part = _Part.NONE
        if self._is_answered:
            self._is_answered = False
            self.on_response_complete()
        else:
            super().on_message_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """One request after the other is answered; later ones may have been read already."""
        self._idle_since = None
        self._answered = cycle
        super()._start_asgi_task(cycle, app)

    def _answer_from_cache(self) -> bool:
        """Answers before the server makes a task for the request, if the response is cached: that halves the time."""
        if not self._left_at_once or not self.is_idle() or self.flow.write_paused or self.transport.is_closing():
            return False
        started = time.perf_counter()
        method, base = self.parser.get_method(), (self.scheme or "http", self.root_path)
        question = self._cache.question(method, self.url, self.headers, base, self.client and self.client[0])
        if question is None or not self.parser.should_keep_alive() or self.parser.get_http_version() != "1.1":
            return False
        try:
            response = self._cache.find(question)
        except DATABASE_ERRORS:  # the application says so
            return False
        if response is None:
            return False
        chosen = choose_id(question.request_id)
        if self._server_headers is not (own := self.server_state.default_headers):  # others, each second
            self._server_headers, self._server_lines = own, b"".join([b"%b: %b\r\n" % header for header in own])
        head = b"%b%bx-request-id: %b\r\n\r\n" % (response.head, self._server_lines, chosen.encode())
        body = b"" if question.is_head else response.body
        if body:
            self.transport.writelines((head, body))
        else:
            self.transport.write(head)
        self._left_at_once -= 1
        self._is_answered = self._has_asked = True
        seconds = time.perf_counter() - started
        note_request(chosen, response.about(question), response.status, seconds, len(body), question.client)
        return True

    def send_400_response(self, msg: str) -> None:
        """What can't be parsed is a problem, too."""
        self._refuse(BadRequest(msg))
        self.transport.close()

    def _unsupported_upgrade_warning(self) -> None:
        """The offer of another protocol needs no warning: the request is answered as it is."""

    def on_response_complete(self) -> None:
        """The next request is answered, or awaited. One timer watches a connection all the time: to set one after each
        response, and to cancel it again, would take longer than to look a response up."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        else:
            self._await_request()

    def _await_request(self) -> None:
        if self._part is not _Part.NONE:  # it is coming already
            return
        self._idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._start_keep_alive(self.timeout_keep_alive)

    def _start_keep_alive(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def _unset_keepalive_if_required(self) -> None:
        """The timer goes on: what came may be no request."""

    def timeout_keep_alive_handler(self) -> None:
        """Ends a connection that has been idle, even when its client has not read the last response."""
        self.timeout_keep_alive_task = None
        if self._idle_since is None:
            return
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._start_keep_alive(left)
            return
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        super().timeout_keep_alive_handler()

    def pause_writing(self) -> None:
        """The client reads more slowly than the response is made: it has some time to read what waits."""
        super().pause_writing()
        self._write_timer = self.loop.call_later(self._limits.send_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """The client has read."""
        super().resume_writing()
        self._stop_write_timer()

    # -- what must come in time --

    def _start_timer(self, seconds: float, then: Callable[[], None]) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(seconds, then)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _stop_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def _watch_head(self, more: int) -> None:
        if self._is_new:
            self._head_bytes = 0
            self._start_timer(self._limits.head_seconds, self._end_late_head)
            return
        self._head_bytes += more
        if self._head_bytes > self._limits.head_bytes:
            self._refuse(HeadersTooLarge(f"Address and headers may have {self._limits.head_bytes:,} bytes at most."))

    def _end_late_head(self) -> None:
        if not self.is_idle():  # a response is under way while the next request comes
            self._start_timer(self._limits.head_seconds, self._end_late_head)
            return
        if self._part is _Part.HEAD:
            self._refuse(RequestTimeout(f"The headers were not complete after {self._limits.head_seconds:g} seconds."))
        self.transport.close()

    def _watch_body(self, more: int) -> None:
        self.headers.clear()
        if self._is_new:
            self._framing_bytes = 0
            self._begin_period()
        self._period_bytes += more
        self._was_paused = self._was_paused or self.flow.read_paused
        self._framing_bytes = 0 if self._content_came else self._framing_bytes + more
        if self._framing_bytes > self._limits.head_bytes:
            self._refuse(HeadersTooLarge(f"Trailers may have {self._limits.head_bytes:,} bytes at most."))

    def _begin_period(self) -> None:
        self._period_bytes = 0
        self._was_paused = self.flow.read_paused or self.cycle.waiting_for_100_continue
        self._start_timer(self._limits.body_seconds, self._end_late_body)

    def _end_late_body(self) -> None:
        if self._was_paused or self._period_bytes >= self._limits.body_rate * self._limits.body_seconds:
            self._begin_period()
            return
        self._refuse(RequestTimeout(f"Less than {self._limits.body_rate:,} bytes of the body came in a second."))
        self.transport.close()

    def _end_request(self) -> None:
        """Nothing more is awaited of the request that is complete."""
        self._stop_timer()
        if self.is_idle():  # its response came first
            self._await_request()

    # -- refusals --

    def _refuse(self, problem: Problem) -> None:
        """Answers in place of the application, where no other response has begun, and ends the connection."""
        chosen = choose_id(None)
        fields = {"request_id": chosen, "client": self.client and self.client[0], "why": problem.slug}
        log.info("connection ended", extra={"fields": fields})
        if self._part is _Part.BODY:
            may_answer = not self.cycle.response_started and not self.pipeline
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        else:
            may_answer = self.is_idle()
        if may_answer:
            self._is_over = True
            self.transport.write(self._written(problem, chosen))
            self.transport.write_eof()
            self._start_timer(LINGER_SECONDS, self.transport.close)
        else:
            self.transport.close()

    def _written(self, problem: Problem, chosen: str) -> bytes:
        def respond() -> Response:
            request_id.set(chosen)
            path = self.scope["path"] if self._part is _Part.BODY else ""
            return problem_response(Request({"type": "http", "path": path}), problem)

        response = copy_context().run(respond)
        headers = [*self.server_state.default_headers, *response.raw_headers, (b"connection", b"close")]
        lines = b"".join(b"%s: %s\r\n" % header for header in headers)
        return STATUS_LINE[response.status_code] + lines + b"\r\n" + bytes(response.body)
