"""Every filter on every list: the same set everywhere, and the same meaning everywhere."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from app.insight.catalogue import DIMENSIONS
from app.reference.countries import COUNTRIES
from app.reference.vocabularies import ActivityType, Region
from app.selection.filters import RecordFilters
from tests.conftest import serving
from tests.selection.making import API, Maker, items, problem, titles

pytestmark = pytest.mark.anyio

LISTS = ["actions", "activities", "deployments", "outputs", "countries", "themes", "partners", "regions"]
AS_OF = "as_of=2014-06-30"


@pytest.fixture(scope="module")
async def client(empty_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a small record. Nothing here changes it."""
    async with serving(empty_url) as (_, made):
        await _fill(Maker(made))
        yield made


async def _fill(make: Maker) -> None:
    poea = await make.partner("POEA", country="PH")
    await make.partner("A partner of nobody")
    source = await make.source("A page")
    labour = await make.action(
        "Labour in Manila",
        source=source,
        objective="To improve recruitment.",
        countries=["PH", "AZ"],
        themes=["labour-migration", "asylum"],
        partners=[poea],
        region="asia",
        start="2010-05",
        end="2011-01",
    )
    training = await make.activity(labour, "training", title="Training", country="PH", start="2010-06", end="2010-06")
    await make.activity(labour, "seminar", title="Seminar", country="FR", start="2010-09-03", end="2010-09-05")
    await make.deployment(labour, "EE", organisation_type="academia", activity=training, experts_count=2)
    await make.deployment(labour, "FR", organisation_type="ngo")
    await make.deployment(labour, None, origin="European", organisation_type="private-consultant")
    await make.output(labour, title="Handbook on recruitment")
    service = await make.partner("State Migration Service", country="AZ")
    borders = await make.action(
        "Borders of Baku",
        countries=["AZ"],
        themes=["border-management"],
        partners=[service],
        region="eastern-europe",
        start="2013",
    )
    await make.activity(borders, "workshop", title="Workshop", status="planned")
    await make.activity(borders, "other", title="Undated")
    await make.deployment(borders, "CH")
    await make.output(borders, title="Report on borders", kind="report")
    await make.action("Plans for Ankara", countries=["TR"], themes=["asylum"], start="2030-01", end="2030-06")
    await make.action("Bare")


LABOUR, BORDERS, PLANS, BARE = "Labour in Manila", "Borders of Baku", "Plans for Ankara", "Bare"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [BARE, BORDERS, LABOUR, PLANS]),
        ("action=1&action=borders-of-baku", [BORDERS, LABOUR]),
        ("source=1", [LABOUR]),
        ("source=none&country=none", [BARE]),
        ("activity=1", [LABOUR]),
        ("activity=none", [BARE, BORDERS, LABOUR, PLANS]),
        ("activity=none&sending_country=EE", []),  # no one deployment is both
        ("country=PH", [LABOUR]),
        ("country=AZ", [BORDERS, LABOUR]),
        ("country=PH&country=TR", [LABOUR, PLANS]),
        ("country=none", [BARE]),
        ("country=none&country=TR", [BARE, PLANS]),
        ("country=VA", []),
        ("subregion=145", [BORDERS, LABOUR, PLANS]),
        ("subregion=035", [LABOUR]),
        ("subregion=none", [BARE]),
        ("country=AZ&subregion=145", [BORDERS, LABOUR]),
        ("country=AZ&subregion=035", []),  # no one country is both
        ("region=asia", [LABOUR]),
        ("region=asia&region=none", [BARE, LABOUR, PLANS]),
        ("theme=asylum", [LABOUR, PLANS]),
        ("theme=asylum&theme=border-management", [BORDERS, LABOUR, PLANS]),
        ("theme=none", [BARE]),
        ("pillar=legal-migration-and-mobility", [LABOUR]),
        ("pillar=none", [BARE]),
        ("theme=asylum&pillar=legal-migration-and-mobility", []),  # no one theme is both
        ("theme=asylum&country=TR", [PLANS]),
        ("partner=none", [BARE, PLANS]),
        (f"status=completed&{AS_OF}", [LABOUR]),
        (f"status=ongoing&{AS_OF}", [BORDERS]),
        (f"status=planned&{AS_OF}", [BARE, PLANS]),
        ("status=planned&status=completed&as_of=2010-05-01", [BARE, BORDERS, PLANS]),
        ("status=ongoing&as_of=2011-01-31", [LABOUR]),
        ("status=ongoing&as_of=2011-02-01", []),
        ("status=ongoing&as_of=2013-01-01", [BORDERS]),
        ("active_in=2010", [LABOUR]),
        ("active_in=2010-04", []),
        ("active_in=2010-05", [LABOUR]),
        ("active_in=2011-01-31", [LABOUR]),
        ("active_in=2011-02", []),
        ("active_in=2012/2014", [BORDERS]),
        ("active_in=2012/..", [BORDERS, PLANS]),
        ("active_in=../2012", [LABOUR]),
        ("active_in=2150", [BORDERS]),  # an open end is never over
        ("active_in=2010-04&active_in=2030-02", [BORDERS, PLANS]),
        ("active_in=none", [BARE]),
        ("active_in=none&active_in=2010", [BARE, LABOUR]),
        ("started_in=2010-05", [LABOUR]),
        ("started_in=2010-06/2010-12", []),
        ("started_in=2013-07", [BORDERS]),  # a year may mean any of its days
        ("started_in=none", [BARE]),
        ("ended_in=2011", [LABOUR]),
        ("ended_in=2011-02/2029", []),
        ("ended_in=none", [BARE, BORDERS]),
        ("activity_type=training", [LABOUR]),
        ("activity_type=none", [BARE, PLANS]),
        ("activity_in=2010-09-04", [LABOUR]),
        ("activity_in=2010-09-06/2010-12", []),
        ("activity_in=none", [BARE, BORDERS, PLANS]),
        ("activity_country=FR", [LABOUR]),
        ("activity_country=none", [BARE, BORDERS, PLANS]),
        ("activity_type=training&activity_country=PH", [LABOUR]),
        ("activity_type=training&activity_country=FR", []),  # no one activity is both
        ("activity_type=other&activity_in=none", [BORDERS]),
        (f"activity_status=completed&{AS_OF}", [LABOUR]),
        ("activity_status=planned&as_of=2010-01-01", [BORDERS, LABOUR]),
        (f"activity_status=none&{AS_OF}", [BARE, BORDERS, PLANS]),
        ("sending_country=EE", [LABOUR]),
        ("sending_country=none", [BARE, LABOUR, PLANS]),
        ("member_state=EE", [LABOUR]),
        ("member_state=none", [BARE, LABOUR, PLANS]),
        ("member_state=outside-eu", [BORDERS]),
        ("member_state=DE", []),
        ("eu_member=true", [LABOUR]),
        ("eu_member=false", [BORDERS]),
        ("eu_member=none", [BARE, LABOUR, PLANS]),
        ("organisation_type=academia", [LABOUR]),
        ("organisation_type=unspecified", [BORDERS]),
        ("organisation_type=none", [BARE, PLANS]),
        ("member_state=EE&organisation_type=academia", [LABOUR]),
        ("member_state=EE&organisation_type=ngo", []),  # no one deployment is both
        ("member_state=none&organisation_type=private-consultant", [LABOUR]),
        ("activity_type=seminar&sending_country=EE", [LABOUR]),  # an activity and a deployment, of one action
        ("q=recruitment", [LABOUR]),
        ("q=workshop&q=manila", [BORDERS, LABOUR]),
        ("q=labour&theme=border-management", []),
    ],
)
async def test_actions_are_kept_by_what_they_are_and_have(
    client: httpx.AsyncClient, query: str, expected: list[str]
) -> None:
    assert await titles(client, query) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        # activities: their own filters hold for each of them, the others for their action
        ("activities", ["Seminar", "Training", "Undated", "Workshop"]),
        ("activities?activity_type=training", ["Training"]),
        ("activities?activity_country=FR&activity_type=seminar", ["Seminar"]),
        ("activities?activity_in=2010", ["Seminar", "Training"]),
        ("activities?activity_in=none", ["Undated", "Workshop"]),
        ("activities?activity_status=planned", ["Workshop"]),
        ("activities?activity_status=none", ["Undated"]),
        ("activities?activity_status=ongoing&as_of=2010-09-04", ["Seminar"]),
        ("activities?activity_type=none", []),
        ("activities?theme=asylum", ["Seminar", "Training"]),
        ("activities?country=AZ&activity_country=none", ["Undated", "Workshop"]),
        ("activities?active_in=2013", ["Undated", "Workshop"]),
        ("activities?q=training", ["Seminar", "Training"]),  # the text is the action's
        ("activities?sending_country=EE", ["Seminar", "Training"]),  # whose action has such a deployment
        ("activities?sending_country=none", ["Seminar", "Training"]),
        ("activities?member_state=EE&organisation_type=ngo", []),
        ("outputs", ["Handbook on recruitment", "Report on borders"]),
        ("outputs?theme=asylum", ["Handbook on recruitment"]),
        ("outputs?activity_type=workshop", ["Report on borders"]),
        ("outputs?eu_member=true", ["Handbook on recruitment"]),
        ("outputs?output_kind=report", ["Handbook on recruitment", "Report on borders"]),
        ("outputs?output_kind=film", []),
        ("outputs?q=recruitment", ["Handbook on recruitment"]),
    ],
)
async def test_activities_and_outputs_are_kept(client: httpx.AsyncClient, path: str, expected: list[str]) -> None:
    assert sorted(item["title"] for item in await items(client, path)) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["-", "CH", "EE", "FR"]),
        ("sending_country=EE&sending_country=CH", ["CH", "EE"]),
        ("sending_country=none", ["-"]),
        ("member_state=EE&member_state=FR", ["EE", "FR"]),
        ("member_state=none", ["-"]),
        ("member_state=outside-eu", ["CH"]),
        ("deployed_in=2010", ["-", "EE", "FR"]),
        ("output_kind=report", ["-", "CH", "EE", "FR"]),
        ("eu_member=false", ["CH"]),
        ("eu_member=none", ["-"]),
        ("organisation_type=ngo", ["FR"]),
        ("organisation_type=none", []),
        ("member_state=FR&organisation_type=academia", []),
        ("region=asia", ["-", "EE", "FR"]),
        ("region=asia&eu_member=true", ["EE", "FR"]),
        ("activity_type=seminar", ["-", "EE", "FR"]),  # whose action has such an activity
        ("activity_type=seminar&activity_country=PH", []),
        ("activity_in=none", ["CH"]),
        (f"status=ongoing&{AS_OF}", ["CH"]),
        ("q=baku", ["CH"]),
    ],
)
async def test_deployments_are_kept(client: httpx.AsyncClient, query: str, expected: list[str]) -> None:
    found = await items(client, f"deployments?{query}")
    assert sorted((item["sending_country"] or {"code": "-"})["code"] for item in found) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("has_actions=true", ["AZ", "PH", "TR"]),
        ("country=PH", ["PH"]),  # and not Azerbaijan, which the same action has
        ("country=PH&country=VA", ["PH"]),
        ("subregion=145", ["AZ", "TR"]),
        ("subregion=145&country=PH", []),
        ("theme=asylum", ["AZ", "PH", "TR"]),
        ("theme=border-management", ["AZ"]),
        ("theme=border-management&country=PH", []),
        ("sending_country=EE", ["AZ", "PH"]),
        ("member_state=EE&organisation_type=ngo", []),
        ("q=manila", ["AZ", "PH"]),
        ("country=none", []),
        ("theme=none", []),
        ("active_in=2030", ["AZ", "TR"]),
    ],
)
async def test_countries_are_those_of_matching_actions(
    client: httpx.AsyncClient, query: str, expected: list[str]
) -> None:
    assert sorted(item["code"] for item in await items(client, f"countries?{query}")) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("has_actions=true", ["asylum", "border-management", "labour-migration"]),
        ("theme=asylum", ["asylum"]),
        ("theme=visa-policy", []),
        ("pillar=international-protection-and-asylum", ["asylum"]),
        ("country=PH", ["asylum", "labour-migration"]),
        ("country=PH&pillar=legal-migration-and-mobility", ["labour-migration"]),
        ("eu_member=false", ["border-management"]),
        ("activity_type=none", ["asylum"]),
    ],
)
async def test_themes_are_those_of_matching_actions(client: httpx.AsyncClient, query: str, expected: list[str]) -> None:
    assert sorted(item["slug"] for item in await items(client, f"themes?{query}")) == expected


async def test_partners_are_those_of_matching_actions(client: httpx.AsyncClient) -> None:
    async def names(query: str) -> list[str]:
        return sorted(item["name"] for item in await items(client, f"partners?{query}"))

    assert await names("") == ["A partner of nobody", "POEA", "State Migration Service"]
    assert await names("has_actions=true") == ["POEA", "State Migration Service"]
    assert await names("has_actions=false") == ["A partner of nobody", "POEA", "State Migration Service"]
    assert await names("theme=asylum") == ["POEA"]
    (poea,) = [item["id"] for item in await items(client, "partners?theme=asylum")]
    assert await names(f"partner={poea}") == ["POEA"]
    assert await names(f"partner={poea}&region=eastern-europe") == []
    assert await titles(client, f"partner={poea}") == [LABOUR]
    assert await titles(client, f"partner={poea}&partner=none") == [BARE, LABOUR, PLANS]


async def test_regions_are_those_of_matching_actions(client: httpx.AsyncClient) -> None:
    async def slugs(query: str) -> list[str]:
        return sorted(item["slug"] for item in await items(client, f"regions?{query}"))

    assert await slugs("") == sorted(Region)
    assert await slugs("has_actions=true") == ["asia", "eastern-europe"]
    assert await slugs("country=PH") == ["asia"]
    assert await slugs("region=asia&country=AZ") == ["asia"]
    assert await slugs("theme=visa-policy") == []


async def test_without_a_filter_the_lists_of_reference_data_are_whole(client: httpx.AsyncClient) -> None:
    assert len(await items(client, "countries?limit=500")) == len(COUNTRIES)
    assert len(await items(client, "themes?limit=500")) == 21


# -- the set of filters --

ONE_OF_EACH = {
    "q": "recruitment",
    "action": "1",
    "source": "1",
    "activity": "1",
    "country": "PH",
    "subregion": "035",
    "region": "asia",
    "theme": "asylum",
    "pillar": "international-protection-and-asylum",
    "partner": "1",
    "status": "completed",
    "active_in": "2010",
    "started_in": "2010",
    "ended_in": "2011",
    "activity_type": "training",
    "activity_in": "2010",
    "activity_country": "PH",
    "activity_status": "completed",
    "sending_country": "EE",
    "member_state": "EE",
    "eu_member": "true",
    "organisation_type": "academia",
    "deployed_in": "2010",
    "output_kind": "report",
}


@pytest.mark.parametrize("path", LISTS)
async def test_every_list_takes_every_filter(client: httpx.AsyncClient, path: str) -> None:
    assert ONE_OF_EACH.keys() == RecordFilters.declared().keys()
    for name, value in ONE_OF_EACH.items():
        assert await items(client, f"{path}?{name}={value}"), name
    everything = "&".join(f"{name}={value}" for name, value in ONE_OF_EACH.items())
    assert await items(client, f"{path}?{everything}")


@pytest.mark.parametrize("path", LISTS)
async def test_every_filter_takes_none_but_status(client: httpx.AsyncClient, path: str) -> None:
    for name in ONE_OF_EACH.keys() - {"q", "status", "action"}:
        await items(client, f"{path}?{name}=none")
    assert (await problem(client, f"{path}?status=none"))["parameter"] == "status"


def test_every_dimension_has_its_filter() -> None:
    for dimension in DIMENSIONS.values():
        item = RecordFilters.declared()[dimension.filter]
        assert item.link is dimension.link
        assert item.spans is dimension.in_years


async def test_a_repeated_value_changes_nothing(client: httpx.AsyncClient) -> None:
    assert await titles(client, "theme=asylum&theme=asylum") == await titles(client, "theme=asylum")


# -- what is refused --


@pytest.mark.parametrize("path", LISTS)
async def test_an_unknown_parameter_is_refused_with_the_known_ones(client: httpx.AsyncClient, path: str) -> None:
    error = await problem(client, f"{path}?colour=red")
    assert error["parameter"] == "colour"
    assert set(error["allowed"]) >= RecordFilters.declared().keys()


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("parameter", "value", "allowed"),
    [
        ("region", "atlantis", [*Region, "none"]),
        ("country", "zz", [*COUNTRIES, "none"]),
        ("country", "ph", ["PH"]),
        ("activity_type", "picnic", [*ActivityType, "none"]),
        ("activity_type", "Training", ["training"]),
        ("eu_member", "yes", ["true", "false", "none"]),
        ("status", "", ["planned", "ongoing", "completed", "unconfirmed"]),
    ],
)
async def test_a_value_outside_its_vocabulary_is_refused_with_the_allowed_ones(
    client: httpx.AsyncClient, path: str, parameter: str, value: str, allowed: list[Any]
) -> None:
    error = await problem(client, f"{path}?{parameter}={value}")
    assert (error["parameter"], error["allowed"]) == (parameter, allowed)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("value", ["gardening", "Asylum", "", "a%00b", "%F0%9F%98%80", "x" * 3000])
async def test_an_unknown_theme_is_refused_with_the_known_ones(
    client: httpx.AsyncClient, path: str, value: str
) -> None:
    error = await problem(client, f"{path}?theme=asylum&theme={value}")
    assert error["parameter"] == "theme"
    assert len(error["allowed"]) == 22
    assert {"asylum", "none"} < set(error["allowed"])


@pytest.mark.parametrize("value", ["999", "0", "-1", "01", "1.0", "POEA", "", "9" * 30, "%D9%A1", "1%00"])
async def test_an_unknown_partner_is_refused_with_the_known_ones(client: httpx.AsyncClient, value: str) -> None:
    error = await problem(client, f"actions?partner={value}")
    assert error["parameter"] == "partner"
    known = [item["id"] for item in await items(client, "partners?sort=id")]
    assert error["allowed"] == [*known, "none"]


@pytest.mark.parametrize("parameter", ["active_in", "started_in", "ended_in", "activity_in"])
@pytest.mark.parametrize("value", ["", "2012-13", "2012-02-30", "2013/2012", "May%202010", "2012/", "..", "1066", "12"])
async def test_what_is_no_interval_is_refused(client: httpx.AsyncClient, parameter: str, value: str) -> None:
    error = await problem(client, f"actions?{parameter}={value}")
    assert (error["parameter"], error["code"]) == (parameter, "interval")


@pytest.mark.parametrize(
    "value", ["", "2014", "2014-06", "2014-06-31", "2026-W48-1", "20140630", "1899-12-31", "today"]
)
async def test_a_status_is_judged_on_a_full_day(client: httpx.AsyncClient, value: str) -> None:
    error = await problem(client, f"actions?as_of={value}")
    assert (error["parameter"], error["code"]) == ("as_of", "day")


async def test_every_wrong_parameter_is_named_at_once(client: httpx.AsyncClient) -> None:
    response = await client.get(f"{API}/actions?region=atlantis&country=XX&active_in=soon")
    assert {error["parameter"] for error in response.json()["errors"]} == {"region", "country", "active_in"}


@pytest.mark.parametrize("parameter", ["country", "active_in", "theme", "member_state"])
async def test_very_many_values_are_refused_or_answered(client: httpx.AsyncClient, parameter: str) -> None:
    value = ONE_OF_EACH[parameter]
    most = 60 if parameter == "active_in" else 300
    many = "&".join([f"{parameter}={value}"] * (most + 1))
    error = await problem(client, f"actions?{many}")
    assert error["parameter"] == parameter
    assert str(most) in error["message"]
    assert await titles(client, "&".join([f"{parameter}={value}"] * most)) == await titles(
        client, f"{parameter}={value}"
    )
