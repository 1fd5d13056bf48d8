"""Wordings, one a row: a sentence and what is read of it, and sentences much like it of which that isn't true."""

from typing import Any

import pytest

from app.imports.page.reader import read_page

Rows = list[tuple[Any, ...]]


def read(text: str) -> Any:
    """The one action of a page on Peru with this summary."""
    return read_page(f"Asia\n\nPeru: Asylum\nSummary: {text}\nDuration: 2009 - 2022\n".encode()).actions[0]


def rows(drafts: Any, *names: str) -> Rows:
    """Some values of each draft."""
    return [tuple(draft.values.get(name) for name in names) for draft in drafts]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        (
            "Missions to Santiago and Lima took place from 8 to 12 and from 15 to 19 April 2013.",
            [("2013-04-08", "2013-04-12", "Santiago"), ("2013-04-15", "2013-04-19", "Lima")],
        ),
        (
            "Workshops were held in Lima and Cusco in March, in Tacna in June 2012.",
            [("2012-03", "2012-03", "Lima"), ("2012-03", "2012-03", "Cusco"), ("2012-06", "2012-06", "Tacna")],
        ),
        (
            "Workshops were held in Lima and in Cusco in March 2012.",
            [("2012-03", "2012-03", "Lima"), ("2012-03", "2012-03", "Cusco")],
        ),
        (
            "Workshops were held in Lima from 9 to 13 February and in Addu City from 16 to 20 February 2015.",
            [("2015-02-09", "2015-02-13", "Lima"), ("2015-02-16", "2015-02-20", "Addu City")],
        ),
        (
            "In 2014, training took place in Lima (March) and Tacna (May).",
            [("2014-03", "2014-03", "Lima"), ("2014-05", "2014-05", "Tacna")],
        ),
        (
            "It opened with a fact-finding mission, Lima (13-17 February 2012).",
            [("2012-02-13", "2012-02-17", "Lima")],
        ),
        ("Round-tables were held in Tacna (7 March 2012).", [("2012-03-07", "2012-03-07", "Tacna")]),
        ("An expert spent a week at the border post in Tacna in May 2013.", [("2013-05", "2013-05", "Tacna")]),
        ("The experts spent their budget in Tacna in May 2013.", []),
        (
            "Two workshops (May and June 2012) took place in Lima and the roadmap was adopted on 12 November.",
            [("2012-05", "2012-05", "Lima"), ("2012-06", "2012-06", "Lima")],
        ),
        (
            "The drafting of the guidelines started in August 2012 and was completed in February 2013.",
            [("2012-08", "2013-02", None)],
        ),
        (
            "Workshops were held in Lima and Cusco in February, and online in July 2020.",
            [("2020-02", "2020-02", "Lima"), ("2020-02", "2020-02", "Cusco"), ("2020-07", "2020-07", None)],
        ),
        ("An online training took place in June 2020.", [("2020-06", "2020-06", None)]),
        ("A study visit to Vienna is foreseen for early 2021.", [("2021", "2021", "Vienna")]),
        ("Training in Lima in May 2012 was cancelled.", []),
    ],
)
def test_where_and_when(text: str, known: Rows) -> None:
    assert rows(read(text).activities, "start", "end", "place") == known


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("A Lithuanian statistician was seconded to the Ministry.", [("LT", None, 1)]),
        ("Peer reviewers from Belgium and Spain were deployed.", [("BE", None, None), ("ES", None, None)]),
        ("A Swedish child psychologist travelled to Cusco.", [("SE", None, 1)]),
        ("A Swedish child psychologist travelled to Rome.", []),
        ("Two Estonian officials taught.", [("EE", None, 2)]),
        ("Two Estonian officials were taught.", []),
        (
            "A Lithuanian prosecutor and two officials of the Dutch national administration contributed.",
            [("LT", None, 1), ("NL", None, 2)],
        ),
        ("Officials from Denmark and Romania supported the action.", [("DK", None, None), ("RO", None, None)]),
        ("Officials from Denmark and Romania attended the event.", []),
        (
            "It was delivered by the Estonian Police Academy and an official of the Spanish Ministry of Interior.",
            [("EE", "Estonian Police Academy", None), ("ES", "Spanish Ministry of Interior", 1)],
        ),
        ("It was attended by the Estonian Police Academy.", []),
        (
            "Experts from Portugal, Spain and the Pan American Health Organization (PAHO) took part.",
            [("PT", None, None), ("ES", None, None), (None, "Pan American Health Organization", None)],
        ),
        ("Experts were not available from Germany.", []),
        ("Two Belgian experts and one from Spain were deployed.", [("BE", None, 2), ("ES", None, 1)]),
    ],
)
def test_who_was_sent(text: str, known: Rows) -> None:
    assert rows(read(text).deployments, "sending_country", "organisation", "experts_count") == known


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("The following were produced: a toolkit, SOPs and a film.", [("handbook",), ("guidelines",), ("film",)]),
        ("The following were discussed: a toolkit, SOPs and a film.", []),
        ("The experts drew up a comparative report.", [("report",)]),
        ("A protocol on data was agreed upon.", [("other",)]),
        ("The manual is available in Georgian and English.", [("handbook",)]),
    ],
)
def test_what_was_made(text: str, known: Rows) -> None:
    assert rows(read(text).outputs, "kind") == known


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("In May 2012, the Ministry moved to another building.", "'May 2012'"),
        ("Officials met in Tacna.", "'Tacna'"),
        ("Belgian judges were there.", "'Belgian'"),
    ],
)
def test_what_a_sentence_says_in_vain_is_named(text: str, quoted: str) -> None:
    found = [problem for problem in read(text).problems if problem.code == "unread-sentence"]
    assert [problem.message for problem in found] == [f"nothing was read from {quoted}"]
    assert found[0].quote == text


@pytest.mark.parametrize(
    "text",
    [
        "A workshop took place in Lima in May 2012.",
        "Experts from Belgium were deployed for this action.",
        "A handbook was published in Spanish in May 2012.",
        "A workshop in Lima, foreseen for May 2012, was postponed to July 2012 and took place there.",
        "Training in Tacna was cancelled.",
        "It went well.",
    ],
)
def test_what_is_read_is_not_warned_of(text: str) -> None:
    assert "unread-sentence" not in [problem.code for problem in read(text).problems]
