"""Pages of other layouts: other labels and languages, marks of mails and Markdown, other line ends and encodings."""

from typing import Any

import pytest

from app.imports.drafts import ParsedFile
from app.imports.formats import read_file
from app.imports.page.reader import read_page
from app.imports.problems import UnreadableFile

PAGE = """Africa

Benin: Asylum
Status: Completed
Action number: 2015-7
Requesting authority: National Commission for Refugees (CNR)
Duration: March 2015 - June 2016
Experts involved: 2 (one official from Belgium, one academic from France)
Objective: To decide upon claims in time.
Activities: A training took place in Cotonou in September 2015.
Results: A handbook was published.

Gambia: Return and Readmission
Status: Ongoing
Experts involved: tbc
Duration: January 2017 - present
Objective: To identify returnees.
Activity 1.1: Workshop in Banjul, May 2017
Activity 1.2: Study visit to Berlin in July 2017
"""


def codes(reading: ParsedFile) -> list[str]:
    """The codes of all that was met."""
    return [found.code for found in (*reading.problems, *(p for a in reading.actions for p in a.problems))]


def values(reading: ParsedFile, *names: str) -> list[tuple[Any, ...]]:
    """Some values of each action."""
    return [tuple(action.values.get(name) for name in names) for action in reading.actions]


def test_every_label_of_a_fact_sheet_is_known() -> None:
    reading = read_page(PAGE.encode())
    assert values(reading, "title", "start", "end") == [
        ("Benin: Asylum", "2015-03", "2016-06"),
        ("Gambia: Return and Readmission", "2017-01", None),
    ]
    benin, gambia = reading.actions
    assert [(d.values["sending_country"], d.values["organisation_type"]) for d in benin.deployments] == [
        ("BE", "unspecified"),
        ("FR", "academia"),
    ]
    assert [partner["acronym"] for partner in benin.values["partners"]] == ["CNR"]
    assert benin.values["summary"].endswith("A handbook was published.")
    assert [output.values["kind"] for output in benin.outputs] == ["handbook"]
    assert [(a.values["type"], a.values["start"]) for a in gambia.activities] == [
        ("workshop", "2017-05"),
        ("study-visit", "2017-07"),
    ]
    assert not gambia.deployments
    assert "unknown-label" not in codes(reading)


@pytest.mark.parametrize("line", ["Contact person: Ada Lovelace", "Budget line: 12", "Remarks: none"])
def test_an_unknown_label_is_no_title(line: str) -> None:
    nepal = f"Nepal: Asylum\nDuration: 2012\n{line}\nObjective: To help.\n"
    page = f"Asia\n\n{nepal}\nMongolia: Asylum\n{line}\nDuration: 2013\n"
    reading = read_page(page.encode())
    assert values(reading, "title", "start") == [("Nepal: Asylum", "2012"), ("Mongolia: Asylum", "2013")]
    assert codes(reading).count("unknown-label") == 2


def test_a_title_that_names_no_known_place_is_no_label() -> None:
    page = "Asia\n\nTransnistria: Asylum\n\nObjective: To help.\n\nDuration: 2012\n"
    assert values(read_page(page.encode()), "title") == [("Transnistria: Asylum",)]


@pytest.mark.parametrize(
    ("labels", "duration"),
    [
        (("Objectif", "Résumé", "Durée"), "janvier 2016 – août 2016"),
        (("Objetivo", "Resumen", "Duración"), "de enero de 2016 a agosto de 2016"),
        (("Aims", "Description", "Timeframe"), "January 2016 - August 2016"),
        (("Overall objective", "Activities", "Period"), "01/2016 - 08/2016"),
    ],
)
def test_labels_and_dates_of_other_languages(labels: tuple[str, str, str], duration: str) -> None:
    aim, summary, period = labels
    page = f"Asia\n\nNepal: Asylum\n{aim}: To help.\n{summary}: It went well.\n{period}: {duration}\n"
    read = values(read_page(page.encode()), "objective", "summary", "start", "end")
    assert read == [("To help.", "It went well.", "2016-01", "2016-08")]


@pytest.mark.parametrize(
    "lines",
    [
        ["> # Nepal: Asylum", "> Aim: To help.", ">", "> * A workshop was held in May 2016.", "> Period: 2016"],
        ["## Nepal: Asylum", "**Objective:** To help.", "- A workshop was held in May 2016.", "**Duration:** 2016"],
    ],
)
def test_marks_of_mails_and_markdown_are_no_text(lines: list[str]) -> None:
    reading = read_page("\n".join([*lines, ""]).encode())
    assert values(reading, "title", "start") == [("Nepal: Asylum", "2016")]
    assert [a.values["source_quote"] for a in reading.actions[0].activities] == ["A workshop was held in May 2016."]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_needs_no_mark(encoding: str) -> None:
    reading = read_file("Asia\n\nNepal: Asylum\nObjective: To help.\nDuration: 2016\n".encode(encoding), "page.txt")
    assert values(reading, "title") == [("Nepal: Asylum",)]
    assert codes(reading)[0] == "encoding"


def test_a_quarter_is_a_part_of_its_year_and_what_is_to_be_confirmed_is_planned() -> None:
    page = "Asia\n\nNepal: Asylum\nTimeframe: Q1 2010 - May 2011\nActivity 1: Workshop, tbc\n"
    (action,) = read_page(page.encode()).actions
    assert (action.values["start"], action.values["end"]) == ("2010", "2011-05")
    assert [(a.values["status"], a.values.get("start")) for a in action.activities] == [("planned", None)]


def test_results_without_a_verb_were_made() -> None:
    page = PAGE.replace("A handbook was published.", "A handbook and a film.")
    assert [output.values["kind"] for output in read_page(page.encode()).actions[0].outputs] == ["handbook", "film"]


def test_a_page_without_labels_is_parted_by_titles_and_durations() -> None:
    page = (
        "Asia\n\nNepal: Asylum\nA workshop was held in Pokhara in May 2012.\nIt went well.\nApril 2012 - June 2012\n\n"
        "Mongolia: Visa Policy\nMarch 2013 - present\n\nTraining followed.\n\nIt goes on.\n"
    )
    reading = read_page(page.encode())
    assert codes(reading)[0] == "no-labels"
    assert values(reading, "title", "start", "end", "region") == [
        ("Nepal: Asylum", "2012-04", "2012-06", "asia"),
        ("Mongolia: Visa Policy", "2013-03", None, "asia"),
    ]
    assert len(reading.actions[0].activities) == 1
    assert reading.actions[1].values["summary"] == "Training followed.\nIt goes on."


def test_an_action_that_is_described_twice_is_reported() -> None:
    page = PAGE + PAGE.partition("\n\n")[2]
    assert codes(read_page(page.encode())).count("described-twice") == 2


def test_old_line_ends_part_lines() -> None:
    assert values(read_file(PAGE.replace("\n", "\r").encode(), "page.txt"), "title")[0] == ("Benin: Asylum",)


def test_a_title_may_take_two_lines() -> None:
    page = PAGE.replace("Return and Readmission", "Return and\nReadmission of Migrants")
    assert values(read_page(page.encode()), "title")[1] == ("Gambia: Return and Readmission of Migrants",)


def test_a_page_on_one_line_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="line breaks"):
        read_page(b"Nepal: Asylum Objective: To help. Summary: It went well. Duration: 2016")


def test_a_region_may_be_named_with_more_than_itself() -> None:
    page = PAGE.replace("Africa\n", "South-Eastern Europe and Turkey\n", 1)
    assert values(read_page(page.encode()), "region")[0] == ("eastern-europe",)
