"""What the page reader makes of prose, from titles and dates to activities, deployments and outputs."""

from typing import Any

import pytest

from app.imports.drafts import ActionDraft, Draft, Severity
from app.imports.page.reader import read_page
from app.imports.problems import UnreadableFile


def read(
    summary: str, *, title: str = "Ghana: Migration Data", objective: str = "", duration: str = "2010-2017"
) -> Any:
    """The one action of a page with these texts."""
    parts = ["Sub-Saharan Africa", title]
    parts += [f"Objective: {objective}"] if objective else []
    parts += [f"Summary: {summary}"] if summary else []
    parts += [f"Duration: {duration}"] if duration else []
    return read_page(("\n\n".join(parts) + "\n").encode()).actions[0]


def activities(summary: str, **texts: str) -> list[tuple[Any, ...]]:
    """Type, start, end, place and country of each activity."""
    return [row(d, "type", "start", "end", "place", "country") for d in read(summary, **texts).activities]


def senders(summary: str, **texts: str) -> list[tuple[Any, ...]]:
    """Country or origin, type, organisation and number of each deployment."""
    found = read(summary, **texts).deployments
    return [
        (
            d.values.get("sending_country") or d.values.get("origin"),
            *row(d, "organisation_type", "organisation", "experts_count"),
        )
        for d in found
    ]


def row(draft: Draft, *names: str) -> tuple[Any, ...]:
    """Some values of a draft."""
    return tuple(draft.values.get(name) for name in names)


def codes(action: ActionDraft, severity: Severity) -> list[str]:
    """The codes of an action's problems of one severity."""
    return [problem.code for problem in action.problems if problem.severity is severity]


PAGE = """MIEUX in Latin America and the Caribbean

1. Argentina/Brazil: Trafficking in Human Beings

Objective : The State Migration Board (SMB) of Brazil asked for help.

Summary: The first paragraph.

The second paragraph tells of a workshop in Bogotá in May 2011.

DURATION : May 2010January 2011

* Peru II \u2013 Asylum

Duration: 22 October 2009

Peru III: Asylum
Objective: In response to a third request, the action goes on.
Duration: March 2014 - present

Downloads

MIEUX Newsletter Middle East/North Africa ar en fr  MIEUX Leaflet 2009-11 en
This project is funded by the European Union
"""


def test_a_page_is_laid_out_into_actions_and_downloads() -> None:
    reading = read_page(PAGE.encode())
    first, second, third = reading.actions
    assert row(first, "title", "countries", "region", "start", "end") == (
        "Argentina/Brazil: Trafficking in Human Beings",
        ["AR", "BR"],
        "latin-america",
        "2010-05",
        "2011-01",
    )
    assert (
        first.values["summary"]
        == "The first paragraph.\nThe second paragraph tells of a workshop in Bogotá in May 2011."
    )
    assert first.values["partners"] == [{"name": "State Migration Board", "acronym": "SMB", "country": "BR"}]
    assert (first.line, first.activities[0].line) == (3, 9)
    assert (
        first.activities[0].values["source_quote"] == "The second paragraph tells of a workshop in Bogotá in May 2011."
    )
    assert row(second, "countries", "start", "end") == (["PE"], "2009-10-22", "2009-10-22")
    assert row(third, "start", "end", "follows") == ("2014-03", None, second.values["slug"])
    assert [row(p, "title", "languages", "region") for p in reading.publications] == [
        ("MIEUX Newsletter Middle East/North Africa", ["ar", "en", "fr"], "middle-east-north-africa"),
        ("MIEUX Leaflet 2009-11", ["en"], None),
    ]


@pytest.mark.parametrize(
    ("duration", "start", "end", "warned"),
    [
        ("May 2010January 2011", "2010-05", "2011-01", True),
        ("May 2010 \u2013 January 2011", "2010-05", "2011-01", False),
        ("MayJuly 2012", "2012-05", "2012-07", True),
        ("20122013", "2012", "2013", True),
        ("1624 April 2012", "2012-04-16", "2012-04-24", True),
        ("29 February 2010", "2010-02-02", "2010-02-09", True),
        ("29 February 2012", "2012-02-29", "2012-02-29", False),
        ("10 May 201022 June 2011", "2010-05-10", "2011-06-22", True),
        ("28 May to 2 June 2012", "2012-05-28", "2012-06-02", False),
        ("Sept. 2011 - Feb. 2012", "2011-09", "2012-02", False),
        ("May 17, 2010", "2010-05-17", "2010-05-17", False),
        ("24 months (January 2012 to December 2013)", "2012-01", "2013-12", False),
        ("July 2014present", "2014-07", None, False),
        ("since May 2013", "2013-05", None, False),
    ],
)
def test_durations_keep_their_precision_and_repairs_are_told(
    duration: str, start: str, end: str | None, warned: bool
) -> None:
    action = read("", duration=duration)
    assert (action.values["start"], action.values["end"]) == (start, end)
    assert ("repaired-date" in codes(action, Severity.WARNING)) is warned


@pytest.mark.parametrize(
    "duration", ["31 June 2012", "30 February 2011", "July 2012 - May 2011", "24 to 16 April 2012"]
)
def test_impossible_durations_are_errors_and_never_guessed(duration: str) -> None:
    action = read("", duration=duration)
    assert codes(action, Severity.ERROR) == ["impossible-date"]
    assert "start" not in action.values
    assert action.problems[0].quote == duration


def test_an_action_without_a_title_is_an_error_and_the_others_are_read() -> None:
    page = "Asia\n\nNepal: Asylum\n\nObjective: One.\n\nDuration: 2010\n\nObjective: Two.\n\nDuration: 2011\n"
    first, second = read_page(page.encode()).actions
    assert not codes(first, Severity.ERROR)
    assert codes(second, Severity.ERROR) == ["no-title"]
    assert (second.line, second.problems[0].quote) == (9, "Two.")


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        (
            "A fact-finding mission was followed by a study visit to Spain in May 2013.",
            [("fact-finding-mission", None, None, None, "GH"), ("study-visit", "2013-05", "2013-05", None, "ES")],
        ),
        (
            "In March 2012, a seminar took place and a review of the law was carried out.",
            [("seminar", "2012-03", "2012-03", None, None), ("other", "2012-03", "2012-03", None, None)],
        ),
        (
            "Workshops were held in July and September 2015.",
            [("workshop", "2015-07", "2015-07", None, None), ("workshop", "2015-09", "2015-09", None, None)],
        ),
        (
            "Three training sessions were held in Kyiv, Lviv and Odesa.",
            [("training", None, None, place, "UA") for place in ("Kyiv", "Lviv", "Odesa")],
        ),
        (
            "The sessions, held in May and June 2013, were a study visit to Malta and a workshop in Accra.",
            [("study-visit", "2013-05", "2013-05", None, "MT"), ("workshop", "2013-06", "2013-06", "Accra", "GH")],
        ),
        (
            "A set of information sessions was scheduled. The first of these sessions took place in May 2013.",
            [("information-session", "2013-05", "2013-05", None, None)],
        ),
        (
            "It ended with two events; a seminar in May 2013 as well as a round table, in June 2013.",
            [("seminar", "2013-05", "2013-05", None, None), ("round-table", "2013-06", "2013-06", None, None)],
        ),
        (
            "A seminar was held in Accra on 3 and 4 June 2014. In the following month, a workshop took place.",
            [("seminar", "2014-06-03", "2014-06-04", "Accra", "GH"), ("workshop", "2014-07", "2014-07", None, None)],
        ),
        (
            "In November 2015, Sweden invited five Ghanaian officials to learn about asylum.",
            [("study-visit", "2015-11", "2015-11", None, "SE")],
        ),
        (
            "The study visit was hosted by the Dutch Immigration Service in May 2012.",
            [("study-visit", "2012-05", "2012-05", None, "NL")],
        ),
        (
            "The drafting of the strategy was initiated in May 2014 during a workshop.",
            [("drafting", "2014-05", None, None, None), ("workshop", "2014-05", "2014-05", None, None)],
        ),
        (
            "The first workshop took place in Accra in May 2012, and the second, on visas, followed in June.",
            [("workshop", "2012-05", "2012-05", "Accra", "GH"), ("workshop", "2012-06", "2012-06", None, None)],
        ),
        (
            "A set of thematic workshops was devised. Two of them were held in Kumasi in May and June 2011.",
            [("workshop", "2011-05", "2011-05", "Kumasi", "GH"), ("workshop", "2011-06", "2011-06", "Kumasi", "GH")],
        ),
        (
            "Two courses followed, one on visas (Accra, May 2012) and the other on borders (Tamale, June 2012).",
            [("training", "2012-05", "2012-05", "Accra", "GH"), ("training", "2012-06", "2012-06", "Tamale", "GH")],
        ),
        (
            "A training took place in Accra in May 2012. It was repeated in Kumasi in June.",
            [("training", "2012-05", "2012-05", "Accra", "GH"), ("training", "2012-06", "2012-06", "Kumasi", "GH")],
        ),
        (
            "A seminar in Accra was initially foreseen for May 2012, but had to be postponed to July 2012.",
            [("seminar", "2012-07", "2012-07", "Accra", "GH")],
        ),
        (
            (
                "While a study visit to Italy had been scheduled for May 2012, it could only take place in July, "
                "when six officials travelled to Rome."
            ),
            [("study-visit", "2012-07", "2012-07", "Rome", "IT")],
        ),
        (
            "A seminar was held in Accra in February 2012, and in May a study visit to Sweden took place.",
            [("seminar", "2012-02", "2012-02", "Accra", "GH"), ("study-visit", "2012-05", "2012-05", None, "SE")],
        ),
        (
            (
                "Three events were organised: a seminar in Accra (May 2012), a workshop in Kumasi (June 2012) and a "
                "round table in Tamale (July 2012)."
            ),
            [
                ("seminar", "2012-05", "2012-05", "Accra", "GH"),
                ("workshop", "2012-06", "2012-06", "Kumasi", "GH"),
                ("round-table", "2012-07", "2012-07", "Tamale", "GH"),
            ],
        ),
        (
            (
                "Staff of the employment offices were trained in Kumasi in May 2012. Finland was visited in June 2012 "
                "by five officials."
            ),
            [("training", "2012-05", "2012-05", "Kumasi", "GH"), ("study-visit", "2012-06", "2012-06", None, "FI")],
        ),
        (
            "Five officials were received by the Belgian Immigration Office in Brussels in May 2012.",
            [("study-visit", "2012-05", "2012-05", "Brussels", "BE")],
        ),
        (
            "The project team travelled to Accra for an assessment mission in May 2012.",
            [("assessment-mission", "2012-05", "2012-05", "Accra", "GH")],
        ),
        (
            "Following a mission in May 2012, both sides met in Kumasi in July 2012 for a planning session.",
            [
                ("expert-visit", "2012-05", "2012-05", None, None),
                ("planning-session", "2012-07", "2012-07", "Kumasi", "GH"),
            ],
        ),
        (
            (
                "A campaign was carried out in five regions of Ghana in May 2012, and a seminar in the capital "
                "closed the action."
            ),
            [("campaign", "2012-05", "2012-05", None, "GH"), ("seminar", None, None, "Accra", "GH")],
        ),
        (
            "A workshop was held in Accra in May 2012. A second workshop took place in the same city in June 2012.",
            [("workshop", "2012-05", "2012-05", "Accra", "GH"), ("workshop", "2012-06", "2012-06", "Accra", "GH")],
        ),
        (
            "A workshop, at which the campaign was assessed, took place in May 2012.",
            [("workshop", "2012-05", "2012-05", None, None)],
        ),
        (
            "Training on the design of campaigns was provided in May and July 2012.",
            [("training", "2012-05", "2012-05", None, None), ("training", "2012-07", "2012-07", None, None)],
        ),
        (
            "The drafting of a strategy began in May 2014 and lasted until March 2015. Guidelines were drafted.",
            [("drafting", "2014-05", "2015-03", None, None)],
        ),
        ("A strategy is being developed. A roadmap was elaborated in May 2012.", []),
        (
            "A mission to Accra took place from 29 March 2010. A training, foreseen for May, then took place in July.",
            [
                ("expert-visit", "2010-03-02", "2010-03-09", "Accra", "GH"),
                ("training", "2010-07", "2010-07", None, None),
            ],
        ),
        (
            "A workshop was held in Kumasi in September, and in December 2014 Estonia received eight officers.",
            [("workshop", "2014-09", "2014-09", "Kumasi", "GH"), ("study-visit", "2014-12", "2014-12", None, "EE")],
        ),
        (
            "A workshop followed in May 2015 and was combined with a training of trainers.",
            [
                ("workshop", "2015-05", "2015-05", None, None),
                ("training-of-trainers", "2015-05", "2015-05", None, None),
            ],
        ),
        ("In the course of the action, the conference provided a forum for an exchange.", []),
        ("The results of the mission were discussed through the delivery of workshops.", []),
        ("A workshop scheduled for June 2014 was cancelled.", []),
        ("Training materials and workshop participants were selected.", []),
        ("The workshop took place on 31 June 2012.", []),
    ],
)
def test_activities_are_what_the_sentences_tell(summary: str, expected: list[tuple[Any, ...]]) -> None:
    assert activities(summary) == expected


def test_an_impossible_date_of_an_activity_is_left_out_with_a_warning() -> None:
    action = read("A workshop took place on 31 June 2012. A seminar was held from 1418 May 2013.")
    assert [row(d, "type", "start", "end") for d in action.activities] == [
        ("workshop", None, None),
        ("seminar", "2013-05-14", "2013-05-18"),
    ]
    warnings = [(p.code, p.quote) for p in action.problems if p.severity is Severity.WARNING]
    assert warnings == [("impossible-date", "31 June 2012"), ("repaired-date", "1418 May 2013")]


def test_a_later_sentence_adds_where_and_when_an_activity_was_held() -> None:
    action = read("A seminar was held. The event, which was held in Kumasi on 4 May 2012, gathered forty officials.")
    assert [row(d, "type", "start", "place") for d in action.activities] == [("seminar", "2012-05-04", "Kumasi")]


def test_a_town_that_no_list_has_is_read_with_a_warning() -> None:
    action = read("A workshop was held in Nowhereville in May 2012.")
    assert [row(d, "place", "country") for d in action.activities] == [("Nowhereville", "GH")]
    (warning,) = [p for p in action.problems if p.severity is Severity.WARNING]
    assert (warning.code, warning.message) == (
        "assumed-country",
        "no list has the town 'Nowhereville': read as one of the partner country, Ghana",
    )


def test_the_one_activity_of_an_action_of_a_day_stands_in_its_title() -> None:
    action = read(
        "Some forty officials took part.",
        title="Ghana: Seminar on Visa Policy",
        objective="MIEUX was invited to organise a seminar in Accra.",
        duration="17 June 2010",
    )
    assert [row(d, "type", "start", "end", "place") for d in action.activities] == [
        ("seminar", "2010-06-17", "2010-06-17", "Accra")
    ]


def test_tense_tells_the_status_where_no_date_does() -> None:
    action = read(
        "A workshop was held. Training sessions on visas are being delivered. A study visit to Spain will be "
        "organised. A seminar will take place in May 2017."
    )
    assert [row(d, "type", "status") for d in action.activities] == [
        ("workshop", "completed"),
        ("training", "ongoing"),
        ("study-visit", "planned"),
        ("seminar", None),
    ]


def test_sessions_are_counted_where_the_source_counts_them() -> None:
    action = read(
        "A series of four three-day workshops was delivered throughout 2014. Sessions were held in six towns."
    )
    assert [row(d, "start", "sessions") for d in action.activities] == [("2014", 4), (None, 6)]


NATIONAL = "national-administration"


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        (
            "Experts from the Dutch, UK and Danish national administrations were deployed for this action.",
            [("NL", NATIONAL, None, None), ("GB", NATIONAL, None, None), ("DK", NATIONAL, None, None)],
        ),
        (
            "The experts came from Italy and the Russian Federation.",
            [("IT", "unspecified", None, None), ("RU", "unspecified", None, None)],
        ),
        (
            "Experts from the Italian national administration as well as an Italian private consultant were deployed.",
            [("IT", NATIONAL, None, None), ("IT", "private-consultant", None, 1)],
        ),
        (
            "A workshop was given by an expert of the ASEAN task force on workers' rights and by a Romanian expert.",
            [
                ("ASEAN", "international-organisation", "ASEAN task force on workers' rights", 1),
                ("RO", "unspecified", None, 1),
            ],
        ),
        (
            "Two experts from Spain and one from the University of Coimbra in Portugal were deployed.",
            [("ES", "unspecified", None, 2), ("PT", "academia", "University of Coimbra", 1)],
        ),
        (
            "Four experts from the administrations of Austria, Malta and Romania were deployed.",
            [("AT", NATIONAL, None, None), ("MT", NATIONAL, None, None), ("RO", NATIONAL, None, None)],
        ),
        (
            "Two experts from the administrations of Austria and Malta were deployed.",
            [("AT", NATIONAL, None, 1), ("MT", NATIONAL, None, 1)],
        ),
        (
            "Experts from several EU Member States' (Malta, Cyprus) national administrations and Southeast Asia came.",
            [("MT", NATIONAL, None, None), ("CY", NATIONAL, None, None), ("Southeast Asia", "unspecified", None, None)],
        ),
        (
            "EU academia, Frontex and representatives from NGOs were deployed.",
            [("EU", "academia", None, None), (None, "ngo", None, None)],
        ),
        (
            "Experts from the national administrations of Malta and Cyprus, and from East Africa, were deployed.",
            [("MT", NATIONAL, None, None), ("CY", NATIONAL, None, None), ("East Africa", "unspecified", None, None)],
        ),
        (
            "Experts from the administration of Malta and a representative of the Commonwealth Secretariat came.",
            [
                ("MT", NATIONAL, None, None),
                (None, "international-organisation", "Commonwealth Secretariat", 1),
            ],
        ),
        (
            (
                "One of the French experts returned to Accra in May 2012. Experts from the French national "
                "administration were deployed for this action."
            ),
            [("FR", NATIONAL, None, None)],
        ),
        (
            "An official of the Moroccan national administration contributed to both sessions.",
            [("MA", NATIONAL, None, 1)],
        ),
        ("A study visit to Spain was hosted by the Spanish Ministry of Interior in May 2012.", []),
        ("Training for Ecuadorian experts was organised. No experts were deployed.", []),
        ("Ghanaian experts took part in a seminar.", []),
    ],
)
def test_senders_are_those_who_sent_experts(summary: str, expected: list[tuple[Any, ...]]) -> None:
    assert senders(summary) == expected


def test_experts_are_tied_to_the_one_activity_of_their_sentence() -> None:
    action = read("A seminar was held in May 2012. A workshop in June 2012 was led by a Danish expert.")
    assert [row(d, "sending_country", "activity") for d in action.deployments] == [("DK", 2)]
    assert codes(read("A seminar was held in May 2012."), Severity.NOTE) == ["no-deployments"]


def test_outputs_are_told_in_many_ways() -> None:
    action = read(
        "The findings of the mission were set out in a report. The 'Guidelines on Visas' developed in the "
        "meantime were presented. Posters and other campaign materials were printed. Three reports, one for each "
        "seminar, summarised the debates. Training on the design of surveys was held."
    )
    assert [d.values["kind"] for d in action.outputs] == ["report", "guidelines", "campaign-material", *["report"] * 3]
    each = read("Seminars took place in Accra in May and June 2012. A report was published after each of the seminars.")
    assert [d.values["title"] for d in each.outputs] == ["Report (1 of 2)", "Report (2 of 2)"]
    whole = read("A report, including a set of recommendations, was drafted.")
    assert [d.values["kind"] for d in whole.outputs] == ["report"]


def test_who_hosts_a_visit_or_receives_a_report_is_no_partner() -> None:
    action = read(
        "A study visit to Spain was hosted by the Spanish Ministry of Interior. A report was submitted to the "
        "Council of Ministers. The Prime Minister's Office and the National Training Service took part.",
        objective="In cooperation with the Ministry of Youth, Vocational Training and Employment.",
    )
    assert [partner["name"] for partner in action.values["partners"]] == [
        "Ministry of Youth, Vocational Training and Employment",
        "Prime Minister's Office",
        "National Training Service",
    ]


def test_outputs_are_what_is_made_and_not_what_is_mentioned() -> None:
    action = read(
        'Based on the report, a handbook was drafted and printed. A film entitled "The Way" was produced. '
        "Three reports were published in May 2014. The strategy was discussed. Posters will be produced."
    )
    assert [row(d, "kind", "title", "published") for d in action.outputs] == [
        ("handbook", "Handbook", None),
        ("film", "The Way", None),
        ("report", "Reports (1 of 3)", "2014-05"),
        ("report", "Reports (2 of 3)", "2014-05"),
        ("report", "Reports (3 of 3)", "2014-05"),
        ("campaign-material", "Posters", None),
    ]


def test_a_regional_action_has_the_countries_that_asked_for_it() -> None:
    objective = (
        "Following requests from Benin and the Ministry of Justice of Togo, MIEUX assisted them, with Danish experts."
    )
    action = read("", title="West Africa: Asylum", objective=objective)
    assert action.values["countries"] == ["BJ", "TG"]
    assert "no-countries" in codes(read("A seminar was held.", title="West Africa: Asylum"), Severity.NOTE)


def test_themes_come_from_the_title_and_the_objective() -> None:
    action = read("", title="Ghana: Labour Migration Management", objective="To counter THB and protect refugees.")
    assert action.values["themes"] == [
        "labour-migration",
        "migration-management",
        "trafficking-in-human-beings",
        "asylum",
    ]


HTML = """<!doctype html><html><head><title>x</title><script>Summary: In May 2010 a workshop took place.</script></head>
<body><h1>Middle East &amp; North Africa</h1>
<h2>Egypt: Visa Policy</h2>
<p><b>Objective</b>: To help the Ministry of Interior &amp; Justice.</p>
<table><tr><td>Summary:</td><td>A seminar
took place in Cairo<br> in May&nbsp;2011.<ul><li>a study visit to Spain</li></ul></td></tr></table>
<p>Duration: May&ndash;June 2011</p></body></html>"""


def test_html_reads_as_a_browser_shows_it() -> None:
    (action,) = read_page(HTML.encode(), "text/html").actions
    assert row(action, "title", "countries", "start", "end") == ("Egypt: Visa Policy", ["EG"], "2011-05", "2011-06")
    assert [row(d, "type", "start", "place", "country") for d in action.activities] == [
        ("seminar", "2011-05", "Cairo", "EG"),
        ("study-visit", None, None, "ES"),
    ]
    assert action.line == 3
    assert action.activities[0].values["source_quote"].startswith("A seminar took place in Cairo")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_pages_come_in_the_encodings_of_editors(encoding: str) -> None:
    page = "Africa\r\n\r\nCôte d\u2019Ivoire: Asylum\r\n\r\nObjective: To\u00a0help.\r\n\r\nDuration: May\u20132012\r\n"
    (action,) = read_page(page.encode(encoding)).actions
    assert row(action, "title", "countries") == ("Côte d\u2019Ivoire: Asylum", ["CI"])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"PK\x03\x04\x00\x00\x00", "no text"),
        (b"Dear colleagues,\n\nplease find the minutes below.\n", "no action"),
        (b"country,year\nGH,2010\n", "no action"),
        (PAGE.encode()[: PAGE.encode().index(b"paragraph tells")], "breaks off"),
        ("Ghana: Asylum\n\nObjective: Réf".encode()[:-2] + b"\xc3", "breaks off"),
        (HTML.encode()[:-40], "breaks off"),
    ],
)
def test_what_is_no_page_is_refused_with_the_reason(content: bytes, says: str) -> None:
    with pytest.raises(UnreadableFile, match=says):
        read_page(content)


def test_what_the_record_could_not_hold_is_an_error() -> None:
    action = read("word " * 5_000)
    assert codes(action, Severity.ERROR) == ["too-long"]
    assert codes(read("", title=f"Ghana: {'long ' * 100}"), Severity.ERROR) == ["long-title"]
