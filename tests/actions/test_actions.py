"""Actions over HTTP: their slugs, references, dates, children and versions."""

from typing import Any

import httpx
import pytest

from tests.core.records import ACTIONS, ACTIVITIES, DEPLOYMENTS, OUTPUTS, tag

pytestmark = pytest.mark.anyio

URL = ACTIONS.url
BAKU = "azerbaijan-irregular-migration-and-legal-framework"


async def errors_of(response: httpx.Response, status: int = 422) -> list[tuple[str, str]]:
    """Where each error stands, and its code."""
    assert response.status_code == status, response.text
    return [(error["pointer"], error["code"]) for error in response.json()["errors"]]


async def change(client: httpx.AsyncClient, address: str, **changes: Any) -> httpx.Response:
    """A patch of the newest version."""
    return await client.patch(address, json=changes, headers=await tag(client, address))


# -- slugs --


async def test_an_action_has_two_addresses(shared: httpx.AsyncClient) -> None:
    by_id, by_slug = await shared.get(f"{URL}/1"), await shared.get(f"{URL}/{BAKU}")
    assert by_id.json() == by_slug.json()
    assert by_id.json()["slug"] == BAKU


@pytest.mark.parametrize("name", ["0", "01", "99999999", "9" * 30, "nothing", BAKU.upper(), f"{BAKU}-", "1.0", "-1"])
async def test_what_is_neither_id_nor_slug_is_not_there(shared: httpx.AsyncClient, name: str) -> None:
    assert (await shared.get(f"{URL}/{name}")).status_code == 404


async def test_equal_titles_get_different_slugs(shared: httpx.AsyncClient) -> None:
    slugs = [(await shared.post(URL, json={"title": "Été à Osh"})).json()["slug"] for _ in range(3)]
    assert slugs == ["ete-a-osh", "ete-a-osh-2", "ete-a-osh-3"]


async def test_a_slug_that_only_begins_alike_is_not_taken(shared: httpx.AsyncClient) -> None:
    await shared.post(URL, json={"title": "Osh and more"})
    assert (await shared.post(URL, json={"title": "Osh"})).json()["slug"] == "osh"


async def test_a_slug_stays_when_the_title_changes(shared: httpx.AsyncClient) -> None:
    renamed = await change(shared, f"{URL}/1", title="Another title")
    assert (renamed.json()["title"], renamed.json()["slug"]) == ("Another title", BAKU)
    replaced = await shared.put(f"{URL}/{BAKU}", json={"title": "A third"}, headers=await tag(shared, f"{URL}/1"))
    assert (replaced.json()["title"], replaced.json()["slug"]) == ("A third", BAKU)


async def test_a_slug_that_was_given_out_cannot_be_changed(shared: httpx.AsyncClient) -> None:
    assert await errors_of(await change(shared, f"{URL}/1", slug="baku")) == [("/slug", "slug-is-stable")]
    body = {"title": "Baku", "slug": "baku"}
    response = await shared.put(f"{URL}/1", json=body, headers=await tag(shared, f"{URL}/1"))
    assert await errors_of(response) == [("/slug", "slug-is-stable")]


async def test_a_slug_that_is_taken_is_a_conflict(shared: httpx.AsyncClient) -> None:
    response = await shared.post(URL, json={"title": "Baku", "slug": BAKU})
    assert await errors_of(response, 409) == [("/slug", "taken")]


@pytest.mark.parametrize(
    "slug", ["", "A", "a b", "a_b", "-a", "a-", "a--b", "é", "12", "1-2", "none", "batch", "a" * 101, "a/b"]
)
async def test_a_slug_has_a_form(shared: httpx.AsyncClient, slug: str) -> None:
    (error,) = await errors_of(await shared.post(URL, json={"title": "Baku", "slug": slug}))
    assert error[0] == "/slug"


async def test_a_title_that_begins_with_a_number_makes_a_slug_that_can_be_sent_back(shared: httpx.AsyncClient) -> None:
    created = await shared.post(URL, json={"title": "2015 Workshop"})
    address = f"{URL}/2015-workshop"
    response = await shared.put(address, json=created.json(), headers=await tag(shared, address))
    assert response.status_code == 200, response.text


# -- references --


async def test_references_are_named_by_code_slug_or_id_or_by_the_object_itself(shared: httpx.AsyncClient) -> None:
    bare = {"region": "asia", "countries": ["PH", "KG"], "themes": ["asylum"], "partners": [3]}
    created = (await shared.post(URL, json={"title": "Bare", **bare})).json()
    objects = {name: created[name] for name in bare}
    assert objects["countries"][0] == {"code": "PH", "name": "Philippines"}
    assert objects["themes"] == [{"slug": "asylum", "name": "Asylum"}]
    assert objects["partners"][0]["id"] == 3
    assert objects["region"] == {"slug": "asia", "name": "Asia"}
    again = (await shared.post(URL, json={"title": "Objects", **objects})).json()
    assert {name: again[name] for name in bare} == objects
    least = {"region": {"slug": "asia"}, "countries": [{"code": "PH"}, "KG"], "themes": [{"slug": "asylum"}]}
    third = (await shared.post(URL, json={"title": "Mixed", **least, "partners": [{"id": 3}]})).json()
    assert {name: third[name] for name in bare} == objects


async def test_a_list_is_replaced_whole_and_keeps_its_order(shared: httpx.AsyncClient) -> None:
    created = (await shared.post(URL, json={"title": "Order", "countries": ["TJ", "KG", "UZ"]})).json()
    address = f"{URL}/{created['id']}"
    for wanted in (["UZ", "TJ", "KG"], ["KG"], ["KZ", "KG"], []):
        response = await change(shared, address, countries=wanted)
        assert [country["code"] for country in response.json()["countries"]] == wanted
    assert (await shared.get(address)).json()["version"] == 5


async def test_the_same_list_again_is_no_change(shared: httpx.AsyncClient) -> None:
    created = (await shared.post(URL, json={"title": "Same", "themes": ["asylum", "visa-policy"]})).json()
    response = await change(shared, f"{URL}/{created['id']}", themes=["asylum", "visa-policy"], title="Same")
    assert response.json()["version"] == 1


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"countries": ["KG", "QQ"]}, ("/countries/1", "unknown-country")),
        ({"countries": ["kg"]}, ("/countries/0", "unknown-country")),
        ({"countries": [{"name": "Kyrgyzstan"}]}, ("/countries/0", "string-type")),
        ({"countries": ["KG", {"code": "KG"}]}, ("/countries", "repeated")),
        ({"themes": ["asylum", "colour"]}, ("/themes/1", "unknown-reference")),
        ({"themes": ["asylum", "asylum"]}, ("/themes", "repeated")),
        ({"partners": [1, 999]}, ("/partners/1", "unknown-reference")),
        ({"partners": ["1"]}, ("/partners/0", "int-type")),
        ({"partners": [True]}, ("/partners/0", "int-type")),
        ({"partners": [2**31]}, ("/partners/0", "less-than-equal")),
        ({"region": "europe"}, ("/region", "enum")),
        ({"follows": 999}, ("/follows", "unknown-reference")),
        ({"source": 999}, ("/source", "unknown-reference")),
    ],
)
async def test_a_reference_to_what_is_not_there_is_refused(
    shared: httpx.AsyncClient, changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert await errors_of(await shared.post(URL, json={"title": "Lost", **changes})) == [expected]
    assert await errors_of(await change(shared, f"{URL}/1", **changes)) == [expected]


async def test_an_unknown_theme_country_or_region_is_answered_with_the_known_ones(shared: httpx.AsyncClient) -> None:
    response = await shared.post(URL, json={"title": "Lost", "countries": ["QQ"], "region": "europe"})
    allowed = {error["pointer"]: error["allowed"] for error in response.json()["errors"]}
    assert allowed["/region"] == [
        "asia", "eastern-europe", "latin-america", "middle-east-north-africa", "sub-saharan-africa"
    ]  # fmt: skip
    assert {"KG", "PH", "XK"} <= set(allowed["/countries/0"])
    response = await shared.post(URL, json={"title": "Lost", "themes": ["colour"]})
    assert "asylum" in response.json()["errors"][0]["allowed"]


async def test_an_action_cannot_follow_itself(shared: httpx.AsyncClient) -> None:
    assert await errors_of(await change(shared, f"{URL}/1", follows=1)) == [("/follows", "follows-itself")]


# -- dates --


@pytest.mark.parametrize(
    ("start", "end"),
    [("2010", "2010"), ("2010-05", "2010-05"), ("2010-05-17", "2010"), ("2010", "2010-01-01"), ("2010-12", None)],
)
async def test_dates_have_the_precision_that_is_known(shared: httpx.AsyncClient, start: str, end: str | None) -> None:
    created = (await shared.post(URL, json={"title": "Dated", "start": start, "end": end})).json()
    assert (created["start"], created["end"]) == (start, end)


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ({"start": "2013-02-30"}, ("/start", "partial-date")),
        ({"start": "2010", "end": "2009"}, ("/end", "dates-out-of-order")),
        ({"start": "2010-05-17", "end": "2010-04"}, ("/end", "dates-out-of-order")),
        ({"end": "2010"}, ("/end", "end-without-start")),
    ],
)
async def test_dates_that_cannot_be_are_refused(
    shared: httpx.AsyncClient, dates: dict[str, str], expected: tuple[str, str]
) -> None:
    assert await errors_of(await shared.post(URL, json={"title": "Dated", **dates})) == [expected]


async def test_a_patch_is_judged_together_with_what_stays(shared: httpx.AsyncClient) -> None:
    created = (await shared.post(URL, json={"title": "Dated", "start": "2010-05", "end": "2011"})).json()
    address = f"{URL}/{created['id']}"
    assert await errors_of(await change(shared, address, end="2009")) == [("/end", "dates-out-of-order")]
    assert await errors_of(await change(shared, address, start="2012")) == [("/end", "dates-out-of-order")]
    assert await errors_of(await change(shared, address, start=None)) == [("/end", "end-without-start")]
    assert (await change(shared, address, start="2012", end="2013")).status_code == 200


async def test_the_status_is_the_one_of_a_day(shared: httpx.AsyncClient) -> None:
    created = (await shared.post(URL, json={"title": "Dated", "start": "2010-05", "end": "2011-01"})).json()
    for day, status in (
        ("2010-04-30", "planned"),
        ("2010-05-01", "ongoing"),
        ("2011-01-31", "ongoing"),
        ("2011-02-01", "completed"),
    ):
        read = await shared.get(f"{URL}/{created['id']}", params={"as_of": day})
        assert (day, read.json()["status"]) == (day, status)
    for dates, status in (({"start": "2010"}, "ongoing"), ({"start": "2199"}, "planned"), ({}, "planned")):
        created = (await shared.post(URL, json={"title": "Dated", **dates})).json()
        assert created["status"] == status


# -- what belongs to an action --


async def test_an_action_shows_what_belongs_to_it(shared: httpx.AsyncClient) -> None:
    created = await ACTIONS.create(shared)
    address = ACTIONS.address(created)
    second = await ACTIVITIES.create(shared, action=created["id"], position=2)
    first = await ACTIVITIES.create(shared, action=created["id"], position=1)
    deployment = await DEPLOYMENTS.create(shared, action=created["id"], activity=first["id"])
    output = await OUTPUTS.create(shared, action=created["id"])
    shown = (await shared.get(address)).json()
    assert shown["activities"] == [first, second]
    assert shown["deployments"] == [deployment]
    assert shown["outputs"] == [output]
    assert shown["counts"] == {"activities": 2, "deployments": 1, "outputs": 1}
    listed = (await shared.get(URL, params={"sort": "-id", "limit": 1})).json()["items"][0]
    assert listed["counts"] == shown["counts"]
    assert not {"activities", "deployments", "outputs"} & set(listed)


@pytest.mark.parametrize("kind", [ACTIVITIES, DEPLOYMENTS, OUTPUTS], ids=lambda kind: kind.path.strip("/"))
async def test_a_change_of_a_child_is_a_change_of_its_action(shared: httpx.AsyncClient, kind: Any) -> None:
    action = await ACTIONS.create(shared)
    address = ACTIONS.address(action)
    tags = [(await tag(shared, address))["If-Match"]]

    async def version() -> int:
        read = await shared.get(address)
        tags.append(read.headers["ETag"])
        assert read.headers["ETag"].startswith(f'"{read.json()["version"]}-')
        return int(read.json()["version"])

    child = await kind.create(shared, action=action["id"])
    assert await version() == 2
    await change(shared, kind.address(child), **kind.patch)
    assert await version() == 3
    await change(shared, kind.address(child), **kind.patch)
    assert await version() == 3
    body = kind.minimal_body() | {"action": action["id"]}
    replaced = await shared.put(kind.address(child), json=body, headers=await tag(shared, kind.address(child)))
    assert replaced.status_code == 200
    assert await version() == 4
    deleted = await shared.delete(kind.address(child), headers=await tag(shared, kind.address(child)))
    assert deleted.status_code == 204
    assert await version() == 5
    assert len(set(tags)) == 5
    stale = await shared.patch(address, json={"summary": "Late."}, headers={"If-Match": tags[0]})
    assert stale.json()["current_version"] == 5


@pytest.mark.parametrize("kind", [ACTIVITIES, DEPLOYMENTS, OUTPUTS], ids=lambda kind: kind.path.strip("/"))
async def test_a_child_that_moves_changes_both_actions(shared: httpx.AsyncClient, kind: Any) -> None:
    old, new = await ACTIONS.create(shared), await ACTIONS.create(shared)
    child = await kind.create(shared, action=old["id"])
    moved = await change(shared, kind.address(child), action=new["id"])
    assert moved.json()["action"] == new["id"]
    assert (await shared.get(ACTIONS.address(old))).json()["version"] == 3
    assert (await shared.get(ACTIONS.address(new))).json()["version"] == 2


@pytest.mark.parametrize("kind", [ACTIVITIES, DEPLOYMENTS, OUTPUTS], ids=lambda kind: kind.path.strip("/"))
async def test_a_child_needs_an_action_that_is_there(shared: httpx.AsyncClient, kind: Any) -> None:
    response = await shared.post(kind.url, json=kind.minimal_body() | {"action": 999})
    assert await errors_of(response) == [("/action", "unknown-reference")]
    child = await kind.create(shared)
    response = await change(shared, kind.address(child), action=999)
    assert await errors_of(response) == [("/action", "unknown-reference")]


async def test_an_action_takes_its_children_with_it(shared: httpx.AsyncClient) -> None:
    action = await ACTIONS.create(shared, countries=["KG"], themes=["asylum"], partners=[1])
    activity = await ACTIVITIES.create(shared, action=action["id"])
    children = [
        ACTIVITIES.address(activity),
        DEPLOYMENTS.address(await DEPLOYMENTS.create(shared, action=action["id"], activity=activity["id"])),
        OUTPUTS.address(await OUTPUTS.create(shared, action=action["id"])),
    ]
    address = ACTIONS.address(action)
    assert (await shared.delete(address, headers=await tag(shared, address))).status_code == 204
    for gone in [address, *children]:
        assert (await shared.get(gone)).status_code == 404
    created = await ACTIONS.create(shared)
    assert created["id"] > action["id"]


async def test_an_action_that_another_one_follows_stays(shared: httpx.AsyncClient) -> None:
    first = await ACTIONS.create(shared)
    followers = [await ACTIONS.create(shared, follows=first["id"]) for _ in range(2)]
    address = ACTIONS.address(first)
    response = await shared.delete(address, headers=await tag(shared, address))
    assert response.status_code == 409
    assert response.json()["type"] == "/problems/in-use"
    assert response.json()["used_by"] == {"actions": 2}
    for follower in followers:
        await change(shared, ACTIONS.address(follower), follows=None)
    assert (await shared.delete(address, headers=await tag(shared, address))).status_code == 204


# -- words --


async def test_words_are_found_as_soon_as_they_are_written(shared: httpx.AsyncClient) -> None:
    async def found(word: str) -> list[int]:
        page = (await shared.get(URL, params={"q": word})).json()
        return [item["id"] for item in page["items"]]

    action = await ACTIONS.create(shared, title="Quixotry in Osh")
    key = action["id"]
    assert await found("quixotry") == [key]
    await change(shared, ACTIONS.address(action), title="Prudence in Osh")
    assert await found("quixotry") == []
    assert await found("prudence") == [key]
    activity = await ACTIVITIES.create(shared, action=key, place="Ulaanbaatar")
    assert await found("ulaanbaatar") == [key]
    await change(shared, ACTIVITIES.address(activity), action=1, place="Ulaanbaatar")
    assert await found("ulaanbaatar") == [1]
    output = await OUTPUTS.create(shared, action=key, title="Vademecum")
    assert await found("vademecum") == [key]
    await shared.delete(OUTPUTS.address(output), headers=await tag(shared, OUTPUTS.address(output)))
    assert await found("vademecum") == []
