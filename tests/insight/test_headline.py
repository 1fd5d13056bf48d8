"""The headline: each figure is what the list behind it says."""

import httpx
import pytest

from tests.selection.making import API

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("query", ["", "?active_in=2013", "?theme=asylum&member_state=NL", "?country=none"])
async def test_every_figure_is_the_total_of_its_list(rich: httpx.AsyncClient, query: str) -> None:
    answer = (await rich.get(f"{API}/headline{query}")).json()
    figures = answer["figures"]
    for name in ("actions", "countries", "partners", "activities", "deployments"):
        assert (await rich.get(figures[name]["href"])).json()["total"] == figures[name]["value"], name
    sign = "&" if "?" in figures["experts"]["href"] else "?"
    experts = (await rich.get(f"{figures['experts']['href']}{sign}limit=500")).json()["items"]
    assert sum(row["experts_count"] or 0 for row in experts) == figures["experts"]["value"]
    states = (await rich.get(figures["member_states"]["href"])).json()["rows"]
    assert (
        sum(row["member_state"]["key"] not in (None, "outside-eu") for row in states)
        == figures["member_states"]["value"]
    )
    share = figures["outside_eu"]
    assert (await rich.get(share["href"])).json()["total"] == share["part"]
    assert (await rich.get(share["whole_href"])).json()["total"] == share["whole"]
    assert share["value"] == (share["part"] / share["whole"] if share["whole"] else None)
    assert [figure["measure"] for figure in answer["per_region"]] == [
        "actions",
        "countries",
        "activities",
        "deployments",
    ]
    for figure in [*answer["per_region"], *answer["per_organisation_type"]]:
        assert figure["totals"]["distinct"] == figures[figure["measure"]]["value"]
    assert all(figure is None or figure["definition"].endswith(".") for figure in figures.values())


async def test_a_filter_that_decides_the_share_leaves_none(rich: httpx.AsyncClient) -> None:
    answer = (await rich.get(f"{API}/headline?eu_member=true")).json()
    assert answer["figures"]["outside_eu"] is None
    assert answer["figures"]["deployments"]["value"] > 0


async def test_nothing_is_built_for_who_has_it(rich: httpx.AsyncClient) -> None:
    first = await rich.get(f"{API}/headline")
    again = await rich.get(f"{API}/headline", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
