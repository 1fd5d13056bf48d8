"""Activities over HTTP: their place in the action, their status, and what depends on them."""

from typing import Any

import httpx
import pytest

from tests.core.records import ACTIONS, ACTIVITIES, DEPLOYMENTS, tag

pytestmark = pytest.mark.anyio


async def change(client: httpx.AsyncClient, activity: dict[str, Any], **changes: Any) -> httpx.Response:
    """A patch of the newest version."""
    address = ACTIVITIES.address(activity)
    return await client.patch(address, json=changes, headers=await tag(client, address))


async def status_on(client: httpx.AsyncClient, activity: dict[str, Any], day: str) -> str | None:
    """The status of an activity on a day, which its own address, its action and the list tell alike."""
    params = {"as_of": day}
    own = (await client.get(ACTIVITIES.address(activity), params=params)).json()["status"]
    action = (await client.get(f"{ACTIONS.url}/{activity['action']}", params=params)).json()
    listed = (await client.get(ACTIVITIES.url, params=params | {"sort": "-id", "limit": 500})).json()["items"]
    for items in (action["activities"], listed):
        assert next(item["status"] for item in items if item["id"] == activity["id"]) == own
    status: str | None = own
    return status


async def test_an_activity_comes_last_unless_it_says_where(shared: httpx.AsyncClient) -> None:
    action = await ACTIONS.create(shared)
    positions = [(await ACTIVITIES.create(shared, action=action["id"]))["position"] for _ in range(2)]
    assert positions == [1, 2]
    assert (await ACTIVITIES.create(shared, action=action["id"], position=10))["position"] == 10
    assert (await ACTIVITIES.create(shared, action=action["id"]))["position"] == 11


async def test_a_whole_number_may_have_a_fraction_of_nothing(shared: httpx.AsyncClient) -> None:
    activity = await ACTIVITIES.create(shared, sessions=2.0, position=7e1)
    assert (activity["sessions"], activity["position"]) == (2, 70)
    for sessions in (2.5, 1e300, -1.0, "2.0", True):
        response = await change(shared, activity, sessions=sessions)
        assert response.status_code == 422, sessions
        assert response.json()["errors"][0]["pointer"] == "/sessions"


async def test_a_position_stays_when_a_replacement_does_not_name_it(shared: httpx.AsyncClient) -> None:
    activity = await ACTIVITIES.create(shared, position=7)
    address = ACTIVITIES.address(activity)
    response = await shared.put(address, json=ACTIVITIES.minimal_body(), headers=await tag(shared, address))
    assert response.json()["position"] == 7
    assert (await change(shared, activity, position=3)).json()["position"] == 3


async def test_a_status_follows_from_the_dates(shared: httpx.AsyncClient) -> None:
    activity = await ACTIVITIES.create(shared, start="2012-04-16", end="2012-04-24")
    assert activity["status"] == "completed"
    assert await status_on(shared, activity, "2012-04-15") == "planned"
    assert await status_on(shared, activity, "2012-04-16") == "ongoing"
    assert await status_on(shared, activity, "2012-04-24") == "ongoing"
    assert await status_on(shared, activity, "2012-04-25") == "completed"


async def test_without_dates_and_without_a_statement_the_status_is_unknown(shared: httpx.AsyncClient) -> None:
    activity = await ACTIVITIES.create(shared)
    assert activity["status"] is None
    assert await status_on(shared, activity, "2012-04-15") is None


async def test_a_stated_status_holds_on_every_day(shared: httpx.AsyncClient) -> None:
    for facts in ({"status": "completed"}, {"status": "completed", "start": "2012-04"}):
        activity = await ACTIVITIES.create(shared, **facts)
        for day in ("2012-01-01", "2012-04-15", "2030-01-01"):
            assert await status_on(shared, activity, day) == "completed"


async def test_a_status_that_the_dates_tell_is_not_kept(shared: httpx.AsyncClient) -> None:
    activity = await ACTIVITIES.create(shared, status="completed", start="2012-04", end="2012-04")
    assert await status_on(shared, activity, "2012-04-15") == "ongoing"


async def test_sending_back_what_was_read_states_nothing(shared: httpx.AsyncClient) -> None:
    activity = await ACTIVITIES.create(shared, start="2012-04", end="2012-04")
    address = ACTIVITIES.address(activity)
    await shared.put(address, json=activity, headers=await tag(shared, address))
    assert await status_on(shared, activity, "2012-04-15") == "ongoing"


async def test_a_stated_status_can_be_taken_back(shared: httpx.AsyncClient) -> None:
    activity = await ACTIVITIES.create(shared, status="planned")
    await change(shared, activity, place="Osh")
    assert await status_on(shared, activity, "2015-12-31") == "planned"
    assert (await change(shared, activity, status=None)).json()["status"] is None


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"type": "picnic"}, "/type"),
        ({"sessions": 0}, "/sessions"),
        ({"sessions": -1}, "/sessions"),
        ({"sessions": 1.5}, "/sessions"),
        ({"sessions": "2"}, "/sessions"),
        ({"sessions": True}, "/sessions"),
        ({"sessions": 10**30}, "/sessions"),
        ({"position": 0}, "/position"),
        ({"country": "EU"}, "/country"),
        ({"status": "done"}, "/status"),
        ({"start": "2012-04", "end": "2012-03"}, "/end"),
        ({"title": " "}, "/title"),
        ({"place": "two\nlines"}, "/place"),
    ],
)
async def test_what_cannot_be_is_refused(shared: httpx.AsyncClient, facts: dict[str, Any], pointer: str) -> None:
    response = await shared.post(ACTIVITIES.url, json=ACTIVITIES.minimal_body() | facts)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


async def test_an_activity_with_deployments_stays(shared: httpx.AsyncClient) -> None:
    activity = await ACTIVITIES.create(shared)
    deployments = [await DEPLOYMENTS.create(shared, activity=activity["id"]) for _ in range(3)]
    address = ACTIVITIES.address(activity)
    response = await shared.delete(address, headers=await tag(shared, address))
    assert response.status_code == 409
    assert response.json()["type"] == "/problems/in-use"
    assert response.json()["used_by"] == {"deployments": 3}
    for deployment in deployments:
        assert (await shared.delete(DEPLOYMENTS.address(deployment), headers={"If-Match": "*"})).status_code == 204
    assert (await shared.delete(address, headers=await tag(shared, address))).status_code == 204


async def test_an_activity_with_deployments_stays_in_its_action(shared: httpx.AsyncClient) -> None:
    activity = await ACTIVITIES.create(shared)
    await DEPLOYMENTS.create(shared, activity=activity["id"])
    response = await change(shared, activity, action=2)
    assert response.status_code == 409
    assert response.json()["used_by"] == {"deployments": 1}
    assert (await shared.get(ACTIVITIES.address(activity))).json() == activity


async def test_filters_of_the_action_and_of_the_activity_narrow_the_list(shared: httpx.AsyncClient) -> None:
    page = (await shared.get(ACTIVITIES.url, params={"country": "AZ", "activity_type": "study-visit"})).json()
    assert page["total"] == 2
    assert {item["country"]["code"] for item in page["items"]} == {"PL", "NL"}
