"""The service's log: a line for each record on standard error, in JSON or as text, with the id of the request.

A record may bring fields of its own: `log.info("request", extra={"fields": {"status": 200}})`. Nothing that a client
sent can begin a line of its own: control characters are escaped, and the lines of a traceback are indented.
"""

import asyncio
import json
import logging
import re
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

from app.core.request_id import request_id

LogFormat = Literal["json", "text"]
LogLevel = Literal["debug", "info", "warning", "error"]

_encode = json.JSONEncoder(default=str).encode
_PLAIN = re.compile(r"[!#-<>-\[\]-~]+")  # printable ASCII without blanks, quotes, equals signs and backslashes
WRITE_SECONDS = 0.05
MOST_WAITING = 256
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


Fields = tuple[tuple[str, Any], ...]


class RequestRecord(logging.LogRecord):
    """The record of a request that has ended.

    It doesn't look for the line of code, the thread and the process that it comes from, which would take longer than
    all the rest. `about` and `who` are fields that recur from request to request.
    """

    msg, args, levelno, levelname = "request", (), logging.INFO, "INFO"
    pathname = filename = module = ""
    lineno = 0
    exc_info = exc_text = stack_info = None

    def __init__(self, name: str, request: str, about: Fields, seconds: float, size: int, who: Fields) -> None:
        self.name, self.request, self.about, self.size, self.who = name, request, about, size, who
        self.ms = f"{seconds * 1000:.3f}"
        self.created = time.time()
        self.msecs = self.created % 1 * 1000

    @property
    def fields(self) -> dict[str, Any]:
        """What the line says."""
        measured = {"ms": float(self.ms), "bytes": self.size}
        return {"request_id": self.request, **dict(self.about), **measured, **dict(self.who)}


class _LineFormatter(logging.Formatter):
    """Knows what both formats say of a record."""

    def __init__(self) -> None:
        super().__init__()
        self._second, self._written = -1, ""

    def instant(self, record: logging.LogRecord) -> str:
        """When it happened: RFC 3339 in UTC, to the millisecond."""
        second = int(record.created)
        if second != self._second:
            self._second, self._written = second, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
        return f"{self._written}.{int(record.msecs):03d}Z"

    def fields(self, record: logging.LogRecord) -> dict[str, Any]:
        """The request's id, the record's own fields, and the error that it reports."""
        fields: dict[str, Any] = {}
        if known := request_id.get():
            fields["request_id"] = known
        fields.update(getattr(record, "fields", ()))
        if record.exc_info and (error := record.exc_info[1]) is not None:
            fields["error"] = describe(error)
        return fields

    def traceback(self, record: logging.LogRecord) -> str:
        """The traceback of the error that a record reports; empty when there is none."""
        return self.formatException(record.exc_info) if record.exc_info and record.exc_info[1] is not None else ""


class JsonFormatter(_LineFormatter):
    """An object for each record."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        if isinstance(record, RequestRecord):
            return (
                f'{{"time": "{self.instant(record)}", "level": "info", "logger": "{record.name}", '
                f'"message": "request", "request_id": "{record.request}", {_members(record.about)}, '
                f'"ms": {record.ms}, "bytes": {record.size}, {_members(record.who)}}}'
            )
        line = {
            "time": self.instant(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **self.fields(record),
        }
        if traceback := self.traceback(record):
            line["traceback"] = traceback
        return _encode(line)


class TextFormatter(_LineFormatter):
    """Instant, level, logger and message, then fields as `name=value`; a traceback follows in lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """The lines, without the end of the last one."""
        if isinstance(record, RequestRecord):
            return (
                f"{self.instant(record)} INFO {record.name}: request request_id={record.request}{_texts(record.about)} "
                f"ms={record.ms} bytes={record.size}{_texts(record.who)}"
            )
        message = _CONTROL.sub(_escaped, record.getMessage())
        shown = ((name, value) for name, value in self.fields(record).items() if value is not None)
        fields = "".join(f" {name}={_field(value)}" for name, value in shown)
        line = f"{self.instant(record)} {record.levelname} {record.name}: {message}{fields}"
        if traceback := self.traceback(record):
            lines = (_CONTROL.sub(_escaped, part) for part in traceback.splitlines())
            line = "\n    ".join((line, *lines))
        return line


class LineHandler(logging.StreamHandler[Any]):
    """Writes the lines of requests together, at the latest after `WRITE_SECONDS`, and any other line at once."""

    def __init__(self, stream: Any = None) -> None:
        super().__init__(stream)
        self._requests: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Takes a record."""
        if isinstance(record, RequestRecord):
            self._requests.append(record)
            if len(self._requests) == 1:
                asyncio.get_running_loop().call_later(WRITE_SECONDS, self.flush)
            if len(self._requests) < MOST_WAITING:
                return
            self.flush()
        else:
            self.flush()
            super().emit(record)

    def flush(self) -> None:
        """Writes what waits. A log that can't be written to fails nothing else."""
        self.acquire()
        requests, self._requests = self._requests, []
        try:
            if requests:
                self.stream.write("\n".join([*map(self.format, requests), ""]))
            super().flush()
        except Exception:
            if requests:
                self.handleError(requests[0])
        finally:
            self.release()


def describe(error: BaseException) -> str:
    """The type of an error and the first line of what it says: what follows may quote a statement."""
    said = str(error).partition("\n")[0]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _escaped(found: re.Match[str]) -> str:
    return _encode(found[0])[1:-1]


def _field(value: object) -> str:
    written = str(value)
    return written if _PLAIN.fullmatch(written) else _encode(written)


@lru_cache(maxsize=256)
def _texts(fields: Fields) -> str:
    return "".join(f" {name}={_field(value)}" for name, value in fields if value is not None)


@lru_cache(maxsize=256)
def _members(fields: Fields) -> str:
    return _encode(dict(fields))[1:-1]


class _NotReportedByServer(logging.Filter):
    """Leaves out what the server says of an error that a request ended with: `Instrumentation` has said it already."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not str(record.msg).startswith("Exception in ASGI application")


def configuration(form: LogFormat, level: LogLevel) -> Mapping[str, Any]:
    """The configuration of `logging` for a process that serves, as `logging.config.dictConfig` takes it."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": JsonFormatter if form == "json" else TextFormatter}},
        "filters": {"not_reported_by_server": {"()": _NotReportedByServer}},
        "handlers": {
            "stderr": {
                "()": LineHandler,
                "stream": "ext://sys.stderr",
                "formatter": "lines",
            }
        },
        "root": {"level": level.upper(), "handlers": ["stderr"]},
        "loggers": {"uvicorn.error": {"filters": ["not_reported_by_server"]}},
    }
