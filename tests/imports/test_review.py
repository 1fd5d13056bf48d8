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
    plan = await send(client, [named("ghana-data"), named("ghana-data-2", start="2016")])
    found = items(plan)
    assert len(set(found)) == len(found)
    assert found[:5] == ["1", "1/activities/1", "1/activities/2", "1/deployments/1", "1/outputs/1"]
    assert {"2", "partners/1", "sources/1"} <= set(found)
    assert items((await client.get(f"{IMPORTS}/{plan['id']}")).json()) == found


async def test_an_action_that_is_left_out_is_not_recorded(client: httpx.AsyncClient) -> None:
    plan = await send(client, [named("ghana-data"), named("ghana-other", title="Ghana: Asylum", start="2016")])
    done = await commit(client, plan, exclude=["1"])
    assert counted(done) == {"create": 1, "excluded": 1}
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
