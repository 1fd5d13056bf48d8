"""The plan by itself: who is who, and who said what. No database."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from app.imports.drafts import Draft
from app.imports.formats import read_file
from app.imports.matching import match_actions, match_children
from app.imports.plan import Planner
from app.imports.record import ActionKey, Known, Past, Recorded, RecordedAction
from app.imports.schemas import ImportSource, Operation
from app.imports.statements import Reader, Verdict, judge
from tests.imports.sending import named

FILE, OTHER = 1, 2


def known(**slugs: int) -> Known:
    """A record with one theme and these actions."""
    theme = Recorded(0, 1, {"slug": "migration-data", "name": "Migration data"})
    return Known({"migration-data": theme}, {}, {}, {}, slugs)


def drafts(*actions: dict[str, Any]) -> Any:
    """What is read of actions in JSON."""
    return read_file(json.dumps(actions).encode(), "actions.json").actions


KEYS = [
    ActionKey(1, "mali-data", "Mali: Data", "2010-05", ("ML",)),
    ActionKey(2, "mali-ii-data", "Mali II: Data", "2012", ("ML",)),
    ActionKey(3, "mali-niger-borders", "Mali/Niger: Borders", "2012", ("ML", "NE")),
    ActionKey(4, "mali-data-2", "Mali: Data", "2014", ("ML",)),
]


@pytest.mark.parametrize(
    ("draft", "found"),
    [
        ({"slug": "mali-ii-data", "title": "Something else"}, 2),
        ({"id": 3, "title": "Something else"}, 3),
        ({"id": 3, "slug": "of-another-registry", "title": "Something else"}, None),
        ({"title": "Mali: data", "countries": ["ML"], "start": "2014"}, 4),
        ({"title": "Mali: Statistics", "countries": ["ML"], "start": "2010-05"}, 1),
        ({"title": "Mali II: Statistics", "countries": ["ML"], "start": "2012"}, 2),
        ({"title": "Mali III: Statistics", "countries": ["ML"], "start": "2012"}, None),
        ({"title": "Niger/Mali: Frontiers", "countries": ["NE", "ML"], "start": "2012"}, 3),
        ({"title": "Mali/Niger: Borders", "countries": ["ML", "NE"], "start": "2013"}, 3),
        ({"title": "Mali: Asylum", "countries": ["ML"], "start": "2019"}, None),
    ],
)
def test_an_action_is_found_by_what_names_it_then_by_what_it_is(draft: dict[str, Any], found: int | None) -> None:
    (match,) = match_actions(drafts(draft), KEYS)
    assert (match and match.id) == found


def test_two_actions_of_one_title_stay_two() -> None:
    found = match_actions(
        drafts(*({"title": "Mali: Data", "countries": ["ML"], "start": s} for s in ("2014", "2010-05"))), KEYS
    )
    assert [match and match.id for match in found] == [4, 1]


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
        ([past(1, None, "2010")], "2010", "2011", Reader(FILE), Verdict.UPDATE),
        ([past(1, None, "2010")], "2010", "2011", Reader(OTHER), Verdict.CONFLICT),
        ([past(1, None, "2010")], "2010", "2011", Reader(None), Verdict.CONFLICT),
        ([past(1, None, "2010"), past(2, "2010", "2011", by=OTHER)], "2011", "2010", Reader(FILE), Verdict.KEEP),
        ([past(1, None, "2010"), past(2, "2010", "2011", by=OTHER)], "2011", "2012", Reader(FILE), Verdict.CONFLICT),
        ([past(1, None, "2010"), past(2, "2010", "2011", by=OTHER)], "2011", "2012", Reader(OTHER), Verdict.UPDATE),
        ([past(1, None, "2010"), past(2, "2010", "2011")], "2011", "2012", Reader(FILE), Verdict.CONFLICT),
        ([past(1, None, "2010"), past(2, "2010", "2011")], "2011", "2010", Reader(FILE), Verdict.KEEP),
        ([past(1, None, "2010"), past(2, "2010", None)], None, "2012", Reader(FILE), Verdict.CONFLICT),
        ([], None, "2012", Reader(OTHER), Verdict.UPDATE),
        (
            [past(1, None, "2010"), KEPT], "2010", "2012", Reader(OTHER), Verdict.KEEP
        ),
        ([past(1, None, "2010")], "2010", "2011", Reader(None, is_editor=True, version=1), Verdict.UPDATE),
        ([past(1, None, "2010"), past(2, "2010", "2011")], "2011", "2010", Reader(None, True, 1), Verdict.KEEP),
        ([past(1, None, "2010"), past(2, "2010", "2011")], "2011", "2012", Reader(None, True, 1), Verdict.CONFLICT),
        ([past(1, None, "2010"), past(2, "2010", "2011")], "2011", "2012", Reader(None, True, 2), Verdict.UPDATE),
    ],
)  # fmt: skip
def test_a_source_corrects_itself_and_nobody_else(
    history: list[Past], recorded: Any, new: Any, reader: Reader, verdict: Verdict
) -> None:
    action = RecordedAction(1, 2, {"source": FILE}, history=history)
    assert judge(action, "actions", 1, "start", recorded, new, reader)[0] is verdict


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


def test_the_time_of_a_plan_grows_with_the_file_and_not_faster() -> None:
    def seconds(number: int) -> float:
        reading = read_file(json.dumps([named(f"many-{place}") for place in range(number)]).encode(), "x.json")
        begun = time.process_time()
        planner = Planner(reading, known(), ImportSource(id=None, title="x"), [])
        for place in range(number):
            planner.plan(place, None)
        return time.process_time() - begun

    seconds(50)
    few = min(seconds(250) for _ in range(3))
    assert seconds(2500) < 10 * few * 2.5
