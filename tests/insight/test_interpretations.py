"""What a search understands of its words: filters, and the list that they lead to."""

import httpx
import pytest

pytestmark = pytest.mark.anyio
API = "/api/v1"


async def understood(client: httpx.AsyncClient, q: str, **parameters: str) -> list[tuple[list[str], str]]:
    """Each way to understand a query, as "parameter=value" and the words that remain."""
    answer = await client.get(f"{API}/search", params={"q": q, **parameters})
    assert answer.status_code == 200
    return [
        ([f"{each['parameter']}={each['value']}" for each in reading["filters"]], reading["rest"])
        for reading in answer.json()["interpretations"]
    ]


QUERIES = {
    "italy kyrgyzstan trainings 2013": [
        (["member_state=IT", "country=KG", "activity_type=training", "active_in=2013"], "")
    ],
    "Dutch experts in Azerbaijan": [(["member_state=NL", "country=AZ"], "")],
    "formations au Kirghizstan": [(["activity_type=training", "country=KG"], "")],
    "completed": [(["status=completed"], "")],
}


@pytest.mark.parametrize("query", ["italy kyrgyzstan trainings 2013", "Dutch experts in Azerbaijan", "completed"])
async def test_words_are_understood_as_filters(seeded: httpx.AsyncClient, query: str) -> None:
    assert await understood(seeded, query) == QUERIES[query]


async def test_labels_of_other_languages_are_understood(seeded: httpx.AsyncClient) -> None:
    assert await understood(seeded, "formations au Kirghizstan") == QUERIES["formations au Kirghizstan"]
    answer = await seeded.get(f"{API}/search", params={"q": "Kirghizstan", "lang": "fr"})
    assert answer.json()["interpretations"][0]["filters"][0]["label"] == "Kirghizstan"


async def test_each_way_to_understand_leads_to_its_list(seeded: httpx.AsyncClient) -> None:
    for query in ("italy", "romania 2014", "labour migration workshop", "state migration service of azerbaijan"):
        readings = (await seeded.get(f"{API}/search", params={"q": query})).json()["interpretations"]
        assert readings, query
        for reading in readings:
            listed = await seeded.get(reading["href"])
            assert listed.json()["total"] == reading["total"] > 0, reading


async def test_words_that_name_no_filter_stay_words(seeded: httpx.AsyncClient) -> None:
    assert await understood(seeded, "philippines brochures") in ([], [(["country=PH"], "brochures")])
    ((filters, rest),) = await understood(seeded, "Kyrgyzstan policy drafting cycle")
    assert filters == ["country=KG", "output_kind=policy", "activity_type=drafting"]
    assert rest == "cycle"


async def test_what_leads_to_nothing_is_not_offered(seeded: httpx.AsyncClient) -> None:
    assert await understood(seeded, "weather") == []
    assert await understood(seeded, "kyrgyzstan 1999") == []
    assert await understood(seeded, "iceland") == []


async def test_other_filters_of_the_request_stay(seeded: httpx.AsyncClient) -> None:
    assert await understood(seeded, "italy", country="AZ") == []
    answer = await seeded.get(f"{API}/search", params={"q": "italy", "country": "KG"})
    assert [each["href"] for each in answer.json()["interpretations"]] == [f"{API}/actions?country=KG&member_state=IT"]


async def test_what_editors_name_is_understood_at_once(client: httpx.AsyncClient) -> None:
    assert await understood(client, "zetan") == []
    partner = (await client.post(f"{API}/partners", json={"name": "Office of Zeta", "acronym": "ZETAN"})).json()["id"]
    await client.post(f"{API}/actions", json={"title": "Chad: Data", "partners": [partner]})
    assert await understood(client, "zetan") == [([f"partner={partner}"], "")]
