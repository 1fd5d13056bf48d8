"""A small file that becomes a huge one is refused before it does: the service, in a process of its own, stays small."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import xlsxwriter

from tests.conftest import Sqlite
from tests.imports.sending import IMPORTS
from tests.running.service import Service, serve_seeded

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="memory is measured by Linux's /proc"
)
KEY = "mx_the-bounds-are-tested-with-this"
MEGABYTES = 120
"""What reading a refused file may take at most, beside the file itself."""
NAMESPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
HEAD = b'<row r="1">' + b"".join(
    b'<c r="%s1" t="inlineStr"><is><t>%s</t></is></c>' % pair for pair in ((b"A", b"title"), (b"B", b"summary"))
) + b"</row>"  # fmt: skip


def workbook(
    texts: bytes = b"",
    rows: bytes = b"",
    *,
    before: bytes = b"",
    sheets: int = 1,
    shared: bool = False,
    twice: str = "",
) -> bytes:
    """A workbook with these shared texts, and with these rows in each of its sheets, which may all be one part; perhaps
    with a part twice."""
    made, content = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        for number in range(sheets):
            book.add_worksheet(f"actions {number}" if sheets > 1 else "actions").write(0, 0, "title")
    sheet = before + b"<worksheet " + NAMESPACE + b"><sheetData>" + HEAD + rows + b"</sheetData></worksheet>"
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/worksheets/sheet1.xml" or ("worksheets/sheet" in name and not shared):
                part = sheet
            elif name == "xl/sharedStrings.xml":
                part = b"<sst " + NAMESPACE + b">" + texts + b"</sst>"
            elif shared and name == "xl/workbook.xml":
                part = re.sub(rb"actions (\d+)", lambda found: _spelling(int(found[1])), part)
            elif shared and name == "xl/_rels/workbook.xml.rels":
                part = re.sub(rb"worksheets/sheet\d+", b"worksheets/sheet1", part)
            new.writestr(name, part)
        if twice:
            new.writestr(twice, b"<sst><si><t>" + b"x" * 90_000 + b"</t></si></sst>")
    return content.getvalue()


def _spelling(number: int) -> bytes:
    """`actions` with some of its letters in capitals, which is the same name of a table."""
    letters = zip("actions", f"{number:07b}", strict=True)
    return "".join(letter.upper() if bit == "1" else letter for letter, bit in letters).encode()


def cells(number: int, text: int = 0) -> bytes:
    """Rows of one cell each, which hold a shared text."""
    return b"".join(b'<row r="%d"><c r="A%d" t="s"><v>%d</v></c></row>' % (at, at, text) for at in range(2, number + 2))


LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
) + b"]>"  # fmt: skip
BOMBS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "one text of 30 MB in 60 cells": (
        "x.xlsx", lambda: workbook(b"<si><t>" + b"x" * 30_000_000 + b"</t></si>", cells(60)), "100,000 characters",
    ),
    "a text of a page in 3,000 cells": (
        "x.xlsx", lambda: workbook(b"<si><t>" + b"x" * 90_000 + b"</t></si>", cells(3_000)), "33,554,432 characters",
    ),
    "a text whose place is written strangely": (
        "x.xlsx", lambda: workbook(b"<si><t>" + b"x" * 90_000 + b"</t></si>", cells(3_000).replace(b"<v>", b"<v>+")),
        "33,554,432 characters",
    ),
    "a part that many sheets share": (
        "x.xlsx",
        lambda: workbook(b"<si><t>" + b"x" * 90_000 + b"</t></si>", cells(300), sheets=30, shared=True),
        "33,554,432 characters",
    ),
    "shared texts twice": ("x.xlsx", lambda: workbook(cells(1), twice="xl/SharedStrings.xml"), "a part twice"),
    "millions of texts": ("x.xlsx", lambda: workbook(b"<si/>" * 3_100_000), "3,000,000"),
    "two sheets with far corners": (
        "x.xlsx", lambda: workbook(rows=b'<row r="99000"><c r="T99000"/></row>', sheets=2), "3,000,000 cells",
    ),
    "entities in a sheet": (
        "x.xlsx", lambda: workbook(before=LAUGHS, rows=b'<row r="2"><c r="A2"><v>&j;</v></c></row>'), "definition",
    ),
    "errors without end": (
        "x.xlsx", lambda: workbook(rows=cells(2_000).replace(b't="s"', b't="e"')), "1,000 cells with an error value",
    ),
    "lists in JSON": ("x.json", lambda: b"[" + b"[]," * 3_100_000 + b"[]]", "3,000,000 values"),
    "depth in JSON": ("x.json", lambda: b"[" * 200_000 + b"]" * 200_000, "nested"),
    "a number in JSON": ("x.json", lambda: b'[{"title": "x", "follows": ' + b"9" * 5_000_000 + b"}]", "digits"),
    "records in NDJSON": ("x.ndjson", lambda: b'{"title":"x","start":"2010"}\n' * 100_100, "100,000 records"),
    "commas in CSV": ("x.csv", lambda: b"title,countries" + b"," * 3_100_000, "3,000,000 cells"),
    "line ends in CSV": ("x.csv", lambda: b"title,countries" + b"\r" * 3_100_000, "3,000,000 cells"),
    "rows in CSV": ("x.csv", lambda: b"title,countries\n" + b"a,TD\n" * 100_100, "100,000 rows"),
    "tags in HTML": ("x.html", lambda: b"<html>" + b"<p>" * 1_100_000 + b"</html>", "1,000,000 tags"),
    "attributes in HTML": (
        "x.html", lambda: b"<html><p " + b" ".join(b"a%x" % n for n in range(700_000)) + b"></html>", "4,194,304",
    ),
    "lines of a page": ("x.txt", lambda: b"Chad: Data\nObjective: a\n" + b"x\n" * 1_100_000, "1,000,000 lines"),
    "actions of a page": ("x.txt", lambda: b"Chad: Data\nObjective: a\n\n" * 100_100, "100,000 actions"),
    "publications of a page": (
        "x.txt", lambda: b"Chad: Data\nObjective: a\nDuration: 2010\n\nDownloads\n" + b"A en " * 100_100, "100,000 pub",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def service(sqlite_server: Sqlite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service that gets all of the files."""
    with serve_seeded(sqlite_server, tmp_path_factory.mktemp("bounds"), bootstrap_key=KEY) as made:
        yield made


def peak(service: Service) -> int:
    """The most memory that the service held since `forget_peak`, in MB."""
    status = Path(f"/proc/{service.process.pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+)", status)
    assert found is not None
    return int(found[1]) // 1024


def forget_peak(service: Service) -> int:
    """Measures from now on; gives what the service holds at this moment, in MB."""
    Path(f"/proc/{service.process.pid}/clear_refs").write_text("5")
    return peak(service)


def send(service: Service, content: bytes, name: str) -> httpx.Response:
    """The answer to a file."""
    headers = {"Authorization": f"Bearer {KEY}"}
    return service.post(IMPORTS, files={"file": (name, content)}, headers=headers)


@pytest.mark.parametrize("bomb", BOMBS)
def test_what_would_become_huge_is_refused_with_its_bound(service: Service, bomb: str) -> None:
    name, make, bound = BOMBS[bomb]
    content = make()
    send(service, b"title,countries\nChad: Data,TD\n", "x.csv")  # what every import needs is loaded
    before = forget_peak(service)
    answer = send(service, content, name)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/unreadable-file"), answer.text[:500]
    assert bound in answer.json()["detail"]
    assert peak(service) - before < MEGABYTES + 4 * len(content) // 2**20
    assert service.get("/readyz").status_code == 200


def test_what_is_within_the_bounds_is_read(service: Service) -> None:
    text = "Überall wird gezählt. ".encode() * 850
    content = workbook(b"<si><t>" + text + b"</t></si>", cells(1_700).replace(b'r="A', b'r="B'))
    titled = re.sub(rb'(<row r="(\d+)">)(?=<c r="B)', rb'\1<c r="A\2"><v>\2</v></c>', content) or content
    before = forget_peak(service)
    answer = send(service, titled, "x.xlsx")
    assert answer.status_code == 200, answer.text[:500]
    assert peak(service) - before < 400
