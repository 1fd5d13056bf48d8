"""What is written: cells that can't run, workbooks that hold, and answers that break off rather than end early."""

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from fastapi import Response
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from app.core.formats import jsonstat, streaming, workbook
from app.core.formats.delimited import csv_rows, guarded, unguarded
from app.core.formats.tables import Column, Kind
from app.core.problems import Invalid, Unavailable

pytestmark = pytest.mark.anyio

TEXT = Column("text", Kind.TEXT, "A text.", "text", lambda row, _: row)
DAY = Column("day", Kind.DATE, "A date.", "day", lambda row, _: row)
LONG = streaming.SHORT // 1000 + 2


@given(st.text() | st.from_regex(r"'*[=+\-@\t\r].*", fullmatch=True))
def test_a_guarded_cell_never_runs_and_comes_back(text: str) -> None:
    cell = guarded(text)
    assert cell[:1] not in {*"=+-@\t\r\n", "＝", "＋", "－", "＠"}
    assert unguarded(cell) == text


def test_numbers_are_never_guarded() -> None:
    assert csv_rows([[-5, True, None, "-5", 0]]) == b"-5,true,,'-5,0\r\n"


# -- workbooks --


def written(*rows: list[Any], columns: tuple[Column, ...] = (TEXT,)) -> list[list[Any]]:
    """The rows below the header, read back."""
    book = workbook.Workbook("Test", date(2026, 11, 23))
    sheet = book.sheet("test", columns)
    try:
        sheet.add(rows)
    except Invalid:
        book.discard()
        raise
    sheet.finish()
    with book.close() as file:
        file.seek(0)
        content = file.read()
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()[1:]


def test_cells_have_types() -> None:
    columns = (TEXT, DAY, DAY)
    rows = written(["=1+1", "2015-03-09", "2015-03"], [True, "1900-01-01", "2010"], [7, None, None], columns=columns)
    assert rows == [
        ["=1+1", date(2015, 3, 9), "2015-03"],
        [True, date(1900, 1, 1), "2010"],
        [7.0, "", ""],
    ]


def test_a_text_that_no_cell_can_hold_ends_with_an_ellipsis() -> None:
    for text in ("a" * 40_000, "\U0001f9ed" * 20_000, "a" + "\U0001f9ed" * 20_000):
        ((cell,),) = written([text])
        assert cell.endswith("…")
        assert text.startswith(cell[:-1])
        assert 32_765 <= len(cell.encode("utf-16-le")) // 2 <= 32_767
    assert written(["a" * 32_767]) == [["a" * 32_767]]


def test_more_rows_than_a_sheet_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    with pytest.raises(Invalid):
        written(["a"], ["b"], ["c"])


# -- cubes --


def test_a_cube_without_some_combinations_has_nulls() -> None:
    axes = [jsonstat.Axis("a", "A", {"x": "X", "y": "Y"}), jsonstat.Axis("b", "B", {"1": "1", "2": "2", "3": "3"})]
    cube = jsonstat.dataset(axes, {("y", "1"): 4, ("x", "3"): 2}, label="", source="", extension={})
    assert b'"value":[null,null,2,4,null,null]' in cube


# -- long answers --


async def send(answer: Response) -> list[dict[str, Any]]:
    """The messages that an answer sends, up to where it fails."""
    sent: list[dict[str, Any]] = []

    async def keep(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "method": "GET", "headers": []}
    try:
        await answer(scope, receive, keep)  # type: ignore[arg-type]
    except ZeroDivisionError:
        sent.append({"type": "broken off"})
    return sent


async def parts(number: int, *, fail: bool = False) -> AsyncIterator[bytes]:
    """So many thousands of bytes, and perhaps a failure."""
    for _ in range(number):
        yield b"x" * 1000
    if fail:
        raise ZeroDivisionError


async def test_a_short_answer_is_one_body_with_its_length() -> None:
    answer = await streaming.streamed(parts(3), "text/plain", {"ETag": '"1"'})
    start, body = await send(answer)
    headers = dict(start["headers"])
    assert (headers[b"content-length"], headers[b"etag"], body["body"]) == (b"3000", b'"1"', b"x" * 3000)


async def test_a_failure_before_the_answer_is_long_is_an_error() -> None:
    with pytest.raises(ZeroDivisionError):
        await streaming.streamed(parts(3, fail=True), "text/plain", {})


async def test_a_failure_in_the_middle_breaks_the_answer_off() -> None:
    free = streaming.PLACES.free
    messages = await send(await streaming.streamed(parts(LONG, fail=True), "text/plain", {}))
    assert messages[-1] == {"type": "broken off"}
    assert all(message.get("more_body", True) for message in messages[:-1])
    assert not any(name == b"content-length" for name, _ in messages[0]["headers"])
    whole = await send(await streaming.streamed(parts(LONG), "text/plain", {}))
    assert sum(len(message.get("body", b"")) for message in whole) == LONG * 1000
    assert whole[-1] == {"type": "http.response.body", "body": b"", "more_body": False}
    assert streaming.PLACES.free == free


async def test_few_long_answers_are_under_way_at_once() -> None:
    answers = [await streaming.streamed(parts(LONG), "text/plain", {}) for _ in range(streaming.PLACES.free)]
    with pytest.raises(Unavailable) as refused:
        await streaming.streamed(parts(LONG), "text/plain", {})
    assert refused.value.headers["Retry-After"]
    assert (await streaming.streamed(parts(3), "text/plain", {})).status_code == 200
    for answer in answers:
        await send(answer)
    assert streaming.PLACES.free == len(answers)


async def test_a_reader_that_takes_nothing_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "STALL_SECONDS", 0.05)
    free = streaming.PLACES.free
    answer = await streaming.streamed(parts(LONG), "text/plain", {})

    async def stall(_message: Any) -> None:
        await asyncio.Event().wait()

    scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "method": "GET", "headers": []}
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever the framework calls a reader that is gone
        await asyncio.wait_for(answer(scope, stall, stall), 5)  # type: ignore[arg-type]
    assert streaming.PLACES.free == free
