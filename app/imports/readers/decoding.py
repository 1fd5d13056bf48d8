"""The text of a file, in the encodings that spreadsheets and editors write."""

import codecs
import re
from collections.abc import Iterator

from app.core.text import compose
from app.imports.drafts import Finding, Severity
from app.imports.problems import UnreadableFile

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
# What no text has: the C0 control characters except tab, line feed, form feed and carriage return.
_BINARY = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")


def decode(content: bytes) -> tuple[str, list[Finding]]:
    """The text of a file in UTF-8, UTF-16, or Windows-1252, with a warning where that was a guess; with composed
    letters, since some systems store an accent apart from its letter.

    Raises UnreadableFile for what is no text.
    """
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    found = []
    if encoding is None and (encoding := _unmarked(content)):
        message = "the file has no byte order mark, and was read as UTF-16: check its letters"
        found.append(Finding(severity=Severity.WARNING, code="encoding", message=message, line=1))
    encoding = encoding or "utf-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise UnreadableFile(
                f"The file begins as {encoding.upper()} text, and is broken at byte {error.start}."
            ) from None
        text, finding = _decode_western(content, error)
        found.append(finding)
    if binary := _BINARY.search(text):
        raise UnreadableFile(
            f"The file is no text: there is a character U+{ord(binary[0]):04X} in line {_line(text, binary.start())}. "
            "A text is read in UTF-8, or in UTF-16 with a byte order mark."
        )
    return compose(text), found


def _unmarked(content: bytes) -> str | None:
    """The byte order of UTF-16 without a mark, in which every other byte of Western text is zero."""
    start = content[:1_000]
    low, high = start[::2].count(0), start[1::2].count(0)
    if len(content) % 2 or max(low, high) * 4 < len(start) or min(low, high):
        return None
    return "utf-16-be" if low else "utf-16-le"


def lines_of(text: str, start: int = 0) -> Iterator[str]:
    """The lines of a text from a place on, each with its end, as any system writes it (LF, CR LF, or CR alone)."""
    return (match[0] for match in _LINE.finditer(text, start))


def _decode_western(content: bytes, error: UnicodeDecodeError) -> tuple[str, Finding]:
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise UnreadableFile(f"The file is no text: there is a zero byte in line {line}.") from None
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as second:
        raise UnreadableFile(
            f"The file is neither UTF-8 (byte {error.start}) nor Windows-1252 (byte {second.start}): save it as UTF-8."
        ) from None
    line = content.count(b"\n", 0, error.start) + 1
    quote = text[error.start : error.start + 40].partition("\n")[0]
    message = f"the file is not UTF-8, so it was read as Windows-1252: check the letters in line {line}"
    return text, Finding(severity=Severity.WARNING, code="encoding", message=message, line=line, quote=quote)


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
