"""What is written: cells that can't run, workbooks that hold, and cubes."""

import io
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from app.core.formats import jsonstat, workbook
from app.core.formats.delimited import csv_rows, guarded, unguarded
from app.core.formats.tables import Column, Kind
from app.core.problems import Invalid

TEXT = Column("text", Kind.TEXT, "A text.", "text", lambda row, _: row)
DAY = Column("day", Kind.DATE, "A date.", "day", lambda row, _: row)


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
