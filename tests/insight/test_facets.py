"""Facets: each count is the total of the list that it leads to."""

from typing import Any

import httpx
import pytest

from app.insight.facets import FACETS
from app.selection.filters import RecordFilters
from tests.selection.making import API, problem

pytestmark = pytest.mark.anyio


async def facets(client: httpx.AsyncClient, query: str = "") -> dict[str, Any]:
    """The answer to a query."""
    response = await client.get(f"{API}/facets{query}")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def counts(answer: dict[str, Any], parameter: str) -> dict[str, int]:
    """The count of each value of a filter."""
    (facet,) = [facet for facet in answer["facets"] if facet["parameter"] == parameter]
    return {row["value"]: row["count"] for row in facet["values"]}


def test_every_filter_that_has_values_has_counts() -> None:
    assert set(RecordFilters.declared()) - set(FACETS) == {"q", "action", "source", "activity"}


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?theme=labour-migration&country=PH&country=KG",
        "?member_state=NL&organisation_type=national-administration&active_in=2010/2014",
        "?status=completed&as_of=2014-06-01&activity_type=training&eu_member=true",
        "?measure=deployments&sending_country=none&pillar=migration-and-development",
        "?measure=countries&activity_in=2013&ended_in=none",
    ],
)
async def test_every_count_is_the_total_of_its_list(rich: httpx.AsyncClient, query: str) -> None:
    answer = await facets(rich, query)
    assert [facet["parameter"] for facet in answer["facets"]] == list(FACETS)
    assert (await rich.get(answer["href"])).json()["total"] == answer["total"]
    for facet in answer["facets"]:
        given = answer["filters"].get(facet["parameter"], [])
        assert [row["value"] for row in facet["values"] if row["is_selected"]] == [
            row["value"] for row in facet["values"] if row["value"] in given
        ]
        for row in facet["values"][::3]:  # not each of them, but of every kind
            sign = "&" if "?" in row["href"] else "?"
            listed = await rich.get(f"{row['href']}{sign}limit=1")
            assert listed.status_code == 200, listed.text
            assert listed.json()["total"] == row["count"], (facet["parameter"], row)


async def test_a_filter_does_not_hide_its_own_alternatives(rich: httpx.AsyncClient) -> None:
    plain, narrowed = await facets(rich), await facets(rich, "?theme=asylum")
    assert counts(narrowed, "theme") == counts(plain, "theme")
    assert counts(narrowed, "country") != counts(plain, "country")
    assert narrowed["total"] == counts(plain, "theme")["asylum"] < plain["total"]


async def test_known_values_without_records_can_be_shown(rich: httpx.AsyncClient) -> None:
    answer = await facets(rich, "?facet=activity_type&facet=status&include_empty=true&theme=asylum&region=asia")
    assert [facet["parameter"] for facet in answer["facets"]] == ["status", "activity_type"]
    assert len(counts(answer, "activity_type")) >= 18
    assert set(counts(answer, "status")) == {"planned", "ongoing", "completed", "unconfirmed"}


async def test_an_unknown_facet_is_refused_with_the_known_ones(rich: httpx.AsyncClient) -> None:
    found = await problem(rich, "facets?facet=colour")
    assert found["parameter"] == "facet"
    assert "theme" in found["allowed"]
