"""What the markup of a workbook says beyond its values: how large they become, and what their reader passes over.

The library that reads the values gives an empty cell for an error value and for a formula that was never computed, says
nothing of hidden rows, and copies a shared text into each of its cells. So every part is parsed once before it is
opened, piece by piece, and only what is found is held.
"""

import re
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final
from xml.parsers import expat

from app.imports.limits import LONGEST_CELL, MAX_CELLS, MAX_RECORDS, refuse_beyond
from app.imports.problems import UnreadableFile

FIRST: Final = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedstrings.xml")
"""The parts, in lower case, that say how the others are read."""
_MOST_FAULTS: Final = 1000
LONGEST_SHOWN: Final = 100
_DIGITS: Final = "0123456789"
_RANGE: Final = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7}):\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")

Merge = tuple[int, int, int, int]
"""A range of cells: first row, first column, last row, last column."""
Attributes = dict[str, str]
Start = Callable[[str, Attributes], None]


@dataclass(slots=True)
class SheetSurvey:
    """The markup of a sheet. Rows and columns are counted from 1."""

    rows: int = 0
    """The lowest row that has a cell."""
    columns: int = 0
    """The rightmost column that has a cell."""
    text: int = 0
    """Characters in its cells; a shared text counts in each of them."""
    faults: dict[tuple[int, int], str] = field(default_factory=dict)
    """Cells that have contents and no value, by row and column: the error value, or nothing for a
    formula that was never computed."""
    hidden_rows: list[int] = field(default_factory=list)
    """Rows with values that the spreadsheet doesn't show."""
    merges: list[Merge] = field(default_factory=list)
    """Ranges of merged cells."""


class WorkbookSurvey:
    """The markup of a workbook, part by part."""

    def __init__(self) -> None:
        self.sheets: dict[str, SheetSurvey] = {}
        """By the name of the part, in lower case; a part that is no sheet has no cells."""
        self._texts = array("L")
        self._targets: dict[str, str] = {}
        self._relations: dict[str, str] = {}
        self._is_uncomputed = False

    def take(self, name: str, pieces: Iterable[bytes]) -> None:
        """One more part. Those of `FIRST` come before the others, in that order.

        Raises UnreadableFile for markup that no spreadsheet writes, and for more than is read.
        """
        match name := name.lower():
            case "xl/workbook.xml":
                parse_part(name, pieces, self._start_workbook)
            case "xl/_rels/workbook.xml.rels":
                parse_part(name, pieces, self._start_relation)
            case "xl/sharedstrings.xml":
                self._take_texts(name, pieces)
            case _:
                # Any part may be a sheet: what it holds says more than its name.
                reader = _SheetReader(self._texts, is_uncomputed=self._is_uncomputed)
                parse_part(name, pieces, reader.start, reader.characters)
                reader.finish()
                self.sheets[name] = reader.found

    def sheet(self, name: str) -> SheetSurvey:
        """What is known of the sheet with a name."""
        target = self._targets.get(self._relations.get(name, ""), "").lower()
        part = target.removeprefix("/") if target.startswith(("/xl/", "xl/")) else f"xl/{target}"
        return self.sheets.get(part, SheetSurvey())

    def _start_workbook(self, element: str, attributes: Attributes) -> None:
        if element == "sheet":
            relation = next((value for name, value in attributes.items() if name.endswith(":id")), "")
            self._relations[attributes.get("name", "")] = relation
        elif element == "calcPr":
            self._is_uncomputed = attributes.get("fullCalcOnLoad") in ("1", "true")

    def _start_relation(self, element: str, attributes: Attributes) -> None:
        if element == "Relationship":
            self._targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def _take_texts(self, name: str, pieces: Iterable[bytes]) -> None:
        texts = self._texts

        def start(element: str, _attributes: Attributes) -> None:
            if element == "si":
                texts.append(0)
                refuse_beyond(len(texts), MAX_CELLS, "texts in cells")

        def characters(text: str) -> None:
            if texts:
                texts[-1] += len(text)
                refuse_beyond(texts[-1], LONGEST_CELL, "characters in a cell", advice="shorten it")

        parse_part(name, pieces, start, characters)


class _SheetReader:
    """The cells of a sheet, as a parser meets their elements: one is complete when the next begins."""

    def __init__(self, texts: "array[int]", *, is_uncomputed: bool) -> None:
        self.found = SheetSurvey()
        self._texts = texts
        self._is_uncomputed = is_uncomputed
        self._row = self._column = 0
        self._cell: Attributes | None = None
        self._is_hidden = self._is_value = self._is_formula = False
        self._value, self._size = "", 0

    def start(self, element: str, attributes: Attributes) -> None:
        """An element begins."""
        if element in ("v", "t"):
            self._is_value = True
        elif element == "c":
            self.finish()
            self._cell = attributes
            self._place(attributes.get("r", ""))
        elif element == "f":
            self._is_formula, self._is_value = True, False
        elif element == "row":
            self.finish()
            self._row, self._column = int(attributes.get("r") or self._row + 1), 0
            self._is_hidden = attributes.get("hidden") in ("1", "true")
        elif element == "mergeCell":
            self.finish()
            self.found.merges.append(_range(attributes.get("ref", "")))
            refuse_beyond(len(self.found.merges), MAX_RECORDS, "merged ranges")
        elif element not in ("is", "r"):
            self._is_value = False

    def characters(self, text: str) -> None:
        """A piece of text within an element, or between two."""
        if self._is_value:
            self._size += len(text)
            if len(self._value) < LONGEST_SHOWN:
                self._value += text

    def finish(self) -> None:
        """The cell that began last is complete."""
        cell = self._cell
        if cell is None:
            return
        found, kind, value = self.found, cell.get("t"), self._value.strip()
        if kind == "s":
            found.text += self._shared(value)
        elif value or self._is_formula:
            found.text += self._size
            refuse_beyond(self._size, LONGEST_CELL, "characters in a cell", advice="shorten it")
            is_empty = not value or (value == "0" and self._is_uncomputed)
            if kind == "e" or (self._is_formula and is_empty and kind != "str"):
                found.faults[self._row, self._column] = value if kind == "e" else ""
                refuse_beyond(len(found.faults), _MOST_FAULTS, "cells with an error value", advice="correct them")
        if self._is_hidden and value and found.hidden_rows[-1:] != [self._row]:
            found.hidden_rows.append(self._row)
        self._cell, self._value, self._size = None, "", 0
        self._is_value = self._is_formula = False

    def _place(self, written: str) -> None:
        """Moves to the cell that is named, or to the next one."""
        letters = written.rstrip(_DIGITS)
        self._column = _column(letters) if letters else self._column + 1
        if len(written) > len(letters):
            self._row = int(written[len(letters) :])
        found = self.found
        if self._row > found.rows or self._column > found.columns:
            found.rows, found.columns = max(found.rows, self._row), max(found.columns, self._column)
            refuse_far_corner(found)

    def _shared(self, place: str) -> int:
        """The length of a shared text; of one whose place can't be read here, that of the longest."""
        try:
            return self._texts[int(place)]
        except IndexError:
            return 0
        except ValueError:
            return max(self._texts, default=0)


def refuse_far_corner(found: SheetSurvey) -> None:
    """Raises UnreadableFile for a sheet that is too large: it is held as a rectangle, empty cells included."""
    if found.rows > MAX_RECORDS + 1 or found.rows * found.columns > MAX_CELLS:
        raise UnreadableFile(
            f"A sheet reaches to row {found.rows:,} and column {found.columns:,}: at most {MAX_RECORDS:,} rows and "
            f"{MAX_CELLS:,} cells are read. Delete the empty rows and columns beyond the table."
        )


@lru_cache(maxsize=20_000)
def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _range(written: str) -> Merge:
    """`B2:C4`. Raises ValueError for anything else."""
    match = _RANGE.fullmatch(written)
    if match is None:
        raise ValueError(f"'{written}' is no range of cells")
    return int(match[2]), _column(match[1]), int(match[4]), _column(match[3])


def parse_part(
    name: str, pieces: Iterable[bytes], start: Start, characters: Callable[[str], None] | None = None
) -> None:
    """Parses a part, and passes over one that is no markup, such as a picture."""
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    locals_ = _LocalNames()
    parser.StartElementHandler = lambda element, attributes: start(locals_[element], attributes)
    if characters is not None:
        parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = _refuse_definitions
    fault, has_cells, tail = "", False, b""
    for piece in pieces:
        has_cells = has_cells or b"sheetData" in tail + piece
        tail = piece[-20:]
        fault = fault or _fault(parser, piece)
    fault = fault or _fault(parser, b"", is_end=True)
    if fault and (has_cells or name.endswith((".xml", ".rels"))):
        raise UnreadableFile(f"The workbook is broken: its part '{name}' is no XML, {fault}.")


class _LocalNames(dict[str, str]):
    """Names of elements without their prefixes."""

    def __missing__(self, name: str) -> str:
        self[name] = name.rpartition(":")[2]
        return self[name]


def _fault(parser: expat.XMLParserType, piece: bytes, *, is_end: bool = False) -> str:
    try:
        parser.Parse(piece, is_end)
    except (expat.ExpatError, ValueError) as error:
        return str(error)
    return ""


def _refuse_definitions(*_: Any) -> None:
    raise UnreadableFile("The workbook has a document type definition, which no spreadsheet writes.")
