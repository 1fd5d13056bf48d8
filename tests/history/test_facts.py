"""The history survives the tables that it was written for: columns come and go, and stored facts stay as they are."""

import gzip
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from app.core.audit import Change
from app.core.database import Database
from app.core.facts import complete_facts, kind_of, required_facts
from app.releases.models import Release
from support.clone import ENTITIES, Clone, assert_is_exact

pytestmark = pytest.mark.anyio
API = "/api/v1"
Facts = dict[str, Any]


async def _rewrite(url: str, change: Callable[[str, Facts], Facts]) -> None:
    """Makes stored facts what another version of the tables would have written."""
    database = Database(url)
    async with database.engine.begin() as connection:
        rows = (await connection.execute(select(Change.sequence, Change.entity, Change.facts))).all()
        for sequence, entity, facts in rows:
            if facts is not None:
                changed = update(Change.__table__).where(Change.sequence == sequence)
                await connection.execute(changed.values(facts=change(entity, dict(facts))))
    await database.close()


def _of_older_tables(entity: str, facts: Facts) -> Facts:
    """Without every column that could have been added since, and with one that is gone."""
    needed = required_facts(kind_of(entity))
    return {name: value for name, value in facts.items() if name in needed} | {"of_old": {"a": 1}}


def _without_what_was_empty(entity: str, facts: Facts) -> Facts:
    """Without the columns that hold their default, as those that were added since do; and with one that is gone."""
    defaults = _defaults(entity)
    return {name: value for name, value in facts.items() if value != defaults.get(name, ...)} | {"of_old": {"a": 1}}


def _defaults(entity: str) -> Facts:
    facts = dict.fromkeys(required_facts(kind_of(entity)))
    return {name: value for name, value in complete_facts(kind_of(entity), facts).items() if name not in facts}


async def _get(client: httpx.AsyncClient, url: str) -> Any:
    answer = await client.get(url)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_what_can_be_absent_has_a_default() -> None:
    assert _defaults("activities")["sessions"] == 1
    assert _defaults("outputs")["languages"] == []
    assert _defaults("actions")["countries"] == []
    assert _defaults("deployments")["organisation_type"] == "unspecified"
    for entity in ENTITIES:
        assert required_facts(kind_of(entity)), entity


async def test_an_old_version_is_shown_and_restored_with_the_defaults_of_new_columns(
    client: httpx.AsyncClient, database_url: str
) -> None:
    before = await _get(client, f"{API}/actions/10")
    changed = await client.patch(f"{API}/actions/10", json={"title": "Changed"}, headers={"If-Match": "*"})
    await _rewrite(database_url, _of_older_tables)
    then = await _get(client, f"{API}/actions/10/history/1")
    assert (then["title"], then["summary"], then["countries"]) == (before["title"], None, [])
    for kind in ("activities", "deployments", "outputs"):
        assert [item["id"] for item in then[kind]] == [item["id"] for item in before[kind]]
        for item in then[kind]:
            for name, value in _defaults(kind).items():
                assert item.get(name, value) == value
    headers = {"If-Match": changed.headers["ETag"]}
    restored = await client.post(f"{API}/actions/10/history/1/restore", headers=headers)
    assert restored.status_code == 200, restored.text
    derived = {"version", "updated_at", "status"}
    assert {name: restored.json()[name] for name in then if name not in derived} == {
        name: then[name] for name in then if name not in derived
    }


async def test_a_change_is_told_without_the_columns_that_came_or_went(
    client: httpx.AsyncClient, database_url: str
) -> None:
    added = await client.post(f"{API}/activities", json={"action": 4, "type": "training", "title": "Training"})
    url = f"{API}/activities/{added.json()['id']}"
    await _rewrite(database_url, _without_what_was_empty)
    await client.patch(url, json={"place": "Delhi"}, headers={"If-Match": added.headers["ETag"]})
    newest = (await _get(client, f"{API}/actions/4/history"))["items"][0]
    assert [change["differences"] for change in newest["changes"]] == [
        [{"field": "place", "before": None, "after": "Delhi"}]
    ]


async def test_a_copy_made_of_old_facts_has_the_columns_of_today(client: httpx.AsyncClient, database_url: str) -> None:
    added = await client.post(f"{API}/actions", json={"title": "Plain"})
    await client.post(f"{API}/activities", json={"action": added.json()["id"], "type": "training", "title": "Plain"})

    await _rewrite(database_url, _without_what_was_empty)
    clone = Clone()
    await clone.follow(lambda url: _get(client, url))
    await assert_is_exact(clone, lambda url: _get(client, url))


@pytest.mark.parametrize(
    ("entity", "change", "named"),
    [
        ("actions", {"title": ...}, "title of actions 10"),
        ("actions", {"region": "atlantis"}, "doesn't know"),
        ("actions", {"countries": ["XX"]}, "doesn't know"),
        ("deployments", {"organisation_type": "guild"}, "doesn't know"),
    ],
)
async def test_a_version_that_today_cannot_show_is_no_failure(
    client: httpx.AsyncClient, database_url: str, entity: str, change: Facts, named: str
) -> None:
    def changed(its_entity: str, facts: Facts) -> Facts:
        stated = facts | (change if its_entity == entity else {})
        return {name: value for name, value in stated.items() if value is not ...}

    await _rewrite(database_url, changed)
    refused = await client.get(f"{API}/actions/10/history/1")
    assert refused.status_code == 404, refused.text
    assert named in refused.json()["detail"]
    headers = {"If-Match": (await client.get(f"{API}/actions/10")).headers["ETag"]}
    back = await client.post(f"{API}/actions/10/history/1/restore", headers=headers)
    assert back.status_code in (404, 409, 422), back.text
    assert (await _get(client, f"{API}/actions/10"))["version"] == 1


async def test_a_release_of_older_tables_is_read_with_the_defaults_of_new_columns(
    client: httpx.AsyncClient, database_url: str, tmp_path: Path
) -> None:
    frozen = await _get(client, f"{API}/actions/10")
    await client.post(f"{API}/releases", json={"name": "old"})
    await _make_older(database_url, tmp_path / "release.db")
    shown = await _get(client, f"{API}/actions/10?release=old")
    assert (shown["title"], shown["objective"]) == (frozen["title"], None)
    listed = await _get(client, f"{API}/activities?release=old&limit=500")
    assert listed["total"] == (await _get(client, f"{API}/activities"))["total"]
    assert {item["sessions"] for item in listed["items"]} == {1}
    assert {str(item["languages"]) for item in (await _get(client, f"{API}/outputs?release=old"))["items"]} == {"[]"}
    found = await _get(client, f"{API}/actions?release=old&q=assessment")
    assert found["total"] > 0


async def _make_older(url: str, file: Path) -> None:
    """Takes columns out of a release, and puts one in that is gone today."""
    database = Database(url)
    async with database.engine.begin() as connection:
        file.write_bytes(gzip.decompress(await connection.scalar(select(Release.snapshot))))
        with sqlite3.connect(file) as release:
            release.execute("ALTER TABLE actions DROP COLUMN objective")
            release.execute("ALTER TABLE outputs DROP COLUMN languages")
            release.execute("ALTER TABLE activities ADD COLUMN of_old INTEGER DEFAULT 1")
            release.execute("CREATE TABLE rest AS SELECT * FROM activities")
            release.execute("ALTER TABLE rest DROP COLUMN sessions")
            release.execute("DROP TABLE activities")
            release.execute("ALTER TABLE rest RENAME TO activities")
        release.close()
        await connection.execute(update(Release.__table__).values(snapshot=gzip.compress(file.read_bytes())))
    await database.close()
