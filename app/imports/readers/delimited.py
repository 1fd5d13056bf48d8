"""CSV: one table, separated by commas, semicolons or tabs."""

import csv
import io
from collections.abc import Iterator
from pathlib import PurePath

from app.imports.assembly import assemble
from app.imports.drafts import Finding, Reading
from app.imports.entities import column_name, recognise
from app.imports.problems import UnreadableFile
from app.imports.readers.tables import Row, read_table, unrecognised

_DELIMITERS = (",", ";", "\t")
_LONGEST_CELL = 100_000


def delimiter_of(text: str) -> str | None:
    """What separates the columns of a text whose first line is the header of a known table; None for other texts."""
    first = next((line for line in text.splitlines()[:3] if line.strip()), "") if len(text) < 10_000 else ""
    first = first or text[:10_000].lstrip().partition("\n")[0].rstrip("\r")
    best = max(_DELIMITERS, key=first.count)
    cells = next(csv.reader([first], delimiter=best), [])
    return best if recognise([column_name(cell) for cell in cells]) else None


def read_csv(text: str, found: list[Finding], file_name: str) -> Reading:
    """The rows of a CSV file as drafts.

    Raises UnreadableFile for a table that isn't known, or one that breaks off.
    """
    rows = list(_rows(text, delimiter_of(text) or ","))
    table = read_table(rows, name=PurePath(file_name).stem.casefold())
    if table is None:
        raise unrecognised(rows[0][1] if rows else ())
    return assemble("csv", {table.entity.name: table.drafts}, [*found, *table.problems])


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            # The reader's own limit belongs to the whole process, and any library may lift it.
            if any(len(cell) > _LONGEST_CELL for cell in cells):
                raise csv.Error(f"a field has more than {_LONGEST_CELL:,} characters")
            if cells:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        what = "the file ends inside quotation marks" if "unexpected end" in str(error) else str(error)
        raise UnreadableFile(f"The table breaks off in line {line}: {what}.") from None
