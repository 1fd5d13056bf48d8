"""What can't be read, or can be read in two ways, is never taken for empty: each has its value, or a message."""

import io
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter

from app.imports.drafts import Finding, ParsedFile
from app.imports.formats import read_file
from app.imports.problems import UnreadableFile


def read(text: str, name: str = "table.csv") -> ParsedFile:
    """What is read of a text."""
    return read_file(text.encode(), name)


def sheet(fill: Callable[[Any, Any], object], **more: Callable[[Any, Any], object]) -> ParsedFile:
    """What is read of a workbook whose sheets are written by functions."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        for name, write in {"actions": fill, **more}.items():
            write(book, book.add_worksheet(name))
    return read_file(content.getvalue(), "table.xlsx")


def findings(reading: ParsedFile) -> list[Finding]:
    """Everything that was met in a file."""
    return [*reading.problems, *(finding for action in reading.actions for finding in action.problems)]


def codes(reading: ParsedFile) -> list[tuple[str, str, str | None]]:
    """Severity, code and column of everything that was met."""
    return [(found.severity.value, found.code, found.column) for found in findings(reading)]


def values(reading: ParsedFile, *names: str) -> list[tuple[Any, ...]]:
    """Some values of each action."""
    return [tuple(action.values.get(name) for name in names) for action in reading.actions]


# -- cells --


def test_an_error_value_is_no_empty_cell() -> None:
    def fill(_: Any, page: Any) -> None:
        page.write_row(0, 0, ["title", "countries", "start", "objective"])
        page.write_row(1, 0, ["Chad: Data", "TD"])
        page.write_formula(1, 2, "=VLOOKUP(1,A1:B2,2)", None, "#N/A")
        page.write_formula(1, 3, "=A9999999", None, "#REF!")

    reading = sheet(fill)
    assert codes(reading) == [("error", "error-value", "start"), ("error", "error-value", "objective")]
    assert "#REF!" in findings(reading)[1].message
    assert reading.actions[0].problems[0].line == 2


@pytest.mark.parametrize("written", ["#N/A", "#REF!", "#DIV/0!", "#NAME?", "#BEZUG!", "#NV", "#VALEUR!", "Err:502"])
def test_an_error_value_in_a_text_file_is_none_of_its_texts(written: str) -> None:
    reading = read(f"title,countries,objective\nChad: Data,TD,{written}\n")
    assert codes(reading) == [("error", "error-value", "objective")]
    assert values(reading, "objective") == [(None,)]


@pytest.mark.parametrize("written", ["#1 in the region", "#hashtag", "No. #2"])
def test_a_text_with_a_number_sign_is_a_text(written: str) -> None:
    assert values(read(f"title,countries,objective\nChad: Data,TD,{written}\n"), "objective") == [(written,)]


def test_a_formula_that_was_never_computed_is_no_empty_cell() -> None:
    def fill(_: Any, page: Any) -> None:
        page.write_row(0, 0, ["title", "countries", "start"])
        page.write_row(1, 0, ["Chad: Data", "TD"])
        page.write_formula(1, 2, "=2010+3", None, "")
        page.write_formula(2, 0, '="Chad: "&A1')  # the library writes 0 as its value

    reading = sheet(fill)
    assert codes(reading) == [("error", "formula-without-value", "start"), ("error", "formula-without-value", "title")]


def test_merged_cells_hold_their_value_in_each_row() -> None:
    def fill(_: Any, page: Any) -> None:
        page.write_row(0, 0, ["title", "countries", "region", "start"])
        for number, country in enumerate(("Chad", "Mali", "Niger"), 1):
            page.write_row(number, 0, [f"{country}: Data", {"Chad": "TD", "Mali": "ML", "Niger": "NE"}[country]])
        page.merge_range("C2:C4", "sub-saharan-africa")
        page.merge_range("D2:D3", "2012")

    reading = sheet(fill)
    region = "sub-saharan-africa"
    assert values(reading, "region", "start") == [(region, "2012"), (region, "2012"), (region, None)]
    assert codes(reading) == [("note", "merged-cells", "region"), ("note", "merged-cells", "start")]


def test_cells_that_are_merged_across_columns_belong_to_the_first_and_a_warning_says_so() -> None:
    def fill(_: Any, page: Any) -> None:
        page.write_row(0, 0, ["title", "countries", "objective", "summary"])
        page.write_row(1, 0, ["Chad: Data", "TD"])
        page.merge_range("C2:D2", "To count.")

    reading = sheet(fill)
    assert values(reading, "objective", "summary") == [("To count.", None)]
    assert codes(reading) == [("warning", "merged-cells", "objective")]


def test_hidden_rows_and_sheets_are_read_and_reported() -> None:
    def fill(_: Any, page: Any) -> None:
        page.write_row(0, 0, ["title", "countries"])
        page.write_row(1, 0, ["Chad: Data", "TD"])
        page.write_row(2, 0, ["Mali: Data", "ML"])
        page.set_row(2, None, None, {"hidden": True})

    def hidden(_: Any, page: Any) -> None:
        page.write_row(0, 0, ["name", "acronym"])
        page.write_row(1, 0, ["Institute of Counting", "IC"])
        page.hide()

    reading = sheet(fill, partners=hidden)
    assert len(reading.actions) == 2
    assert [draft.values["acronym"] for draft in reading.partners] == ["IC"]
    assert [(found.code, found.sheet) for found in findings(reading)] == [
        ("hidden-rows", "actions"),
        ("hidden-sheet", "partners"),
    ]
    assert "3" in findings(reading)[0].message


@pytest.mark.parametrize(
    ("written", "read_as", "is_warned"),
    [
        ("2010-05", "2010-05", False),
        ("17.05.2010", "2010-05-17", False),
        ("01.05.2010", "2010-05-01", True),
        ("10/05/2010", "2010-05-10", True),
        ("05/31/2010", "2010-05-31", True),
        ("2010/5", "2010-05", False),
        ("05/2010", "2010-05", False),
        ("Mai 10", "2010-05", True),
        ("May-10", "2010-05", True),
        ("mars 2010", "2010-03", False),
        ("17 May 2010", "2010-05-17", False),
        ("10-May", "10-May", False),
        ("1.2.10", "1.2.10", False),
        ("40299", "40299", False),
    ],
)
def test_a_date_is_read_as_spreadsheets_write_it(written: str, read_as: str, is_warned: bool) -> None:
    reading = read(f"title,countries,start\nChad: Data,TD,{written}\n")
    assert values(reading, "start") == [(read_as,)]
    assert codes(reading) == ([("warning", "date-cell", "start")] if is_warned else [])


@pytest.mark.parametrize(
    ("written", "read_as"), [("2", 2), ("2.0", 2), ("2,0", 2), ("2.000", "2.000"), ("1 000", "1 000"), ("2,5", "2,5")]
)
def test_a_number_is_read_where_it_can_be_one_alone(written: str, read_as: Any) -> None:
    reading = read(f'slug,action,sending_country,experts_count\n,chad-data,EE,"{written}"\n', "deployments.csv")
    assert reading.actions[0].deployments[0].values["experts_count"] == read_as


# -- headers --


def test_labels_are_read_in_place_of_codes() -> None:
    table = "title,countries_names,region_name,themes_names\nA: B,Chad; Mali,Asie,Asylum; Rückkehr und Rückübernahme\n"
    assert values(read(table), "countries", "region", "themes") == [
        (["TD", "ML"], "asia", ["asylum", "return-and-readmission"])
    ]
    table = "action_slug,type_label,title,country_code\nchad-data,Atelier,Workshop,TD\n"
    (activity,) = read(table, "activities.csv").actions[0].activities
    assert (activity.values["type"], activity.values["country"]) == ("workshop", "TD")


def test_labels_are_read_where_the_cell_of_the_code_is_empty() -> None:
    table = "title,countries,countries_names,region,region_name\nA: B,,Chad,asia,\nC: D,ML,Mali,,Asia\n"
    assert values(read(table), "countries", "region") == [(["TD"], "asia"), (["ML"], "asia")]
    assert codes(read(table)) == []


def test_a_name_that_nothing_has_is_refused_with_the_column() -> None:
    reading = read("title,countries_names,start\nA: B,Chad; Wakanda,2010\n")
    assert values(reading, "countries") == [(["TD", "Wakanda"],)]  # the check of values refuses it


def test_labels_that_contradict_their_codes_are_warned_of() -> None:
    table = "id,title,countries,countries_names,region,region_name\n1,A: B,TD,Mali,asia,Asia\n"
    reading = read(table)
    assert values(reading, "countries", "region") == [(["TD"], "asia")]
    assert codes(reading) == [("warning", "label-differs", "countries_names")]


@pytest.mark.parametrize(
    ("header", "severity", "code"),
    [
        ("title,countries,colour", "warning", "unknown-column"),
        ("title,countries,follows_title", "warning", "unknown-column"),
        ("title,countries,status", "note", "derived-column"),
        ("title,countries,counts_activities", "note", "derived-column"),
    ],
)
def test_a_column_that_is_not_read_is_reported(header: str, severity: str, code: str) -> None:
    assert codes(read(f"{header}\nChad: Data,TD,x\n")) == [(severity, code, header.rpartition(",")[2])]


def test_derived_columns_of_the_registry_s_own_tables_are_passed_over() -> None:
    assert codes(read("id,version,title,countries,countries_names,status,status_label\n1,1,A: B,TD,Chad,x,X\n")) == []


@pytest.mark.parametrize("name", ["list.csv", "list.json"])
def test_one_column_that_many_lists_have_makes_no_table(name: str) -> None:
    news = {
        "list.csv": "Date,Title,Link,Author\n2021-10-11,Visit to Austria,https://example.org,A\n",
        "list.json": '[{"date": "2021", "title": "Visit to Austria", "link": "x", "author": "A"}]',
    }
    with pytest.raises(UnreadableFile):
        read(news[name], name)


def test_a_table_that_is_not_known_is_answered_with_the_columns_that_were_looked_for() -> None:
    with pytest.raises(UnreadableFile) as refused:
        read("Date,Title,Link\n2021,A,B\n")
    assert "objective" in str(refused.value.detail)
    assert "sending_country" in str(refused.value.detail)
    assert values(read("title\nChad: Data\n", "actions.csv"), "title") == [("Chad: Data",)]


def test_the_row_of_hashtags_is_passed_over_with_a_note() -> None:
    reading = read("title,countries\n#activity+name,#country+code\nChad: Data,TD\n")
    assert values(reading, "title") == [("Chad: Data",)]
    assert codes(reading) == [("note", "hxl-tags", None)]
    assert len(read("title,countries\n#1: Data,TD\n").actions) == 1


def test_a_header_that_stands_twice_is_no_record() -> None:
    reading = read("title,countries\nChad: Data,TD\nTitle,Countries\nMali: Data,ML\n")
    assert values(reading, "title") == [("Chad: Data",), ("Mali: Data",)]
    assert codes(reading) == [("note", "repeated-header", None)]


def test_what_stands_in_one_action_and_names_another_is_refused() -> None:
    reading = read(
        '[{"id": 7, "title": "A: B", "countries": [], "outputs": [{"action": 8, "kind": "film", "title": "C"}]}]',
        "x.json",
    )
    (finding,) = reading.actions[0].outputs[0].problems
    assert (finding.severity.value, finding.code, finding.pointer) == ("error", "another-action", "/0/outputs/0")


@pytest.mark.parametrize(("sign", "end"), [(";", "\r\n"), ("|", "\n"), ("\t", "\r"), (",", "\r\n\r\n")])
def test_the_first_line_may_say_what_separates_the_cells(sign: str, end: str) -> None:
    lines = (f"sep={sign}", sign.join(("title", "countries")), sign.join(("Chad: Data", "TD")))
    reading = read(end.join(lines))
    assert values(reading, "title", "countries") == [("Chad: Data", ["TD"])]
    assert reading.actions[0].line in (3, 5)


# -- line ends and letters --


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize("rows", [3, 2_000])
def test_lines_end_as_any_system_ends_them(end: str, rows: int) -> None:
    lines = ["title;countries;objective", *(f'Chad: Data {n};TD;"To count{end}and to tell."' for n in range(rows))]
    assert len(read(end.join(lines)).actions) == rows
    records = [f'{{"title": "Chad: Data {n}", "countries": ["TD"]}}' for n in range(rows)]
    assert len(read(end.join(records), "x.ndjson").actions) == rows


DECOMPOSED = "Co\u0302te d'Ivoire: Re\u0301gularisation"
PAGE = f"Sub-Saharan Africa\n\n{DECOMPOSED}\nSummary: Experts from Tu\u0308rkiye taught in Abidjan.\nDuration: 2012\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.csv", f"title,countries\n{DECOMPOSED},CI\n"),
        ("x.txt", PAGE),
        ("x.html", "<html><body>" + "".join(f"<p>{line}</p>" for line in PAGE.split("\n")) + "</body></html>"),
        ("x.html", f"<html><body><p>{DECOMPOSED.replace(chr(0x302), '&#x302;')}<p>Summary: X.<p>Duration: 2012</html>"),
    ],
)
def test_letters_are_composed_wherever_a_text_enters(name: str, text: str) -> None:
    reading = read(text, name)
    assert values(reading, "title", "countries") == [("C\u00f4te d'Ivoire: R\u00e9gularisation", ["CI"])]
    for action in reading.actions:
        assert [draft.values["sending_country"] for draft in action.deployments] == (["TR"] if "rkiye" in text else [])


def test_letters_of_a_workbook_are_composed() -> None:
    def fill(_: Any, page: Any) -> None:
        page.write_row(0, 0, ["title", "countries"])
        page.write_row(1, 0, [DECOMPOSED, "CI"])

    assert values(sheet(fill), "title") == [("C\u00f4te d'Ivoire: R\u00e9gularisation",)]


# -- pages --


def page(
    title: str = "Benin: Border Management", summary: str = "A workshop took place.", duration: str = "2013"
) -> ParsedFile:
    """What is read of a page with one action."""
    return read(f"Africa\n\n{title}\nObjective: To help.\nSummary: {summary}\nDuration: {duration}\n", "page.txt")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Korea, Dem. People's Rep.", "KP"),
        ("Korea, Dem. Rep.", "KP"),
        ("Korea (North)", "KP"),
        ("Congo, Dem. Rep.", "CD"),
        ("Congo (DRC)", "CD"),
        ("DR Congo", "CD"),
        ("Congo DR", "CD"),
        ("Sudan, South", "SS"),
        ("South Sudan", "SS"),
        ("Guinea, Equatorial", "GQ"),
        ("Guinea Ecuatorial", "GQ"),
        ("Guinea-Bissau", "GW"),
        ("New Guinea, Papua", "PG"),
        ("Guinea, Papua New", "PG"),
        ("Samoa, American", "AS"),
        ("Kyrgyz Rep.", "KG"),
        ("Central African Rep.", "CF"),
        ("Slovak Rep.", "SK"),
        ("Dominican Rep.", "DO"),
        ("Micronesia, Fed. Sts.", "FM"),
        ("Ireland, Northern", "GB"),
        ("Guinea", "GN"),
        ("Congo", "CG"),
    ],
)
def test_a_country_is_named_by_all_of_its_words(name: str, code: str) -> None:
    assert values(page(f"{name}: Asylum"), "countries") == [([code],)]
    assert values(page(f"Chad/{name} II: Asylum"), "countries") == [(["TD", code],)]


@pytest.mark.parametrize("name", ["Guinea Konakry", "Congo, Lower", "Sudan Meridional"])
def test_a_short_name_never_wins_inside_a_longer_one(name: str) -> None:
    reading = page(f"{name}: Asylum", "Experts from Chad taught.")
    assert values(reading, "countries") == [([],)]
    assert ("warning", "unknown-country", None) in codes(reading)


def test_countries_that_were_guessed_from_the_text_are_reported() -> None:
    summary = "The authorities of Togo asked for help."
    assert ("warning", "countries-from-text", None) in codes(page("Wakanda: Asylum", summary))
    assert ("note", "countries-from-text", None) in codes(page("ECOWAS: Asylum", summary))


@pytest.mark.parametrize(
    ("written", "start", "code"),
    [
        ("10/05/2013", "2013-05-10", "ambiguous-date"),
        ("05/31/2013", "2013-05-31", "ambiguous-date"),
        ("13/05/2013", "2013-05-13", None),
        ("10.05.2013", "2013-05-10", None),
        ("05/05/2013", "2013-05-05", None),
        ("31/31/2013", None, "impossible-date"),
        ("10.05.13", None, "impossible-date"),
    ],
)
def test_a_date_in_numbers_is_read_or_reported(written: str, start: str | None, code: str | None) -> None:
    reading = page(summary=f"A workshop took place in Cotonou on {written}.")
    (activity,) = reading.actions[0].activities
    assert activity.values.get("start") == start
    warned = [found for found in findings(reading) if found.severity.value == "warning"]
    assert [(found.code, found.quote) for found in warned] == ([(code, written)] if code else [])
    dated = page(duration=f"{written} – 12/2014")
    assert dated.actions[0].values.get("start") == start
    assert (code in [found.code for found in findings(dated)]) == (code is not None)


def test_lines_that_belong_to_no_action_are_reported() -> None:
    reading = read(
        "Dear colleagues\n\nplease find below\n\nBenin: Asylum\nObjective: To help.\nDuration: 2013\n", "x.txt"
    )
    assert ("note", "passed-over", None) in codes(reading)


def test_a_publication_whose_title_is_too_long_is_reported() -> None:
    reading = read(
        f"Benin: Asylum\nObjective: To help.\nDuration: 2013\n\nDownloads\nNews en\n{'word ' * 70}\n", "x.txt"
    )
    assert [draft.values["title"] for draft in reading.publications] == ["News"]
    assert ("warning", "long-title", None) in codes(reading)
