"""The history of actions: every change is told, and any can be undone."""

from typing import Any

import httpx
import pytest

from support.clone import Clone, assert_is_exact

pytestmark = pytest.mark.anyio


async def _get(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    answer = await client.get(url)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _patch(client: httpx.AsyncClient, url: str, **fields: Any) -> dict[str, Any]:
    answer = await client.patch(url, json=fields, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _restore(client: httpx.AsyncClient, action: int, version: int) -> dict[str, Any]:
    tag = (await client.get(f"/api/v1/actions/{action}")).headers["ETag"]
    answer = await client.post(f"/api/v1/actions/{action}/history/{version}/restore", headers={"If-Match": tag})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _activity(client: httpx.AsyncClient, action: int) -> dict[str, Any]:
    body = {"action": action, "type": "training", "title": "Training"}
    added: dict[str, Any] = (await client.post("/api/v1/activities", json=body)).json()
    return added


async def test_a_change_is_told_field_by_field_with_its_key(client: httpx.AsyncClient) -> None:
    before = await _get(client, "/api/v1/actions/4")
    await _patch(client, "/api/v1/actions/4", title="India: Migration", countries=["IN", "NP"])
    history = await _get(client, "/api/v1/actions/4/history")
    newest = history["items"][0]
    assert (newest["version"], newest["operation"], newest["key"]) == (2, "update", "bootstrap")
    assert newest["changes"] == [
        {
            "entity": "actions",
            "id": "4",
            "operation": "update",
            "differences": [
                {"field": "title", "before": before["title"], "after": "India: Migration"},
                {"field": "countries", "before": ["IN"], "after": ["IN", "NP"]},
            ],
            "provenance": None,
        }
    ]
    assert history["items"][1]["operation"] == "create"
    assert history["total"] == 2


async def test_a_change_of_what_belongs_to_an_action_is_in_its_history(client: httpx.AsyncClient) -> None:
    body = {"action": 4, "type": "training", "title": "Training in Delhi"}
    added = (await client.post("/api/v1/activities", json=body)).json()
    await _patch(client, f"/api/v1/activities/{added['id']}", place="Delhi")
    await client.delete(f"/api/v1/activities/{added['id']}", headers={"If-Match": "*"})
    history = await _get(client, "/api/v1/actions/4/history")
    told = [
        (item["version"], item["changes"][0]["entity"], item["changes"][0]["operation"]) for item in history["items"]
    ]
    assert told[:3] == [(4, "activities", "delete"), (3, "activities", "update"), (2, "activities", "create")]


async def test_a_version_shows_the_record_as_it_was(client: httpx.AsyncClient) -> None:
    before = await _get(client, "/api/v1/actions/10")
    await _patch(client, "/api/v1/actions/10", summary="Rewritten.", themes=["asylum"], end="2016")
    for child in ("deployments", "activities", "outputs"):
        for item in before[child]:
            await client.delete(f"/api/v1/{child}/{item['id']}", headers={"If-Match": "*"})
    then = await _get(client, "/api/v1/actions/10/history/1")
    derived_today = {"updated_at", "status"}
    assert {name: then[name] for name in then if name not in derived_today} == {
        name: before[name] for name in before if name not in derived_today
    }


async def test_going_back_is_a_version_of_its_own_and_brings_everything_back(client: httpx.AsyncClient) -> None:
    before = await _get(client, "/api/v1/actions/10")
    await _patch(client, "/api/v1/actions/10", summary="Rewritten.", partners=[])
    for child in ("deployments", "activities"):
        for item in before[child]:
            await client.delete(f"/api/v1/{child}/{item['id']}", headers={"If-Match": "*"})
    body = {"action": 10, "type": "training", "title": "Added since"}
    await client.post("/api/v1/activities", json=body)
    restored = await _restore(client, 10, 1)
    passing = {"version", "updated_at"}
    assert {name: restored[name] for name in restored if name not in passing} == {
        name: before[name] for name in before if name not in passing
    }
    history = await _get(client, "/api/v1/actions/10/history")
    assert history["items"][0]["operation"] == "restore"
    assert history["items"][0]["version"] == restored["version"] == history["total"]


async def test_a_deleted_action_comes_back_with_its_ids_and_goes_on_counting(client: httpx.AsyncClient) -> None:
    before = await _get(client, "/api/v1/actions/3")
    assert (await client.delete("/api/v1/actions/3", headers={"If-Match": "*"})).status_code == 204
    assert (await client.get("/api/v1/actions/3")).status_code == 404
    assert (await client.get(f"/api/v1/activities/{before['activities'][0]['id']}")).status_code == 404
    gone = await _get(client, f"/api/v1/actions/{before['slug']}/history")
    assert (gone["items"][0]["operation"], gone["items"][0]["version"]) == ("delete", 2)
    assert (await client.get("/api/v1/actions/3/history/2")).status_code == 404
    restored = (await client.post("/api/v1/actions/3/history/1/restore")).json()
    assert restored["version"] == 3
    assert restored["created_at"] == before["created_at"]
    for child in ("activities", "deployments", "outputs"):
        assert restored[child] == before[child]
    found = await _get(client, "/api/v1/actions?q=cambodian")
    assert [item["id"] for item in found["items"]] == [3]


async def test_going_back_needs_an_admin_and_says_what_is_gone(client: httpx.AsyncClient) -> None:
    editor = (await client.post("/api/v1/keys", json={"name": "ada", "role": "editor"})).json()["token"]
    refused = await client.post("/api/v1/actions/3/history/1/restore", headers={"Authorization": f"Bearer {editor}"})
    assert refused.status_code == 403
    await client.post("/api/v1/themes", json={"slug": "passports", "name": "Passports", "pillar": "horizontal"})
    await _patch(client, "/api/v1/actions/3", themes=["passports"])
    await _patch(client, "/api/v1/actions/3", themes=[])
    assert (await client.delete("/api/v1/themes/passports", headers={"If-Match": "*"})).status_code == 204
    current = {"If-Match": (await client.get("/api/v1/actions/3")).headers["ETag"]}
    impossible = await client.post("/api/v1/actions/3/history/2/restore", headers=current)
    assert impossible.status_code == 422
    assert "'passports'" in impossible.text
    assert (await client.post("/api/v1/actions/3/history/99/restore", headers=current)).status_code == 404


async def test_going_back_names_the_version_that_it_replaces(client: httpx.AsyncClient) -> None:
    url = "/api/v1/actions/3/history/1/restore"
    stale = (await client.get("/api/v1/actions/3")).headers["ETag"]
    await _patch(client, "/api/v1/actions/3", title="Somebody else's")
    assert (await client.post(url)).status_code == 428
    assert (await client.post(url, headers={"If-Match": stale})).status_code == 412
    assert (await client.post(url, headers={"If-Match": '"1-x"'})).status_code == 412
    assert (await client.post(url, headers={"If-Match": "1"})).status_code == 422
    assert (await _get(client, "/api/v1/actions/3"))["title"] == "Somebody else's"
    current = (await client.get("/api/v1/actions/3")).headers["ETag"]
    answer = await client.post(url, headers={"If-Match": current})
    assert answer.status_code == 200, answer.text
    await client.delete("/api/v1/actions/3", headers={"If-Match": answer.headers["ETag"]})
    # Of a deleted action there is no version that could be replaced, so one that is named isn't the present one.
    assert (await client.post(url, headers={"If-Match": answer.headers["ETag"]})).status_code == 412
    assert (await client.post(url)).status_code == 200


async def test_what_moved_to_another_action_comes_back(client: httpx.AsyncClient) -> None:
    activity = (await _activity(client, 10))["id"]
    body = {"action": 10, "kind": "report", "title": "Report"}
    output = (await client.post("/api/v1/outputs", json=body)).json()["id"]
    version = (await _get(client, "/api/v1/actions/10"))["version"]
    await _patch(client, f"/api/v1/outputs/{output}", action=2)
    await _patch(client, f"/api/v1/activities/{activity}", action=2)
    restored = await _restore(client, 10, version)
    assert output in [item["id"] for item in restored["outputs"]]
    assert activity in [item["id"] for item in restored["activities"]]
    other = await _get(client, "/api/v1/actions/2")
    assert output not in [item["id"] for item in other["outputs"]]
    history = await _get(client, "/api/v1/actions/2/history")
    assert {change["entity"] for change in history["items"][0]["changes"]} == {"outputs", "activities"}


async def test_an_activity_that_is_deployed_to_elsewhere_does_not_come_back(client: httpx.AsyncClient) -> None:
    activity = (await _activity(client, 10))["id"]
    version = (await _get(client, "/api/v1/actions/10"))["version"]
    await _patch(client, f"/api/v1/activities/{activity}", action=2)
    await client.post("/api/v1/deployments", json={"action": 2, "activity": activity})
    tag = (await client.get("/api/v1/actions/10")).headers["ETag"]
    refused = await client.post(f"/api/v1/actions/10/history/{version}/restore", headers={"If-Match": tag})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/in-use")


async def test_the_feed_builds_an_exact_copy(client: httpx.AsyncClient) -> None:
    clone = Clone()

    async def get(url: str) -> dict[str, Any]:
        return await _get(client, url)

    await clone.follow(get)
    await assert_is_exact(clone, get)
    await _patch(client, "/api/v1/actions/1", title="Anew", themes=["asylum", "visa-policy"])
    await _patch(client, "/api/v1/themes/asylum", name="Asylum and refugees")
    moved = (await _get(client, "/api/v1/actions/1"))["outputs"][0]["id"]
    await _patch(client, f"/api/v1/outputs/{moved}", action=2)
    await client.delete("/api/v1/actions/5", headers={"If-Match": "*"})
    await client.post("/api/v1/actions/5/history/1/restore")
    await _restore(client, 1, 1)
    await clone.follow(get)
    await assert_is_exact(clone, get)


async def test_what_changes_nothing_is_no_version(client: httpx.AsyncClient) -> None:
    before = await _get(client, "/api/v1/actions/1")
    latest = (await _get(client, "/api/v1/changes?limit=1"))["latest"]
    same = await _patch(client, "/api/v1/actions/1", title=before["title"])
    assert same["version"] == before["version"]
    assert (await _get(client, "/api/v1/changes?limit=1"))["latest"] == latest


async def test_a_refused_change_leaves_no_trace(client: httpx.AsyncClient) -> None:
    latest = (await _get(client, "/api/v1/changes?limit=1"))["latest"]
    answer = await client.patch("/api/v1/actions/1", json={"themes": ["nope"]}, headers={"If-Match": "*"})
    assert answer.status_code == 422
    assert (await _get(client, "/api/v1/changes?limit=1"))["latest"] == latest
