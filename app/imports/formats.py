"""What kind of file it is: told by what it holds first, and by its name where that leaves a choice."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Final

from app.core.problems import ErrorItem, UnsupportedMediaType
from app.entities import ENTITIES
from app.imports.drafts import ParsedFile
from app.imports.entities import column_name
from app.imports.problems import UnreadableFile
from app.imports.readers.archive import is_open_document, is_workbook
from app.imports.readers.decoding import decode
from app.imports.readers.delimited import layout_of, read_csv
from app.imports.readers.structured import read_json, read_ndjson

ACCEPTED: Final = {
    "page": "the text of a regional page, or its HTML (.txt, .html)",
    "csv": "one table, separated by commas, semicolons or tabs (.csv, .tsv)",
    "xlsx": "a workbook with a sheet for each kind of record (.xlsx, .ods)",
    "json": "records as the API answers them or takes them (.json)",
    "ndjson": "one record on each line (.ndjson, .jsonl)",
}
"""The formats that are read."""

# What files begin with that people send by mistake.
_OTHERS: Final = {
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old Office document (.xls, .doc)",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"SQLite format 3": "a SQLite database",
    b"{\\rtf": "an RTF document",
    b"\x7fELF": "a program",
    b"MZ": "a program",
}


def read_file(content: bytes, file_name: str, columns: Mapping[str, str] | None = None) -> ParsedFile:
    """The drafts of a file. `columns` are the fields of columns of tables, by their names in the header.

    Raises UnsupportedMediaType for a kind of file that isn't read, UnreadableFile for one that is broken or has nothing
    to import.
    """
    named = {column_name(name): field for name, field in (columns or {}).items()}
    if not content.strip(b"\0 \t\r\n"):
        raise UnreadableFile("The file is empty.")
    for mark, what in _OTHERS.items():
        if content.startswith(mark) and (mark != b"MZ" or b"\0" in content[:256]):
            raise _unsupported(what)
    if content.startswith(b"PK"):
        if not is_workbook(content) and not is_open_document(content):
            raise _unsupported("a zip archive that is no workbook (.docx is not read either)")
        from app.imports.readers.workbook import read_workbook

        return _with_records(read_workbook(content, [], named))
    text, found = decode(content)
    suffix = PurePath(file_name).suffix.casefold()
    match _text_format(text, suffix, named):
        case "json":
            reading = read_json(text, found, file_name)
        case "ndjson":
            reading = read_ndjson(text, found, file_name)
        case "csv":
            reading = read_csv(text, found, file_name, named)
        case _:
            del text  # the page is decoded by its own rules, and a large one isn't held twice
            from app.imports.page.reader import read_page

            reading = read_page(content, file_name)
    return _with_records(reading)


def _text_format(text: str, suffix: str, columns: Mapping[str, str]) -> str:
    start = text[:1000].lstrip()[:1]
    if start in ("{", "["):
        first, _, rest = text.strip().partition("\n")
        is_lines = suffix in (".ndjson", ".jsonl") or (
            suffix != ".json" and start == "{" and first.rstrip().endswith("}") and rest.lstrip()[:1] == "{"
        )
        return "ndjson" if is_lines else "json"
    if suffix in (".json", ".ndjson", ".jsonl"):
        return suffix[1:].replace("jsonl", "ndjson")
    if start != "<" and (suffix in (".csv", ".tsv") or layout_of(text, columns)):
        return "csv"
    return "page"


def _unsupported(what: str) -> UnsupportedMediaType:
    accepted = [f"{name}: {form}" for name, form in ACCEPTED.items()]
    item = ErrorItem(pointer="/file", code="unsupported-format", message=f"it is {what}", allowed=list(ACCEPTED))
    return UnsupportedMediaType(f"The file is {what}. What can be imported: {'; '.join(accepted)}.", errors=[item])


def _with_records(reading: ParsedFile) -> ParsedFile:
    if not reading.problems and not any(getattr(reading, name, ()) for name in ENTITIES):
        raise UnreadableFile("The file has a form that is known, and no record in it.")
    return reading
