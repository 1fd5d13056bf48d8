"""XLSX: a workbook with a sheet for each kind of record.

A workbook is a zip of XML, and a small one can say that it is huge. So before it is opened, every part is inflated
piece by piece and thrown away, which bounds the sizes that the directory only claims; and the far corner of each sheet
is looked for, since a sheet is held in memory as a rectangle.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from python_calamine import CalamineError, CalamineWorkbook

from app.imports.assembly import assemble
from app.imports.drafts import Draft, Finding, Reading, Severity
from app.imports.entities import ENTITIES
from app.imports.problems import UnreadableFile
from app.imports.readers.tables import MAX_ROWS, Row, Table, read_table, unrecognised

MAX_INFLATED: Final = 100 * 1024 * 1024
MAX_PARTS: Final = 1000
MAX_CELLS: Final = 3_000_000
_PIECE: Final = 256 * 1024
_PLACE = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]{0,4})([0-9]{1,9})\s*["']""")
_LONGEST_PLACE = 64
_ASIDE = frozenset({"codebook", "readme", "about", "notes", "legend", "countries", "regions", "vocabularies"})
"""Sheets for people, and of what isn't edited."""


def is_workbook(content: bytes) -> bool:
    """Whether a zip is a workbook, as far as its directory tells."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return "xl/workbook.xml" in parts.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        # A workbook that broke off has no directory; its first part tells what it was.
        return b"[Content_Types].xml" in content[:4096] or b"xl/" in content[:4096]


def read_workbook(content: bytes, found: list[Finding]) -> Reading:
    """The sheets of a workbook as drafts.

    Raises UnreadableFile for a broken or too large workbook, or one without any known sheet.
    """
    _check_parts(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        is_named = any(name.strip().casefold() in ENTITIES for name in book.sheet_names)
        tables = [_table(book, name, found, is_named=is_named) for name in book.sheet_names]
    except (CalamineError, ValueError, OSError) as error:
        raise UnreadableFile(f"The workbook can't be read: {error}.") from None
    read = [table for table in tables if table is not None]
    if not read:
        names = ", ".join(book.sheet_names)
        raise UnreadableFile(f"No sheet of the workbook ({names}) is one of {', '.join(ENTITIES)}.")
    rows: dict[str, list[Draft]] = {}
    for table in read:
        rows.setdefault(table.entity.name, []).extend(table.drafts)
        found += table.problems
    return assemble("xlsx", rows, found)


def _table(book: CalamineWorkbook, name: str, found: list[Finding], *, is_named: bool) -> Table | None:
    """A sheet: known by its name, or by its header in a workbook of which no sheet is called by its kind."""
    wanted = name.strip().casefold()
    if wanted in _ASIDE:
        return None
    if is_named and wanted not in ENTITIES:
        message = f"the sheet '{name}' is not read: what is read is called {', '.join(ENTITIES)}"
        found.append(Finding(severity=Severity.WARNING, code="unknown-sheet", message=message, sheet=name))
        return None
    sheet = book.get_sheet_by_name(name)
    rows: Iterator[Row] = (
        (number, cells) for number, cells in enumerate(sheet.to_python(skip_empty_area=False), 1) if any(cells)
    )
    first = next(rows, None)
    if first is None:
        return None
    table = read_table(_from(first, rows), sheet=name, name=wanted)
    if table is None:
        if wanted in ENTITIES:
            raise UnreadableFile(f"Sheet '{name}': {unrecognised(first[1]).detail}")
        message = f"the sheet '{name}' is not read: its first row is not the header of a table that is known"
        found.append(Finding(severity=Severity.WARNING, code="unknown-sheet", message=message, sheet=name, line=1))
    return table


def _from(first: Row, rest: Iterator[Row]) -> Iterator[Row]:
    yield first
    yield from rest


def _check_parts(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            infos = parts.infolist()
            if len(infos) > MAX_PARTS or sum(info.file_size for info in infos) > MAX_INFLATED:
                raise _too_large()
            left = MAX_INFLATED
            for info in infos:
                left -= _check_part(content, info, left)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, ValueError, OSError) as error:
        raise UnreadableFile(f"The workbook is broken or cut off: {error}.") from None


def _too_large() -> UnreadableFile:
    return UnreadableFile(
        f"The workbook unpacks to more than {MAX_INFLATED // 1024 // 1024} MB: send it in parts, or as CSV."
    )


def _check_part(content: bytes, info: zipfile.ZipInfo, left: int) -> int:
    """Inflates a part in pieces; gives its size, which must be the one that the directory claims."""
    if info.flag_bits & 1:
        raise UnreadableFile("The workbook is protected by a password: save it without one.")
    size, checksum, tail, corner, is_markup = 0, 0, b"", (0, 0), False
    for piece in _inflated(content, info):
        size, checksum = size + len(piece), zlib.crc32(piece, checksum)
        if size > left or size > info.file_size:
            raise _too_large()
        # Any part may be called a sheet: what it begins with tells more than its name.
        is_markup = is_markup or (not tail and piece.lstrip()[:1] in (b"<", b"\xef", b"\xff", b"\xfe"))
        if is_markup:
            corner = _corner(tail + piece, corner)
        tail = piece[-_LONGEST_PLACE:]
    if size != info.file_size:
        raise zipfile.BadZipFile(f"'{info.filename}' has {size} bytes, its directory says {info.file_size}")
    if checksum != info.CRC:
        raise zipfile.BadZipFile(f"'{info.filename}' is damaged")
    return size


def _inflated(content: bytes, info: zipfile.ZipInfo) -> Iterator[bytes]:
    header = content[info.header_offset : info.header_offset + 30]
    if header[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile(f"'{info.filename}' is not where the directory says")
    start = info.header_offset + 30 + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    packed = memoryview(content)[start : start + info.compress_size]
    if len(packed) < info.compress_size:
        raise zipfile.BadZipFile(f"'{info.filename}' breaks off")
    match info.compress_type:
        case zipfile.ZIP_STORED:
            for place in range(0, len(packed), _PIECE):
                yield bytes(packed[place : place + _PIECE])
        case zipfile.ZIP_DEFLATED:
            inflate = zlib.decompressobj(-zlib.MAX_WBITS)
            rest: bytes = bytes(packed)
            while rest and not inflate.eof:
                yield inflate.decompress(rest, _PIECE)
                rest = inflate.unconsumed_tail
            yield inflate.flush(_PIECE)
        case other:
            raise zipfile.BadZipFile(f"'{info.filename}' is packed by method {other}, which workbooks don't use")


def _corner(text: bytes, corner: tuple[int, int]) -> tuple[int, int]:
    """The lowest row and the rightmost column that a piece of a sheet names.

    Raises UnreadableFile when the rectangle up to there is too large.
    """
    if b"\0" in text:
        raise UnreadableFile("The workbook's sheets are not in UTF-8.")
    row, column = corner
    for letters, digits in _PLACE.findall(text):
        row = max(row, int(digits))
        number = 0
        for letter in letters.upper():
            number = number * 26 + letter - 64
        column = max(column, number)
    if row > MAX_ROWS + 1 or row * max(column, 1) > MAX_CELLS:
        raise UnreadableFile(
            f"A sheet reaches to row {row:,} and column {column:,}: at most {MAX_ROWS:,} rows and {MAX_CELLS:,} cells "
            "are read. Delete the empty rows and columns beyond the table."
        )
    return row, column
