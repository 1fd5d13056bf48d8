"""XLSX: typed cells, a frozen header with filters, and a codebook that defines every column.

A row is written to a file on disk as it comes, so that memory does not grow with the table. Text is written as text,
whatever it begins with. The same content gives the same bytes.
"""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import IO, TYPE_CHECKING, Any

from app.core.formats.tables import Column, Kind
from app.core.problems import Invalid

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_575
"""How many rows a sheet has below its header."""
MOST_COLUMNS = 16_384
LONGEST_TEXT = 32_767
"""How many characters (of UTF-16) a cell has at most; a longer text ends with an ellipsis."""
_WIDTHS = {Kind.TEXT: 24, Kind.INTEGER: 11, Kind.BOOLEAN: 11, Kind.DATE: 12, Kind.INSTANT: 20}


class Sheet:
    """A sheet of a workbook, filled row by row."""

    def __init__(self, book: "Workbook", sheet: "Worksheet", columns: Sequence[Column]) -> None:
        self._book, self._sheet, self._columns = book, sheet, columns
        self._next = 1
        if len(columns) > MOST_COLUMNS:
            raise Invalid(f"A sheet has at most {MOST_COLUMNS} columns, and this has more: ask for CSV, or filter.")
        for number, column in enumerate(columns):
            width = 50 if column.is_wide else max(_WIDTHS[column.kind], min(len(column.name) + 3, 30))
            sheet.set_column(number, number, width)
            sheet.write_string(0, number, column.name, book.bold)
        sheet.freeze_panes(1, 0)

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Appends rows.

        Raises Invalid for more than a sheet can hold.
        """
        for row in rows:
            if self._next > MOST_ROWS:
                raise Invalid(f"A sheet has at most {MOST_ROWS} rows, and this has more: ask for CSV, or filter.")
            for number, value in enumerate(row):
                if value is not None:
                    self._write(number, value)
            self._next += 1

    def _write(self, number: int, value: Any) -> None:
        sheet, row = self._sheet, self._next
        match value:
            case str() if self._columns[number].kind is Kind.DATE and len(value) == 10:
                sheet.write_datetime(row, number, date.fromisoformat(value), self._book.day)
            case str():  # most cells
                sheet.write_string(row, number, value if len(value) < LONGEST_TEXT // 2 else cut(value))
            case bool():
                sheet.write_boolean(row, number, value)
            case int() | float():
                sheet.write_number(row, number, value)
            case datetime():
                # A spreadsheet knows no time zones: all instants are in UTC.
                sheet.write_datetime(row, number, value.astimezone(UTC).replace(tzinfo=None), self._book.instant)
            case date():
                sheet.write_datetime(row, number, value, self._book.day)
            case _:
                sheet.write_string(row, number, cut(str(value)))

    def finish(self) -> None:
        """Adds what needs to know how many rows there are."""
        self._sheet.autofilter(0, 0, max(self._next - 1, 1), max(len(self._columns) - 1, 0))


def cut(text: str) -> str:
    """The text, as far as a cell can hold it."""
    units = text.encode("utf-16-le", "replace")
    if len(units) <= 2 * LONGEST_TEXT:
        return text
    return f"{units[: 2 * (LONGEST_TEXT - 1)].decode('utf-16-le', 'ignore')}…"


class Workbook:
    """A workbook on disk."""

    def __init__(self, title: str, day: date, file: IO[bytes] | None = None) -> None:
        import xlsxwriter

        self.file: IO[bytes] = file or tempfile.TemporaryFile(prefix="mieux-")  # noqa: SIM115 - the answer closes it
        self._folder = tempfile.TemporaryDirectory(prefix="mieux-xlsx-")
        self._book = xlsxwriter.Workbook(self.file, {"constant_memory": True, "tmpdir": self._folder.name})
        self._book.use_zip64()
        self._book.set_properties({"title": title, "created": datetime(day.year, day.month, day.day)})  # noqa: DTZ001
        self.bold = self._book.add_format({"bold": True, "bottom": 1})
        self.day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self.instant = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._wrapped = self._book.add_format({"text_wrap": True, "valign": "top"})

    def sheet(self, name: str, columns: Sequence[Column]) -> Sheet:
        """A new sheet for a table."""
        return Sheet(self, self._book.add_worksheet(name[:31]), columns)

    def codebook(self, about: Mapping[str, str], tables: Mapping[str, Sequence[Column]]) -> None:
        """The last sheet: what the workbook is, then every column of every table with its definition."""
        sheet = self._book.add_worksheet("codebook")
        for number, width in enumerate((22, 26, 10, 100)):
            sheet.set_column(number, number, width)
        row = 0
        for name, value in about.items():
            sheet.write_string(row, 0, name, self.bold)
            sheet.write_string(row, 1, cut(value))
            row += 1
        row += 1
        for number, heading in enumerate(("sheet", "column", "type", "definition")):
            sheet.write_string(row, number, heading, self.bold)
        for table, columns in tables.items():
            for column in columns:
                row += 1
                for number, text in enumerate((table, column.name, column.kind.value, column.definition)):
                    sheet.write_string(row, number, text, self._wrapped if number == 3 else None)

    def close(self) -> IO[bytes]:
        """Completes the file, and gives it."""
        try:
            self._book.close()
        finally:
            self._folder.cleanup()
        return self.file

    def discard(self) -> None:
        """Takes an unfinished workbook away."""
        self._book.fileclosed = 1  # what a destructor would otherwise complain about
        for sheet in self._book.worksheets():
            sheet._opt_close()  # noqa: SLF001 - its rows on disk
        self._folder.cleanup()
        self.file.close()
