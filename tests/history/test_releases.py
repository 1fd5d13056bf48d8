"""Releases: a published figure can be asked again, years later."""

from pathlib import Path

import httpx
import pytest

from tests.conftest import serving

pytestmark = pytest.mark.anyio
QUESTIONS = [
    "/api/v1/actions?limit=500",
    "/api/v1/actions/1",
    "/api/v1/deployments?eu_member=false",
    "/api/v1/themes",
    "/api/v1/countries?has_actions=true",
    "/api/v1/regions?has_actions=true",
    "/api/v1/aggregates/member-states-by-country",
    "/api/v1/aggregates/themes-by-year?q=training",
    "/api/v1/aggregates/actions-per-status",
]


def _at(url: str, release: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}release={release}"


async def test_a_release_answers_as_the_record_stood(client: httpx.AsyncClient) -> None:
    made = await client.post("/api/v1/releases", json={"name": "2026-01", "description": "For the annual report."})
    assert made.status_code == 201, made.text
    frozen = {url: (await client.get(_at(url, "2026-01"))).content for url in QUESTIONS}
    await client.patch("/api/v1/actions/1", json={"title": "Anew", "themes": []}, headers={"If-Match": "*"})
    await client.delete("/api/v1/actions/3", headers={"If-Match": "*"})
    await client.patch("/api/v1/themes/asylum", json={"name": "Anew"}, headers={"If-Match": "*"})
    for url, content in frozen.items():
        answer = await client.get(_at(url, "2026-01"))
        assert answer.content == content
        assert answer.headers["Registry-Release"] == "2026-01"
    live = (await client.get("/api/v1/actions")).json()
    assert live["total"] == 16
    assert "release" not in live


async def test_rows_of_a_release_lead_to_lists_of_the_release(client: httpx.AsyncClient) -> None:
    await client.post("/api/v1/releases", json={"name": "r1"})
    await client.delete("/api/v1/actions/3", headers={"If-Match": "*"})
    figure = (await client.get("/api/v1/aggregates/actions-per-country?release=r1")).json()
    assert figure["release"] == "r1"
    assert figure["totals"]["distinct"] == 17
    for row in figure["rows"]:
        listed = (await client.get(row["href"])).json()
        assert (listed["total"], listed["release"]) == (row["value"], "r1")


async def test_a_release_is_for_good_and_equal_records_have_equal_checksums(client: httpx.AsyncClient) -> None:
    first = (await client.post("/api/v1/releases", json={"name": "r1"})).json()
    again = await client.post("/api/v1/releases", json={"name": "r1"})
    assert again.status_code == 409
    second = (await client.post("/api/v1/releases", json={"name": "r2"})).json()
    assert first["checksum"] == second["checksum"]
    await client.patch("/api/v1/actions/1", json={"title": "Anew"}, headers={"If-Match": "*"})
    third = (await client.post("/api/v1/releases", json={"name": "r3"})).json()
    assert third["checksum"] != first["checksum"]
    listed = (await client.get("/api/v1/releases")).json()
    assert [item["name"] for item in listed["items"]] == ["r3", "r2", "r1"]
    assert (await client.get("/api/v1/releases/r1")).json() == first
    assert (await client.delete("/api/v1/releases/r1")).status_code == 405


async def test_an_unknown_release_is_refused_with_those_that_there_are(client: httpx.AsyncClient) -> None:
    await client.post("/api/v1/releases", json={"name": "r1"})
    refused = await client.get("/api/v1/actions?release=nope")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["allowed"] == ["r1"]


async def test_only_an_admin_makes_a_release(client: httpx.AsyncClient) -> None:
    editor = (await client.post("/api/v1/keys", json={"name": "ada", "role": "editor"})).json()["token"]
    headers = {"Authorization": f"Bearer {editor}"}
    assert (await client.post("/api/v1/releases", json={"name": "r1"}, headers=headers)).status_code == 403
    assert (await client.get("/api/v1/keys", headers=headers)).status_code == 403


async def test_files_of_releases_are_there_while_they_are_read(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    async with serving(database_url) as (_, client):
        await client.get("/api/v1/actions")
        assert list(tmp_path.iterdir()) == []
        await client.post("/api/v1/releases", json={"name": "r1"})
        for _ in range(2):
            assert (await client.get("/api/v1/actions?release=r1")).status_code == 200
        assert len(list(tmp_path.rglob("*.db"))) == 1
    assert list(tmp_path.iterdir()) == []
