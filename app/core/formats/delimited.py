"""CSV as RFC 4180 has it: UTF-8, CRLF, a header even when nothing follows, quotes where they are needed.

A spreadsheet runs a cell that begins with `=`, `+`, `-` or `@` as a formula, and so it may one that begins with a
control character. A text that begins so gets a single quote before it, which every spreadsheet takes for "this is
text"; numbers are never changed. `unguarded` takes the quote away again.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from app.core.formats.tables import Column

BOM = "\ufeff".encode()
"""What lets older spreadsheets read UTF-8 as such."""

# The wide forms, too: a spreadsheet with an East Asian locale takes them for the same.
_DANGEROUS = re.compile("'*[=+\\-@\uff1d\uff0b\uff0d\uff20\x00-\x1f]")


def guarded(text: str) -> str:
    """The text as a cell that no spreadsheet runs."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def unguarded(cell: str) -> str:
    """The text of a cell that may have been guarded: `unguarded(guarded(text)) == text` for every text."""
    return cell[1:] if cell.startswith("'") and _DANGEROUS.match(cell) else cell


def _written(value: Any) -> Any:
    # Most cells are texts, or empty: they are told first.
    if isinstance(value, str):
        return guarded(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


def csv_rows(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as lines."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([_written(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8", "replace")


def csv_header(columns: Sequence[Column], *, bom: bool = False) -> bytes:
    """The first line."""
    return (BOM if bom else b"") + csv_rows([[column.name for column in columns]])
