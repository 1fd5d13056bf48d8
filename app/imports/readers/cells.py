"""Cells of tables: what a person sees in one, and which of them hold no value."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.core.formats.delimited import unguarded

# As English, German, French, Spanish, Italian and Portuguese spreadsheets write them, and LibreOffice its own.
_ERROR_VALUE = re.compile(r"#[¡¿]?[A-ZÀ-Ü0-9_/]{2,20}[!?]|#N/?[AVD]|#N/DISP|Err:[0-9]{3}")
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}([.,]0{1,2})?")

Row = tuple[int, Sequence[Any]]
"""The number of a row in its table, from 1, and its cells."""


@dataclass(frozen=True)
class UnreadCell:
    """A cell with contents that are no value."""

    code: str
    message: str


def error_value(written: str) -> UnreadCell | None:
    """The cell of an error value, such as `#REF!`; None for other texts."""
    written = written.strip()
    if not written.startswith(("#", "Err:")) or not _ERROR_VALUE.fullmatch(written):
        return None
    return UnreadCell("error-value", f"the cell holds the error value {written}: correct it, or empty the cell")


def is_empty(cell: Any) -> bool:
    """Whether a cell has no contents."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def text_of(cell: Any) -> str:
    """A cell as a person sees it."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return unguarded(str(cell).strip()).strip()


def number_of(cell: Any) -> Any:
    """A whole number, however the file has it (`2`, `2.0`, `2,0`); anything else as it is, for the check to refuse.

    `2.000` is two thousand to some and two to others, so it isn't read.
    """
    written = text_of(cell)
    return int(re.split("[.,]", written)[0]) if _WHOLE.fullmatch(written) else written
