"""What the figures mean, on records that are small enough to count by eye."""

import asyncio
import gc
from collections.abc import Iterator
from contextlib import AsyncExitStack
from threading import Event
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from app.core import threads
from app.core.limits import Places
from app.insight.catalogue import DIMENSIONS, MEASURES, PRESETS
from app.insight.places import FIGURES, SUMMARIES
from app.reference.countries import COUNTRIES, MEMBER_STATES
from app.reference.vocabularies import ActivityType, OrganisationType, Pillar, Region, Status
from tests.lag import assert_others_get_turns
from tests.selection.making import API, Maker, problem

pytestmark = pytest.mark.anyio


@pytest.fixture
def client(empty_client: httpx.AsyncClient) -> httpx.AsyncClient:
    """A client of a database with reference data only."""
    return empty_client


@pytest.fixture
def make(client: httpx.AsyncClient) -> Maker:
    """Adds records to it."""
    return Maker(client)


async def figure(client: httpx.AsyncClient, query: str) -> dict[str, Any]:
    """The answer to `measure=…&by=…`, or to a preset's name."""
    path = f"{API}/aggregates?{query}" if query.startswith("measure=") else f"{API}/aggregates/{query}"
    response = await client.get(path)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def values(client: httpx.AsyncClient, query: str) -> dict[Any, int]:
    """The value of each key, or of each pair of keys, in the order of the rows."""
    answer = await figure(client, query)
    found = {}
    for row in answer["rows"]:
        keys = tuple(row[name]["key"] for name in answer["by"])
        found[keys if len(keys) > 1 else keys[0]] = row["value"]
    return found


async def totals(client: httpx.AsyncClient, query: str) -> tuple[int, int, int, int]:
    """Distinct, sum of rows, counted more than once, unassigned."""
    found = (await figure(client, query))["totals"]
    return found["distinct"], found["sum_of_rows"], found["counted_more_than_once"], found["unassigned"]


# -- what counts --


async def test_an_action_with_two_themes_is_one_action_in_two_rows(client: httpx.AsyncClient, make: Maker) -> None:
    await make.action("both", themes=["asylum", "visa-policy"])
    await make.action("one", themes=["asylum"])
    query = "measure=actions&by=theme"
    assert await values(client, query) == {"asylum": 2, "visa-policy": 1}
    assert await totals(client, query) == (2, 3, 1, 0)


async def test_two_themes_of_one_pillar_count_once_under_it(client: httpx.AsyncClient, make: Maker) -> None:
    await make.action("a", themes=["irregular-migration", "border-management", "asylum"])
    assert await values(client, "measure=actions&by=pillar") == {
        "international-protection-and-asylum": 1,
        "irregular-migration-and-trafficking": 1,
    }


async def test_records_are_counted_and_not_the_rows_of_a_join(client: httpx.AsyncClient, make: Maker) -> None:
    action = await make.action("a", themes=["asylum", "visa-policy"], countries=["PH", "AZ"])
    for _ in range(3):
        await make.activity(action, "training")
        await make.deployment(action, "EE", experts_count=2)
    assert await values(client, "measure=actions&by=activity_type") == {"training": 1}
    assert await values(client, "measure=activities&by=member_state") == {"EE": 3}
    assert await values(client, "measure=deployments&by=theme&by=country") == {
        ("asylum", "AZ"): 3,
        ("asylum", "PH"): 3,
        ("visa-policy", "AZ"): 3,
        ("visa-policy", "PH"): 3,
    }
    assert await values(client, "measure=experts&by=activity_type") == {"training": 6}
    assert await values(client, "measure=countries&by=activity_type") == {"training": 2}
    assert await values(client, "measure=outputs&by=theme") == {}


async def test_experts_are_the_sum_of_stated_counts(client: httpx.AsyncClient, make: Maker) -> None:
    action = await make.action("a", themes=["asylum", "visa-policy"])
    await make.deployment(action, "EE", experts_count=2)
    await make.deployment(action, "EE", experts_count=2)
    await make.deployment(action, "EE")
    await make.deployment(action, "FR")
    assert await values(client, "measure=experts&by=member_state") == {"EE": 4, "FR": 0}
    assert await values(client, "measure=experts&by=theme") == {"asylum": 4, "visa-policy": 4}
    assert await totals(client, "measure=experts&by=theme") == (4, 8, 4, 0)
    answer = await figure(client, "measure=experts&by=member_state")
    assert [row["href"] for row in answer["rows"]] == [
        f"{API}/deployments?member_state=EE",
        f"{API}/deployments?member_state=FR",
    ]


async def test_countries_are_the_partner_countries_of_actions(client: httpx.AsyncClient, make: Maker) -> None:
    await make.action("a", countries=["PH", "AZ"], region="asia")
    await make.action("b", countries=["PH"], region="asia")
    await make.action("c", countries=["PH"])
    assert await values(client, "measure=countries&by=region") == {"asia": 2, None: 1}
    assert await totals(client, "measure=countries&by=region") == (2, 3, 1, 1)
    assert (await figure(client, "measure=countries&by=region"))["totals"][
        "href"
    ] == f"{API}/countries?has_actions=true"


# -- one link, one record --


async def test_two_dimensions_of_one_link_are_read_from_one_record(client: httpx.AsyncClient, make: Maker) -> None:
    action = await make.action("a")
    await make.deployment(action, "EE", organisation_type="academia")
    await make.deployment(action, "FR", organisation_type="ngo")
    assert await values(client, "measure=actions&by=sending_country&by=organisation_type") == {
        ("EE", "academia"): 1,
        ("FR", "ngo"): 1,
    }


async def test_dimensions_of_two_links_combine(client: httpx.AsyncClient, make: Maker) -> None:
    action = await make.action("a", themes=["asylum"])
    await make.activity(action, "training")
    await make.activity(action, "seminar")
    await make.deployment(action, "EE")
    await make.deployment(action, "FR")
    assert set(await values(client, "measure=actions&by=activity_type&by=sending_country")) == {
        ("training", "EE"),
        ("training", "FR"),
        ("seminar", "EE"),
        ("seminar", "FR"),
    }


async def test_a_filter_limits_the_rows_of_its_link(client: httpx.AsyncClient, make: Maker) -> None:
    await make.action("a", themes=["asylum", "visa-policy"], countries=["PH", "AZ"])
    assert await values(client, "measure=actions&by=theme&theme=asylum") == {"asylum": 1}
    assert await values(client, "measure=actions&by=pillar&theme=asylum") == {"international-protection-and-asylum": 1}
    assert await values(client, "measure=actions&by=country&subregion=145") == {"AZ": 1}
    assert await values(client, "measure=countries&by=subregion&country=PH") == {"035": 1}


async def test_a_filter_leaves_the_rows_of_other_links_whole(client: httpx.AsyncClient, make: Maker) -> None:
    await make.action("a", themes=["asylum", "visa-policy"], countries=["PH", "AZ"])
    await make.action("b", themes=["visa-policy"], countries=["AZ"])
    assert await values(client, "measure=actions&by=country&theme=asylum") == {"AZ": 1, "PH": 1}


async def test_filters_of_one_link_ask_for_one_record(client: httpx.AsyncClient, make: Maker) -> None:
    apart = await make.action("apart")
    await make.deployment(apart, "EE", organisation_type="ngo")
    await make.deployment(apart, "FR", organisation_type="academia")
    both = await make.action("both")
    await make.deployment(both, "EE", organisation_type="academia")
    query = "measure=actions&by=sending_country&member_state=EE&organisation_type=academia"
    assert await values(client, query) == {"EE": 1}


# -- without a value --


async def test_an_action_without_the_child_stands_with_those_whose_child_has_no_value(
    client: httpx.AsyncClient, make: Maker
) -> None:
    await make.action("without deployments")
    unknown = await make.action("sender unknown")
    await make.deployment(unknown, None, origin="European")
    known = await make.action("one known, one unknown")
    await make.deployment(known, "EE")
    await make.deployment(known)
    query = "measure=actions&by=sending_country"
    assert await values(client, query) == {"EE": 1, None: 3}
    assert await totals(client, query) == (3, 4, 1, 3)
    (*_, last) = (await figure(client, query))["rows"]
    assert last["sending_country"] == {"key": None, "label": "Country not stated"}
    assert last["href"] == f"{API}/actions?sending_country=none"


async def test_a_child_stands_for_none_only_by_its_own_value(client: httpx.AsyncClient, make: Maker) -> None:
    action = await make.action("a")
    await make.deployment(action, "EE")
    await make.deployment(action)
    assert await values(client, "measure=deployments&by=sending_country") == {"EE": 1, None: 1}
    assert await values(client, "measure=deployments&by=activity_type") == {None: 2}


async def test_rows_without_a_value_can_be_asked_for(client: httpx.AsyncClient, make: Maker) -> None:
    await make.action("none")
    await make.action("some", themes=["asylum"])
    assert await values(client, "measure=actions&by=theme&theme=none") == {None: 1}
    assert await values(client, "measure=actions&by=theme&theme=none&theme=asylum") == {"asylum": 1, None: 1}


async def test_unassigned_counts_every_row_that_lacks_a_value(client: httpx.AsyncClient, make: Maker) -> None:
    await make.action("neither")
    await make.action("theme", themes=["asylum"])
    await make.action("country", countries=["PH"])
    await make.action("both", themes=["asylum"], countries=["PH"])
    assert await totals(client, "measure=actions&by=theme&by=country") == (4, 4, 0, 3)


# -- membership of the EU --


async def test_membership_is_that_of_the_first_day(client: httpx.AsyncClient, make: Maker) -> None:
    members = [
        ("GB", "2020-01-30"),
        ("GB", "2020-01-31"),
        ("GB", "2020-01"),
        ("GB", "2020"),  # by the first day that it can mean
        ("HR", "2013-07-01"),
        ("HR", "2013-07"),
        ("HR", "2014"),
        ("DE", "2009"),
    ]
    others = [
        ("GB", "2020-02-01"),
        ("GB", "2020-02"),
        ("GB", "2021"),
        ("HR", "2013-06-30"),
        ("HR", "2013"),
        ("CH", "2015"),
    ]
    made = {}
    for country, start in [*members, *others]:
        action = await make.action("a", start=start, end=start)
        made[await make.deployment(action, country)] = (country, start) in members
    listed = (await client.get(f"{API}/deployments?limit=100")).json()["items"]
    assert {item["id"]: item["is_eu_member_state"] for item in listed} == made
    assert await values(client, "measure=deployments&by=member_state") == {"GB": 4, "HR": 3, "DE": 1, "outside-eu": 6}
    assert await values(client, "measure=deployments&by=eu_member") == {"true": 8, "false": 6}


async def test_the_activity_decides_on_membership_where_its_day_is_known(
    client: httpx.AsyncClient, make: Maker
) -> None:
    action = await make.action("a", start="2019-10", end="2020-06")
    before = await make.activity(action, start="2020-01", end="2020-01")
    after = await make.activity(action, start="2020-03", end="2020-03")
    undated = await make.activity(action)
    for activity in (before, after, undated, None):
        await make.deployment(action, "GB", activity=activity)
    assert await values(client, "measure=deployments&by=member_state") == {"GB": 3, "outside-eu": 1}
    assert await values(client, "measure=actions&by=member_state") == {"GB": 1, "outside-eu": 1}


async def test_without_any_date_a_membership_that_lasts_counts(client: httpx.AsyncClient, make: Maker) -> None:
    action = await make.action("a")
    for country in ("HR", "GB", "CH"):
        await make.deployment(action, country)
    assert await values(client, "measure=deployments&by=member_state") == {"HR": 1, "outside-eu": 2}


async def test_what_is_no_member_state_comes_after_all_that_are(client: httpx.AsyncClient, make: Maker) -> None:
    action = await make.action("a", start="2015")
    for country in ("CH", "CH", "UA", "EE", None, None, None):
        await make.deployment(action, country)
    query = "measure=deployments&by=member_state"
    assert list((await values(client, query)).items()) == [("EE", 1), ("outside-eu", 3), (None, 3)]
    assert await totals(client, query) == (7, 7, 0, 3)
    rows = (await figure(client, query))["rows"]
    assert [(await client.get(row["href"])).json()["total"] for row in rows] == [1, 3, 3]


# -- the year of a deployment --


async def test_a_deployment_has_the_year_of_its_activity_else_those_of_its_action(
    client: httpx.AsyncClient, make: Maker
) -> None:
    action = await make.action("dated", start="2012-06", end="2014")
    await make.activity(action, start="2010", end="2010")  # of no deployment
    dated = await make.activity(action, start="2013-05", end="2013-05")
    await make.deployment(action, "EE", activity=dated)
    await make.deployment(action, "FR", activity=await make.activity(action))
    await make.deployment(action, "DE")
    await make.deployment(await make.action("undated"), "IT")
    assert await values(client, "deployments-per-year") == {"2012": 2, "2013": 3, "2014": 2, None: 1}
    assert await totals(client, "deployments-per-year") == (4, 8, 4, 1)
    assert await values(client, "deployments-per-year?deployed_in=2013-06/2013") == {"2013": 2}
    assert await values(client, "member-states-by-year?deployed_in=2014") == {("DE", "2014"): 1, ("FR", "2014"): 1}
    listed = {
        query: (await client.get(f"{API}/deployments?{query}")).json()["total"]
        for query in (
            "deployed_in=2013",
            "deployed_in=none",
            "activity_in=2013",
            "deployed_in=2010",
            "activity_in=2010",
        )
    }
    assert list(listed.values()) == [3, 1, 3, 0, 3]


async def test_without_a_country_there_is_no_answer_to_membership(client: httpx.AsyncClient, make: Maker) -> None:
    action = await make.action("a", start="2015")
    await make.deployment(action, None, origin="European", organisation_type="private-consultant")
    await make.deployment(action, "CH")
    assert await values(client, "measure=deployments&by=eu_member") == {"false": 1, None: 1}
    assert await values(client, "measure=deployments&by=member_state") == {"outside-eu": 1, None: 1}
    assert await values(client, "measure=deployments&by=sending_country&by=eu_member") == {
        ("CH", "false"): 1,
        (None, None): 1,
    }


# -- years --


async def test_an_action_stands_in_each_year_in_which_it_ran(client: httpx.AsyncClient, make: Maker) -> None:
    await make.action("over new year", start="2010-05", end="2011-01")
    await make.action("one day", start="2011-12-31", end="2011-12-31")
    await make.action("by years", start="2011", end="2012")
    await make.action("undated")
    query = "measure=actions&by=active_year"
    assert await values(client, query) == {"2010": 1, "2011": 3, "2012": 1, None: 1}
    assert await totals(client, query) == (4, 6, 2, 1)


async def test_an_open_end_runs_on_until_the_day_of_the_question(client: httpx.AsyncClient, make: Maker) -> None:
    await make.action("open", start="2012-11")
    assert await values(client, "measure=actions&by=active_year&as_of=2014-03-01") == {"2012": 1, "2013": 1, "2014": 1}
    assert await values(client, "measure=actions&by=active_year&as_of=2010-03-01") == {"2012": 1}


async def test_intervals_limit_the_years_and_their_days(client: httpx.AsyncClient, make: Maker) -> None:
    await make.action("winter", start="2012-11", end="2013-01")
    await make.action("spring", start="2012-03", end="2012-04")
    await make.action("long", start="2010", end="2015")
    query = "measure=actions&by=active_year&active_in=2012-06/2013-02"
    assert await values(client, query) == {"2012": 2, "2013": 2}
    answer = await figure(client, query)
    assert [row["href"] for row in answer["rows"]] == [
        f"{API}/actions?active_in=2012-06/2012-12",
        f"{API}/actions?active_in=2013-01/2013-02",
    ]
    assert answer["totals"]["href"] == f"{API}/actions?active_in=2012-06/2013-02"


async def test_two_intervals_in_one_year_make_one_row(client: httpx.AsyncClient, make: Maker) -> None:
    await make.action("all year", start="2012", end="2012")
    await make.action("march", start="2012-03", end="2012-03")
    await make.action("summer", start="2012-07", end="2012-08")
    answer = await figure(client, "measure=actions&by=active_year&active_in=2012-03&active_in=2012-10/2012-11")
    assert [(row["active_year"]["key"], row["value"], row["href"]) for row in answer["rows"]] == [
        ("2012", 2, f"{API}/actions?active_in=2012-03&active_in=2012-10/2012-11")
    ]


async def test_an_open_interval_has_the_years_of_the_record(client: httpx.AsyncClient, make: Maker) -> None:
    await make.action("early", start="2009", end="2013")
    await make.action("late", start="2015", end="2016")
    assert await values(client, "measure=actions&by=active_year&active_in=2012/..") == {
        "2012": 1,
        "2013": 1,
        "2015": 1,
        "2016": 1,
    }
    assert await values(client, "measure=actions&by=active_year&active_in=../2010") == {"2009": 1, "2010": 1}
    answer = await figure(client, "measure=actions&by=active_year&active_in=2012-05/..")
    assert [row["href"] for row in answer["rows"]][:2] == [
        f"{API}/actions?active_in=2012-05/2012-12",
        f"{API}/actions?active_in=2013",
    ]


async def test_the_year_of_the_start_is_that_of_a_date_of_any_precision(client: httpx.AsyncClient, make: Maker) -> None:
    for start in ("2012", "2012-05", "2012-12-31", None):
        await make.action(f"from {start}", start=start)
    assert await values(client, "measure=actions&by=start_year") == {"2012": 3, None: 1}
    assert await values(client, "measure=actions&by=start_year&started_in=2012-05") == {"2012": 2}


async def test_an_activity_stands_in_its_own_years(client: httpx.AsyncClient, make: Maker) -> None:
    action = await make.action("a", start="2010", end="2014")
    await make.activity(action, start="2011-12", end="2012-01")
    await make.activity(action)
    assert await values(client, "measure=activities&by=activity_year") == {"2011": 1, "2012": 1, None: 1}
    assert await values(client, "measure=activities&by=activity_year&activity_in=2012") == {"2012": 1}
    assert await values(client, "measure=actions&by=activity_year") == {"2011": 1, "2012": 1, None: 1}


async def test_two_dimensions_of_years_stand_side_by_side(client: httpx.AsyncClient, make: Maker) -> None:
    action = await make.action("a", start="2010", end="2011")
    await make.activity(action, start="2011-03", end="2011-03")
    assert await values(client, "measure=actions&by=active_year&by=activity_year") == {
        ("2010", "2011"): 1,
        ("2011", "2011"): 1,
    }


# -- status --


async def test_status_is_that_of_the_day_and_the_addresses_keep_the_day(client: httpx.AsyncClient, make: Maker) -> None:
    await make.action("a", start="2010", end="2011")
    await make.action("b", start="2012")
    await make.action("undated")
    assert await values(client, "measure=actions&by=status&as_of=2009-12-31") == {"planned": 3}
    assert await values(client, "measure=actions&by=status&as_of=2011-12-31") == {"planned": 2, "ongoing": 1}
    answer = await figure(client, "measure=actions&by=status&as_of=2012-01-01")
    assert answer["as_of"] == "2012-01-01"
    assert [(row["status"]["key"], row["value"], row["href"]) for row in answer["rows"]] == [
        ("completed", 1, f"{API}/actions?status=completed&as_of=2012-01-01"),
        ("ongoing", 1, f"{API}/actions?status=ongoing&as_of=2012-01-01"),
        ("planned", 1, f"{API}/actions?status=planned&as_of=2012-01-01"),
    ]


async def test_an_address_names_the_day_wherever_the_list_depends_on_it(client: httpx.AsyncClient, make: Maker) -> None:
    await make.activity(await make.action("a"), status="planned")
    for query in ("by=status", "by=theme&status=planned", "by=theme&activity_status=planned"):
        answer = await figure(client, f"measure=actions&{query}")
        (row,) = answer["rows"]
        assert parse_qs(row["href"].partition("?")[2])["as_of"] == [answer["as_of"]]


async def test_a_day_that_was_given_stays_in_the_addresses(client: httpx.AsyncClient, make: Maker) -> None:
    await make.action("a", region="asia")
    answer = await figure(client, "measure=actions&by=region&as_of=2014-06-30")
    assert answer["rows"][0]["href"] == f"{API}/actions?region=asia&as_of=2014-06-30"
    assert answer["totals"]["href"] == f"{API}/actions?as_of=2014-06-30"


async def test_an_address_names_no_day_where_nothing_depends_on_it(client: httpx.AsyncClient, make: Maker) -> None:
    await make.action("a", start="2010")
    answer = await figure(client, "measure=actions&by=active_year&active_in=2012")
    assert [row["href"] for row in answer["rows"]] == [f"{API}/actions?active_in=2012"]


# -- rows --


async def test_rows_stand_by_their_weight_then_by_label_and_what_has_no_value_last(
    client: httpx.AsyncClient, make: Maker
) -> None:
    await make.action("a", themes=["visa-policy", "asylum", "diaspora-engagement"])
    await make.action("b", themes=["visa-policy"])
    for number in range(3):
        await make.action(f"without {number}")
    assert list(await values(client, "measure=actions&by=theme")) == [
        "visa-policy",
        "asylum",
        "diaspora-engagement",
        None,
    ]


async def test_years_run_whatever_their_weight(client: httpx.AsyncClient, make: Maker) -> None:
    await make.action("undated")
    await make.action("a", start="2013", end="2013")
    await make.action("b", start="2012", end="2013")
    await make.action("c", start="2010", end="2010")
    assert list(await values(client, "measure=actions&by=active_year")) == ["2010", "2012", "2013", None]


async def test_two_dimensions_are_ordered_each_by_itself(client: httpx.AsyncClient, make: Maker) -> None:
    await make.action("a", themes=["asylum"], countries=["PH", "AZ"])
    await make.action("b", themes=["asylum", "visa-policy"], countries=["AZ"])
    assert list(await values(client, "measure=actions&by=theme&by=country")) == [
        ("asylum", "AZ"),
        ("asylum", "PH"),
        ("visa-policy", "AZ"),
    ]


async def test_every_key_has_its_label(client: httpx.AsyncClient, make: Maker) -> None:
    partner = await make.partner("Ministry of Labour")
    action = await make.action(
        "a",
        themes=["asylum"],
        countries=["CI"],
        partners=[partner],
        region="middle-east-north-africa",
        start="2012",
        end="2012",
    )
    await make.activity(action, "fact-finding-mission", country="TR", start="2012", end="2012")
    await make.deployment(action, "CZ", organisation_type="ngo")
    await make.output(action, kind="resource-book")
    labels = {}
    for name in DIMENSIONS:
        (row,) = (await figure(client, f"measure=actions&by={name}&as_of=2013-01-01"))["rows"]
        labels[name] = row[name]["label"]
    assert labels == {
        "theme": "Asylum",
        "pillar": "International protection and asylum",
        "country": "Côte d'Ivoire",
        "subregion": "Sub-Saharan Africa",
        "region": "Middle East and North Africa",
        "partner": "Ministry of Labour",
        "status": "Completed",
        "start_year": "2012",
        "active_year": "2012",
        "activity_type": "Fact-finding mission",
        "activity_year": "2012",
        "activity_country": "Türkiye",
        "sending_country": "Czechia",
        "member_state": "Czechia",
        "eu_member": "EU member states",
        "organisation_type": "NGO",
        "deployment_year": "2012",
        "output_kind": "Resource book",
    }


async def test_every_row_without_a_value_has_a_label(client: httpx.AsyncClient, make: Maker) -> None:
    await make.action("a")
    for name in DIMENSIONS.keys() - {"status"}:
        (row,) = (await figure(client, f"measure=actions&by={name}"))["rows"]
        assert row[name]["key"] is None
        assert row[name]["label"][0].isupper()


async def test_a_row_names_just_what_was_asked_for(client: httpx.AsyncClient, make: Maker) -> None:
    await make.action("a", themes=["asylum"], region="asia")
    answer = await figure(client, "measure=actions&by=region&by=theme")
    assert answer["rows"] == [
        {
            "region": {"key": "asia", "label": "Asia"},
            "theme": {"key": "asylum", "label": "Asylum"},
            "value": 1,
            "href": f"{API}/actions?region=asia&theme=asylum",
        }
    ]


async def test_nothing_makes_an_empty_figure(client: httpx.AsyncClient) -> None:
    for measure in MEASURES:
        for dimension in DIMENSIONS:
            answer = await figure(client, f"measure={measure}&by={dimension}")
            assert answer["rows"] == []
            assert {**answer["totals"], "href": ""} == {
                "distinct": 0,
                "sum_of_rows": 0,
                "counted_more_than_once": 0,
                "unassigned": 0,
                "unconfirmed_ends": 0,
                "href": "",
            }


# -- zero rows --


async def test_empty_rows_name_every_value_of_a_vocabulary(client: httpx.AsyncClient, make: Maker) -> None:
    await make.action("a", themes=["asylum"], region="asia")
    for name, known in (
        ("region", list(Region)),
        ("pillar", list(Pillar)),
        ("activity_type", list(ActivityType)),
        ("organisation_type", list(OrganisationType)),
        ("status", list(Status)),
        ("eu_member", ["true", "false"]),
    ):
        found = await values(client, f"measure=actions&by={name}&include_empty=true")
        assert set(found) - {None} == set(known)
        assert sum(found.values()) == 1
    themes = await values(client, "measure=actions&by=theme&include_empty=true")
    assert len(themes) == 21
    assert (themes["asylum"], themes["visa-policy"]) == (1, 0)


async def test_empty_rows_lead_to_empty_lists(client: httpx.AsyncClient, make: Maker) -> None:
    await make.action("a", themes=["asylum"], region="asia")
    answer = await figure(client, "measure=actions&by=theme&by=region&include_empty=true")
    assert len(answer["rows"]) == 21 * 5
    for row in answer["rows"][:12]:
        assert (await client.get(row["href"])).json()["total"] == row["value"]
    assert answer["totals"]["distinct"] == 1


async def test_empty_rows_keep_to_the_filter_of_their_dimension(client: httpx.AsyncClient, make: Maker) -> None:
    await make.action("a", themes=["asylum"])
    query = "measure=actions&by=theme&theme=asylum&theme=visa-policy&include_empty=true"
    assert await values(client, query) == {"asylum": 1, "visa-policy": 0}


async def test_no_row_without_a_value_is_added_where_there_is_no_such_record(
    client: httpx.AsyncClient, make: Maker
) -> None:
    await make.action("a", region="asia")
    assert None not in await values(client, "measure=actions&by=region&include_empty=true")


async def test_empty_member_states_are_those_of_the_period(client: httpx.AsyncClient, make: Maker) -> None:
    await make.action("a", start="2009", end="2022")

    async def missing(query: str) -> set[str]:
        found = await values(client, f"measure=actions&by=member_state&include_empty=true&{query}")
        return set(MEMBER_STATES) - set(found)

    assert await missing("active_in=2012") == {"HR"}
    assert await missing("active_in=2013") == set()
    assert await missing("active_in=2021") == {"GB"}
    assert await missing("active_in=2012&active_in=2021") == set()
    assert await missing("as_of=2022-01-01") == set()
    assert await missing("as_of=2010-01-01") == {"HR"}


async def test_empty_years_fill_the_gaps(client: httpx.AsyncClient, make: Maker) -> None:
    await make.action("a", start="2010", end="2010")
    await make.action("b", start="2013", end="2013")
    assert await values(client, "measure=actions&by=active_year&include_empty=true") == {
        "2010": 1,
        "2011": 0,
        "2012": 0,
        "2013": 1,
    }
    assert await values(client, "measure=actions&by=start_year&include_empty=true&started_in=2012/2014") == {
        "2012": 0,
        "2013": 1,
        "2014": 0,
    }


async def test_empty_years_of_an_empty_record_are_those_of_the_filter(client: httpx.AsyncClient) -> None:
    for query in ("by=active_year&active_in=", "by=start_year&started_in=", "by=activity_year&activity_in="):
        asked = f"measure=actions&include_empty=true&{query}"
        assert await values(client, f"{asked}2012/2013") == {"2012": 0, "2013": 0}
        assert await values(client, f"{asked}../2012") == {"2012": 0}
        assert await values(client, f"{asked}2012/..") == {"2012": 0}
    assert await values(client, "measure=actions&include_empty=true&by=active_year") == {}


# -- presets --


async def test_a_figure_of_too_many_cells_is_refused_with_the_bound(client: httpx.AsyncClient, make: Maker) -> None:
    await make.action("one", countries=["PH"])
    query = "aggregates?measure=actions&by=country&by=sending_country&include_empty=true"
    for form in ("json", "csv", "xlsx", "jsonstat", "geojson", "svg", "png"):
        error = await problem(client, f"{query}&format={form}")
        assert (error["parameter"], error["code"]) == ("by", "too-many-cells")
        assert "20,000" in error["message"]
    few = "&".join(f"country={code}" for code in ("PH", "VN", "ID"))
    assert len((await figure(client, f"{query.partition('?')[2]}&{few}"))["rows"]) == 3 * len(COUNTRIES) + 1


@pytest.fixture
def frozen() -> Iterator[None]:
    """What was made before is not looked through for garbage, as in a process that serves."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize("form", ["json", "csv", "xlsx", "svg", "png"])
async def test_a_large_figure_does_not_hold_up_other_requests(client: httpx.AsyncClient, form: str) -> None:
    many = "&".join(f"country={code}" for code in list(COUNTRIES)[:75])
    query = f"{API}/aggregates?measure=actions&by=country&by=sending_country&include_empty=true&{many}&format={form}"

    async def get() -> None:
        assert (await client.get(query, headers={"Cache-Control": "no-cache"})).status_code == 200

    await assert_others_get_turns(get)


@pytest.mark.parametrize(
    ("places", "total", "paths", "others"),
    [
        (FIGURES, 2, ["aggregates/actions-per-theme"], ["actions", "facets", "headline"]),
        (SUMMARIES, 4, ["facets", "headline"], ["actions", "aggregates/actions-per-theme"]),
    ],
    ids=["figures", "summaries"],
)
async def test_figures_wait_for_their_turn_and_others_do_not(
    client: httpx.AsyncClient, places: Places, total: int, paths: list[str], others: list[str]
) -> None:
    async with AsyncExitStack() as held:
        for name in range(total):
            await held.enter_async_context(places.hold(str(name)))
        waiting = [asyncio.create_task(client.get(f"{API}/{path}")) for path in paths]
        for path in others:
            assert (await client.get(f"{API}/{path}")).status_code == 200
        assert not any(task.done() for task in waiting)
    for task in waiting:
        assert (await task).status_code == 200


async def test_summaries_wait_for_no_large_work(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "LARGE", 0)  # everything goes to a thread, as with a large record
    is_done = Event()
    work = asyncio.create_task(threads.run_large(is_done.wait, 60))
    try:
        figure_of_two = asyncio.create_task(client.get(f"{API}/aggregates?measure=actions&by=theme&by=country"))
        async with asyncio.timeout(30):
            for path in ("facets", "headline"):
                assert (await client.get(f"{API}/{path}")).status_code == 200
        assert not figure_of_two.done()
    finally:
        is_done.set()
        assert await work
    assert (await figure_of_two).status_code == 200


async def test_a_preset_is_its_measure_and_dimensions(client: httpx.AsyncClient, make: Maker) -> None:
    action = await make.action("a", themes=["asylum"], countries=["PH"], region="asia", start="2012", end="2013")
    await make.activity(action, start="2012", end="2012")
    await make.deployment(action, "EE")
    for preset in PRESETS.values():
        asked = "&".join(f"by={name}" for name in preset.by)
        for filters in ("active_in=2012", "theme=none", "include_empty=true&theme=asylum"):
            long = await figure(client, f"measure={preset.measure}&{asked}&{filters}")
            assert await figure(client, f"{preset.name}?{filters}") == long


def test_every_preset_of_the_contract_is_there() -> None:
    assert {name: (preset.measure, *preset.by) for name, preset in PRESETS.items()} == {
        "actions-per-theme": ("actions", "theme"),
        "actions-per-country": ("actions", "country"),
        "actions-per-region": ("actions", "region"),
        "actions-per-year": ("actions", "active_year"),
        "actions-per-status": ("actions", "status"),
        "activities-per-type": ("activities", "activity_type"),
        "activities-per-year": ("activities", "activity_year"),
        "deployments-per-member-state": ("deployments", "member_state"),
        "deployments-per-sending-country": ("deployments", "sending_country"),
        "deployments-per-organisation-type": ("deployments", "organisation_type"),
        "deployments-per-year": ("deployments", "deployment_year"),
        "member-states-by-year": ("deployments", "member_state", "deployment_year"),
        "member-states-by-country": ("actions", "member_state", "country"),
        "themes-by-year": ("actions", "theme", "active_year"),
    }


# -- what is refused --


async def test_an_unknown_measure_is_refused_with_the_known_ones(client: httpx.AsyncClient) -> None:
    error = await problem(client, "aggregates?measure=people&by=theme")
    assert (error["parameter"], error["allowed"]) == ("measure", list(MEASURES))


async def test_an_unknown_dimension_is_refused_with_the_known_ones(client: httpx.AsyncClient) -> None:
    error = await problem(client, "aggregates?measure=actions&by=colour")
    assert (error["parameter"], error["allowed"]) == ("by", list(DIMENSIONS))


async def test_what_can_not_be_answered_is_refused_by_name(client: httpx.AsyncClient) -> None:
    for query, parameter in (
        ("measure=actions", "by"),
        ("by=theme", "measure"),
        ("measure=actions&by=theme&by=country&by=region", "by"),
        ("measure=actions&by=theme&by=theme", "by"),
        ("measure=actions&by=theme&limit=5", "limit"),
        ("measure=actions&by=theme&colour=red", "colour"),
        ("measure=actions&by=theme&theme=gardening", "theme"),
        ("measure=actions&by=theme&region=asia&region=atlantis", "region"),
        ("measure=actions&by=theme&status=none", "status"),
        ("measure=actions&by=theme&active_in=2012-13", "active_in"),
        ("measure=actions&by=theme&as_of=2012", "as_of"),
        ("measure=actions&by=theme&include_empty=perhaps", "include_empty"),
    ):
        assert (await problem(client, f"aggregates?{query}"))["parameter"] == parameter


async def test_an_unknown_preset_is_not_found(client: httpx.AsyncClient) -> None:
    assert (await client.get(f"{API}/aggregates/actions-per-colour")).status_code == 404


async def test_a_preset_takes_no_measure(client: httpx.AsyncClient) -> None:
    assert (await problem(client, "aggregates/actions-per-theme?measure=outputs"))["parameter"] == "measure"
