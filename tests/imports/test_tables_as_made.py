"""Tables as desk officers make them: their names for columns and values, titles above, totals below."""

import io
import zipfile
from typing import Any

import httpx
import pytest

from app.imports.formats import read_file
from app.imports.problems import UnreadableFile
from app.imports.readers.archive import OPEN_DOCUMENT
from tests.imports.sending import IMPORTS, send


def read(text: str, name: str = "table.csv", columns: dict[str, str] | None = None) -> Any:
    """What is read of a table."""
    return read_file(text.encode(), name, columns)


def found(parsed: Any) -> list[tuple[str, str]]:
    """Severity and code of all that was met, but for columns that were known by other names."""
    rows = [draft for action in parsed.actions for draft in (action, *action.activities, *action.deployments)]
    problems = [*parsed.problems, *(problem for draft in rows for problem in draft.problems)]
    return [(problem.severity.value, problem.code) for problem in problems if problem.code != "column-read-as"]


@pytest.mark.parametrize(
    ("written", "read_as", "codes"),
    [
        ("GE", ["GE"], []),
        ("Georgia; Armenia", ["GE", "AM"], []),
        ("Georgien;Armenien", ["GE", "AM"], []),
        ("Géorgie", ["GE"], []),
        ("AM, AZ", ["AM", "AZ"], [("warning", "interpreted")]),
        ("Armenia and Azerbaijan", ["AM", "AZ"], [("warning", "interpreted")]),
        ("Georgian", ["GE"], [("warning", "interpreted")]),
        ("Korea, Dem. Rep.", ["KP"], []),
        ("Georgia, Korea, Dem. Rep.", ["GE", "KP"], [("warning", "interpreted")]),
        ("Atlantis", ["Atlantis"], []),
        ("n/a", None, [("warning", "says-nothing")]),
        ("NA", ["NA"], []),
    ],
)
def test_countries_by_whatever_names_them(written: str, read_as: Any, codes: list[tuple[str, str]]) -> None:
    parsed = read(f'title,countries,start\nA,"{written}",2013\n')
    assert parsed.actions[0].values.get("countries") == read_as
    assert found(parsed) == codes


@pytest.mark.parametrize(
    ("written", "read_as", "codes"),
    [
        ("asylum", ["asylum"], []),
        ("Asylum", ["asylum"], []),
        ("Asyl", ["asylum"], []),
        ("THB", ["trafficking-in-human-beings"], [("warning", "interpreted")]),
        ("THB, Asylum", ["trafficking-in-human-beings", "asylum"], [("warning", "interpreted")]),
    ],
)
def test_themes_by_whatever_names_them(written: str, read_as: Any, codes: list[tuple[str, str]]) -> None:
    parsed = read(f'title,themes,start\nA,"{written}",2013\n')
    assert parsed.actions[0].values["themes"] == read_as
    assert found(parsed) == codes


@pytest.mark.parametrize(
    ("table", "field", "written", "read_as", "is_warned"),
    [
        ("activities", "type", "training", "training", False),
        ("activities", "type", "Study visit", "study-visit", False),
        ("activities", "type", "Visita de estudio", "study-visit", False),
        ("activities", "type", "ToT", "training-of-trainers", True),
        ("activities", "country", "Estonia", "EE", False),
        ("deployments", "organisation_type", "NGO", "ngo", False),
        ("deployments", "organisation_type", "University", "academia", True),
        ("deployments", "sending_country", "Estonian", "EE", True),
        ("deployments", "experts_count", "2,0", 2, False),
    ],
)
def test_values_by_their_labels_or_as_pages_have_them(
    table: str, field: str, written: str, read_as: Any, is_warned: bool
) -> None:
    needed = {"activities": "action,type,title", "deployments": "action,origin"}[table]
    fixed = {"action": "moldova", "type": "other", "title": "A", "origin": "X"} | {field: written}
    names = list(dict.fromkeys([*needed.split(","), field]))
    parsed = read(",".join(names) + "\n" + ",".join(f'"{fixed[name]}"' for name in names) + "\n", f"{table}.csv")
    (row,) = getattr(parsed.actions[0], table)
    assert row.values[field] == read_as
    assert found(parsed) == ([("warning", "interpreted")] if is_warned else [])


@pytest.mark.parametrize("written", ["present", "ongoing", "laufend", "en cours", "actualidad"])
def test_an_end_that_is_still_to_come_is_open(written: str) -> None:
    parsed = read(f"title,start,end\nA,2013,{written}\n")
    assert parsed.actions[0].values["end"] is None
    assert found(parsed) == [("warning", "open-end")]


@pytest.mark.parametrize(
    "header",
    [
        "title,countries,start,end,themes",
        "Project title,Country,Start date,End date,Topic",
        "Titre,Pays,Début,Fin,Thème",
        "Projekt,Land,Beginn,Ende,Thema",
        "Título,País,Inicio,Fin,Tema",
    ],
)
def test_columns_are_known_by_what_people_call_them(header: str) -> None:
    parsed = read(f"{header}\nData,GE,2013,2014,asylum\n")
    assert parsed.actions[0].values == {
        "title": "Data",
        "countries": ["GE"],
        "start": "2013",
        "end": "2014",
        "themes": ["asylum"],
    }


def test_columns_are_what_the_editor_says() -> None:
    parsed = read("Titel,Staat,Von\nData,GE,2013\n", columns={"Staat": "countries"})
    assert parsed.actions[0].values == {"title": "Data", "countries": ["GE"], "start": "2013"}


def test_a_header_below_titles_is_found_and_totals_are_no_records() -> None:
    parsed = read(
        "MIEUX in the East;;;\nAs of May 2014;;;\n;;;\nProjekt;Land;Beginn;Ende\nData;Georgia;Mai 2013;2014\n"
        "Summe:;;1;\n"
    )
    assert [action.values["title"] for action in parsed.actions] == ["Data"]
    assert parsed.actions[0].line == 5
    assert found(parsed) == [("note", "rows-above"), ("warning", "totals-row")]


@pytest.mark.parametrize(
    ("header", "name"),
    [("Date,Title,Link,Author", "news.csv"), ("Name,Amount,Colour", "paint.csv"), ("Titel,Preis,Datum,Ort", "x.csv")],
)
def test_a_table_of_something_else_is_none_of_the_registry(header: str, name: str) -> None:
    with pytest.raises(UnreadableFile, match="is not the header of a table"):
        read(f"{header}\n{','.join('1234')}\n", name)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"title": "A", "themes": ["Asylums"]}, "themes: no theme 'Asylums': did you mean `asylum`?"),
        ({"title": "A", "countries": ["Gorgia"]}, "countries: no country 'Gorgia': did you mean `GE`?"),
        (
            {"title": "A", "region": "Easter Europe"},
            "region: no region 'Easter Europe': did you mean `eastern-europe`?",
        ),
        ({"title": "A", "region": "xyz"}, "region: no region 'xyz': the codebook of the template lists what there is"),
    ],
)
async def test_a_refusal_speaks_to_editors(client: httpx.AsyncClient, row: dict[str, Any], said: str) -> None:
    plan = await send(client, [row])
    assert [problem["message"] for problem in plan["actions"][0]["problems"]] == [said]


@pytest.mark.anyio
async def test_what_the_editor_said_of_columns_is_stored_with_the_plan(client: httpx.AsyncClient) -> None:
    mapping = {"Staat": "countries"}
    plan = await send(client, "Titel,Staat,Von\nData,GE,2013\n", "x.csv", columns=mapping)
    assert plan["actions"][0]["action"]["countries"][0]["code"] == "GE"
    assert (await client.get(f"{IMPORTS}/{plan['id']}")).json()["columns"] == plan["columns"] == mapping
    problem = await send(client, "Titel,Staat\nData,GE\n", "x.csv", columns={"Staat": "poem"}, status=422)
    assert [(item["pointer"], item["code"]) for item in problem["errors"]] == [("/columns/Staat", "unknown-field")]


# -- OpenDocument --

_NAMES = "".join(
    f' xmlns:{prefix}="urn:{name}:1.0"'
    for prefix, name in (
        ("office", "oasis:names:tc:opendocument:xmlns:office"),
        ("table", "oasis:names:tc:opendocument:xmlns:table"),
        ("text", "oasis:names:tc:opendocument:xmlns:text"),
        ("calcext", "org:documentfoundation:names:experimental:calc:xmlns:calcext"),
    )
)
EMPTY = '<table:table-cell table:number-columns-repeated="16380"/>'


def cell(text: str, more: str = "") -> str:
    """A cell with a text."""
    return f'<table:table-cell office:value-type="string" {more}><text:p>{text}</text:p></table:table-cell>'


def row(*cells: str, more: str = "") -> str:
    """A row as LibreOffice writes it: what is empty at its end is repeated."""
    return f"<table:table-row {more}>{''.join(cells)}{EMPTY}</table:table-row>"


def document(*rows: str) -> Any:
    """What is read of a spreadsheet with one sheet, `actions`."""
    made = io.BytesIO()
    sheet = f'<table:table table:name="actions">{"".join(rows)}</table:table>'
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), OPEN_DOCUMENT)
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{_NAMES} office:version="1.2"><office:body>'
            f"<office:spreadsheet>{sheet}</office:spreadsheet></office:body></office:document-content>",
        )
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return read_file(made.getvalue(), "table.ods")


def test_an_open_document_is_read_like_a_workbook() -> None:
    day = '<table:table-cell office:value-type="date" office:date-value="2013-05-17"/>'
    parsed = document(
        row(cell("title"), cell("countries"), cell("start"), cell("objective")),
        row(cell("Data"), cell("Georgia"), day, cell("#N/A", 'calcext:value-type="error"')),
        row(cell("More data"), cell("AM"), cell("2014"), more='table:visibility="collapse"'),
        row(more='table:number-rows-repeated="1048000"'),
    )
    assert [action.values for action in parsed.actions] == [
        {"title": "Data", "countries": ["GE"], "start": "2013-05-17"},
        {"title": "More data", "countries": ["AM"], "start": "2014"},
    ]
    assert found(parsed) == [("warning", "hidden-rows"), ("error", "error-value")]


@pytest.mark.parametrize(
    ("columns", "rows", "what"),
    [("16384", "1048576", "reaches to row"), ("1", "1048576", "reaches to row"), ("one", "1", "is no XML")],
)
def test_what_an_open_document_repeats_is_counted_before_it_is_expanded(columns: str, rows: str, what: str) -> None:
    repeated = cell("A", f'table:number-columns-repeated="{columns}"')
    with pytest.raises(UnreadableFile, match=what):
        document(row(cell("title")), row(repeated, more=f'table:number-rows-repeated="{rows}"'))


def test_a_text_that_is_repeated_counts_each_time() -> None:
    repeated = cell("A" * 99_000, 'table:number-columns-repeated="100"')
    with pytest.raises(UnreadableFile, match="characters in its cells"):
        document(row(cell("title")), row(repeated, more='table:number-rows-repeated="10"'))
