"""XLSX and ODS: a workbook with a sheet for each kind of record.

A workbook is a zip of XML, and a small one can say that it is huge: by what a part unpacks to, by one text that is
used in many cells, by a single cell in a far corner. The survey of its markup says all of that before the library that
reads the values opens it.
"""

import io
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Final

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from app.core.text import compose
from app.imports.assembly import assemble
from app.imports.drafts import Draft, Finding, ParsedFile, Severity
from app.imports.entities import ENTITIES
from app.imports.limits import MAX_CELLS, MAX_TEXT, refuse_beyond
from app.imports.problems import UnreadableFile
from app.imports.readers.archive import inflated_parts, is_open_document
from app.imports.readers.cells import Row, UnreadCell, error_value
from app.imports.readers.merges import filled, merge_findings
from app.imports.readers.opendocument import DocumentSurvey
from app.imports.readers.survey import FIRST, SheetSurvey, WorkbookSurvey
from app.imports.readers.tables import Table, find_header, read_rows

_ASIDE: Final = frozenset({"codebook", "readme", "about", "notes", "legend", "countries", "regions", "vocabularies"})
"""Sheets for people, and of what isn't edited."""
_CELLS: Final = "cells"
_TEXT: Final = "characters in its cells"
_UNCOMPUTED: Final = UnreadCell(
    "formula-without-value", "the formula was never computed: open the workbook in a spreadsheet, and save it"
)


def read_workbook(content: bytes, found: list[Finding], columns: Mapping[str, str]) -> ParsedFile:
    """The sheets of a workbook as drafts.

    Raises UnreadableFile for a broken or too large workbook, or one without any known sheet.
    """
    survey = DocumentSurvey() if is_open_document(content) else WorkbookSurvey()
    for name, pieces in inflated_parts(content, first=FIRST):
        survey.take(name, pieces)
    sheets = survey.sheets.values()
    refuse_beyond(sum(sheet.rows * sheet.columns for sheet in sheets), MAX_CELLS, _CELLS)
    refuse_beyond(sum(sheet.text for sheet in sheets), MAX_TEXT, _TEXT)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        tables = _Tables(book, survey, found, columns).read()
    except (CalamineError, ValueError, OSError) as error:
        raise UnreadableFile(f"The workbook can't be read: {error}.") from None
    if not tables:
        names = ", ".join(book.sheet_names)
        reasons = " ".join(finding.message for finding in found[:3])
        raise UnreadableFile(f"No sheet of the workbook ({names}) is one of {', '.join(ENTITIES)}. {reasons}".strip())
    rows: dict[str, list[Draft]] = {}
    for table in tables:
        rows.setdefault(table.entity.name, []).extend(table.drafts)
        found += table.problems
    return assemble("xlsx", rows, found)


class _Tables:
    """The tables in the sheets of a workbook, while they are read."""

    def __init__(
        self,
        book: CalamineWorkbook,
        survey: DocumentSurvey | WorkbookSurvey,
        found: list[Finding],
        columns: Mapping[str, str],
    ) -> None:
        self.book = book
        self.columns = columns
        self.survey = survey
        self.found = found
        self.is_named = any(name.strip().casefold() in ENTITIES for name in book.sheet_names)
        # Several sheets may share a part, in a way that the survey needn't know.
        self.cells = self.text = 0

    def read(self) -> list[Table]:
        """The tables, in the order of their sheets."""
        return [table for name in self.book.sheet_names if (table := self._table(name)) is not None]

    def _table(self, name: str) -> Table | None:
        """A sheet: known by its name, or by its header in a workbook of which no sheet is called by its kind."""
        wanted = name.strip().casefold()
        if wanted in _ASIDE:
            return None
        if self.is_named and wanted not in ENTITIES:
            message = f"the sheet '{name}' is not read: what is read is called {', '.join(ENTITIES)}"
            self.found.append(_warning("unknown-sheet", name, message))
            return None
        survey = self.survey.sheet(name)
        rows = self._rows(self.book.get_sheet_by_name(name), survey)
        first = next(rows, None)
        if first is None:
            return None
        rows = chain([first], rows)
        try:
            header = find_header(rows, wanted, self.columns)
        except UnreadableFile as error:
            if wanted in ENTITIES:
                raise
            self.found.append(_warning("unknown-sheet", name, f"the sheet '{name}' is not read. {error.detail}"))
            return None
        merges = [merge for merge in survey.merges if merge[0] > header.line]
        table = read_rows(header, filled(rows, merges), sheet=name)
        table.problems += [*merge_findings(merges, header.cells, name), *self._hidden(name, survey, header.line)]
        return table

    def _rows(self, sheet: CalamineSheet, survey: SheetSurvey) -> Iterator[Row]:
        """The rows that have contents, with what the library doesn't say of their cells."""
        self.cells += sheet.total_height * sheet.total_width
        refuse_beyond(self.cells, MAX_CELLS, _CELLS)
        faults: defaultdict[int, dict[int, UnreadCell]] = defaultdict(dict)
        for (row, column), written in survey.faults.items():
            faults[row][column] = error_value(written) or _UNCOMPUTED
        values = sheet.to_python(skip_empty_area=False)
        for number in range(1, max([len(values), *faults]) + 1):
            read = values[number - 1] if number <= len(values) else []
            cells: list[Any] = [compose(cell) if isinstance(cell, str) else cell for cell in read]
            self.text += sum(len(cell) for cell in cells if isinstance(cell, str))
            refuse_beyond(self.text, MAX_TEXT, _TEXT)
            for column, fault in faults.get(number, {}).items():
                cells += [""] * (column - len(cells))
                cells[column - 1] = fault
            if any(cells):
                yield number, cells

    def _hidden(self, name: str, survey: SheetSurvey, header: int) -> Iterator[Finding]:
        """What somebody may not have meant to send."""
        visible = {sheet.name: sheet.visible for sheet in self.book.sheets_metadata}
        if visible.get(name) is not SheetVisibleEnum.Visible:
            yield _warning("hidden-sheet", name, "the sheet is hidden, and was read")
        rows = [row for row in survey.hidden_rows if row > header]
        if rows:
            shown = ", ".join(map(str, rows[:10])) + (" and others" if len(rows) > 10 else "")
            yield _warning("hidden-rows", name, f"{len(rows)} hidden rows were read, too: {shown}")


def _warning(code: str, sheet: str, message: str) -> Finding:
    return Finding(severity=Severity.WARNING, code=code, message=message, sheet=sheet)
