"""Conditional reads, requests that are sent twice, and records that are added together."""

import httpx
import pytest

from tests.described import expanded

pytestmark = pytest.mark.anyio
READS = [
    "/api/v1/actions",
    "/api/v1/actions/1",
    "/api/v1/actions/1/history",
    "/api/v1/actions/1/history/1",
    "/api/v1/activities?limit=5",
    "/api/v1/activities/1",
    "/api/v1/deployments/1",
    "/api/v1/themes",
    "/api/v1/themes/asylum",
    "/api/v1/countries?has_actions=true",
    "/api/v1/countries/AZ",
    "/api/v1/regions",
    "/api/v1/regions/asia",
    "/api/v1/vocabularies",
    "/api/v1/vocabularies/status",
    "/api/v1/releases",
    "/api/v1/aggregates/actions-per-theme",
    "/api/v1/aggregates?measure=experts&by=member_state",
]


@pytest.mark.parametrize("url", READS)
async def test_what_the_client_has_is_not_sent_again(client: httpx.AsyncClient, url: str) -> None:
    first = await client.get(url)
    tag = first.headers["ETag"]
    assert tag.startswith('"')
    again = await client.get(url, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == tag
    assert (await client.get(url, headers={"If-None-Match": f'"other", W/{tag}'})).status_code == 304
    assert (await client.get(url, headers={"If-None-Match": '"other"'})).status_code == 200


@pytest.mark.parametrize("url", ["/api/v1/actions", "/api/v1/actions/1", "/api/v1/aggregates/actions-per-theme"])
async def test_a_change_makes_a_new_tag(client: httpx.AsyncClient, url: str) -> None:
    before = (await client.get(url)).headers["ETag"]
    body = {"action": 1, "type": "training", "title": "Training"}
    assert (await client.post("/api/v1/activities", json=body)).status_code == 201
    assert (await client.get(url, headers={"If-None-Match": before})).status_code == 200


async def test_a_new_name_makes_a_new_tag_of_what_shows_it(client: httpx.AsyncClient) -> None:
    before = (await client.get("/api/v1/actions/1")).headers["ETag"]
    await client.patch("/api/v1/themes/irregular-migration", json={"name": "Irregular"}, headers={"If-Match": "*"})
    after = await client.get("/api/v1/actions/1", headers={"If-None-Match": before})
    assert after.status_code == 200
    assert "Irregular" in [theme["name"] for theme in after.json()["themes"]]


async def test_another_record_leaves_a_tag_as_it_is(client: httpx.AsyncClient) -> None:
    before = (await client.get("/api/v1/actions/1")).headers["ETag"]
    await client.patch("/api/v1/actions/2", json={"title": "Anew"}, headers={"If-Match": "*"})
    assert (await client.get("/api/v1/actions/1", headers={"If-None-Match": before})).status_code == 304


async def test_a_request_sent_twice_is_done_once(client: httpx.AsyncClient) -> None:
    body = {"title": "Nepal: Asylum"}
    first, second = [
        await client.post("/api/v1/actions", json=body, headers={"Idempotency-Key": "nepal"}) for _ in range(2)
    ]
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert second.headers["Location"] == first.headers["Location"]
    assert second.headers["ETag"] == first.headers["ETag"]
    assert second.headers["Idempotent-Replay"] == "true"
    assert (await client.get("/api/v1/actions?q=nepal")).json()["total"] == 1
    other = await client.post("/api/v1/actions", json={"title": "Other"}, headers={"Idempotency-Key": "nepal"})
    assert other.status_code == 409
    assert other.json()["type"] == "/problems/idempotency-conflict"


async def test_a_request_that_failed_may_be_repeated_with_its_key(client: httpx.AsyncClient) -> None:
    body = {"slug": "sports", "name": "Sports", "pillar": "horizontal"}
    taken = {"slug": "asylum", "name": "Asylum again", "pillar": "horizontal"}
    headers = {"Idempotency-Key": "one"}
    assert (await client.post("/api/v1/themes", json=taken, headers=headers)).status_code == 409
    assert (await client.post("/api/v1/themes", json=body, headers=headers)).status_code == 201


async def test_every_post_that_adds_takes_an_idempotency_key(client: httpx.AsyncClient) -> None:
    description = expanded((await client.get("/openapi.json")).json())
    without = [
        path
        for path, methods in description["paths"].items()
        if "post" in methods
        and "Idempotency-Key" not in [parameter["name"] for parameter in methods["post"].get("parameters", ())]
    ]
    assert without == []


async def test_the_token_of_a_new_key_is_kept_nowhere(client: httpx.AsyncClient) -> None:
    body, headers = {"name": "ada", "role": "editor"}, {"Idempotency-Key": "ada"}
    first = await client.post("/api/v1/keys", json=body, headers=headers)
    assert first.json()["token"].startswith("mx_")
    again = await client.post("/api/v1/keys", json=body, headers=headers)
    assert again.status_code == 409
    assert "mx_" not in again.text


async def test_a_batch_is_added_whole(client: httpx.AsyncClient) -> None:
    items = [{"action": 1, "type": "training", "title": f"Training {number}"} for number in range(50)]
    answer = await client.post("/api/v1/activities/batch", json={"items": items})
    assert answer.status_code == 201, answer.text
    added = answer.json()["items"]
    assert [item["title"] for item in added] == [item["title"] for item in items]
    assert len({item["position"] for item in added}) == 50
    assert (await client.get("/api/v1/actions/1")).json()["version"] == 2


async def test_a_batch_with_a_mistake_adds_nothing_and_names_each(client: httpx.AsyncClient) -> None:
    before = (await client.get("/api/v1/actions?limit=1")).json()["total"]
    items = [{"title": "Good"}, {"title": "Bad", "themes": ["nope"]}, {"title": "Worse", "partners": [999]}]
    answer = await client.post("/api/v1/actions/batch", json={"items": items})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/items/1/themes/0", "/items/2/partners/0"]
    assert (await client.get("/api/v1/actions?limit=1")).json()["total"] == before
    shapes = await client.post("/api/v1/actions/batch", json={"items": [{"title": ""}, {}]})
    assert [error["pointer"] for error in shapes.json()["errors"]] == ["/items/0/title", "/items/1/title"]
    too_many = await client.post("/api/v1/actions/batch", json={"items": [{"title": "A"}] * 1001})
    assert too_many.status_code == 422
