"""How lines of the log are written."""

import json
import logging
import pickle
import subprocess
import sys
from typing import Any

import pytest

from app.core.logs import JsonFormatter, TextFormatter, configuration


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
