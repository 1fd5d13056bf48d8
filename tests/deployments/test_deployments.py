"""Deployments over HTTP: where experts came from, and whether that was a member state of the EU on that day."""

from typing import Any

import httpx
import pytest

from tests.core.records import ACTIONS, ACTIVITIES, DEPLOYMENTS, tag

pytestmark = pytest.mark.anyio


async def change(client: httpx.AsyncClient, address: str, **changes: Any) -> httpx.Response:
    """A patch of the newest version."""
    return await client.patch(address, json=changes, headers=await tag(client, address))


@pytest.mark.parametrize(
    ("country", "start", "expected"),
    [
        ("GB", "2020-01-31", True),
        ("GB", "2020-01", True),
        ("GB", "2020-02-01", False),
        ("GB", "2019", True),
        ("HR", "2013-06-30", False),
        ("HR", "2013-07-01", True),
        ("HR", "2013", False),
        ("DE", "2010", True),
        ("CH", "2010", False),
        (None, "2010", None),
    ],
)
async def test_membership_is_judged_on_the_first_day_of_the_activity(
    shared: httpx.AsyncClient, country: str | None, start: str, expected: bool | None
) -> None:
    action = await ACTIONS.create(shared, start="2001")
    activity = await ACTIVITIES.create(shared, action=action["id"], start=start)
    made = await DEPLOYMENTS.create(shared, action=action["id"], activity=activity["id"], sending_country=country)
    assert made["is_eu_member_state"] is expected


async def test_without_a_dated_activity_the_day_of_the_action_counts(shared: httpx.AsyncClient) -> None:
    action = await ACTIONS.create(shared, start="2013-06-30")
    undated = await ACTIVITIES.create(shared, action=action["id"])
    for activity in (None, undated["id"]):
        made = await DEPLOYMENTS.create(shared, action=action["id"], activity=activity, sending_country="HR")
        assert made["is_eu_member_state"] is False
        address = DEPLOYMENTS.address(made)
        await change(shared, ACTIONS.address(action), start="2013-07-01")
        assert (await shared.get(address)).json()["is_eu_member_state"] is True
        await change(shared, ACTIONS.address(action), start="2013-06-30")


async def test_a_country_may_be_sent_as_it_was_read(shared: httpx.AsyncClient) -> None:
    made = await DEPLOYMENTS.create(shared, sending_country={"code": "EE", "name": "Estonia"})
    assert made["sending_country"] == {"code": "EE", "name": "Estonia"}


async def test_an_activity_of_another_action_is_refused(shared: httpx.AsyncClient) -> None:
    activity = await ACTIVITIES.create(shared, action=2)
    response = await shared.post(DEPLOYMENTS.url, json={"action": 1, "activity": activity["id"]})
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/activity", "activity-of-another-action")
    made = await DEPLOYMENTS.create(shared, action=2, activity=activity["id"])
    response = await change(shared, DEPLOYMENTS.address(made), action=1)
    assert [error["code"] for error in response.json()["errors"]] == ["activity-of-another-action"]
    assert (await change(shared, DEPLOYMENTS.address(made), action=1, activity=None)).status_code == 200


async def test_an_activity_that_is_not_there_is_refused(shared: httpx.AsyncClient) -> None:
    response = await shared.post(DEPLOYMENTS.url, json={"action": 1, "activity": 99999})
    assert response.status_code == 422
    assert [(error["pointer"], error["code"]) for error in response.json()["errors"]] == [
        ("/activity", "unknown-reference")
    ]


@pytest.mark.parametrize("count", [0, -1, 1.5, "3", True, 10**12])
async def test_a_number_of_experts_is_at_least_one_or_not_known(shared: httpx.AsyncClient, count: Any) -> None:
    response = await shared.post(DEPLOYMENTS.url, json={"action": 1, "experts_count": count})
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == ["/experts_count"]


async def test_membership_cannot_be_stated(shared: httpx.AsyncClient) -> None:
    made = await DEPLOYMENTS.create(shared, sending_country="CH", is_eu_member_state=True)
    assert made["is_eu_member_state"] is False
    response = await change(shared, DEPLOYMENTS.address(made), is_eu_member_state=True)
    assert [(error["pointer"], error["code"]) for error in response.json()["errors"]] == [
        ("/is_eu_member_state", "read-only")
    ]


async def test_a_kind_of_organisation_that_is_taken_back_is_unspecified(shared: httpx.AsyncClient) -> None:
    made = await DEPLOYMENTS.create(shared, organisation_type="academia")
    response = await change(shared, DEPLOYMENTS.address(made), organisation_type=None)
    assert response.json()["organisation_type"] == "unspecified"


async def test_the_unknown_comes_first_in_the_order_of_experts(shared: httpx.AsyncClient) -> None:
    await DEPLOYMENTS.create(shared, experts_count=3)
    items = (await shared.get(DEPLOYMENTS.url, params={"sort": "experts_count", "limit": 500})).json()["items"]
    counts = [item["experts_count"] or 0 for item in items]
    assert counts == sorted(counts)
    assert items[0]["experts_count"] is None
