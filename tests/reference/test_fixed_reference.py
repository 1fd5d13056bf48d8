"""Countries, regions and vocabularies over HTTP: read only."""

import httpx
import pytest

from app.core.listing import API
from app.reference.countries import COUNTRIES
from app.reference.vocabularies import VOCABULARIES, Region

pytestmark = pytest.mark.anyio


async def test_every_country_of_the_table_is_listed(shared: httpx.AsyncClient) -> None:
    page = (await shared.get(f"{API}/countries", params={"limit": 500})).json()
    assert page["total"] == len(COUNTRIES) == len(page["items"])


async def test_a_country_tells_its_membership_and_its_names(shared: httpx.AsyncClient) -> None:
    country = (await shared.get(f"{API}/countries/GB")).json()
    assert country["name"] == "United Kingdom"
    assert country["subregion"] == {"code": "154", "name": "Northern Europe"}
    assert (country["eu_member_from"], country["eu_member_until"]) == ("1973-01-01", "2020-01-31")
    assert "British" in country["demonyms"]
    listed = (await shared.get(f"{API}/countries", params={"limit": 500})).json()["items"]
    assert country in listed


@pytest.mark.parametrize("code", ["gb", "UK", "GBR", "826", "QQ", "%00", "%ED%A0%80"])
async def test_what_is_no_code_is_not_there(shared: httpx.AsyncClient, code: str) -> None:
    assert (await shared.get(f"{API}/countries/{code}")).status_code == 404


async def test_a_filter_keeps_the_partner_countries_of_matching_actions(shared: httpx.AsyncClient) -> None:
    page = (await shared.get(f"{API}/countries", params={"country": "PH"})).json()
    assert [item["code"] for item in page["items"]] == ["PH"]
    page = (await shared.get(f"{API}/countries", params={"has_actions": "true", "limit": 500})).json()
    assert {"AZ", "KG", "PH"} <= {item["code"] for item in page["items"]}
    assert page["total"] < 30


async def test_the_regions_are_paged_like_any_list(shared: httpx.AsyncClient) -> None:
    seen = []
    following = f"{API}/regions?limit=2"
    while following:
        response = await shared.get(following)
        page = response.json()
        assert page["total"] == 5
        seen += [item["slug"] for item in page["items"]]
        following = page["next"]
    assert seen == sorted(Region)
    assert page["previous"].endswith("offset=2")
    page = (await shared.get(f"{API}/regions?sort=-slug")).json()
    assert [item["slug"] for item in page["items"]] == sorted(Region, reverse=True)


async def test_a_filter_keeps_the_regions_of_matching_actions(shared: httpx.AsyncClient) -> None:
    for query in ("has_actions=true", "country=AZ", "region=asia"):
        page = (await shared.get(f"{API}/regions?{query}")).json()
        assert page["items"] == [{"slug": "asia", "name": "Asia"}]
    assert (await shared.get(f"{API}/regions?region=latin-america")).json()["total"] == 0


async def test_a_region_has_an_address(shared: httpx.AsyncClient) -> None:
    region = (await shared.get(f"{API}/regions/sub-saharan-africa")).json()
    assert region == {"slug": "sub-saharan-africa", "name": "Sub-Saharan Africa"}
    assert (await shared.get(f"{API}/regions/europe")).status_code == 404


async def test_the_vocabularies_have_labels(shared: httpx.AsyncClient) -> None:
    found = (await shared.get(f"{API}/vocabularies")).json()
    assert set(found) == set(VOCABULARIES)
    for name, items in found.items():
        assert [item["value"] for item in items] == list(VOCABULARIES[name])
        assert all(item["label"][0].isupper() for item in items)
        assert (await shared.get(f"{API}/vocabularies/{name}")).json() == items
    response = await shared.get(f"{API}/vocabularies/colours")
    assert response.status_code == 404
    assert "organisation_type" in response.json()["detail"]


@pytest.mark.parametrize("path", ["countries", "countries/KG", "regions", "regions/asia", "vocabularies"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_they_cannot_be_edited(shared: httpx.AsyncClient, method: str, path: str) -> None:
    response = await shared.request(method, f"{API}/{path}", json={})
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD"


async def test_names_are_sorted_as_the_language_has_them(shared: httpx.AsyncClient) -> None:
    async def names(query: str) -> list[str]:
        found: list[str] = []
        path: str | None = f"{API}/countries?limit=100&sort={query}"
        while path:
            page = (await shared.get(path)).json()
            found += [item["name"] for item in page["items"]]
            path = page["next"]
        return found

    english, german = await names("name"), await names("name&lang=de")
    assert english[:3] == ["Afghanistan", "Åland Islands", "Albania"]
    assert german[:3] == ["Afghanistan", "Ägypten", "Ålandinseln"]
    assert "Zypern" in german[-3:]
    assert len(english) == len({*english}) == len(german)
    assert await names("-name") == english[::-1]
