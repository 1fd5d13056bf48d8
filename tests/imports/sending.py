"""Sending files, as an editor does."""

import json
from typing import Any

import httpx

API = "/api/v1"
IMPORTS = f"{API}/imports"

ACTION: dict[str, Any] = {
    "title": "Ghana: Migration Data",
    "countries": ["GH"],
    "themes": ["migration-data"],
    "start": "2014-03",
    "end": "2015-02",
    "objective": "To let the statistics office count who leaves.",
    "partners": [{"name": "Ghana Statistical Service", "acronym": "GSS", "country": "GH"}],
    "activities": [
        {
            "type": "training",
            "title": "Training on registers",
            "start": "2014-05",
            "end": "2014-05",
            "source_quote": "In May 2014, staff were trained.",
        },
        {"type": "workshop", "title": "Closing workshop", "start": "2015-02", "end": "2015-02"},
    ],
    "deployments": [
        {
            "sending_country": "EE",
            "organisation_type": "national-administration",
            "experts_count": 2,
            "activity": 1,
            "source_quote": "Two officials from Estonia taught.",
        }
    ],
    "outputs": [{"kind": "handbook", "title": "Handbook on registers", "languages": ["en"]}],
}


def named(slug: str, **changes: Any) -> dict[str, Any]:
    """The action under a slug of its own, with other values."""
    return {**json.loads(json.dumps(ACTION)), "slug": slug, **changes}


async def send(
    client: httpx.AsyncClient,
    content: bytes | str | Any,
    name: str = "file.json",
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    dry_run: bool | None = None,
    **form: Any,
) -> dict[str, Any]:
    """What the import of a file answers; anything else than bytes and text is sent as JSON."""
    if isinstance(content, str):
        content = content.encode()
    elif not isinstance(content, bytes):
        content = json.dumps(content).encode()
    form = {key: json.dumps(value) if isinstance(value, dict) else value for key, value in form.items()}
    query = {} if dry_run is None else {"dry_run": str(dry_run).lower()}
    answer = await client.post(IMPORTS, files={"file": (name, content)}, data=form, params=query, headers=headers)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def commit(client: httpx.AsyncClient, content: Any, name: str = "file.json", **form: Any) -> dict[str, Any]:
    """What is answered when the file is recorded at once."""
    return await send(client, content, name, dry_run=False, **form)


async def detail(client: httpx.AsyncClient, slug: str) -> dict[str, Any]:
    """An action as it is recorded."""
    answer = await client.get(f"{API}/actions/{slug}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def latest(client: httpx.AsyncClient) -> int:
    """The number of the last change of the record: while it stays, nothing was written."""
    return int((await client.get(f"{API}/changes", params={"limit": 1})).json()["latest"])


def counted(plan: dict[str, Any]) -> dict[str, int]:
    """How many actions of each kind a plan has, without zeros."""
    return {name: number for name, number in plan["summary"].items() if number and name != "lists"}
