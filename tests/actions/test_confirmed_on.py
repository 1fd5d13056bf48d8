"""Until when the state of an action is known, and what is said of it on later days."""

from typing import Any

import httpx
import pytest

from app.core.listing import API
from tests.core.records import tag
from tests.imports.sending import commit

pytestmark = pytest.mark.anyio
URL = f"{API}/actions"


async def add(client: httpx.AsyncClient, path: str, **fields: Any) -> dict[str, Any]:
    """A new record."""
    response = await client.post(f"{API}/{path}", json=fields)
    assert response.status_code == 201, response.text
    added: dict[str, Any] = response.json()
    return added


async def change(client: httpx.AsyncClient, path: str, **fields: Any) -> dict[str, Any]:
    """A record after a change."""
    address = f"{API}/{path}"
    response = await client.patch(address, json=fields, headers=await tag(client, address))
    assert response.status_code == 200, response.text
    changed: dict[str, Any] = response.json()
    return changed


async def page_of_2015(client: httpx.AsyncClient) -> int:
    """The id of a source that describes December 2015."""
    source: int = (await add(client, "sources", title="A page of 2015", as_of="2015-12"))["id"]
    return source


async def statuses(client: httpx.AsyncClient, path: str, *days: str) -> list[str | None]:
    """The status on each day."""
    return [(await client.get(f"{API}/{path}", params={"as_of": day})).json()["status"] for day in days]


async def test_an_open_end_is_known_as_long_as_its_source_knows_it(empty_client: httpx.AsyncClient) -> None:
    source = await page_of_2015(empty_client)
    action = await add(empty_client, "actions", title="Open", start="2014-05", source=source)
    assert action["confirmed_on"] == "2015-12-31"
    days = ("2014-04-30", "2014-05-01", "2015-12-31", "2016-01-01")
    expected = ["planned", "ongoing", "ongoing", "unconfirmed"]
    assert await statuses(empty_client, f"actions/{action['id']}", *days) == expected
    for query, total in (
        ("active_in=2015-12", 1),
        ("active_in=2016", 0),
        ("active_in=2016/..", 0),
        ("ended_in=none", 1),
        ("status=unconfirmed", 1),
        ("status=unconfirmed&as_of=2015-12-31", 0),
    ):
        assert (await empty_client.get(f"{URL}?{query}")).json()["total"] == total, query
    figure = (await empty_client.get(f"{API}/aggregates/actions-per-year")).json()
    assert [row["active_year"]["key"] for row in figure["rows"]] == ["2014", "2015"]


async def test_a_closed_period_stays_what_it_was(empty_client: httpx.AsyncClient) -> None:
    source = await page_of_2015(empty_client)
    action = await add(empty_client, "actions", title="Closed", start="2014-05", end="2016-03", source=source)
    days = ("2015-12-31", "2016-01-01", "2016-04-01")
    expected = ["ongoing", "ongoing", "completed"]
    assert await statuses(empty_client, f"actions/{action['id']}", *days) == expected
    assert (await empty_client.get(f"{URL}?active_in=2016")).json()["total"] == 1


async def test_without_a_dated_source_an_open_end_is_ongoing(empty_client: httpx.AsyncClient) -> None:
    action = await add(empty_client, "actions", title="Kept up to date", start="2014-05")
    assert action["confirmed_on"] is None
    assert await statuses(empty_client, f"actions/{action['id']}", "2150-01-01") == ["ongoing"]
    assert (await empty_client.get(f"{URL}?active_in=2150")).json()["total"] == 1


async def test_what_was_only_planned_is_never_completed(empty_client: httpx.AsyncClient) -> None:
    source = await page_of_2015(empty_client)
    action = await add(empty_client, "actions", title="Foreseen", start="2016-02", end="2016-04", source=source)
    days = ("2015-12-31", "2016-01-01", "2016-03-01", "2017-01-01")
    expected = ["planned", "unconfirmed", "unconfirmed", "unconfirmed"]
    assert await statuses(empty_client, f"actions/{action['id']}", *days) == expected
    open_end = await add(empty_client, "actions", title="Foreseen too", start="2016-02", source=source)
    assert (await empty_client.get(f"{URL}?active_in=none")).json()["items"][0]["id"] == open_end["id"]
    # A page of December that says "foreseen for early 2015" of what it does not report as held.
    fields = {"action": action["id"], "type": "training", "title": "Foreseen for early 2015", "status": "planned"}
    activity = await add(empty_client, "activities", **fields, start="2015-01", end="2015-03")
    days = ("2015-02-01", "2015-12-31", "2016-01-01")
    expected = ["planned", "planned", "unconfirmed"]
    assert await statuses(empty_client, f"activities/{activity['id']}", *days) == expected
    undated = await add(empty_client, "activities", **fields)
    assert await statuses(empty_client, f"activities/{undated['id']}", *days) == expected
    listed = (await empty_client.get(f"{API}/activities?activity_status=unconfirmed")).json()
    assert [item["id"] for item in listed["items"]] == [activity["id"], undated["id"]]


async def test_sending_back_what_was_read_changes_nothing(empty_client: httpx.AsyncClient) -> None:
    source = await page_of_2015(empty_client)
    stated: tuple[dict[str, Any], ...] = ({}, {"confirmed_on": None}, {"confirmed_on": "2016-06"})
    for fields in stated:
        action = await add(empty_client, "actions", title="Open", start="2014-05", source=source, **fields)
        await add(empty_client, "activities", action=action["id"], type="training", title="Soon", status="planned")
        address = f"{URL}/{action['id']}"
        read, history = [(await empty_client.get(url)).json() for url in (address, f"{address}/history")]
        response = await empty_client.put(address, json=read, headers=await tag(empty_client, address))
        child = f"{API}/activities/{read['activities'][0]['id']}"
        body = (await empty_client.get(child)).json()
        assert (await empty_client.put(child, json=body, headers=await tag(empty_client, child))).json() == body
        assert response.json()["confirmed_on"] == read["confirmed_on"]
        after = (await empty_client.get(f"{address}/history")).json()
        assert [item["changes"] for item in after["items"] if item["changes"]] == [
            item["changes"] for item in history["items"]
        ]
    # What follows from the source goes on following from it; what was stated stays.
    await change(empty_client, f"sources/{source}", as_of="2016-03")
    items = (await empty_client.get(f"{URL}?sort=id")).json()["items"]
    assert [item["confirmed_on"] for item in items] == ["2016-03-31", None, "2016-06-30"]
    assert (await empty_client.get(f"{URL}?active_in=2016-02")).json()["total"] == 3


async def test_an_unconfirmed_end_is_resolved(empty_client: httpx.AsyncClient) -> None:
    source = await page_of_2015(empty_client)
    action = await add(empty_client, "actions", title="Open", start="2014-05", source=source)
    path = f"actions/{action['id']}"
    for fields, confirmed_on, status in (
        ({"confirmed_on": "2150"}, "2150-12-31", "ongoing"),
        ({"confirmed_on": "2015-12"}, "2015-12-31", "unconfirmed"),
        ({"confirmed_on": None}, None, "ongoing"),
        ({"title": "Another title"}, None, "ongoing"),
        ({"confirmed_on": "2016", "end": None}, "2016-12-31", "unconfirmed"),
        ({"end": "2016-03"}, "2016-12-31", "completed"),
    ):
        changed = await change(empty_client, path, **fields)
        assert (changed["confirmed_on"], changed["status"]) == (confirmed_on, status), fields
    address = f"{API}/{path}"
    body = {"title": "All again", "start": "2014-05", "source": source}
    replaced = await empty_client.put(address, json=body, headers=await tag(empty_client, address))
    assert (replaced.json()["confirmed_on"], replaced.json()["status"]) == ("2015-12-31", "unconfirmed")
    headers = await tag(empty_client, address)
    restored = await empty_client.post(f"{address}/history/4/restore", headers=headers)
    assert (restored.json()["confirmed_on"], restored.json()["status"]) == (None, "ongoing")
    past = (await empty_client.get(f"{address}/history/2")).json()
    assert (past["confirmed_on"], past["status"]) == ("2150-12-31", "ongoing")


@pytest.mark.parametrize("end", ["", "2017-02"])
async def test_a_newer_source_resolves_an_open_end(empty_client: httpx.AsyncClient, end: str) -> None:
    table = "title,start,countries\r\nUzbekistan: Visas,2014-05,UZ\r\n"
    await commit(empty_client, table, "old.csv", source_title="A page of 2015", source_as_of="2015-12")
    (action,) = (await empty_client.get(URL)).json()["items"]
    assert (action["confirmed_on"], action["status"]) == ("2015-12-31", "unconfirmed")
    newer = [{"title": "Uzbekistan: Visas", "start": "2014-05", "countries": ["UZ"], "end": end or None}]
    of_2017 = {"source_title": "A page of 2017", "source_as_of": "2017-06"}
    for changes in (1, 0):
        plan = await commit(empty_client, newer, "newer.json", **of_2017)
        assert plan["summary"]["update"] == changes, plan
    (action,) = (await empty_client.get(URL)).json()["items"]
    assert action["end"] == (end or None)
    assert action["confirmed_on"] == "2017-06-30"
    assert action["status"] == ("completed" if end else "unconfirmed")
    assert (await empty_client.get(f"{URL}?active_in=2017-01")).json()["total"] == 1


async def test_tables_of_the_registry_carry_what_is_known(client: httpx.AsyncClient) -> None:
    await change(client, "actions/7", confirmed_on=None)
    await change(client, "actions/8", confirmed_on="2016-06")
    wanted = "?limit=100&sort=id&fields=id,title,confirmed_on"
    before = (await client.get(URL + wanted)).json()["items"]
    for kind in ("csv", "xlsx", "json"):
        content = (await client.get(f"{URL}?format={kind}&limit=100")).content
        plan = await commit(client, content, f"actions.{kind}")
        assert plan["summary"]["update"] == 0, plan
        assert (await client.get(URL + wanted)).json()["items"] == before
