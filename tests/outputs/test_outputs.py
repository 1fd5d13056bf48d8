"""Outputs over HTTP: languages, kinds and dates."""

from typing import Any

import httpx
import pytest

from tests.core.records import OUTPUTS, tag

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("facts", "pointer", "code"),
    [
        ({"kind": "poem"}, "/kind", "enum"),
        ({"languages": ["en", "en"]}, "/languages", "repeated"),
        ({"languages": ["en", "xx"]}, "/languages/1", "unknown-language"),
        ({"languages": ["EN"]}, "/languages/0", "unknown-language"),
        ({"languages": ["english"]}, "/languages/0", "unknown-language"),
        ({"languages": "en"}, "/languages", "list-type"),
        ({"languages": [1]}, "/languages/0", "string-type"),
        ({"published": "2013-02-30"}, "/published", "partial-date"),
        ({"published": 2013}, "/published", "string-type"),
        ({"title": "t" * 301}, "/title", "string-too-long"),
        ({"source_quote": "q" * 20_001}, "/source_quote", "string-too-long"),
    ],
)
async def test_what_cannot_be_is_refused(
    shared: httpx.AsyncClient, facts: dict[str, Any], pointer: str, code: str
) -> None:
    response = await shared.post(OUTPUTS.url, json=OUTPUTS.minimal_body() | facts)
    assert response.status_code == 422
    assert [(error["pointer"], error["code"]) for error in response.json()["errors"]] == [(pointer, code)]


async def test_languages_keep_their_order_and_are_replaced_whole(shared: httpx.AsyncClient) -> None:
    output = await OUTPUTS.create(shared, languages=["ru", "en"])
    address = OUTPUTS.address(output)
    response = await shared.patch(address, json={"languages": ["en", "az"]}, headers=await tag(shared, address))
    assert response.json()["languages"] == ["en", "az"]
    response = await shared.patch(address, json={"languages": None}, headers=await tag(shared, address))
    assert response.json()["languages"] == []


async def test_filters_keep_the_outputs_of_matching_actions(shared: httpx.AsyncClient) -> None:
    everything = (await shared.get(OUTPUTS.url, params={"limit": 500})).json()
    page = (await shared.get(OUTPUTS.url, params={"country": "KH", "limit": 500})).json()
    assert 0 < page["total"] < everything["total"]
    actions = {item["action"] for item in page["items"]}
    assert page["items"] == [item for item in everything["items"] if item["action"] in actions]
