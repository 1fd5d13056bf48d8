"""Sources that disagree: both statements are shown, nothing is overwritten, and the history keeps what was chosen."""

from typing import Any

import httpx
import pytest

from tests.imports.sending import ACTION, API, IMPORTS, commit, counted, detail, latest, named, send

pytestmark = pytest.mark.anyio


def by_another(slug: str) -> dict[str, Any]:
    """The action as another source tells it: other dates, more experts, and one more output."""
    action = named(slug, start="2014-01", activities=[dict(ACTION["activities"][0], title="Register course")])
    action["deployments"][0] |= {"experts_count": 3, "source_quote": "Three Estonian trainers came."}
    action["outputs"].append({"kind": "report", "title": "Report on emigration"})
    return action


def conflicts(plan: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The conflicts of a plan, by what names them."""
    places = [
        place
        for action in plan["actions"]
        for place in (action, *action["activities"], *action["deployments"], *action["outputs"])
    ]
    return {conflict["choice"]: conflict for place in places for conflict in place["conflicts"]}


async def test_both_statements_are_shown_and_nothing_is_overwritten(shared: httpx.AsyncClient) -> None:
    await commit(shared, [named("both")], "page.json", source_title="The page")
    plan = await commit(shared, [by_another("both")], "report.json", source_title="The report")
    assert counted(plan) == {"update": 1, "conflicts": 2}
    found = conflicts(plan)
    assert found.keys() == {"both/start", "both/deployments/1/experts_count"}
    start = found["both/start"]
    assert (start["recorded"]["value"], start["recorded"]["source"]) == ("2014-03", "The page")
    assert (start["new"]["value"], start["new"]["source"], start["chosen"]) == ("2014-01", "The report", None)
    experts = found["both/deployments/1/experts_count"]
    assert (experts["recorded"]["value"], experts["new"]["value"]) == (2, 3)
    assert experts["recorded"]["quote"] == "Two officials from Estonia taught."
    assert experts["new"]["quote"] == "Three Estonian trainers came."
    recorded = await detail(shared, "both")
    assert (recorded["start"], recorded["deployments"][0]["experts_count"]) == ("2014-03", 2)
    assert [activity["title"] for activity in recorded["activities"]] == ["Training on registers", "Closing workshop"]
    assert len(recorded["outputs"]) == 2, "what the other source adds contradicts nothing"
    assert counted(await send(shared, [by_another("both")], source_title="The report")) == {
        "unchanged": 1,
        "conflicts": 2,
    }


async def test_an_editor_chooses_per_field_and_the_history_keeps_what_was_chosen_over_what(
    shared: httpx.AsyncClient,
) -> None:
    await commit(shared, [named("chosen")], "page.json", source_title="The page")
    choices = {"chosen/start": "new", "chosen/deployments/1/experts_count": "recorded"}
    plan = await send(shared, [by_another("chosen")], source_title="The report", choices=choices)
    assert counted(plan) == {"update": 1}
    assert plan["actions"][0]["action"]["start"] == "2014-01"
    done = await shared.post(f"{IMPORTS}/{plan['id']}/commit", json={})
    assert done.json()["actions"] == plan["actions"]
    recorded = await detail(shared, "chosen")
    assert (recorded["start"], recorded["deployments"][0]["experts_count"]) == ("2014-01", 2)

    revision = (await shared.get(f"{API}/actions/chosen/history")).json()["items"][0]
    decisions = {
        decision["field"]: decision for change in revision["changes"] for decision in change["provenance"]["decisions"]
    }
    start = decisions["start"]
    assert (start["chosen"], start["recorded"], start["new"]) == ("new", "2014-03", "2014-01")
    assert (start["recorded_source"], start["new_source"]) == ("The page", "The report")
    assert (decisions["experts_count"]["chosen"], decisions["experts_count"]["new"]) == ("recorded", 3)
    fed = (await shared.get(f"{API}/changes", params={"after": (await latest(shared)) - 4})).json()["items"]
    assert any(change["provenance"]["decisions"] for change in fed)

    before = await latest(shared)
    for file, title in ((named("chosen"), "The page"), (by_another("chosen"), "The report")):
        assert counted(await commit(shared, [file], source_title=title)) == {"unchanged": 1}, "it is decided"
    assert await latest(shared) == before
    news = dict(by_another("chosen"), start="2013-12")
    assert counted(await commit(shared, [news], source_title="The report")) == {"update": 1}, "it corrects itself"
    assert (await detail(shared, "chosen"))["start"] == "2013-12"


@pytest.mark.parametrize(("prefer", "start", "experts"), [("new", "2014-01", 3), ("recorded", "2014-03", 2)])
async def test_a_rule_decides_what_nobody_chose(
    shared: httpx.AsyncClient, prefer: str, start: str, experts: int
) -> None:
    slug = f"rule-{prefer}"
    await commit(shared, [named(slug)], source_title="The page")
    plan = await send(shared, [by_another(slug)], source_title="The report")
    done = await shared.post(f"{IMPORTS}/{plan['id']}/commit", json={"prefer": prefer})
    assert done.json()["summary"]["conflicts"] == 0
    recorded = await detail(shared, slug)
    assert (recorded["start"], recorded["deployments"][0]["experts_count"]) == (start, experts)
    assert counted(await send(shared, [by_another(slug)], source_title="The report")) == {"unchanged": 1}


async def test_a_correction_by_hand_outlives_the_page_that_it_corrects(shared: httpx.AsyncClient) -> None:
    await commit(shared, [named("corrected")], source_title="The page")
    etag = (await shared.get(f"{API}/actions/corrected")).headers["ETag"]
    await shared.patch(f"{API}/actions/corrected", json={"start": "2014-04"}, headers={"If-Match": etag})
    assert counted(await commit(shared, [named("corrected")], source_title="The page")) == {"unchanged": 1}
    assert (await detail(shared, "corrected"))["start"] == "2014-04"
    plan = await commit(shared, [named("corrected", start="2014-02")], source_title="The page")
    recorded = conflicts(plan)["corrected/start"]["recorded"]
    assert (recorded["value"], recorded["source"], recorded["key"]) == ("2014-04", None, "bootstrap")


async def test_a_table_of_the_registry_is_an_edit_and_knows_who_was_first(shared: httpx.AsyncClient) -> None:
    await commit(
        shared, [named("exported", title="Ghana: Exported"), named("exported-too", title="Ghana: Exported II")]
    )
    file = (await shared.get(f"{API}/actions", params={"q": "Exported", "format": "csv"})).text
    edited = file.replace("2015-02", "2015-04")
    etag = (await shared.get(f"{API}/actions/exported")).headers["ETag"]
    patch = {"end": "2016", "summary": "Somebody else was here."}
    await shared.patch(f"{API}/actions/exported", json=patch, headers={"If-Match": etag})
    plan = await commit(shared, edited, "actions.csv")
    assert counted(plan) == {"update": 1, "unchanged": 1, "conflicts": 1}
    assert conflicts(plan)["exported/end"]["recorded"]["value"] == "2016"
    recorded = await detail(shared, "exported")
    assert (recorded["end"], recorded["summary"]) == ("2016", "Somebody else was here.")
    assert (await detail(shared, "exported-too"))["end"] == "2015-04"


@pytest.mark.parametrize(
    ("form", "pointer", "code"),
    [
        ({"choices": {"nothing/start": "new"}}, "/choices", "unknown-choice"),
        ({"choices": {"nothing/start": "both"}}, "/choices/nothing~1start", "enum"),
        ({"choices": "[1"}, "/choices", "json-invalid"),
        ({"prefer": "mine"}, "/prefer", "enum"),
        ({"source": "999999"}, "/source", "unknown-reference"),
        ({"source": "1", "source_title": "Another"}, "/source", "contradiction"),
        ({"source_as_of": "yesterday"}, "/source_as_of", "partial-date"),
        ({"colour": "red"}, "/colour", "unknown-field"),
    ],
)
async def test_a_form_that_makes_no_sense_is_refused(
    shared: httpx.AsyncClient, form: dict[str, Any], pointer: str, code: str
) -> None:
    refused = await send(shared, [named("unread")], status=422, **form)
    assert (refused["errors"][0]["pointer"], refused["errors"][0]["code"]) == (pointer, code)
