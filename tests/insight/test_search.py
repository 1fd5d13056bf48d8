"""Search: what is found, in which order, and what a hit shows; the same on both databases."""

import gzip
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import undefer

from app.core.database import Database
from app.insight.search import hits
from app.releases.models import Release
from tests.conftest import Postgresql, Sqlite, serving
from tests.selection.making import Maker

pytestmark = pytest.mark.anyio
API = "/api/v1"


@pytest.fixture(scope="module")
def urls(sqlite_server: Sqlite, postgresql_server: Postgresql) -> Iterator[list[str]]:
    """A database with the seed of each kind."""
    made = [server.create("seeded") for server in (sqlite_server, postgresql_server)]
    yield made
    sqlite_server.drop(made[0])
    postgresql_server.drop(made[1])


@pytest.fixture(scope="module")
async def both(urls: list[str]) -> AsyncIterator[list[httpx.AsyncClient]]:
    """A client of each."""
    async with serving(urls[0]) as (_, first), serving(urls[1]) as (_, second):
        yield [first, second]


# What is among the first hits in the seed's record, and how many actions there are.
AMONG = 4
FIRST = [
    ("THB", "action", "Tajikistan II: Trafficking in Human Beings (THB)", 6),
    ("trafficking in human beings", "action", "Tajikistan II: Trafficking in Human Beings (THB)", 6),
    ("labour migration", "action", "Myanmar: Labour Migration", 5),
    ("labor migratio", "action", "Myanmar: Labour Migration", 5),
    ("POEA", "partner", "Philippines Overseas Employment Administration", 2),
    ("Overseas Employment", "partner", "Philippines Overseas Employment Administration", 2),
    ("Dutch", "activity", "Study visit to the Netherlands", 5),
    ("Holland", "activity", "Study visit to the Netherlands", 5),
    ("filipino", "partner", "Commission of Filipinos Overseas", 4),
    ("vietnam", "partner", "Ministry of Foreign Affairs of Vietnam", 1),
    ("viet nam", "action", "Southeast Asia: Legal Migration, and Migration and Development", 1),
    (
        "IBM",
        "action",
        "Malaysia: Integrated Border Management (IBM), Document Security and Trafficking in Human Beings (THB)",
        1,
    ),
    ("train handbook", "output", "Training Handbook on Investigation and Prosecution Procedures", 2),
    ("traffick", "action", "Thailand: Trafficking in Human Beings (THB)", 6),
    ('"study visits" OR "regional conference"', "activity", "Regional conference on migration", 2),
    ("readmission azerbaijan", "action", "Azerbaijan II: Irregular Migration, Return and Readmission", 1),
    ("azerbaijan -readmission", "action", "Azerbaijan: Irregular Migration and Legal Framework", 1),
]


async def found(client: httpx.AsyncClient, q: str, **parameters: Any) -> dict[str, Any]:
    """What a search answers."""
    response = await client.get(f"{API}/search", params={"q": q, **parameters})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def rankless(answer: dict[str, Any]) -> list[tuple[str, int]]:
    """Takes the order and the scores out of an answer, and gives the order."""
    order = [(hit["kind"], hit["id"]) for hit in answer["items"]]
    answer["items"] = sorted(({**hit, "score": None} for hit in answer["items"]), key=lambda hit: hit["href"])
    return order


@pytest.mark.parametrize(("query", "kind", "title", "actions"), FIRST, ids=[query for query, *_ in FIRST])
async def test_the_most_useful_hit_is_among_the_first(
    seeded: httpx.AsyncClient, query: str, kind: str | None, title: str | None, actions: int
) -> None:
    answer = await found(seeded, query)
    assert (kind, title) in [(hit["kind"], hit["title"]) for hit in answer["items"][:AMONG]]
    assert answer["counts"]["action"] == actions


async def test_both_databases_find_the_same_in_nearly_the_same_order(both: list[httpx.AsyncClient]) -> None:
    queries = [query for query, *_ in FIRST]
    shared = shown = 0
    for query in (*queries, "migration", "the", "-migration", "t*", '"human beings" -thailand', "traficking", "2014"):
        answers = [await found(client, query, limit=500) for client in both]
        places = [rankless(answer) for answer in answers]
        assert answers[0] == answers[1], query
        assert answers[0]["items"] or answers[0]["suggestion"]
        first = [set(order[:10]) for order in places]
        shared += len(first[0] & first[1])
        shown += len(first[0])
    assert shared > shown * 0.8


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"country": "PH"},
        {"country": ["AZ", "none"], "activity_type": "training"},
        {"member_state": "DE"},
        {"theme": "labour-migration", "status": "completed"},
        {"active_in": "2014", "organisation_type": "national-administration"},
    ],
    ids=str,
)
async def test_hits_agree_with_the_lists(rich: httpx.AsyncClient, filters: dict[str, Any]) -> None:
    for query in ("migration", "training", "border -police", '"human beings"', "handbook OR report", "german"):
        answer = await found(rich, query, limit=500, **filters)
        listed = await rich.get(f"{API}/actions", params={"q": query, "limit": 500, "fields": "id", **filters})
        actions = {item["id"] for item in listed.json()["items"]}
        assert answer["counts"]["action"] == len(actions) == listed.json()["total"]
        assert {hit["id"] for hit in answer["items"] if hit["kind"] == "action"} == actions
        assert {hit["action"]["id"] for hit in answer["items"] if hit["action"]} == actions
        assert answer["total"] == sum(answer["counts"].values()) == len(answer["items"])
        for kind, path in (("activity", "activities"), ("output", "outputs"), ("partner", "partners")):
            ids = {hit["id"] for hit in answer["items"] if hit["kind"] == kind}
            allowed = await rich.get(f"{API}/{path}", params={"limit": 500, "fields": "id", **filters})
            assert ids <= {item["id"] for item in allowed.json()["items"]}


async def test_pages_make_up_the_whole_also_behind_what_is_ranked(
    rich: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = (await found(rich, "migration", limit=500))["items"]
    paged, url = [], f"{API}/search?q=migration&limit=7"
    while url:
        page = (await rich.get(url)).json()
        paged += page["items"]
        url = page["next"]
    assert paged == whole
    assert (await rich.get(page["previous"])).json()["items"] == whole[-len(page["items"]) - 7 : -len(page["items"])]
    monkeypatch.setattr(hits, "MOST_RANKED", 10)
    capped = [
        hit
        for offset in range(0, len(whole), 7)
        for hit in (await found(rich, "migration", limit=7, offset=offset))["items"]
    ]
    assert sorted((hit["kind"], hit["id"]) for hit in capped) == sorted((hit["kind"], hit["id"]) for hit in whole)
    assert (await found(rich, "migration", offset=10**9))["items"] == []


async def test_labels_are_found_in_every_language_and_shown_in_the_readers(seeded: httpx.AsyncClient) -> None:
    spoken = {"Philippinen": "Philippines", "Filipinas": "Philippines", "Menschenhandel": "Trafficking in human beings"}
    for typed, label in spoken.items():
        answer = await found(seeded, typed)
        assert answer["counts"]["action"] > 0
        assert f"<mark>{label}</mark>" in str(answer["items"])
    shown = await found(seeded, "philippines", country="PH", lang="de")
    assert "<mark>Philippinen</mark>" in str(shown["items"])


async def test_documents_are_the_same_whoever_writes_them(client: httpx.AsyncClient) -> None:
    body = {"title": "Written twice", "countries": ["PH"], "region": "asia"}
    for lang in ("en", "fr"):
        made = await client.post(f"{API}/actions", json=body, headers={"Accept-Language": lang})
        assert made.status_code == 201, made.text
    answer = await found(client, "written twice filipino asie")
    assert len({hit["score"] for hit in answer["items"]}) == 1
    assert len(answer["items"]) == 2


async def test_a_kind_narrows_the_hits_and_not_the_counts(seeded: httpx.AsyncClient) -> None:
    every = await found(seeded, "training", limit=500)
    for kind, count in every["counts"].items():
        some = await found(seeded, "training", kind=kind, limit=500)
        assert (some["counts"], some["total"]) == (every["counts"], count)
        assert some["items"] == [hit for hit in every["items"] if hit["kind"] == kind]


async def test_a_hit_leads_to_its_record_and_shows_where_it_was_found(seeded: httpx.AsyncClient) -> None:
    answer = await found(seeded, "poea")
    for hit in answer["items"]:
        record = (await seeded.get(hit["href"])).json()
        assert record["id"] == hit["id"]
        assert hit["title"] in (record.get("title"), record.get("name"))
        assert "<mark>POEA</mark>" in hit["fragments"][0]["html"]
    scores = [hit["score"] for hit in answer["items"]]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("typed", "suggestion"),
    [
        ("traficking", "trafficking"),
        ("Trafficing in humn beings", "trafficking in human beings"),
        ("azerbaijn -border", "azerbaijan -border"),
        ("migraton", "migration"),
        ("qqqqqqqqq", None),
        ("migration trafficking handbook azerbaijan seminar", None),
        ("xyz", None),
    ],
)
async def test_a_misspelt_query_gets_a_suggestion_that_finds_something(
    seeded: httpx.AsyncClient, typed: str, suggestion: str | None
) -> None:
    answer = await found(seeded, typed)
    assert (answer["total"], answer["suggestion"]) == (0, suggestion)
    if suggestion:
        assert (await found(seeded, suggestion))["total"] > 0


async def test_a_query_without_a_word_says_so(seeded: httpx.AsyncClient) -> None:
    answer = await found(seeded, '-"" *')
    assert (answer["total"], answer["items"]) == (0, [])
    assert "no word" in answer["reason"]


HOSTILE = [
    '"',
    '""""',
    "AND",
    "NEAR(a b, 2)",
    "terms:a",
    "^a + b",
    "a' OR '1'='1",
    "' & '",
    "a:*B <-> !c",
    "\\",
    "\\'",
    "%_%",
    "*",
    "-*",
    "(((((",
    "{a b} : c",
    "😀 \u200d \ufdfa",
    "\u0130\u0307 ǆ ﬀ ½",
    "=train =",
    "| || |",
    "a" * 500,
    "ab " * 166,
    '"' + "a " * 240 + '"',
    "-a " * 166,
    "a OR " * 99,
    "thb " * 100,
]


async def test_nothing_that_is_typed_breaks_anything(both: list[httpx.AsyncClient]) -> None:
    for query in HOSTILE:
        answers = [await found(client, query, limit=500) for client in both]
        list(map(rankless, answers))
        assert answers[0] == answers[1], query


@pytest.mark.parametrize("query", ["", " ", "a\x00b", "a" * 10_000])
async def test_what_is_no_query_is_refused(seeded: httpx.AsyncClient, query: str) -> None:
    response = await seeded.get(f"{API}/search", params={"q": query})
    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"] == "q"


async def test_a_query_is_needed(seeded: httpx.AsyncClient) -> None:
    response = await seeded.get(f"{API}/search")
    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"] == "q"


async def test_hits_follow_the_record(client: httpx.AsyncClient) -> None:
    async def ids(query: str) -> set[tuple[str, int]]:
        return {(hit["kind"], hit["id"]) for hit in (await found(client, query))["items"]}

    async def change(path: str, **fields: Any) -> None:
        response = await client.patch(f"{API}/{path}", json=fields, headers={"If-Match": "*"})
        assert response.status_code == 200, response.text

    make = Maker(client)
    partner = await make.partner("Bureau of Quixotry", acronym="BOQ")
    action = await make.action("An errand", themes=["asylum"], partners=[partner], countries=["FJ"])
    activity = await make.activity(action, title="Tilting", country="PT")
    assert await ids("quixotry") == {("partner", partner), ("action", action)}
    assert await ids("boq fijian") == {("action", action)}
    assert await ids("portuguese tilt") == {("activity", activity), ("action", action)}
    await change(f"actions/{action}", start="2013-05")
    await change(f"activities/{activity}", start="2013-06")
    assert await ids("portuguese tilt") == {("activity", activity), ("action", action)}
    await change(f"partners/{partner}", name="Bureau of Prudence")
    assert await ids("quixotry") == set()
    assert await ids("prudence") == {("partner", partner), ("action", action)}
    await change("themes/asylum", name="Sanctuary")
    assert ("action", action) in await ids("sanctuary")
    deployment = await make.deployment(action, "LU", activity=activity)
    assert await ids("luxembourgish") == {("action", action), ("activity", activity)}
    await change(f"deployments/{deployment}", activity=None)
    assert await ids("luxembourgish") == {("action", action)}
    await change(f"activities/{activity}", action=1)
    assert await ids("tilting") == {("activity", activity), ("action", 1)}
    deleted = await client.delete(f"{API}/actions/{action}", headers={"If-Match": "*"})
    assert deleted.status_code == 204, deleted.text
    assert await ids("errand") == set()
    history = (await client.get(f"{API}/actions/{action}/history")).json()["items"]
    versions = sorted(item["version"] for item in history)
    restored = await client.post(f"{API}/actions/{action}/history/{versions[-2]}/restore", headers={"If-Match": "*"})
    assert restored.status_code in (200, 201), restored.text
    assert await ids("errand") == {("action", action)}


async def test_a_release_is_searched_as_it_stood(client: httpx.AsyncClient) -> None:
    made = await client.post(f"{API}/releases", json={"name": "r1"})
    assert made.status_code == 201, made.text
    before = await found(client, "poea", release="r1")
    misspelt = await found(client, "traficking", release="r1")
    await client.delete(f"{API}/actions/11", headers={"If-Match": "*"})
    await client.patch(f"{API}/partners/6", json={"name": "Renamed", "acronym": None}, headers={"If-Match": "*"})
    assert await found(client, "poea", release="r1") == before
    assert before["counts"]["action"] == 2
    assert misspelt["suggestion"] == "trafficking"
    assert (await found(client, "poea"))["counts"]["partner"] == 0


async def test_a_release_from_before_there_was_search_is_searched_too(
    app: FastAPI, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    await client.post(f"{API}/releases", json={"name": "r1"})
    database: Database = app.state.database
    async with database.write() as session:
        release = (await session.scalars(select(Release).options(undefer(Release.snapshot)))).one()
        file = tmp_path / "old.db"
        file.write_bytes(gzip.decompress(release.snapshot))
        with closing(sqlite3.connect(file)) as old:
            for table in ("search_index", "search_documents", "search_terms", "search_state"):
                old.execute(f"DROP TABLE {table}")
            old.commit()
        release.snapshot = gzip.compress(file.read_bytes())
        await session.commit()
    live, frozen = await found(client, "poea"), await found(client, "poea", release="r1")
    assert frozen.pop("release") == "r1"
    list(map(rankless, (live, frozen)))  # a release is a file of SQLite, whatever the database is
    for reading in frozen["interpretations"]:
        reading["href"] = reading["href"].removesuffix("&release=r1")
    assert frozen == live
    listed = (await client.get(f"{API}/actions?q=poea&release=r1")).json()
    assert listed["total"] == 2
