"""Exports of the whole: each is valid by its own standard, and holds what the lists hold."""

import io
import json
import sqlite3
import tempfile
import warnings
import zipfile
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import frictionless
import httpx
import pytest
from lxml import etree
from python_calamine import CalamineWorkbook

from app.core.listing import API
from app.exports.iati import shares
from app.exports.resources import RESOURCES
from tests.conftest import serving

pytestmark = pytest.mark.anyio

SCHEMA = Path(__file__).parent / "iati" / "iati-activities-schema.xsd"
EXPORTS = ("registry.xlsx", "registry.zip", "registry.sqlite", "iati-activities.xml")
FILTERS = "?country=AZ&country=KG&activity_type=training&as_of=2014-06-30"
LISTS = (
    "actions",
    "activities",
    "deployments",
    "outputs",
    "themes",
    "partners",
    "publications",
    "sources",
    "countries",
)


@pytest.fixture(scope="module")
async def client(seeded_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the seed, with actions that standards find hard to take."""
    async with serving(seeded_url) as (_, made):
        follows = None
        for body in (
            {"title": "Undated -- and without countries"},
            {"title": "Three countries", "countries": ["PH", "KG", "MD"], "start": "2013", "end": "2041-03"},
            {"title": "=A region\nonly".replace("\n", " "), "region": "latin-america", "start": "2041-05-17"},
            {"title": "\ufffe nowhere at all \U0001f9ed", "start": "2011-02-03", "end": "2011-02-03"},
        ):
            answer = await made.post(f"{API}/actions", json=body | {"follows": follows})
            assert answer.status_code == 201, answer.text
            follows = answer.json()["id"]
        patch = {"url": "https://example.org/asia?a=1&b=2"}
        source = await made.get(f"{API}/sources/1")
        changed = await made.patch(f"{API}/sources/1", json=patch, headers={"If-Match": source.headers["ETag"]})
        assert changed.status_code == 200
        yield made


async def fetch(client: httpx.AsyncClient, name: str, query: str = "") -> bytes:
    """The content of an export."""
    answer = await client.get(f"{API}/exports/{name}{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    return answer.content


async def total(client: httpx.AsyncClient, path: str) -> int:
    """How many records a list has."""
    found: int = (await client.get(f"{API}/{path}")).json()["total"]
    return found


# -- workbook --


async def test_the_workbook_has_a_sheet_for_each_kind_of_record(client: httpx.AsyncClient) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(await fetch(client, "registry.xlsx")))
    assert book.sheet_names == [*LISTS, "codebook"]
    for name in LISTS:
        assert len(book.get_sheet_by_name(name).to_python()) == 1 + await total(client, name)
    deployments = book.get_sheet_by_name("deployments").to_python()
    assert deployments[1][deployments[0].index("action_title")]


# -- data package --


def validated(content: bytes) -> dict[str, Any]:
    """The descriptor of a package that is valid, rows, types and keys included."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        zipfile.ZipFile(io.BytesIO(content)).extractall(folder)
        report = frictionless.validate(f"{folder}/datapackage.json")
        assert report.valid, report.flatten(["resourceName", "rowNumber", "fieldName", "note"])
        found: dict[str, Any] = json.loads(Path(folder, "datapackage.json").read_text("utf-8"))
        found["rows"] = {task.name: task.stats["rows"] for task in report.tasks}
    return found


async def test_the_data_package_is_valid_with_all_its_keys(client: httpx.AsyncClient) -> None:
    package = validated(await fetch(client, "registry.zip"))
    resources = {resource["name"]: resource for resource in package["resources"]}
    assert list(resources) == [resource.name for resource in RESOURCES]
    for name in LISTS:
        assert package["rows"][name] == await total(client, name)
    assert resources["action_countries"]["schema"]["primaryKey"] == ["action", "country"]
    referring = {key["fields"][0] for key in resources["deployments"]["schema"]["foreignKeys"]}
    assert referring == {"action", "activity", "sending_country"}
    followed = next(key for key in resources["actions"]["schema"]["foreignKeys"] if key["fields"] == ["follows"])
    assert followed["reference"]["resource"] == ""
    assert all(field["description"] for resource in package["resources"] for field in resource["schema"]["fields"])


async def test_a_broken_key_would_be_noticed(client: httpx.AsyncClient) -> None:
    source = zipfile.ZipFile(io.BytesIO(await fetch(client, "registry.zip")))
    broken = io.BytesIO()
    with zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(b",PH,", b",ZZ,") if "action_countries" in name else content)
    with pytest.raises(AssertionError, match=r"foreign|ZZ"):
        validated(broken.getvalue())


async def test_filters_keep_whole_actions_and_every_reference(client: httpx.AsyncClient) -> None:
    actions = (await client.get(f"{API}/actions{FILTERS}&limit=500")).json()["items"]
    assert 0 < len(actions) < 8
    package = validated(await fetch(client, "registry.zip", FILTERS))
    assert package["rows"]["actions"] == len(actions)
    assert package["selection"]["filters"] == "country=AZ&country=KG, activity_type=training"
    children = {name: sum(action["counts"][name] for action in actions) for name in actions[0]["counts"]}
    assert {name: package["rows"][name] for name in children} == children
    assert package["rows"]["countries"] == await total(client, "countries")


# -- database --


def opened(content: bytes, folder: Path) -> sqlite3.Connection:
    """An exported database."""
    path = folder / "registry.sqlite"
    path.write_bytes(content)
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    return connection


async def test_the_database_has_the_record_and_nothing_else(client: httpx.AsyncClient, tmp_path: Path) -> None:
    found = opened(await fetch(client, "registry.sqlite"), tmp_path)
    assert found.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert found.execute("PRAGMA foreign_key_check").fetchall() == []
    tables = {row[0] for row in found.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables - {"sqlite_stat1"} == {resource.name for resource in RESOURCES} | {"about", "codebook"}
    for name in LISTS:
        assert found.execute(f"SELECT count(*) FROM {name}").fetchone()[0] == await total(client, name)
    figure = (await client.get(f"{API}/aggregates/actions-per-country")).json()
    counted = found.execute(
        "SELECT countries.code, count(*) FROM action_countries JOIN countries ON code = country GROUP BY code"
    )
    expected = {row["country"]["key"]: row["value"] for row in figure["rows"] if row["country"]["key"]}
    assert {row[0]: row[1] for row in counted} == expected
    assert found.execute("SELECT count(*) FROM codebook WHERE definition = ''").fetchone()[0] == 0
    found.close()


async def test_a_part_of_the_record_is_a_database_without_loose_ends(client: httpx.AsyncClient, tmp_path: Path) -> None:
    found = opened(await fetch(client, "registry.sqlite", "?country=KG&started_in=2012/.."), tmp_path)
    assert found.execute("PRAGMA foreign_key_check").fetchall() == []
    followers = found.execute("SELECT count(*) FROM actions WHERE follows NOT IN (SELECT id FROM actions)").fetchone()
    assert followers[0] > 0
    assert dict(found.execute("SELECT name, value FROM about").fetchall())["filters"] != "none"
    found.close()


# -- IATI --


async def test_the_iati_file_is_valid(client: httpx.AsyncClient) -> None:
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    for query in ("", FILTERS, "?lang=fr"):
        schema.assertValid(etree.fromstring(await fetch(client, "iati-activities.xml", query)))
    # The standard has no file without any activity: what nothing matches is well-formed, and says just that.
    assert len(etree.fromstring(await fetch(client, "iati-activities.xml", "?q=zzzz"))) == 0


async def test_an_iati_activity_says_what_the_action_says(client: httpx.AsyncClient) -> None:
    root = etree.fromstring(await fetch(client, "iati-activities.xml", "?as_of=2026-11-23"))
    activities = {each.findtext("title/narrative"): each for each in root.iter("iati-activity")}
    items = (await client.get(f"{API}/actions?limit=500&as_of=2026-11-23")).json()["items"]
    dated = [item for item in items if item["start"]]
    assert len(activities) == len(dated) == len(items) - 1
    assert [comment.text.strip() for comment in root.iter(etree.Comment)] == [
        "without a date, which IATI needs: undated-and-without-countries"
    ]
    codes = {"planned": "1", "ongoing": "2", "completed": "4", "unconfirmed": "2"}
    for item in dated:
        activity = activities[item["title"].replace("\ufffe", "\ufffd")]
        assert activity.findtext("iati-identifier") == f"ICMPD-MIEUX-{item['slug']}"
        assert activity.find("activity-status").get("code") == codes[item["status"]]
        countries = [country.get("code") for country in activity.iter("recipient-country")]
        assert countries == [country["code"] for country in item["countries"]]
        for places in ("recipient-country", "recipient-region"):
            percentages = [Decimal(place.get("percentage")) for place in activity.iter(places)]
            assert sum(percentages) == (100 if bool(countries) == (places == "recipient-country") else 0)
        themes = [sector for sector in activity.iter("sector") if sector.get("vocabulary") == "99"]
        assert [sector.get("code") for sector in themes] == [theme["slug"] for theme in item["themes"]]
        assert not themes or sum(Decimal(sector.get("percentage")) for sector in themes) == 100


async def test_iati_dates_keep_their_precision(client: httpx.AsyncClient) -> None:
    root = etree.fromstring(await fetch(client, "iati-activities.xml", "?as_of=2026-11-23"))
    dates = {
        each.findtext("title/narrative"): [
            (day.get("type"), day.get("iso-date"), day.findtext("narrative")) for day in each.iter("activity-date")
        ]
        for each in root.iter("iati-activity")
    }
    assert dates["Three countries"] == [("2", "2013-01-01", "Stated as 2013"), ("3", "2041-03-31", "Stated as 2041-03")]
    assert dates["=A region only"] == [("1", "2041-05-17", None)]
    assert dates["\ufffd nowhere at all \U0001f9ed"] == [("2", "2011-02-03", None), ("4", "2011-02-03", None)]


async def test_iati_relates_actions_and_leads_to_their_sources(client: httpx.AsyncClient) -> None:
    root = etree.fromstring(await fetch(client, "iati-activities.xml", "?country=AZ"))
    related = {
        each.findtext("iati-identifier"): [other.get("ref") for other in each.iter("related-activity")]
        for each in root.iter("iati-activity")
    }
    first, second = sorted(related, key=len)[::-1]
    assert {*related[first], *related[second]} & {first, second}
    assert {link.get("url") for link in root.iter("document-link")} == {"https://example.org/asia?a=1&b=2"}


def test_shares_add_up_to_a_hundred() -> None:
    assert shares(1) == ["100"]
    assert shares(3) == ["33.34", "33.33", "33.33"]
    for number in range(1, 250):
        assert sum(map(Decimal, shares(number))) == 100


# -- all of them --


async def test_exports_are_conditional_and_checked(client: httpx.AsyncClient) -> None:
    for name in EXPORTS:
        answer = await client.get(f"{API}/exports/{name}?theme=asylum&as_of=2020-01-01")
        tag = answer.headers["ETag"]
        assert "_theme-asylum_2020-01-01." in answer.headers["Content-Disposition"]
        again = await client.get(f"{API}/exports/{name}?theme=asylum&as_of=2020-01-01", headers={"If-None-Match": tag})
        assert again.status_code == 304
        for query, parameter in (("?country=QQ", "country"), ("?theme=none-such", "theme"), ("?limit=5", "limit")):
            refused = await client.get(f"{API}/exports/{name}{query}")
            assert refused.status_code == 422
            assert refused.json()["errors"][0]["parameter"] == parameter


async def test_the_catalogue_leads_to_every_file(client: httpx.AsyncClient) -> None:
    answer = await client.get("/catalog.jsonld")
    assert answer.headers["Content-Type"] == "application/ld+json"
    (dataset,) = answer.json()["dcat:dataset"]
    assert {place["dct:identifier"] for place in dataset["dct:spatial"]} >= {"PH", "AZ"}
    assert dataset["dct:temporal"]["dcat:startDate"]["@value"] == "2009-10-22"
    links = {link["dcat:downloadURL"]["@id"]: link["dcat:mediaType"]["@id"] for link in dataset["dcat:distribution"]}
    assert {f"{API}/exports/{name}" for name in EXPORTS} < set(links)
    for link, media_type in links.items():
        found = await client.get(link)
        assert found.status_code == 200, link
        assert media_type.endswith(f"/{found.headers['Content-Type'].partition(';')[0]}")
    assert (await client.get("/catalog.jsonld", headers={"If-None-Match": answer.headers["ETag"]})).status_code == 304
