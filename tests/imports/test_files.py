"""Files as people send them: tables, workbooks, and what is broken, hostile or something else altogether."""

import io
import struct
import zipfile
import zlib

import httpx
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from tests.imports.sending import IMPORTS, commit, counted, detail, latest, named, send

pytestmark = pytest.mark.anyio
CSV = "slug,title,countries,start,colour\r\ntabled,Togo: Visas,TG;BJ,2014-03,red\r\n"


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    """A workbook with these sheets."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return content.getvalue()


def zipped(parts: dict[str, bytes]) -> bytes:
    """A zip with the parts that make it look like a workbook."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>", **parts}.items():
            archive.writestr(name, part)
    return content.getvalue()


WORKBOOK = workbook(
    {
        "actions": [["slug", "title", "countries", "start", "follows"], ["booked", "Togo: Asylum", "TG", 2014, ""],
                    ["booked-ii", "Togo II: Asylum", "TG", "2015-02", "booked"]],
        "activities": [["action", "position", "type", "title", "start"],
                       ["booked", 1, "training", "Course", "2014-05"]],
        "deployments": [["action", "activity", "sending_country", "experts_count"], ["booked", 1, "FR", 2]],
        "outputs": [["action", "kind", "title", "languages"], ["booked-ii", "report", "Report", "en; fr"]],
        "partners": [["name", "acronym", "country"], ["Togolese Refugee Council", "TRC", "TG"]],
    }
)  # fmt: skip


async def test_a_workbook_is_recorded_with_what_belongs_together(shared: httpx.AsyncClient) -> None:
    plan = await commit(shared, WORKBOOK, "togo.xlsx")
    assert counted(plan) == {"create": 2}
    first, second = await detail(shared, "booked"), await detail(shared, "booked-ii")
    assert first["start"] == "2014"
    assert first["deployments"][0]["activity"] == first["activities"][0]["id"]
    assert second["follows"] == first["id"]
    assert second["outputs"][0]["languages"] == ["en", "fr"]
    assert counted(await commit(shared, WORKBOOK, "togo.xlsx")) == {"unchanged": 2}


@pytest.mark.parametrize(
    ("form", "content"),
    [
        ("with a byte order mark", b"\xef\xbb\xbf" + CSV.encode()),
        ("UTF-16", CSV.encode("utf-16")),
        ("semicolons", CSV.replace("TG;BJ", '"TG;BJ"').replace(",", ";").encode()),
        ("tabs and Unix lines", CSV.replace(",", "\t").replace("\r", "").encode()),
        ("spaced header", CSV.replace("slug,title", "Slug , Title *").encode()),
    ],
)
async def test_csv_is_read_however_a_spreadsheet_writes_it(
    shared: httpx.AsyncClient, form: str, content: bytes
) -> None:
    plan = await send(shared, content, "togo.csv")
    assert [country["code"] for country in plan["actions"][0]["action"]["countries"]] == ["TG", "BJ"]
    (warning,) = plan["problems"]
    assert (warning["code"], warning["column"], warning["line"]) == ("unknown-column", "colour", 1)


async def test_western_letters_are_read_and_told(shared: httpx.AsyncClient) -> None:
    plan = await send(shared, CSV.replace("Togo: Visas", "C\xf4te d\u2019Ivoire: visas").encode("cp1252"), "togo.csv")
    assert plan["actions"][0]["action"]["title"] == "C\xf4te d\u2019Ivoire: visas"
    assert plan["problems"][0]["code"] == "encoding"


async def test_an_error_in_a_table_names_row_column_and_sheet(shared: httpx.AsyncClient) -> None:
    table = CSV + "second,Togo: Roads,TG,soon,\r\n,,,,\r\nthird,Togo: Ports,\r\n"
    plan = await send(shared, table, "togo.csv")
    errors = [found for action in plan["actions"] for found in action["problems"]]
    assert [(found["line"], found["column"], found["quote"]) for found in errors] == [
        (3, "start", "soon"),
        (5, None, None),
    ]
    assert errors[1]["code"] == "cut-row"
    await send(shared, "slug,title,countries\r\nsung,Togo: Songs,TG\r\n", "sung.csv", dry_run=False)
    book = workbook({"outputs": [["action", "kind", "title"], ["sung", "song", "Anthem"], ["", "report", "Orphan"]]})
    plan = await send(shared, book, "outputs.xlsx")
    (error,) = plan["actions"][0]["problems"]
    assert (error["sheet"], error["line"], error["column"], error["quote"]) == ("outputs", 2, "kind", "song")
    (orphan,) = plan["problems"]
    assert (orphan["sheet"], orphan["line"], orphan["code"]) == ("outputs", 3, "missing-action")
    refused = await send(shared, book, "outputs.xlsx", dry_run=False, status=422)
    assert refused["errors"][0]["message"].startswith("sheet outputs, line 2: kind")


async def test_the_template_is_filled_in_and_imported(shared: httpx.AsyncClient) -> None:
    answer = await shared.get(f"{IMPORTS}/template.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    assert sheets.pop("codebook")[0][:3] == ["vocabulary", "value", "label"]
    assert list(sheets) == [
        "actions", "activities", "deployments", "outputs", "themes", "partners", "publications", "sources",
    ]  # fmt: skip
    rows = {"actions": {"slug": "filled-in", "title": "Togo: Data", "countries": "TG"},
            "activities": {"action": "filled-in", "type": "seminar", "title": "Seminar"}}  # fmt: skip
    filled = {
        name: [*table, [rows[name].get(str(column), "") for column in table[0]]] if name in rows else table
        for name, table in sheets.items()
    }
    plan = await commit(shared, workbook(filled), "filled.xlsx")
    assert plan["problems"] == []
    assert counted(plan) == {"create": 1}
    assert (await detail(shared, "filled-in"))["activities"][0]["type"] == "seminar"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as parts:
        first = parts.read("xl/worksheets/sheet1.xml")
    assert first.count(b"<dataValidation ") == 3
    assert b'state="frozen"' in first


def lying(book: bytes) -> bytes:
    """A workbook whose directory says that a huge part is small."""
    bomb = zipped({"xl/worksheets/sheet1.xml": b"<a>" + b" " * 200_000_000})
    place = bomb.rfind(b"xl/worksheets/sheet1.xml") - 46
    return bomb[: place + 24] + struct.pack("<I", 1000) + bomb[place + 28 :]


def deep(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


BROKEN = {
    "empty": (b"", "x.csv", 422, "empty"),
    "blank": (b" \r\n\0\0", "x.txt", 422, "empty"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "x.csv", 415, "picture"),
    "a PDF": (b"%PDF-1.7\n", "page.txt", 415, "PDF"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "x.xls", 415, ".xls"),
    "another zip": (zipped({})[:0] + b"PK\x05\x06" + b"\0" * 18, "x.zip", 415, "zip"),
    "binary": (bytes(range(256)), "x.csv", 422, "no text"),
    "neither UTF-8 nor Windows-1252": (b"slug,title\na,\x81\x8d\xff", "x.csv", 422, "UTF-8"),
    "half a character of UTF-16": (CSV.encode("utf-16")[:-1], "x.csv", 422, "UTF-16"),
    "half a workbook": (WORKBOOK[: len(WORKBOOK) // 2], "x.xlsx", 422, "cut off"),
    "a workbook with a flipped byte": (WORKBOOK[:200] + b"!" + WORKBOOK[201:], "x.xlsx", 422, ""),
    "half a JSON": (b'[{"title": "Togo: Visas", "cou', "x.json", 422, "cut off"),
    "half an NDJSON": (b'{"slug":"a-a","title":"b"}\n{"slug":"c-c","ti', "x.ndjson", 422, "Line 2"),
    "half a CSV": (b'slug,title\na,"Togo: Vi', "x.csv", 422, "breaks off in line 2"),
    "deep JSON": (deep(100_000), "x.json", 422, "deep"),
    "a repeated name": (b'[{"title": "a", "title": "b"}]', "x.json", 422, "2 times"),
    "NaN": (b'[{"title": NaN}]', "x.json", 422, "NaN"),
    "JSON of something else": (b'{"a": 1}', "x.json", 422, "Nothing to import"),
    "a list of numbers": (b"[1, 2]", "x.json", 422, "/0"),
    "a table of something else": (b"a,b\n1,2\n", "x.csv", 422, "header"),
    "a header alone": (b"slug,title\n", "x.csv", 422, "no record"),
    "prose of something else": (b"Dear Sir or Madam,\n\nhow are you?\n", "letter.txt", 422, ""),
    "a huge cell": (b"slug,title\na," + b"x" * 200_000, "x.csv", 422, "field"),
    "a zip bomb": (lambda: zipped({"xl/worksheets/sheet1.xml": b" " * 200_000_000}), "x.xlsx", 422, "100 MB"),
    "a zip bomb that lies": (lambda: lying(WORKBOOK), "x.xlsx", 422, ""),
    "a far corner": (zipped({"xl/worksheets/sheet1.xml": b'<row r="9"><c r="XFD1048576">'}), "x.xlsx", 422, "reaches"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
async def test_a_file_that_cant_be_read_is_refused_with_the_reason(shared: httpx.AsyncClient, case: str) -> None:
    content, name, status, reason = BROKEN[case]
    content = content if isinstance(content, bytes) else content()
    before = await latest(shared), (await shared.get(IMPORTS)).json()["total"]
    for dry_run in (True, False):
        refused = await send(shared, content, name, dry_run=dry_run, status=status)
        assert reason in refused["detail"], refused["detail"]
        if status == 415:
            assert refused["errors"][0]["allowed"] == ["page", "csv", "xlsx", "json", "ndjson"]
    assert (await latest(shared), (await shared.get(IMPORTS)).json()["total"]) == before


async def test_a_huge_body_is_refused_before_it_is_read(shared: httpx.AsyncClient) -> None:
    refused = await send(shared, zlib.compress(b"") + b"x" * (50 * 1024 * 1024), "x.xlsx", status=413)
    assert refused["type"] == "/problems/too-large"
    assert refused["max_bytes"] == 34 * 1024 * 1024  # 32 MB of file, and the rest of the form


async def test_what_is_no_form_with_a_file_is_refused(shared: httpx.AsyncClient) -> None:
    for sent, status in (
        ({"json": [named("plain")]}, 415),
        ({"data": {"dry_run": "true"}}, 415),
        ({"files": {"other": ("x.json", b"[]")}}, 422),
        ({"files": {"file": ("x.json", b"[]")}, "params": {"colour": "red"}}, 422),
        ({"files": {"file": ("x.json", b"[]")}, "params": {"dry_run": "perhaps"}}, 422),
        ({"content": b"--x\r\nbroken", "headers": {"Content-Type": "multipart/form-data; boundary=y"}}, 400),
        ({"content": b"--x\r\nbroken", "headers": {"Content-Type": "multipart/form-data"}}, 400),
    ):
        answer = await shared.post(IMPORTS, **sent)  # type: ignore[arg-type]
        assert answer.status_code == status, (sent, answer.text)
        assert answer.headers["Content-Type"] == "application/problem+json"
