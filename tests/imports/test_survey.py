"""The survey of a workbook's markup against what the library reads of it: what is bounded is what comes."""

import io
from typing import Any

import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from app.imports.readers.archive import inflated_parts
from app.imports.readers.survey import FIRST, WorkbookSurvey

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
CELL = st.one_of(st.none(), TEXT, st.integers(-(10**6), 10**6), st.booleans(), st.floats(-1e6, 1e6))
PLACES = st.dictionaries(st.tuples(st.integers(0, 60), st.integers(0, 40)), CELL, max_size=25)


def workbook(places: dict[tuple[int, int], Any], *, inline: bool) -> bytes:
    """A workbook with these cells; its texts are in the cells themselves, or shared."""
    content = io.BytesIO()
    options = {"constant_memory": inline, "strings_to_urls": False, "strings_to_formulas": False}
    with xlsxwriter.Workbook(content, options) as book:
        page = book.add_worksheet("actions")
        for (row, column), value in sorted(places.items()):
            page.write(row, column, value)
    return content.getvalue()


@settings(max_examples=40, deadline=None)
@given(PLACES, st.booleans())
def test_the_survey_counts_what_the_library_reads(places: dict[tuple[int, int], Any], inline: bool) -> None:
    content = workbook(places, inline=inline)
    survey = WorkbookSurvey()
    for name, pieces in inflated_parts(content, first=FIRST):
        survey.take(name, pieces)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("actions")
    read = sheet.to_python(skip_empty_area=False)
    surveyed = survey.sheet("actions")
    assert surveyed.rows * surveyed.columns >= sum(len(row) for row in read)
    assert surveyed.text >= sum(len(cell) for row in read for cell in row if isinstance(cell, str))
    assert surveyed.faults == {}
