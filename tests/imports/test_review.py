"""A plan is looked at before it is committed: what is left out, and what stands over what the file says."""

from typing import Any

import httpx
import pytest

from tests.imports.sending import API, IMPORTS, counted, detail, latest, named, send

pytestmark = pytest.mark.anyio


async def commit(client: httpx.AsyncClient, plan: dict[str, Any], *, status: int = 200, **body: Any) -> dict[str, Any]:
    """What is answered when a plan is committed with these decisions."""
    answer = await client.post(f"{IMPORTS}/{plan['id']}/commit", json=body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def items(plan: dict[str, Any]) -> list[str]:
    """The items of a plan, in the order in which it shows them."""
    lists = ("activities", "deployments", "outputs")
    of_actions = [
        [action["item"], *(child["item"] for name in lists for child in action[name])] for action in plan["actions"]
    ]
    return [item for some in (*of_actions, [row["item"] for row in plan["references"]]) for item in some]


async def test_every_item_has_a_name_of_its_own(client: httpx.AsyncClient) -> None:
    plan = await send(client, [named("ghana-data"), named("ghana-data-2", start="2016", end="2016")])
    found = items(plan)
    assert len(set(found)) == len(found)
    assert found[:5] == ["1", "1/activities/1", "1/activities/2", "1/deployments/1", "1/outputs/1"]
    assert {"2", "partners/1", "sources/1"} <= set(found)
    assert items((await client.get(f"{IMPORTS}/{plan['id']}")).json()) == found


async def test_an_action_that_is_left_out_is_not_recorded(client: httpx.AsyncClient) -> None:
    plan = await send(
        client, [named("ghana-data"), named("ghana-other", title="Ghana: Asylum", start="2016", end="2016")]
    )
    assert plan["summary"]["lists"] == {
        "activities": {"create": 4},
        "deployments": {"create": 2},
        "outputs": {"create": 2},
        "partners": {"create": 1},
        "sources": {"create": 1},
    }
    done = await commit(client, plan, exclude=["1"])
    assert counted(done) == {"create": 1, "excluded": 1}
    assert done["summary"]["lists"]["activities"] == {"excluded": 2, "create": 2}
    assert [action["excluded"] for action in done["actions"]] == [True, False]
    assert (await client.get(f"{API}/actions/ghana-data")).status_code == 404
    assert len((await detail(client, "ghana-other"))["activities"]) == 2


async def test_what_refers_to_something_left_out_is_recorded_without_it(client: httpx.AsyncClient) -> None:
    plan = await send(client, named("ghana-data"))
    await commit(client, plan, exclude=["1/activities/1", "1/outputs/1", "partners/1"])
    found = await detail(client, "ghana-data")
    assert [activity["title"] for activity in found["activities"]] == ["Closing workshop"]
    assert [(one["activity"], one["experts_count"]) for one in found["deployments"]] == [(None, 2)]
    assert (found["outputs"], found["partners"]) == ([], [])
    assert not (await client.get(f"{API}/partners", params={"q": "Ghana"})).json()["items"]


async def test_a_change_that_is_left_out_leaves_the_record(client: httpx.AsyncClient) -> None:
    await commit(client, await send(client, named("ghana-data")))
    changed = named("ghana-data", objective="Another one.")
    changed["activities"][0]["place"] = "Accra"
    plan = await send(client, changed)
    done = await commit(client, plan, exclude=["1/activities/1"])
    assert counted(done) == {"update": 1}
    found = await detail(client, "ghana-data")
    assert (found["objective"], found["activities"][0]["place"]) == ("Another one.", None)
    assert found["deployments"][0]["activity"] == found["activities"][0]["id"]


async def test_an_action_is_recorded_without_the_part_that_rejects_it(client: httpx.AsyncClient) -> None:
    wrong = named("ghana-data")
    wrong["outputs"].append({"kind": "poem", "title": "Ode on registers"})
    plan = await send(client, wrong)
    assert counted(plan) == {"reject": 1}
    (error,) = [problem for problem in plan["actions"][0]["problems"] if problem["severity"] == "error"]
    assert error["item"] == "1/outputs/2"
    await commit(client, plan, status=422)
    done = await commit(client, plan, exclude=[error["item"]])
    assert counted(done) == {"create": 1}
    assert [output["kind"] for output in (await detail(client, "ghana-data"))["outputs"]] == ["handbook"]


async def test_what_belongs_to_a_rejected_action_says_so(client: httpx.AsyncClient) -> None:
    plan = await send(client, named("ghana-data", region="atlantis"))
    (action,) = plan["actions"]
    notes = {problem["item"]: problem["message"] for problem in action["problems"] if problem["severity"] == "note"}
    assert notes.keys() == {*items(plan)[1:5]}
    assert set(notes.values()) == {"not recorded, since its action 'ghana-data' is rejected"}


@pytest.mark.parametrize(
    ("exclude", "pointer", "code"),
    [(["1", "9"], "/exclude/1", "unknown-item"), (["sources/1"], "/exclude", "needed")],
)
async def test_an_item_that_is_not_there_or_needed_is_refused(
    client: httpx.AsyncClient, exclude: list[str], pointer: str, code: str
) -> None:
    plan, before = await send(client, named("ghana-data")), await latest(client)
    problem = await commit(client, plan, status=422, exclude=exclude)
    assert [(item["pointer"], item["code"]) for item in problem["errors"]] == [(pointer, code)]
    assert await latest(client) == before


async def test_items_are_corrected_before_they_are_recorded(client: httpx.AsyncClient) -> None:
    plan = await send(client, named("ghana-data"), source_title="A page")
    edit = {
        "1": {"region": "sub-saharan-africa", "themes": ["asylum"], "partners": [], "summary": None},
        "1/activities/1": {"country": "EE", "start": "2014-06-02", "end": "2014-06-03"},
        "1/deployments/1": {"activity": 2, "experts_count": 3},
    }
    done = await commit(client, plan, edit=edit)
    assert done["actions"][0]["action"]["region"]["slug"] == "sub-saharan-africa"
    found = await detail(client, "ghana-data")
    assert (found["region"]["slug"], found["partners"]) == ("sub-saharan-africa", [])
    assert found["themes"] == [{"slug": "asylum", "name": "Asylum"}]
    first, second = found["activities"]
    assert (first["country"]["code"], first["start"], first["title"]) == ("EE", "2014-06-02", "Training on registers")
    assert [(one["activity"], one["experts_count"]) for one in found["deployments"]] == [(second["id"], 3)]


async def test_what_the_file_says_of_an_edited_field_is_no_news(client: httpx.AsyncClient) -> None:
    file = named("ghana-data")
    edit = {"1": {"objective": "As it was."}, "1/activities/1": {"place": "Accra", "sessions": 2}}
    await commit(client, await send(client, file, source_title="A page"), edit=edit)
    before = await detail(client, "ghana-data")
    again = await send(client, file, source_title="A page")
    assert counted(again) == {"unchanged": 1}
    await commit(client, again)
    assert await detail(client, "ghana-data") == before
    (revision,) = (await client.get(f"{API}/actions/ghana-data/history")).json()["items"]
    decisions = [one for change in revision["changes"] for one in change["provenance"]["decisions"]]
    assert ("objective", "As it was.") in [(one["field"], one["recorded"]) for one in decisions]


async def test_what_was_edited_is_an_editors_word_against_the_source(client: httpx.AsyncClient) -> None:
    plan = await send(client, named("ghana-data"), source_title="A page")
    await commit(client, plan, edit={"1": {"objective": "As it was."}})
    later = await send(client, named("ghana-data", objective="A third one."), source_title="A page")
    (conflict,) = later["actions"][0]["conflicts"]
    assert (conflict["field"], conflict["recorded"]["value"], conflict["recorded"]["source"]) == (
        "objective",
        "As it was.",
        None,
    )


async def test_an_edit_of_a_recorded_field_is_a_change_with_its_history(client: httpx.AsyncClient) -> None:
    await commit(client, await send(client, named("ghana-data")))
    plan = await send(client, named("ghana-data", objective="Another one."))
    done = await commit(client, plan, edit={"1": {"objective": "A third one."}})
    (difference,) = done["actions"][0]["differences"]
    assert (difference["before"], difference["after"]) == (named("")["objective"], "A third one.")
    assert (await detail(client, "ghana-data"))["objective"] == "A third one."


async def test_a_rejected_action_is_corrected_and_recorded(client: httpx.AsyncClient) -> None:
    wrong = named("ghana-data", region="atlantis")
    wrong["outputs"][0]["kind"] = "poem"
    plan = await send(client, wrong)
    await commit(client, plan, status=422, edit={"1": {"region": "asia"}})
    done = await commit(client, plan, edit={"1": {"region": "asia"}, "1/outputs/1": {"kind": "report"}})
    assert counted(done) == {"create": 1}
    found = await detail(client, "ghana-data")
    assert (found["region"]["slug"], found["outputs"][0]["kind"]) == ("asia", "report")


@pytest.mark.parametrize(
    ("edit", "pointer", "code"),
    [
        ({"7": {}}, "/edit/7", "unknown-item"),
        ({"partners/1": {"name": "B"}}, "/edit/partners/1", "unknown-item"),
        ({"1": {"slug": "other"}}, "/edit/1/slug", "unknown-field"),
        ({"1": {"poem": 1}}, "/edit/1/poem", "unknown-field"),
        ({"1": {"title": None}}, "/edit/1/title", "string-type"),
        ({"1": {"themes": ["poetry"]}}, "/edit/1/themes/0", "unknown-reference"),
        ({"1": {"partners": [999]}}, "/edit/1/partners/0", "unknown-reference"),
        ({"1/activities/1": {"start": "2014-13"}}, "/edit/1/activities/1/start", None),
        ({"1/deployments/1": {"activity": 3}}, "/edit/1/deployments/1/activity", "unknown-reference"),
        ({"1/deployments/1": {"experts_count": 0}}, "/edit/1/deployments/1/experts_count", None),
    ],
)
async def test_an_edit_that_makes_no_sense_is_refused(
    client: httpx.AsyncClient, edit: dict[str, Any], pointer: str, code: str | None
) -> None:
    plan, before = await send(client, named("ghana-data")), await latest(client)
    problem = await commit(client, plan, status=422, edit=edit)
    (item,) = problem["errors"]
    assert item["pointer"] == pointer
    assert code is None or item["code"] == code
    assert await latest(client) == before
