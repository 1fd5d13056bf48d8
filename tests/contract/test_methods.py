"""The methods of each address: those that the description says, and no others."""

import re

import httpx
import pytest

pytestmark = pytest.mark.anyio

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


async def test_an_address_has_the_methods_that_the_description_says(client: httpx.AsyncClient) -> None:
    """An address that is spelt out, like that of batches, is not taken for that of a record."""
    wrong = {}
    for path, operations in (await client.get("/openapi.json")).json()["paths"].items():
        described = METHODS & {method.upper() for method in operations}
        expected = ", ".join(sorted(described | ({"HEAD"} if "GET" in described else set())))
        for method in METHODS - described:
            answer = await client.request(method, re.sub(r"\{\w+\}", "1", path))
            found = answer.status_code, answer.headers.get("Allow")
            if found != (405, expected):
                wrong[f"{method} {path}"] = found
    assert wrong == {}
