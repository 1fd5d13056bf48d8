"""How lines of the log are written."""

import io
import json
import logging
import pickle
import subprocess
import sys
from typing import Any

import pytest

from app.core.logs import JsonFormatter, LineHandler, RequestRecord, TextFormatter, configuration
from tests.waiting import until


def record(message: str, *values: object, error: BaseException | None = None, **fields: Any) -> logging.LogRecord:
    """What somebody logs."""
    exc_info = None if error is None else (type(error), error, error.__traceback__)
    made = logging.LogRecord("app.somewhere", logging.WARNING, "", 0, message, values, exc_info)
    made.created, made.msecs, made.fields = 1_767_225_599.9996, 999.6, fields
    return made


@pytest.fixture
def failure() -> BaseException:
    """An error that was raised, with text that somebody chose."""
    try:
        raise ValueError("wrong: a\n2026-01-01T00:00:00.000Z ERROR app: forged\x1b[31m")
    except ValueError as error:
        return error


def test_an_instant_is_written_in_utc_and_never_rounded_up() -> None:
    assert json.loads(JsonFormatter().format(record("x")))["time"] == "2025-12-31T23:59:59.999Z"
    assert TextFormatter().format(record("x")) == "2025-12-31T23:59:59.999Z WARNING app.somewhere: x"


@pytest.mark.parametrize(
    "value",
    [
        "two\nlines",
        "carriage\rreturn",
        "\x1b[31mred",
        "line\u2028separator",
        "next\x85line",
        "\ud800",
        "a b",
        'a"b',
        "",
        "a=b",
    ],
)
def test_no_value_leaves_its_line_or_its_field(value: str) -> None:
    in_json = JsonFormatter().format(record("said %s", value, path=value))
    assert in_json.isascii()
    assert in_json.isprintable()
    assert (json.loads(in_json)["message"], json.loads(in_json)["path"]) == (f"said {value}", value)
    in_text = TextFormatter().format(record("said %s", value, path=value, status=200))
    assert in_text.isprintable()
    _, _, fields = in_text.partition(" path=")
    assert json.loads(fields.removesuffix(" status=200")) == value


def test_an_error_is_named_in_the_line_and_its_traceback_can_be_told_from_lines(failure: BaseException) -> None:
    first, *rest = TextFormatter().format(record("failed", error=failure)).split("\n")
    assert first.endswith('failed error="ValueError: wrong: a"')
    assert rest[0] == "    Traceback (most recent call last):"
    assert all(line.startswith("    ") and line.isprintable() for line in rest)
    in_json = JsonFormatter().format(record("failed", error=failure))
    assert "\n" not in in_json
    line = json.loads(in_json)
    assert line["error"] == "ValueError: wrong: a"
    assert line["traceback"].startswith("Traceback")


@pytest.mark.anyio
async def test_lines_of_requests_are_written_soon_in_order_and_with_any_other_line_at_once() -> None:
    stream = io.StringIO()
    handler = LineHandler(stream)
    handler.setFormatter(TextFormatter())
    about = ("method", "GET"), ("route", "/r"), ("path", "/a b"), ("status", 200)
    for number in range(2):
        handler.handle(RequestRecord("requests", str(number), about, 0.00125, 17, (("client", "::1"), ("key", None))))
    assert stream.getvalue() == ""
    handler.handle(record("said"))
    first, second, third = stream.getvalue().splitlines()
    expected = 'method=GET route=/r path="/a b" status=200 ms=1.250 bytes=17 client=::1'
    assert first.endswith(f" INFO requests: request request_id=0 {expected}")
    assert second.endswith(f" INFO requests: request request_id=1 {expected}")
    assert third.endswith("said")
    handler.setFormatter(JsonFormatter())
    written = RequestRecord("requests", "2", about, 0.00125, 17, (("client", "::1"), ("key", None)))
    handler.handle(written)
    await until(lambda: len(stream.getvalue().splitlines()) == 4)
    line = json.loads(stream.getvalue().splitlines()[3])
    assert line.items() >= {"level": "info", "logger": "requests", "message": "request", **written.fields}.items()


@pytest.mark.anyio
async def test_a_log_that_cannot_be_written_to_fails_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    stream = io.StringIO()
    handler = LineHandler(stream)
    handler.setFormatter(TextFormatter())
    stream.close()
    handler.handle(RequestRecord("requests", "1", (("method", "GET"),), 0.1, 1, ()))
    handler.handle(record("said"))
    assert capsys.readouterr().err.count("Logging error") == 2


@pytest.mark.parametrize(("form", "level", "shown"), [("json", "info", 2), ("text", "warning", 1)])
def test_the_log_goes_to_standard_error_at_the_level_that_is_set(form: Any, level: Any, shown: int) -> None:
    code = (
        "import logging, logging.config, pickle, sys\n"
        "logging.config.dictConfig(pickle.loads(bytes.fromhex(sys.argv[1])))\n"
        "logging.getLogger('a').info('one')\n"
        "logging.getLogger('b').warning('two')\n"
    )
    # A server with several workers hands the configuration on to other processes.
    handed_on = pickle.dumps(dict(configuration(form, level))).hex()
    ran = subprocess.run([sys.executable, "-c", code, handed_on], capture_output=True, text=True, check=True)
    assert ran.stdout == ""
    assert len(ran.stderr.splitlines()) == shown
    assert ran.stderr.startswith("{") == (form == "json")
