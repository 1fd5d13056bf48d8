"""Files become records: what is shown is what is recorded, and nothing else."""

import asyncio
import calendar
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.imports.sending import ACTION, API, IMPORTS, commit, counted, detail, latest, named, send

pytestmark = pytest.mark.anyio
ASIA_PAGE = Path(__file__).parents[3] / "shared" / "asia-page.txt"
PAGE = """Sub-Saharan Africa

Benin: Border Management
Objective: To assist the border police of Benin in examining travel documents.
Summary: In March 2013, a workshop on document security took place in Cotonou.
Duration: February 2013 June 2013

Benin II: Border Management and Return
Objective: To continue the work on documents and to look into return.
Summary: A training on interviews was held in Cotonou in May 2014.
Duration: April 2014 – present
"""


async def test_a_plan_writes_nothing_and_is_applied_as_it_was_shown(shared: httpx.AsyncClient) -> None:
    before = await latest(shared)
    plan = await send(shared, [named("shown")])
    assert counted(plan) == {"create": 1}
    assert plan["dry_run"] is True
    assert plan["state"] == "planned"
    assert await latest(shared) == before
    assert (await shared.get(f"{API}/actions/shown")).status_code == 404

    done = await commit(shared, [named("shown")])
    assert done["dry_run"] is False
    assert done["actions"] == plan["actions"]
    recorded = await detail(shared, "shown")
    (planned,) = plan["actions"]
    for field in ("title", "objective", "start", "end", "countries", "themes", "region"):
        assert recorded[field] == planned["action"][field], field
    assert [partner["acronym"] for partner in recorded["partners"]] == ["GSS"]
    assert recorded["deployments"][0]["activity"] == recorded["activities"][0]["id"]
    assert recorded["activities"][0]["source_quote"] == "In May 2014, staff were trained."
    kept = (await shared.get(f"{IMPORTS}/{done['id']}")).json()
    assert kept == done


async def test_the_same_file_twice_changes_nothing_and_an_edited_one_only_what_it_edits(
    shared: httpx.AsyncClient,
) -> None:
    await commit(shared, [named("twice")])
    before = await latest(shared)
    assert counted(await commit(shared, [named("twice")])) == {"unchanged": 1}
    assert await latest(shared) == before

    edited = named("twice", end="2015-03")
    edited["activities"][1]["start"] = edited["activities"][1]["end"] = "2015-03"
    plan = await commit(shared, [edited])
    (action,) = plan["actions"]
    assert action["differences"] == [{"field": "end", "before": "2015-02", "after": "2015-03"}]
    assert [child["operation"] for child in action["activities"]] == ["unchanged", "update"]
    assert [child["operation"] for child in action["deployments"] + action["outputs"]] == ["unchanged"] * 2
    revision = (await shared.get(f"{API}/actions/twice/history")).json()["items"][0]
    assert [
        (change["entity"], [field["field"] for field in change["differences"]]) for change in revision["changes"]
    ] == [
        ("actions", ["end"]),
        ("activities", ["start", "end"]),
    ]
    assert revision["changes"][0]["provenance"]["source"]["title"] == "file.json"


async def test_what_a_file_no_longer_has_stays_and_is_told(shared: httpx.AsyncClient) -> None:
    await commit(shared, [named("shrinking")])
    plan = await commit(shared, [named("shrinking", activities=[ACTION["activities"][1]], deployments=[], outputs=[])])
    missing = [found["message"] for found in plan["actions"][0]["problems"] if found["code"] == "missing-from-file"]
    assert len(missing) == 3
    assert counted(plan) == {"unchanged": 1}
    assert len((await detail(shared, "shrinking"))["activities"]) == 2


async def test_a_page_is_read_planned_and_recorded(shared: httpx.AsyncClient) -> None:
    plan = await send(shared, PAGE, "benin.txt")
    assert plan["format"] == "page"
    assert counted(plan) == {"create": 2}
    first, second = plan["actions"]
    assert (first["line"], second["line"]) == (3, 8)
    assert first["action"]["countries"] == [{"code": "BJ", "name": "Benin"}]
    assert (first["action"]["start"], first["action"]["end"]) == ("2013-02", "2013-06")
    assert (second["action"]["start"], second["action"]["end"]) == ("2014-04", None)
    assert any(found["severity"] == "warning" for found in first["problems"])
    assert second["action"]["follows"] == first["action"]["slug"]

    assert (await commit(shared, PAGE, "benin.txt"))["actions"] == plan["actions"]
    recorded = await detail(shared, second["action"]["slug"])
    assert recorded["follows"] == (await detail(shared, first["action"]["slug"]))["id"]
    assert counted(await send(shared, PAGE, "benin.txt")) == {"unchanged": 2}
    edited = PAGE.replace("Benin: Border Management", "Benin: Borders").replace("June 2013", "July 2013")
    (changed,) = [action for action in (await send(shared, edited, "benin.txt"))["actions"] if action["differences"]]
    assert (
        {"title", "end"} <= {difference["field"] for difference in changed["differences"]} <= {"title", "end", "themes"}
    )


async def test_a_rejected_action_refuses_the_file_unless_it_is_skipped(shared: httpx.AsyncClient) -> None:
    file = [named("good-one"), named("bad-one", start="2014-13")]
    plan = await send(shared, file)
    assert counted(plan) == {"create": 1, "reject": 1}
    (error,) = [found for found in plan["actions"][1]["problems"] if found["severity"] == "error"]
    assert (error["pointer"], error["code"], error["quote"]) == ("/1/start", "partial-date", "2014-13")
    before = await latest(shared)
    refused = await send(shared, file, dry_run=False, status=422)
    assert refused["type"] == "/problems/rejected-records"
    assert refused["errors"][0]["pointer"] == "/1/start"
    assert await latest(shared) == before
    assert counted(await commit(shared, file, on_reject="skip")) == {"create": 1, "reject": 1}
    assert (await shared.get(f"{API}/actions/bad-one")).status_code == 404
    assert (await detail(shared, "good-one"))["slug"] == "good-one"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("countries", ["QQ"], "unknown-country"),
        ("themes", ["colour"], "unknown-theme"),
        ("follows", "nobody", "unknown-reference"),
        ("partners", [2**30], "unknown-reference"),
        ("end", "2010", "dates-out-of-order"),
        ("colour", "red", "unknown-field"),
        ("title", None, "string-type"),
        ("activities", [{"type": "picnic", "title": "x"}], "enum"),
        ("deployments", [{"sending_country": "EE", "activity": 3}], "unknown-reference"),
        ("outputs", ["x"], "object-type"),
    ],
)
async def test_what_the_api_would_refuse_is_rejected_with_its_place(
    shared: httpx.AsyncClient, field: str, value: Any, code: str
) -> None:
    (action,) = (await send(shared, [named(f"refused-{field}", **{field: value})]))["actions"]
    assert action["operation"] == "reject"
    errors = [found for found in action["problems"] if found["severity"] == "error"]
    assert [found["code"] for found in errors] == [code]
    assert field in errors[0]["message"] or field in errors[0]["pointer"]


async def test_a_plan_is_committed_later_unless_the_record_has_moved(shared: httpx.AsyncClient) -> None:
    plan = await send(shared, [named("later")])
    url = f"{IMPORTS}/{plan['id']}/commit"
    done = await shared.post(url)
    assert done.status_code == 200, done.text
    assert done.json()["actions"] == plan["actions"]
    again = await shared.post(url)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/record-moved")

    changed = await send(shared, [named("later", end="2015-06")])
    twin = await send(shared, [named("later-twin")])
    etag = (await shared.get(f"{API}/actions/later")).headers["ETag"]
    await shared.patch(f"{API}/actions/later", json={"summary": "Moved."}, headers={"If-Match": etag})
    await commit(shared, [named("later-twin")])
    before = await latest(shared)
    for waiting, slug in ((changed, "later"), (twin, "later-twin")):
        moved = await shared.post(f"{IMPORTS}/{waiting['id']}/commit", json={})
        assert moved.status_code == 409
        assert f"'{slug}'" in moved.json()["errors"][0]["message"]
        assert (await shared.get(f"{IMPORTS}/{waiting['id']}")).json()["state"] == "planned"
    assert await latest(shared) == before
    assert (await shared.post(f"{IMPORTS}/{2**30}/commit")).status_code == 404


async def test_two_commits_of_one_plan_at_once_record_it_once(shared: httpx.AsyncClient) -> None:
    plan = await send(shared, [named("at-once")])
    answers = await asyncio.gather(*(shared.post(f"{IMPORTS}/{plan['id']}/commit") for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]


async def test_a_repeated_request_is_done_once(shared: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "an import of the tests"}
    first = await commit(shared, [named("idempotent")], headers=headers)
    assert await commit(shared, [named("idempotent")], headers=headers) == first
    other = await send(shared, [named("idempotent-too")], dry_run=False, headers=headers, status=409)
    assert other["type"] == "/problems/idempotency-conflict"


async def test_imports_are_for_editors(shared: httpx.AsyncClient) -> None:
    plan = await send(shared, [named("secret")])
    nobody = {"Authorization": ""}
    assert (await shared.get(IMPORTS, headers=nobody)).status_code == 401
    assert (await shared.get(f"{IMPORTS}/{plan['id']}", headers=nobody)).status_code == 401
    sent = {"files": {"file": ("x.json", b"[]")}, "headers": nobody}
    assert (await shared.post(IMPORTS, **sent)).status_code == 401  # type: ignore[arg-type]
    listed = (await shared.get(IMPORTS, params={"limit": 1})).json()
    assert listed["items"][0] == {name: plan[name] for name in listed["items"][0]}
    assert listed["next"].startswith("/api/v1/imports?")


async def test_what_the_registry_answers_it_takes_again_unchanged(shared: httpx.AsyncClient) -> None:
    before = await latest(shared)
    for path in ("actions", "activities", "deployments", "outputs", "themes", "partners", "publications", "sources"):
        for form in ("json", "csv", "ndjson", "xlsx"):
            file = (await shared.get(f"{API}/{path}", params={"limit": 500, "format": form})).content
            plan = await commit(shared, file, f"{path}.{form}")
            assert counted(plan).keys() <= {"unchanged"}, (path, form, plan["summary"])
            assert {row["operation"] for row in plan["references"]} <= {"unchanged"}, (path, form)
            assert [found for found in plan["problems"] if found["severity"] != "note"] == [], (path, form)
    whole = await detail(shared, "1")
    assert counted(await commit(shared, whole)) == {"unchanged": 1}
    assert await latest(shared) == before


async def test_the_registry_moves_into_an_empty_one(shared: httpx.AsyncClient, empty_client: httpx.AsyncClient) -> None:
    file = (await shared.get(f"{API}/exports/registry.xlsx")).content
    before = await latest(shared)
    assert counted(await commit(shared, file, "registry.xlsx")).keys() == {"unchanged"}
    assert await latest(shared) == before
    plan = await commit(empty_client, file, "registry.xlsx")
    assert plan["problems"] == []
    assert counted(plan).keys() == {"create"}
    for path in ("actions", "activities", "deployments", "outputs", "partners", "sources", "publications"):
        lists = [(await client.get(f"{API}/{path}?limit=1")).json()["total"] for client in (shared, empty_client)]
        assert lists[0] == lists[1], path
    assert counted(await commit(empty_client, file, "registry.xlsx")).keys() == {"unchanged"}


def as_page(actions: list[dict[str, Any]]) -> str:
    """Recorded actions in the layout of the facility's regional pages."""

    def written(day: str | None) -> str:
        if day is None:
            return "present"
        year, month, *rest = day.split("-")
        return " ".join([*rest, calendar.month_name[int(month)], year])

    entries = [
        f"{action['title']}\n\nObjective: {action['objective']}\n\nSummary: {action['summary']}\n\n"
        f"Duration: {written(action['start'])} – {written(action['end'])}\n"
        for action in actions
    ]
    return "\n".join(["Asia\n", *entries])


async def asia_page(client: httpx.AsyncClient) -> str:
    """The seed's actions as a page, in the registry's own words."""
    return as_page((await client.get(f"{API}/actions?limit=500&sort=title")).json()["items"])


async def facility_page(_: httpx.AsyncClient) -> str:
    """The facility's own page on Asia, which the checkout doesn't carry."""
    if not ASIA_PAGE.exists():
        pytest.skip("the regional page is not beside the project")
    return ASIA_PAGE.read_text("utf-8")


@pytest.mark.parametrize("regional_page", [asia_page, facility_page])
async def test_a_regional_page_over_the_seed_is_the_same_seventeen_actions(
    client: httpx.AsyncClient, regional_page: Callable[[httpx.AsyncClient], Awaitable[str]]
) -> None:
    page = await regional_page(client)
    other = await send(client, page, "asia-page.txt")
    assert {action["operation"] for action in other["actions"]} <= {"unchanged", "update"}
    assert all(
        difference["before"] in (None, []) for action in other["actions"] for difference in action["differences"]
    )
    assert other["summary"]["conflicts"] > 0
    done = await commit(client, page, "asia-page.txt", source=1)
    assert done["summary"]["conflicts"] == 0
    assert counted(await commit(client, page, "asia-page.txt", source=1)) == {"unchanged": 17}
    assert (await client.get(f"{API}/actions", params={"limit": 1})).json()["total"] == 17
