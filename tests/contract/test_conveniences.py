"""What people try first: addresses that they guess, and values as they would write them."""

import httpx
import pytest

from app.core.listing import API

pytestmark = pytest.mark.anyio


async def test_the_base_of_the_api_says_what_there_is(anonymous: httpx.AsyncClient) -> None:
    index = (await anonymous.get(API)).json()
    addresses = [resource["href"] for resource in index["resources"]]
    assert {f"{API}/actions", f"{API}/countries", f"{API}/headline", f"{API}/search"} <= {*addresses}
    assert all(resource["summary"] for resource in index["resources"])
    for address in (index["documentation"], index["openapi"], f"{API}/actions"):
        assert (await anonymous.get(address)).status_code == 200, address


async def test_there_is_an_icon_where_browsers_look_for_it(anonymous: httpx.AsyncClient) -> None:
    icon = await anonymous.get("/favicon.ico")
    assert (icon.status_code, icon.headers["content-type"]) == (200, "image/svg+xml")


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("active_in=2012-2014", "did you mean 2012/2014?"),
        ("active_in=2012-05-2014-06", "did you mean 2012-05/2014-06?"),
        ("active_in=2013/", "did you mean 2013/..?"),
        ("active_in=/2013", "did you mean ../2013?"),
        ("country=UK", "did you mean 'GB'?"),
        ("member_state=EL", "did you mean 'GR'?"),
        ("country=Georgia", "did you mean 'GE'?"),
        ("country=the%20Philippines", "did you mean 'PH'?"),
        ("status=Ongoing", "did you mean 'ongoing'?"),
        ("country=PH,ID", "repeat the parameter for each of several values"),
        ("country[]=PH", "repeat 'country' for each of several values"),
    ],
)
async def test_a_refusal_says_what_was_likely_meant(anonymous: httpx.AsyncClient, query: str, hint: str) -> None:
    refused = await anonymous.get(f"{API}/actions?{query}")
    (error,) = refused.json()["errors"]
    assert refused.status_code == 422
    assert hint in error["message"]
    assert len(error.get("allowed", [])) < 50


@pytest.mark.parametrize("query", ["active_in=2014-2012", "active_in=soon-2014", "country=Atlantis"])
async def test_nothing_is_suggested_where_nothing_is_meant(anonymous: httpx.AsyncClient, query: str) -> None:
    (error,) = (await anonymous.get(f"{API}/actions?{query}")).json()["errors"]
    assert "did you mean" not in error["message"]


@pytest.mark.parametrize("kind", ["activities", "deployments", "outputs"])
async def test_what_belongs_to_an_action_is_listed_under_it(anonymous: httpx.AsyncClient, kind: str) -> None:
    action = (await anonymous.get(f"{API}/actions/myanmar-labour-migration")).json()
    for named in (action["id"], action["slug"]):
        page = (await anonymous.get(f"{API}/actions/{named}/{kind}?limit=2")).json()
        assert page["items"] == action[kind][:2]
        assert page["total"] == action["counts"][kind]
        while page["next"]:
            page = (await anonymous.get(page["next"])).json()
            assert all(item["action"] == action["id"] for item in page["items"])
        by_filter = (await anonymous.get(f"{API}/{kind}?action={named}&limit=100")).json()
        assert by_filter["items"] == action[kind]
        table = (await anonymous.get(f"{API}/actions/{named}/{kind}?format=csv&fields=id")).text
        assert table.split() == ["id", *(str(item["id"]) for item in action[kind])]
    for named in ("999", "99999999999", "nothing"):
        assert (await anonymous.get(f"{API}/actions/{named}/{kind}")).status_code == 404
        assert (await anonymous.get(f"{API}/{kind}?action={named}")).status_code == 422


async def test_deployments_are_found_by_their_activity(anonymous: httpx.AsyncClient) -> None:
    for path in ("deployments?activity=31", "actions/10/deployments?activity=31"):
        page = (await anonymous.get(f"{API}/{path}")).json()
        assert page["total"]
        assert {item["activity"] for item in page["items"]} == {31}
