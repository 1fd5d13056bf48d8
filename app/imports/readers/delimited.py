"""CSV: one table, separated by commas, semicolons or tabs, or by what its first line says (`sep=|`)."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath

from app.imports.assembly import assemble
from app.imports.drafts import Finding, ParsedFile
from app.imports.entities import recognise
from app.imports.limits import LONGEST_CELL, MAX_CELLS, refuse_beyond
from app.imports.problems import UnreadableFile
from app.imports.readers.cells import Row
from app.imports.readers.columns import names_in
from app.imports.readers.decoding import lines_of
from app.imports.readers.tables import read_table

_DELIMITERS = (",", ";", "\t")
_STATED = re.compile(r"\s*\"?sep=([^\w\s\"]|\t)\"?[ \t]*(?=[\r\n])", re.IGNORECASE)
"""The first line with which a file says to Excel what separates its cells."""
_LONGEST_HEADER = 10_000


@dataclass(frozen=True)
class Layout:
    """How a text is laid out as a table."""

    delimiter: str
    start: int
    """Where its rows begin."""


def layout_of(text: str, columns: Mapping[str, str] | None = None) -> Layout | None:
    """How a text is laid out of which one of the first ten lines is the header of a known table; None for other
    texts."""
    stated = _STATED.match(text)
    start = stated.end() if stated is not None else 0
    if stated is not None:
        return Layout(stated[1], start)
    for line in islice(filter(str.strip, text[:_LONGEST_HEADER].splitlines()), 10):
        delimiter = max(_DELIMITERS, key=line.count)
        try:
            cells = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            continue
        if recognise(names_in(cells, columns)):
            return Layout(delimiter, start)
    return None


def read_csv(text: str, found: list[Finding], file_name: str, columns: Mapping[str, str]) -> ParsedFile:
    """The rows of a CSV file as drafts.

    Raises UnreadableFile for a table that isn't known, or one that breaks off.
    """
    layout = layout_of(text, columns) or Layout(",", 0)
    refuse_beyond(text.count(layout.delimiter) + text.count("\n") + text.count("\r"), MAX_CELLS, "cells")
    table = read_table(_rows(text, layout), name=PurePath(file_name).stem.casefold(), columns=columns)
    return assemble("csv", {table.entity.name: table.drafts}, [*found, *table.problems])


def _rows(text: str, layout: Layout) -> Iterator[Row]:
    reader = csv.reader(lines_of(text, layout.start), delimiter=layout.delimiter, strict=True)
    before = len(re.findall(r"\r\n?|\n", text[: layout.start]))
    line = before + 1
    try:
        for cells in reader:
            # The reader's own limit belongs to the whole process, and any library may lift it.
            if any(len(cell) > LONGEST_CELL for cell in cells):
                raise csv.Error(f"a field has more than {LONGEST_CELL:,} characters")
            if cells:
                yield line, cells
            line = before + reader.line_num + 1
    except csv.Error as error:
        what = "the file ends inside quotation marks" if "unexpected end" in str(error) else str(error)
        raise UnreadableFile(f"The table breaks off in line {line}: {what}.") from None
