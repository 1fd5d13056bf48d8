"""The plan by itself: who is who, and who said what. No database."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.imports.drafts import Draft
from app.imports.formats import read_file
from app.imports.matching.actions import Match, match_actions
from app.imports.matching.children import match_children
from app.imports.plan import Planner
from app.imports.precedence import Sender, Verdict, resolve
from app.imports.record import ActionKey, Known, Past, Recorded, RecordedAction
from app.imports.schemas import Choice, ImportSource, Operation
from tests.imports.sending import named
from tests.work import steps

FILE, OTHER = 1, 2


def known(**slugs: int) -> Known:
    """A record with one theme and these actions."""
    theme = Recorded(0, 1, {"slug": "migration-data", "name": "Migration data"})
    return Known({"themes": {"migration-data": theme}, "partners": {}, "publications": {}, "sources": {}}, slugs)


def drafts(*actions: dict[str, Any]) -> Any:
    """What is read of actions in JSON."""
    return read_file(json.dumps(actions).encode(), "actions.json").actions


KEYS = [
    ActionKey(1, "mali-data", "Mali: Data", "2010-05", ("ML",)),
    ActionKey(2, "mali-ii-data", "Mali II: Data", "2012", ("ML",)),
    ActionKey(3, "mali-niger-borders", "Mali/Niger: Border Management", "2012", ("ML", "NE"), "2013-06"),
    ActionKey(4, "mali-data-2", "Mali: Data", "2014", ("ML",)),
    ActionKey(5, "chad-asylum", "Chad: Asylum", "2015-03", ("TD",), "2015-05"),
    ActionKey(6, "togo-migration", "Togo: Labour Migration", "2016-03", ("TG",)),
    ActionKey(7, "togo-migration-2", "Togo: Labour Migration", "2017-03", ("TG",)),
]
NEW = (None, None, None)


def draft(title: str, start: str | None = None, *countries: str, **more: Any) -> dict[str, Any]:
    """An action without slug or id."""
    stated = {"countries": list(countries)} if countries else {}
    return {"title": title, **stated, **({"start": start} if start else {}), **more}


def ids(match: Match) -> tuple[int | None, int | None, int | None]:
    """The record that a draft is, the one that it may be, and the one that it was distinguished from."""
    return tuple(key and key.id for key in (match.key, match.asked, match.beside))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        # What is named, whatever else is said.
        ({"slug": "mali-ii-data", "title": "Something else"}, (2, None, None)),
        ({"id": 3, "title": "Something else"}, (3, None, None)),
        ({"id": 3, "slug": "of-another-registry", "title": "Something else"}, NEW),
        # The same title, with the same dates, none, or others of the same period.
        (draft("Mali: data", "2014", "ML"), (4, None, None)),
        (draft("Chad: Asylum", "2015-03", "TD"), (5, None, None)),
        (draft("Chad: Asylum", "2015", "TD"), (5, None, None)),
        (draft("Chad: Asylum", None, "TD"), (5, None, None)),
        (draft("Chad: Asylum"), (5, None, None)),
        (draft("Chad: Asylum", "2015-04", "TD", end="2015-06"), (5, None, None)),
        (draft("Chad: Asylum", "2015-01", "TD"), (5, None, None)),
        (draft("Mali/Niger: Border Management", "2013", "ML", "NE", end="2014"), (3, None, None)),
        # The same title, and another period: the next of a series, or a date that was put right.
        (draft("Chad: Asylum", "2016-03", "TD", end="2016-05"), (None, None, 5)),
        (draft("Chad: Asylum", "2015-07", "TD", end="2015-08"), (None, 5, None)),
        (draft("Chad: Asylum", "2016-03", "TD"), (None, 5, None)),
        (draft("Togo: Labour Migration", "2018-03", "TG"), (None, None, 7)),
        (draft("Togo: Labour Migration", None, "TG"), (None, 6, None)),
        # The same title of other countries.
        (draft("Chad: Asylum", "2015-03", "CM"), NEW),
        # Another title, of the same country and start: the same subject, perhaps, another one.
        (draft("Mali/Niger: Borders", "2012", "NE", "ML"), (3, None, None)),
        (draft("Mali/Niger: Integrated Border Management", "2012", "ML", "NE"), (3, None, None)),
        (draft("Mali/Niger: Boarder Managment", "2012", "ML", "NE"), (3, None, None)),
        (draft("Mali/Niger: Border Control", "2012", "ML", "NE"), (None, 3, None)),
        (draft("Mali: Border Management", "2012", "ML"), (None, 3, None)),
        (draft("Mali/Niger: Frontiers", "2012", "ML", "NE"), (None, None, 3)),
        (draft("Mali: Statistics", "2010-05", "ML"), (None, None, 1)),
        (draft("Chad: Visa Policy", "2015-03", "TD"), (None, None, 5)),
        (draft("Togo: Irregular Migration", "2016-03", "TG"), (None, None, 6)),
        (draft("Togo: Labor Migration", "2016-03", "TG"), (6, None, None)),
        # Numbers part what is called the same.
        (draft("Mali II: Data and Statistics", "2012", "ML"), (2, None, None)),
        (draft("Mali III: Data", "2012", "ML"), (None, None, 2)),
        (draft("Mali 3: Data", "2012", "ML"), (None, None, 2)),
        (draft("Chad (phase II): Asylum", "2015-03", "TD"), (None, None, 5)),
        (draft("Chad I: Asylum", "2015-03", "TD"), (5, None, None)),
        (draft("Chad: Asylum 2015", "2015-03", "TD"), (None, None, 5)),
        # To have nothing in common but a word, or no date, is nothing.
        (draft("Mali: Asylum", "2019", "ML"), NEW),
        (draft("Mali: Data and Statistics", None, "ML"), NEW),
    ],
)  # fmt: skip
def test_an_action_is_found_by_what_names_it_then_by_what_it_is(
    stated: dict[str, Any], found: tuple[int | None, int | None, int | None]
) -> None:
    (match,) = match_actions(drafts(stated), KEYS)
    assert ids(match) == found


def test_two_actions_of_one_title_stay_two() -> None:
    found = match_actions(drafts(*(draft("Mali: Data", start, "ML") for start in ("2014", "2010-05"))), KEYS)
    assert [ids(match) for match in found] == [(4, None, None), (1, None, None)]


def test_no_record_is_taken_twice_and_the_likest_row_takes_it() -> None:
    rows = [draft("Chad: Asylum Procedures", "2015-03", "TD"), draft("Chad: Asylum", "2015-03", "TD")]
    assert [ids(match) for match in match_actions(drafts(*rows), KEYS)] == [NEW, (5, None, None)]
    rows = [draft("Chad: Asylum Procedures", "2015-03", "TD"), draft("Chad: Asylum Cases", "2015-03", "TD")]
    assert [ids(match) for match in match_actions(drafts(*rows), KEYS)] == [(5, None, None), NEW]
    rows = [draft("Chad: Asylum", "2015-03", "TD")] * 2
    first, second = match_actions(drafts(*rows), KEYS)
    assert (ids(first), ids(second), second.repeats is not None) == ((5, None, None), NEW, True)


@pytest.mark.parametrize(("answer", "found"), [("recorded", (5, None, None)), ("new", NEW)])
def test_the_editor_says_whether_it_is_the_same(answer: str, found: tuple[int | None, ...]) -> None:
    choices = {"chad-asylum/same": Choice(answer)}
    (match,) = match_actions(drafts(draft("Chad: Asylum", "2016-03", "TD")), KEYS, choices)
    assert ids(match) == found


def test_the_work_to_match_grows_with_the_file_and_the_record_and_not_faster() -> None:
    def work(number: int) -> int:
        titles = [f"Mali: {SUBJECTS[n % 5]} of {n}" for n in range(number, 2 * number)]
        keys = [ActionKey(n, f"k{n}", f"{title} a", "2012", ("ML",)) for n, title in enumerate(titles)]
        rows = drafts(*(draft(f"{title} b", "2012", "ML") for title in titles))
        return steps(lambda: match_actions(rows, keys))

    work(50)  # what is made once and cached
    assert work(1_200) < 4 * work(300) * 1.5


SUBJECTS = ("Asylum", "Visas", "Return", "Documents", "Borders")


def test_two_workshops_of_one_month_stay_two_and_an_edited_one_is_found() -> None:
    def activity(title: str, start: str, **more: Any) -> dict[str, Any]:
        return {"type": "workshop", "title": title, "start": start, **more}

    recorded = [Recorded(7, 1, activity("Workshop", "2013-07")), Recorded(8, 1, activity("Workshop", "2013-07"))]
    again = [Draft(values=activity("Workshop", "2013-07")) for _ in range(3)]
    assert [match and match.id for match in match_children("activities", again, recorded, in_order=True)] == [
        7,
        8,
        None,
    ]
    edited = [Draft(values=activity("Workshop", "2013-07")), Draft(values=activity("Closing", "2013-08"))]
    assert [match and match.id for match in match_children("activities", edited, recorded, in_order=True)] == [7, 8]
    assert [match and match.id for match in match_children("activities", edited, recorded, in_order=False)] == [7, None]


def past(version: int, before: Any, after: Any, *, by: int | None = None, **more: Any) -> Past:
    """A change of `start`: by a source's import, by hand, or at the creation."""
    told = None if by is None else {"import_id": 1, "source": {"id": by, "title": ""}, "decisions": []}
    told = told and told | more
    differences = [{"field": "start", "before": before, "after": after}]
    return Past("actions", 1, version, datetime(2020, 1, 1, tzinfo=UTC), "ada", version == 1, differences, told, FILE)


CHOSEN = {"decisions": [{"field": "start", "chosen": "recorded", "recorded": "2010", "new": "2012"}]}
KEPT = past(2, "2010", "2010", by=OTHER, **CHOSEN)


@pytest.mark.parametrize(
    ("history", "recorded", "new", "reader", "verdict"),
    [
        ([past(1, None, "2010")], "2010", "2011", Sender(FILE), Verdict.UPDATE),
        ([past(1, None, "2010")], "2010", "2011", Sender(OTHER), Verdict.CONFLICT),
        ([past(1, None, "2010")], "2010", "2011", Sender(None), Verdict.CONFLICT),
        ([past(1, None, "2010"), past(2, "2010", "2011", by=OTHER)], "2011", "2010", Sender(FILE), Verdict.KEEP),
        ([past(1, None, "2010"), past(2, "2010", "2011", by=OTHER)], "2011", "2012", Sender(FILE), Verdict.CONFLICT),
        ([past(1, None, "2010"), past(2, "2010", "2011", by=OTHER)], "2011", "2012", Sender(OTHER), Verdict.UPDATE),
        ([past(1, None, "2010"), past(2, "2010", "2011")], "2011", "2012", Sender(FILE), Verdict.CONFLICT),
        ([past(1, None, "2010"), past(2, "2010", "2011")], "2011", "2010", Sender(FILE), Verdict.KEEP),
        ([past(1, None, "2010"), past(2, "2010", None)], None, "2012", Sender(FILE), Verdict.CONFLICT),
        ([], None, "2012", Sender(OTHER), Verdict.UPDATE),
        (
            [past(1, None, "2010"), KEPT], "2010", "2012", Sender(OTHER), Verdict.KEEP
        ),
        ([past(1, None, "2010")], "2010", "2011", Sender(None, is_editor=True, version=1), Verdict.UPDATE),
        ([past(1, None, "2010"), past(2, "2010", "2011")], "2011", "2010", Sender(None, True, 1), Verdict.KEEP),
        ([past(1, None, "2010"), past(2, "2010", "2011")], "2011", "2012", Sender(None, True, 1), Verdict.CONFLICT),
        ([past(1, None, "2010"), past(2, "2010", "2011")], "2011", "2012", Sender(None, True, 2), Verdict.UPDATE),
    ],
)  # fmt: skip
def test_a_source_corrects_itself_and_nobody_else(
    history: list[Past], recorded: Any, new: Any, reader: Sender, verdict: Verdict
) -> None:
    action = RecordedAction(1, 2, {"source": FILE}, history=history)
    assert resolve(action, "actions", 1, "start", recorded, new, reader)[0] is verdict


def test_a_plan_reads_no_database_and_is_the_same_each_time() -> None:
    content = json.dumps([named("first"), named("second", follows="first")]).encode()
    plans = []
    for _ in range(2):
        planner = Planner(read_file(content, "x.json"), known(), ImportSource(id=None, title="x"), [])
        plans.append([planner.plan(place, None) for place in range(2)])
    assert plans[0] == plans[1]
    assert [planned.operation for planned in plans[0]] == [Operation.CREATE] * 2
    assert plans[0][1].action.follows == "first"
    assert [row.record["name"] for row in planner.planned_references] == ["Ghana Statistical Service"]


def test_a_ministry_is_its_own_countrys() -> None:
    def of(country: str) -> dict[str, Any]:
        return named(f"labour-{country.lower()}", partners=[{"name": "Ministry of Labour", "country": country}])

    content = json.dumps([of("GH"), of("TG"), of("GH") | {"slug": "again"}]).encode()
    planner = Planner(read_file(content, "x.json"), known(), ImportSource(id=None, title="x"), [])
    names = [planner.plan(place, None).action.partners[0].name for place in range(3)]
    assert names == ["Ministry of Labour", "Ministry of Labour (Togo)", "Ministry of Labour"]


def test_the_work_of_a_plan_grows_with_the_file_and_not_faster() -> None:
    def work(number: int) -> int:
        reading = read_file(json.dumps([named(f"many-{place}") for place in range(number)]).encode(), "x.json")
        planner = Planner(reading, known(), ImportSource(id=None, title="x"), [])
        return steps(lambda: [planner.plan(place, None) for place in range(number)])

    work(50)  # what is made once and cached
    assert work(1_000) < 10 * work(100) * 1.5
