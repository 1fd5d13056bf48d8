"""Small records made over HTTP, for tests that say what is in them."""

from typing import Any

import httpx

API = "/api/v1"


class Maker:
    """Adds records; what a test does not say stays empty."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def _add(self, path: str, record: dict[str, Any]) -> int:
        response = await self.client.post(f"{API}/{path}", json=record)
        assert response.status_code == 201, response.text
        key: int = response.json()["id"]
        return key

    async def action(self, title: str, **fields: Any) -> int:
        """An action."""
        return await self._add("actions", {"title": title, **fields})

    async def source(self, title: str) -> int:
        """A source."""
        return await self._add("sources", {"title": title})

    async def partner(self, name: str, **fields: Any) -> int:
        """A partner."""
        return await self._add("partners", {"name": name, **fields})

    async def activity(self, action: int, kind: str = "training", **fields: Any) -> int:
        """An activity of an action."""
        return await self._add("activities", {"action": action, "type": kind, "title": "An activity", **fields})

    async def deployment(self, action: int, sending_country: str | None = None, **fields: Any) -> int:
        """A deployment of an action."""
        return await self._add("deployments", {"action": action, "sending_country": sending_country, **fields})

    async def output(self, action: int, **fields: Any) -> int:
        """An output of an action."""
        return await self._add("outputs", {"action": action, "kind": "report", "title": "An output", **fields})


async def titles(client: httpx.AsyncClient, query: str) -> list[str]:
    """The titles of the actions that a query selects, sorted."""
    return sorted(item["title"] for item in await items(client, f"actions?{query}"))


async def items(client: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    """What a list has, after checking that its total is right."""
    response = await client.get(f"{API}/{path}")
    assert response.status_code == 200, response.text
    page = response.json()
    assert page["total"] == len(page["items"])
    found: list[dict[str, Any]] = page["items"]
    return found


async def problem(client: httpx.AsyncClient, path: str) -> dict[str, Any]:
    """The one thing that is wrong with a request."""
    response = await client.get(f"{API}/{path}")
    assert response.status_code == 422, response.text
    assert response.headers["content-type"] == "application/problem+json"
    (error,) = response.json()["errors"]
    found: dict[str, Any] = error
    return found
