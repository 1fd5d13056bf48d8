"""Read operations are answered without the framework's work for each request, and refuse what it would refuse."""

from typing import Any

import fastapi.dependencies.utils
import fastapi.routing
import httpx
import pytest

from app.core.listing import API

pytestmark = pytest.mark.anyio

VALID = (
    "/actions",
    "/actions?theme=asylum&theme=none&limit=3&lang=fr",
    "/actions?country=KG&as_of=2014-05-06&sort=title,-id&fields=id,title",
    "/actions/1",
    "/actions/1?as_of=2014-05-06&lang=de",
    "/activities/1",
    "/countries/KG",
    "/facets?theme=asylum",
    "/headline",
    "/search?q=migration",
    "/aggregates/actions-per-theme?active_in=2014/..",
    "/aggregates?measure=actions&by=theme&by=country",
)
REFUSED = (
    ("/actions?theme=asylum&colour=red", "colour", "unknown-parameter"),
    ("/actions?limit=3&limit=4", "limit", "repeated-parameter"),
    ("/actions?limit=03", "limit", "int-parsing"),
    ("/actions?status=nowhere", "status", "unknown-value"),
    ("/actions?sort=colour", "sort", "unknown-sort"),
    ("/actions?q=%FF", "q", "unreadable"),
    ("/actions/1?as_of=2014", "as_of", "day"),
    ("/actions/1?colour=red", "colour", "unknown-parameter"),
    ("/activities/0", "id", "id"),
    ("/facets?theme=asylum&lang=xx", "lang", "enum"),
)


@pytest.fixture
def solved(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The operations whose dependencies the framework solves meanwhile."""
    seen: list[Any] = []
    solve = fastapi.dependencies.utils.solve_dependencies

    async def note(**given: Any) -> Any:
        seen.append(given["dependant"].call)
        return await solve(**given)

    monkeypatch.setattr(fastapi.routing, "solve_dependencies", note)
    return seen


@pytest.mark.parametrize("path", VALID)
async def test_a_valid_read_is_answered_without_the_framework(
    client: httpx.AsyncClient, solved: list[Any], path: str
) -> None:
    response = await client.get(API + path, headers={"Cache-Control": "no-cache"})
    assert response.status_code == 200
    assert (await client.head(API + path, headers={"Cache-Control": "no-cache"})).status_code == 200
    assert not solved


@pytest.mark.parametrize(("path", "parameter", "code"), REFUSED)
async def test_what_is_not_valid_is_explained(
    client: httpx.AsyncClient, solved: list[Any], path: str, parameter: str, code: str
) -> None:
    response = await client.get(API + path)
    assert response.status_code == 422
    assert {(error["parameter"], error["code"]) for error in response.json()["errors"]} == {(parameter, code)}
    assert solved


async def test_an_address_of_another_kind_is_no_name(client: httpx.AsyncClient) -> None:
    assert (await client.get(f"{API}/actions/batch")).status_code == 405
    assert (await client.get(f"{API}/actions/1/")).status_code == 404
    assert (await client.get(f"{API}/actions/")).status_code == 404
