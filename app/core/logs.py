"""The service's log: a line for each record on standard error, in JSON or as text, with the id of the request.

A record may bring fields of its own: `log.info("request", extra={"fields": {"status": 200}})`. Nothing that a client
sent can begin a line of its own: control characters are escaped, and the lines of a traceback are indented.
"""

import json
import logging
import re
import time
from collections.abc import Mapping
from typing import Any, Literal

from asgi_correlation_id import correlation_id

LogFormat = Literal["json", "text"]
LogLevel = Literal["debug", "info", "warning", "error"]

_encode = json.JSONEncoder(default=str).encode
_PLAIN = re.compile(r"[!#-<>-\[\]-~]+")  # printable ASCII without blanks, quotes, equals signs and backslashes
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


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
        if request_id := correlation_id.get():
            fields["request_id"] = request_id
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
        message = _CONTROL.sub(_escaped, record.getMessage())
        shown = ((name, value) for name, value in self.fields(record).items() if value is not None)
        fields = "".join(f" {name}={_field(value)}" for name, value in shown)
        line = f"{self.instant(record)} {record.levelname} {record.name}: {message}{fields}"
        if traceback := self.traceback(record):
            lines = (_CONTROL.sub(_escaped, part) for part in traceback.splitlines())
            line = "\n    ".join((line, *lines))
        return line


def describe(error: BaseException) -> str:
    """The type of an error and the first line of what it says: what follows may quote a statement."""
    said = str(error).partition("\n")[0]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _escaped(found: re.Match[str]) -> str:
    return _encode(found[0])[1:-1]


def _field(value: object) -> str:
    written = str(value)
    return written if _PLAIN.fullmatch(written) else _encode(written)


class _NotReportedByServer(logging.Filter):
    """Leaves out what the server says of an error that a request ended with: `Instrumentation` has said it already."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.name != "uvicorn.error" or not str(record.msg).startswith("Exception in ASGI application")


def configuration(form: LogFormat, level: LogLevel) -> Mapping[str, Any]:
    """The configuration of `logging` for a process that serves, as `logging.config.dictConfig` takes it."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": JsonFormatter if form == "json" else TextFormatter}},
        "filters": {"not_reported_by_server": {"()": _NotReportedByServer}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stderr",
                "formatter": "lines",
                "filters": ["not_reported_by_server"],
            }
        },
        "root": {"level": level.upper(), "handlers": ["stderr"]},
        "loggers": {"asgi_correlation_id": {"level": "ERROR"}},  # it quotes each id of a client that it replaced
    }
