"""Every field of an action that is written has a place in IATI, or is exempted here by name."""

import re
from typing import Any

import httpx
import pytest

from app.actions.schemas import ActionCreate
from app.core.listing import API

pytestmark = pytest.mark.anyio
NO_PLACE: dict[str, str] = {}
VALUES: dict[str, Any] = {
    "title": "Another title",
    "objective": "To be found.",
    "summary": "It was found.",
    "region": "latin-america",
    "themes": ["asylum"],
    "partners": [1],
    "start": "2012-03",
    "confirmed_on": "2013-06-30",  # while the end is open
    "end": "2012-05-17",
    "follows": 1,
    "source": None,  # one with an address
    "countries": ["PE"],  # which stand in place of the region
}


async def _activity(client: httpx.AsyncClient, slug: str) -> str:
    answer = await client.get(f"{API}/exports/iati-activities.xml")
    assert answer.status_code == 200
    (found,) = [part for part in answer.text.split("<iati-activity ") if f"-{slug}</iati-identifier>" in part]
    return re.sub(r'last-updated-datetime="[^"]*"', "", found)


async def test_every_field_of_an_action_reaches_iati(client: httpx.AsyncClient) -> None:
    made = await client.post(f"{API}/actions", json={"title": "A", "slug": "of-iati", "start": "2011"})
    assert made.status_code == 201
    source = await client.post(f"{API}/sources", json={"title": "A page", "url": "https://example.org/page"})
    values = VALUES | {"source": source.json()["id"]}
    before = await _activity(client, "of-iati")
    for name in sorted(ActionCreate.model_fields.keys() - NO_PLACE.keys() - {"slug"}, key=[*VALUES].index):
        change = {name: values[name]}
        patched = await client.patch(f"{API}/actions/of-iati", json=change, headers={"If-Match": "*"})
        assert patched.status_code == 200, patched.text
        after = await _activity(client, "of-iati")
        assert after != before, f"'{name}' has no place in IATI, and is not exempted"
        before = after
