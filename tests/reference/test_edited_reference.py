"""Themes, partners, publications and sources over HTTP: what names them, and what keeps them."""

from typing import Any

import httpx
import pytest

from tests.core.records import ACTIONS, PARTNERS, PUBLICATIONS, SOURCES, THEMES, Kind, tag

pytestmark = pytest.mark.anyio


async def change(client: httpx.AsyncClient, address: str, **changes: Any) -> httpx.Response:
    """A patch of the newest version."""
    return await client.patch(address, json=changes, headers=await tag(client, address))


async def test_a_theme_gets_its_slug_from_its_name(shared: httpx.AsyncClient) -> None:
    theme = await THEMES.create(shared, name="Climate & migration")
    assert theme["slug"] == "climate-migration"
    assert (await THEMES.create(shared, name="Climate and migration", slug="climate"))["slug"] == "climate"
    assert (await THEMES.create(shared, name="Climate, migration"))["slug"] == "climate-migration-2"


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [({"name": "Asylum"}, "/name"), ({"slug": "asylum"}, "/slug")],
    ids=["name", "slug"],
)
async def test_a_theme_is_one_record(shared: httpx.AsyncClient, facts: dict[str, Any], pointer: str) -> None:
    response = await shared.post(THEMES.url, json=THEMES.minimal_body() | facts)
    assert response.status_code == 409
    assert response.json()["type"] == "/problems/conflict"
    assert [(error["pointer"], error["code"]) for error in response.json()["errors"]] == [(pointer, "taken")]


@pytest.mark.parametrize("slug", ["none", "12", "a", "A-b", "a b", "é", "a" * 81, "-a"])
async def test_a_slug_has_a_form_and_is_no_word_of_the_filters(shared: httpx.AsyncClient, slug: str) -> None:
    response = await shared.post(THEMES.url, json=THEMES.minimal_body() | {"slug": slug})
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == ["/slug"]


async def test_a_theme_that_is_called_none_gets_another_slug(shared: httpx.AsyncClient) -> None:
    assert (await THEMES.create(shared, name="None"))["slug"] == "theme-none"


async def test_names_of_the_greatest_length_get_slugs_that_fit(shared: httpx.AsyncClient) -> None:
    long_name = "migration " * 28
    slugs = [(await THEMES.create(shared, name=f"{long_name}{mark}"))["slug"] for mark in ("!", "?", ".")]
    assert len(set(slugs)) == 3
    assert all(len(slug) <= 80 for slug in slugs)


async def test_the_slug_of_a_theme_stays(shared: httpx.AsyncClient) -> None:
    address = f"{THEMES.url}/asylum"
    body = (await shared.get(address)).json() | {"slug": "refuge"}
    for response in (
        await shared.put(address, json=body, headers=await tag(shared, address)),
        await change(shared, address, slug="refuge"),
    ):
        assert response.status_code == 422
        assert [(error["pointer"], error["code"]) for error in response.json()["errors"]] == [
            ("/slug", "slug-is-stable")
        ]
    body.pop("slug")
    replaced = await shared.put(address, json=body, headers=await tag(shared, address))
    assert replaced.json()["slug"] == "asylum"


async def test_a_name_that_is_taken_by_another_partner_is_a_conflict(shared: httpx.AsyncClient) -> None:
    partner = await PARTNERS.create(shared)
    for response in (
        await shared.post(PARTNERS.url, json={"name": partner["name"]}),
        await change(shared, f"{PARTNERS.url}/1", name=partner["name"]),
    ):
        assert response.status_code == 409
        assert [(error["pointer"], error["code"]) for error in response.json()["errors"]] == [("/name", "taken")]
    same = await change(shared, PARTNERS.address(partner), name=partner["name"])
    assert same.status_code == 200


@pytest.mark.parametrize("kind", [THEMES, PARTNERS], ids=["theme", "partner"])
async def test_a_new_name_shows_in_every_action(shared: httpx.AsyncClient, kind: Kind) -> None:
    record = await kind.create(shared)
    field = kind.path.strip("/")
    action = await ACTIONS.create(shared, **{field: [record[kind.key]]})
    before = await shared.get(ACTIONS.address(action))
    await change(shared, kind.address(record), name="A new name")
    after = await shared.get(ACTIONS.address(action))
    assert after.json()[field][0]["name"] == "A new name"
    assert after.json()["version"] == before.json()["version"]
    assert after.headers["ETag"] != before.headers["ETag"]


@pytest.mark.parametrize(("kind", "field"), [(THEMES, "themes"), (PARTNERS, "partners"), (SOURCES, "source")], ids=str)
async def test_what_actions_name_stays(shared: httpx.AsyncClient, kind: Kind, field: str) -> None:
    record = await kind.create(shared)
    address = kind.address(record)
    name = record[kind.key] if field == "source" else [record[kind.key]]
    actions = [await ACTIONS.create(shared, **{field: name}) for _ in range(2)]
    response = await shared.delete(address, headers=await tag(shared, address))
    assert response.status_code == 409
    assert response.json()["type"] == "/problems/in-use"
    assert response.json()["used_by"] == {"actions": 2}
    for action in actions:
        await change(shared, ACTIONS.address(action), **{field: None})
    assert (await shared.delete(address, headers=await tag(shared, address))).status_code == 204


@pytest.mark.parametrize(
    "url",
    ["ftp://example.org", "example.org", "javascript:alert(1)", "https://", "https://a b", "https://a\nb", "http://<b>",
     f"https://example.org/{'a' * 2000}", "https://a\x00b", "", 5],
)  # fmt: skip
@pytest.mark.parametrize("kind", [PUBLICATIONS, SOURCES], ids=["publication", "source"])
async def test_an_address_is_one_of_the_web(shared: httpx.AsyncClient, kind: Kind, url: Any) -> None:
    response = await shared.post(kind.url, json=kind.minimal_body() | {"url": url})
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == ["/url"]


async def test_a_long_address_is_kept(shared: httpx.AsyncClient) -> None:
    url = f"https://example.org/{'a' * 1900}?b=c&d=é"
    assert (await PUBLICATIONS.create(shared, url=url))["url"] == url


async def test_an_acronym_is_short(shared: httpx.AsyncClient) -> None:
    response = await shared.post(PARTNERS.url, json=PARTNERS.minimal_body() | {"acronym": "A" * 31})
    assert [error["pointer"] for error in response.json()["errors"]] == ["/acronym"]


@pytest.mark.parametrize("kind", [THEMES, PARTNERS], ids=["theme", "partner"])
async def test_a_filter_keeps_what_a_matching_action_has(shared: httpx.AsyncClient, kind: Kind) -> None:
    field = kind.path.strip("/")
    unused = await kind.create(shared)
    used = await kind.create(shared)
    await ACTIONS.create(shared, **{field: [used[kind.key]]}, countries=["MN"])
    everything = (await shared.get(kind.url, params={"limit": 500})).json()["items"]
    assert unused in everything
    with_actions = (await shared.get(kind.url, params={"limit": 500, "has_actions": "true"})).json()["items"]
    assert used in with_actions
    assert unused not in with_actions
    assert (await shared.get(kind.url, params={"country": "MN"})).json()["items"] == [used]
