"""Text as clients send it: refused with its place where it is none, stored composed, found without its accents."""

import json
import unicodedata
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from app.core.listing import API
from app.core.problems import json_pointer
from tests.conftest import serving
from tests.contract.test_openapi import address, operations, resolved
from tests.core.records import KINDS
from tests.selection.making import Maker, titles

pytestmark = pytest.mark.anyio

LONE = "\ud800"
NAMES = ["Łódź", "Tromsø", "Đà Nẵng", "Iğdır", "Þingvellir", "Ærø", "Œuvre", "Għajn", "Ŧ", "Gəncə"]


@pytest.fixture(scope="module")
async def client(seeded_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client with an admin's key, on a database of the module's own."""
    async with serving(seeded_url) as (_, made):
        yield made


def with_lone_surrogate(value: Any) -> Iterator[tuple[str, Any]]:
    """A document once for each of its values and names, with half a character in place of it; and the JSON pointer."""
    match value:
        case dict():
            for name, item in value.items():
                yield from (
                    (json_pointer([name]) + path, value | {name: changed})
                    for path, changed in with_lone_surrogate(item)
                )
            yield "", value | {LONE: 1}
        case list():
            for number, item in enumerate(value):
                for path, changed in with_lone_surrogate(item):
                    yield f"/{number}{path}", [*value[:number], changed, *value[number + 1 :]]
        case _:
            yield "", f"a{LONE}b"


WRITING = [
    pytest.param(method, path, operation, id=f"{method.upper()} {path}")
    for method, path, operation in operations("post", "put", "patch")
    if any("json" in kind for kind in operation.get("requestBody", {}).get("content", ()))
]


@pytest.mark.parametrize("as_bytes", [False, True], ids=["escaped", "as bytes"])
@pytest.mark.parametrize(("method", "path", "operation"), WRITING)
async def test_half_a_character_is_refused_wherever_it_stands(
    client: httpx.AsyncClient, method: str, path: str, operation: dict[str, Any], as_bytes: bool
) -> None:
    ((kind, content),) = operation["requestBody"]["content"].items()
    (example, *_) = resolved(content["schema"])["examples"]
    headers = {"Content-Type": kind, "If-Match": "*"}
    for pointer, body in with_lone_surrogate(example):
        written = json.dumps(body, ensure_ascii=not as_bytes).encode("utf-8", "surrogatepass")
        response = await client.request(method, address(path, operation), content=written, headers=headers)
        assert response.status_code == 422, (pointer, response.text)
        assert [(error["pointer"], error["code"]) for error in response.json()["errors"]] == [
            (pointer, "lone-surrogate")
        ]


async def test_a_character_of_two_halves_is_one(client: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "application/json"}
    response = await client.post(f"{API}/actions", content=rb'{"title": "\ud83c\uddea\ud83c\uddfa"}', headers=headers)
    assert response.status_code == 201, response.text
    assert response.json()["title"] == "\U0001f1ea\U0001f1fa"


async def test_only_utf_8_is_json(client: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "application/json"}
    for encoding, status in (("utf-8", 201), ("utf-8-sig", 201), ("utf-16", 400), ("utf-16-le", 400), ("utf-32", 400)):
        response = await client.post(f"{API}/actions", content='{"title": "Łódź"}'.encode(encoding), headers=headers)
        assert response.status_code == status, (encoding, response.text)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.path)
async def test_text_is_stored_composed(client: httpx.AsyncClient, kind: Any) -> None:
    body = {
        name: unicodedata.normalize("NFD", f"{value} é") if isinstance(value, str) and " " in value else value
        for name, value in kind.full_body().items()
    }
    decomposed = [name for name, value in body.items() if isinstance(value, str) and not value.isascii()]
    assert decomposed
    response = await client.post(kind.url, json=body)
    assert response.status_code == 201, response.text
    for name in decomposed:
        assert response.json()[name] == unicodedata.normalize("NFC", body[name])
    change = {name: body[name] for name in decomposed[:1]}
    url = kind.address(response.json())
    response = await client.patch(url, json=change, headers={"If-Match": response.headers["ETag"]})
    assert response.status_code == 200, response.text
    assert unicodedata.is_normalized("NFC", response.text)


async def test_a_name_is_taken_however_its_accents_are_written(client: httpx.AsyncClient) -> None:
    await Maker(client).partner("Caf\u00e9 des Migrations")
    response = await client.post(f"{API}/partners", json={"name": "Cafe\u0301 des Migrations"})
    assert response.status_code == 409, response.text


async def test_a_query_is_told_composed(client: httpx.AsyncClient) -> None:
    query = {"measure": "actions", "by": "theme", "q": "Tu\u0308rkiye"}
    response = await client.get(f"{API}/aggregates", params=query)
    assert response.json()["filters"] == {"q": ["Türkiye"]}
    assert '"Türkiye"' in response.json()["definition"]


@pytest.mark.parametrize("name", NAMES)
async def test_letters_that_do_not_decompose_are_found_in_ascii(client: httpx.AsyncClient, name: str) -> None:
    title = f"A seminar in {name}"
    key = await Maker(client).action(title)
    slug = (await client.get(f"{API}/actions/{key}")).json()["slug"]
    typed = slug.removeprefix("a-seminar-in-").replace("-", " ")
    assert typed.isascii()
    for query in (typed, name, name.upper(), unicodedata.normalize("NFD", name), f'"{typed}"'):
        assert title in await titles(client, f"q={query}"), query
    response = await client.get(f"{API}/search", params={"q": typed, "kind": "action"})
    marked = " ".join(f"<mark>{word}</mark>" for word in name.split())
    (shown,) = [item["fragments"][0]["html"] for item in response.json()["items"] if item["id"] == key]
    assert shown == f"A seminar in {marked}"


async def test_a_misspelt_word_is_suggested_as_it_is_found(client: httpx.AsyncClient) -> None:
    await Maker(client).action("A visit to Kołobrzeg")
    for typed, suggestion in (("kolobrezg", "kolobrzeg"), ("Kołobrezg", "kolobrzeg")):
        answer = (await client.get(f"{API}/search", params={"q": typed})).json()
        assert (answer["total"], answer["suggestion"]) == (0, suggestion)
        assert (await client.get(f"{API}/search", params={"q": suggestion})).json()["total"] > 0
