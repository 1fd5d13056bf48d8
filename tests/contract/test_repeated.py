"""What is said twice: of two values of one parameter or header none counts, unless the parameter takes several."""

from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from app.core.listing import API
from tests.conftest import AUTHORIZED, Sqlite, serving
from tests.contract.test_openapi import address, operations

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def client(sqlite_server: Sqlite) -> AsyncIterator[httpx.AsyncClient]:
    """A client with an admin's key. Nothing here reaches a database, so one kind is enough."""
    url = sqlite_server.create("seeded")
    async with serving(url) as (_, made):
        yield made
    sqlite_server.drop(url)


def parameters(*, several: bool) -> Iterator[tuple[str, str, dict[str, Any], str]]:
    """Each query parameter of each operation that takes one value, or several."""
    for method, path, operation in operations():
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "query" and (parameter["schema"].get("type") == "array") == several:
                yield method, path, operation, parameter["name"]


async def refusal(client: httpx.AsyncClient, method: str, url: str, **options: Any) -> dict[str, Any]:
    """The errors of a refused request, by parameter."""
    response = await client.request(method, url, **options)
    assert response.status_code == 422, response.text
    return {error["parameter"]: error["code"] for error in response.json()["errors"]}


async def test_a_single_parameter_counts_once(client: httpx.AsyncClient) -> None:
    for method, path, operation, name in parameters(several=False):
        url = f"{address(path, operation)}?{urlencode([(name, 'abc'), (name, '2')])}"
        body = {"files": {"file": b"a"}} if path.endswith("/imports") else {}
        assert await refusal(client, method, url, **body) == {name: "repeated-parameter"}, (path, name)


async def test_what_takes_several_values_may_be_repeated() -> None:
    names = {name for *_, name in parameters(several=True)}
    assert {"q", "country", "theme", "by", "facet", "kind"} <= names
    assert not names & {"limit", "offset", "cursor", "sort", "fields", "format", "as_of", "lang", "release", "after"}


async def test_a_write_is_refused_for_what_its_address_says(client: httpx.AsyncClient) -> None:
    for method, path, operation in operations("post", "put", "patch", "delete"):
        options: dict[str, Any] = {"files": {"file": b"a"}} if path.endswith("/imports") else {}
        if "requestBody" in operation and not options:
            ((kind, _),) = operation["requestBody"]["content"].items()
            options = {"content": b"{}", "headers": {"Content-Type": kind}}
        found = await refusal(client, method, f"{address(path, operation)}?colour=red&colour=blue", **options)
        assert found == {"colour": "unknown-parameter"}, path


@pytest.mark.parametrize("name", ["Authorization", "If-Match", "Idempotency-Key", "Content-Type"])
async def test_a_header_that_decides_counts_once(client: httpx.AsyncClient, name: str) -> None:
    for method, path, operation in operations():
        if not path.startswith(API):
            continue  # probes and problem pages decide nothing by a header
        headers = [(name, AUTHORIZED["Authorization"]), (name, "another")]
        response = await client.request(method, address(path, operation), headers=headers)
        assert response.status_code == 400, (path, response.text)
        assert name in response.json()["detail"]


async def test_of_languages_in_several_headers_all_count(client: httpx.AsyncClient) -> None:
    headers = [("Accept-Language", "fr;q=0.5"), ("Accept-Language", "de")]
    assert (await client.get(f"{API}/countries", headers=headers)).headers["Content-Language"] == "de"
