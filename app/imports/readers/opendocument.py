"""What the markup of an OpenDocument spreadsheet says beyond its values, like the survey of a workbook.

A cell or a row that is repeated stands in the file once, so a few bytes can be a huge sheet.
"""

from collections.abc import Iterable

from app.imports.limits import LONGEST_CELL, MAX_RECORDS, refuse_beyond
from app.imports.readers.survey import LONGEST_SHOWN, Attributes, SheetSurvey, parse_part, refuse_far_corner

CONTENT = "content.xml"
_CELLS = ("table-cell", "covered-table-cell")


class DocumentSurvey:
    """The markup of a document's sheets, by their names."""

    def __init__(self) -> None:
        self.sheets: dict[str, SheetSurvey] = {}
        self._found = SheetSurvey()
        self._row: Attributes | None = None
        self._cell: Attributes | None = None
        self._number = self._column = self._width = 0
        self._text, self._size, self._row_size = "", 0, 0
        self._is_text = False

    def take(self, name: str, pieces: Iterable[bytes]) -> None:
        """One more part, of which one has the sheets.

        Raises UnreadableFile for markup that no spreadsheet writes, and for more than is read.
        """
        if name == CONTENT:
            parse_part(name, pieces, self._start, self._characters)
            self._finish_row()

    def sheet(self, name: str) -> SheetSurvey:
        """What is known of the sheet with a name."""
        return self.sheets.get(name, SheetSurvey())

    def _start(self, element: str, attributes: Attributes) -> None:
        if element in _CELLS:
            self._finish_cell()
            self._cell = attributes
        elif element == "table-row":
            self._finish_row()
            self._row = attributes
        elif element == "table":
            self._finish_row()
            self._number = 0
            self._found = self.sheets.setdefault(attributes.get("table:name", ""), SheetSurvey())
        self._is_text = element in ("p", "span", "a", "s") and self._cell is not None

    def _characters(self, text: str) -> None:
        if self._is_text:
            self._size += len(text)
            self._text = (self._text + text)[:LONGEST_SHOWN]

    def _finish_cell(self) -> None:
        cell, self._cell = self._cell, None
        if cell is None:
            return
        first, number = self._column + 1, _count(cell, "table:number-columns-repeated")
        self._column += number
        if self._text.strip() or "office:value-type" in cell:
            self._width = self._column
            self._row_size += self._size * number
            refuse_beyond(self._size, LONGEST_CELL, "characters in a cell", advice="shorten it")
            if cell.get("calcext:value-type") == "error":
                self._found.faults[self._number + 1, first] = self._text.strip()
        elif "table:formula" in cell:
            self._found.faults[self._number + 1, first] = ""
        rows, columns = _count(cell, "table:number-rows-spanned"), _count(cell, "table:number-columns-spanned")
        if rows > 1 or columns > 1:
            self._found.merges.append((self._number + 1, first, self._number + rows, first + columns - 1))
        refuse_beyond(len(self._found.merges) + len(self._found.faults), MAX_RECORDS, "merged or faulty cells")
        self._text, self._size = "", 0

    def _finish_row(self) -> None:
        self._finish_cell()
        row, self._row = self._row, None
        if row is None:
            return
        number, found = _count(row, "table:number-rows-repeated"), self._found
        if self._width:
            found.rows, found.columns = self._number + number, max(found.columns, self._width)
            found.text += self._row_size * number
            refuse_far_corner(found)
            if row.get("table:visibility") in ("collapse", "filter"):
                found.hidden_rows.append(self._number + 1)
        self._number += number
        self._column = self._width = self._row_size = 0


def _count(attributes: Attributes, name: str) -> int:
    """A number of repetitions. Raises ValueError, which a parser takes for a fault, for what is none."""
    return max(int(attributes.get(name, "1")), 1)
