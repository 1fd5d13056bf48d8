"""The parts of a workbook, which is a zip: inflated piece by piece, and never more than its directory claims."""

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence

from app.imports.limits import MAX_INFLATED, MAX_PARTS
from app.imports.problems import UnreadableFile

_PIECE = 256 * 1024


OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"


def is_open_document(content: bytes) -> bool:
    """Whether a zip is an OpenDocument spreadsheet, which begins with its type."""
    return content[30:38] == b"mimetype" and content[38:].startswith(OPEN_DOCUMENT)


def is_workbook(content: bytes) -> bool:
    """Whether a zip is a workbook, as far as its directory says."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return "xl/workbook.xml" in parts.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        # A workbook that broke off has no directory; its first part shows what it was.
        return b"[Content_Types].xml" in content[:4096] or b"xl/" in content[:4096]


def inflated_parts(content: bytes, first: Sequence[str] = ()) -> Iterator[tuple[str, Iterator[bytes]]]:
    """The name of each part with its bytes in pieces; the parts named by `first` (in lower case) come before others.

    Each part's pieces have to be taken before the next part. Raises UnreadableFile for an archive that is broken, that
    unpacks to more than is read, or whose parts are not what its directory says.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
        if len(infos) > MAX_PARTS or sum(info.file_size for info in infos) > MAX_INFLATED:
            raise _too_large()
        if len({info.filename.lower() for info in infos}) < len(infos):
            raise zipfile.BadZipFile("it has a part twice")
        order = {name: place for place, name in enumerate(first)}
        for info in sorted(infos, key=lambda info: order.get(info.filename.lower(), len(order))):
            if info.flag_bits & 1:
                raise UnreadableFile("The workbook is protected by a password: save it without one.")
            yield info.filename, _checked(content, info)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, ValueError, OSError) as error:
        raise UnreadableFile(f"The workbook is broken or cut off: {error}.") from None


def _too_large() -> UnreadableFile:
    return UnreadableFile(
        f"The workbook unpacks to more than {MAX_INFLATED // 1024 // 1024} MB: send it in parts, or as CSV."
    )


def _checked(content: bytes, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The pieces of a part, whose size and checksum must be those that the directory claims."""
    try:
        size, checksum = 0, 0
        for piece in _inflated(content, info):
            size, checksum = size + len(piece), zlib.crc32(piece, checksum)
            if size > info.file_size:
                raise zipfile.BadZipFile(f"'{info.filename}' is larger than its directory says")
            yield piece
        if size != info.file_size:
            raise zipfile.BadZipFile(f"'{info.filename}' has {size} bytes, its directory says {info.file_size}")
        if checksum != info.CRC:
            raise zipfile.BadZipFile(f"'{info.filename}' is damaged")
    except (zipfile.BadZipFile, zlib.error) as error:
        raise UnreadableFile(f"The workbook is broken or cut off: {error}.") from None


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
            for place in range(0, len(packed), _PIECE):
                rest = bytes(packed[place : place + _PIECE])
                while rest and not inflate.eof:
                    yield inflate.decompress(rest, _PIECE)
                    rest = inflate.unconsumed_tail
            yield inflate.flush(_PIECE)
        case other:
            raise zipfile.BadZipFile(f"'{info.filename}' is packed by method {other}, which workbooks don't use")
