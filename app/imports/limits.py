"""How much of a file is read. What passes a bound is refused before it is expanded, and the answer states the bound."""

from typing import Final

from app.imports.problems import UnreadableFile

MAX_FILE: Final = 32 * 1024 * 1024
"""Bytes of a file."""
MAX_INFLATED: Final = 100 * 1024 * 1024
"""Bytes of all parts of a workbook, unpacked."""
MAX_PARTS: Final = 1000
"""Parts of a workbook, and sheets in it."""
MAX_TEXT: Final = 32 * 1024 * 1024
"""Characters in the cells of a workbook: as many as a text file may have. A text that the file has once and uses in
many cells counts in each of them."""
MAX_CELLS: Final = 3_000_000
"""Cells of all tables in a file, empty ones included; of JSON, its values."""
LONGEST_CELL: Final = 100_000
"""Characters of a cell; Excel allows 32,767."""
MAX_RECORDS: Final = 100_000
"""Records of a kind in a file: rows of a table, actions or publications of a page."""
MAX_COLUMNS: Final = 200
"""Columns of a table."""
MAX_LINES: Final = 1_000_000
"""Lines of a page."""
MAX_TAGS: Final = 1_000_000
"""Tags of an HTML page."""
LONGEST_TAG: Final = 4 * 1024 * 1024
"""Characters of an HTML page from tag to tag: an image within one may be large."""

_IN_PARTS: Final = "send the file in parts"


def refuse_beyond(number: int, bound: int, what: str, *, advice: str = _IN_PARTS) -> None:
    """Refuses a file that has more of something than is read; `what` names it in the plural.

    Raises UnreadableFile.
    """
    if number > bound:
        raise UnreadableFile(f"The file has more than {bound:,} {what}, which is all that is read at once: {advice}.")
