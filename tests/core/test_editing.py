"""What holds for every record that can be edited, over HTTP and on both databases."""

from typing import Any

import httpx
import pytest

from tests.core.records import ACTIONS, KINDS, THEMES, Kind, tag

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.path.strip("/"))]

KEPT_BY_THE_REGISTRY = {"id", "slug", "position", "created_at", "updated_at"}


def errors_of(response: httpx.Response) -> list[dict[str, Any]]:
    """The errors of a problem document."""
    assert response.headers["Content-Type"] == "application/problem+json", response.text
    errors: list[dict[str, Any]] = response.json()["errors"]
    return errors


async def test_the_least_that_is_needed_makes_a_record(shared: httpx.AsyncClient, kind: Kind) -> None:
    body = kind.minimal_body()
    response = await shared.post(kind.url, json=body)
    assert response.status_code == 201, response.text
    created = response.json()
    assert {name: value for name, value in created.items() if name not in KEPT_BY_THE_REGISTRY} == (
        body | kind.defaults
    )
    assert response.headers["Location"] == kind.address(created)
    assert (await shared.get(response.headers["Location"])).json() == created


async def test_every_field_is_kept_as_it_was_sent(shared: httpx.AsyncClient, kind: Kind) -> None:
    body = kind.full_body()
    response = await shared.post(kind.url, json=body)
    assert response.status_code == 201, response.text
    created = response.json()
    expected = body | kind.embedded
    assert {name: created[name] for name in expected} == expected
    read = await shared.get(response.headers["Location"])
    assert read.json() == created
    assert read.headers["ETag"].startswith('"1-')


async def test_a_created_record_can_be_changed_with_the_tag_of_the_answer(
    shared: httpx.AsyncClient, kind: Kind
) -> None:
    created = await shared.post(kind.url, json=kind.minimal_body())
    changed = await shared.patch(
        created.headers["Location"], json=kind.patch, headers={"If-Match": created.headers["ETag"]}
    )
    assert changed.status_code == 200, changed.text
    assert changed.headers["ETag"] != created.headers["ETag"]


async def test_a_record_stands_in_its_list(shared: httpx.AsyncClient, kind: Kind) -> None:
    before = (await shared.get(kind.url)).json()["total"]
    created = await kind.create(shared)
    after = (await shared.get(kind.url, params={"limit": 500})).json()
    assert after["total"] == before + 1
    listed = next(item for item in after["items"] if item[kind.key] == created[kind.key])
    assert listed == {name: value for name, value in created.items() if name in listed}


async def test_what_was_read_can_be_sent_back_whole(shared: httpx.AsyncClient, kind: Kind) -> None:
    created = await shared.post(kind.url, json=kind.full_body())
    address = created.headers["Location"]
    response = await shared.put(address, json=created.json(), headers=await tag(shared, address))
    assert response.status_code == 200, response.text
    assert response.json() == created.json()


async def test_replacing_sets_every_field(shared: httpx.AsyncClient, kind: Kind) -> None:
    created = await shared.post(kind.url, json=kind.full_body())
    address = created.headers["Location"]
    body = kind.minimal_body()
    response = await shared.put(address, json=body, headers=await tag(shared, address))
    assert response.status_code == 200, response.text
    replaced = response.json()
    expected = body | kind.defaults | ({"version": 2} if kind is ACTIONS else {})
    assert {name: value for name, value in replaced.items() if name not in KEPT_BY_THE_REGISTRY} == expected
    for name in KEPT_BY_THE_REGISTRY & set(replaced) - {"updated_at"}:
        assert replaced[name] == created.json()[name]


async def test_a_patch_leaves_what_it_does_not_name(shared: httpx.AsyncClient, kind: Kind) -> None:
    created = await shared.post(kind.url, json=kind.full_body())
    address = created.headers["Location"]
    response = await shared.patch(
        address,
        json=kind.patch,
        headers=await tag(shared, address) | {"Content-Type": "application/merge-patch+json"},
    )
    assert response.status_code == 200, response.text
    expected = created.json() | kind.patch
    for name in ("version", "updated_at"):
        expected[name] = response.json().get(name)
    assert response.json() == {name: value for name, value in expected.items() if name in response.json()}


async def test_null_in_a_patch_empties_a_field(shared: httpx.AsyncClient, kind: Kind) -> None:
    created = await shared.post(kind.url, json=kind.full_body())
    address = created.headers["Location"]
    defaults = {name: kind.defaults[name] for name in kind.full if name in kind.defaults}
    response = await shared.patch(address, json=dict.fromkeys(defaults), headers=await tag(shared, address))
    assert response.status_code == 200, response.text
    assert {name: response.json()[name] for name in defaults} == defaults


async def test_null_for_what_is_needed_is_refused(shared: httpx.AsyncClient, kind: Kind) -> None:
    created = await kind.create(shared)
    address = kind.address(created)
    for name in kind.minimal:
        response = await shared.patch(address, json={name: None}, headers=await tag(shared, address))
        assert response.status_code == 422, response.text
        assert [error["pointer"] for error in errors_of(response)] == [f"/{name}"]
    assert (await shared.get(address)).json() == created


async def test_an_empty_patch_changes_nothing(shared: httpx.AsyncClient, kind: Kind) -> None:
    created = await kind.create(shared)
    address = kind.address(created)
    before = await tag(shared, address)
    response = await shared.patch(address, json={}, headers=before)
    assert response.status_code == 200
    assert response.json() == created
    assert await tag(shared, address) == before


async def test_what_the_registry_keeps_is_refused_in_a_patch(shared: httpx.AsyncClient, kind: Kind) -> None:
    created = await kind.create(shared)
    address = kind.address(created)
    for name in ["version", "created_at", *(["id"] if kind is not THEMES else [])]:
        response = await shared.patch(address, json={name: created.get(name)}, headers=await tag(shared, address))
        assert response.status_code == 422
        (error,) = errors_of(response)
        assert (error["pointer"], error["code"]) == (f"/{name}", "read-only")
        assert set(kind.full) <= set(error["allowed"])


async def test_an_unknown_field_is_refused_with_the_known_ones(shared: httpx.AsyncClient, kind: Kind) -> None:
    created = await kind.create(shared)
    address = kind.address(created)
    for response in (
        await shared.post(kind.url, json=kind.minimal_body() | {"colour": "red"}),
        await shared.put(address, json=kind.minimal_body() | {"colour": "red"}, headers=await tag(shared, address)),
        await shared.patch(address, json={"colour": "red"}, headers=await tag(shared, address)),
    ):
        assert response.status_code == 422
        (error,) = errors_of(response)
        assert (error["pointer"], error["code"]) == ("/colour", "unknown-field")
        assert set(error["allowed"]) == set(kind.full) | ({"status"} if kind.path == "/activities" else set())


async def test_a_change_must_say_which_version_it_is_of(shared: httpx.AsyncClient, kind: Kind) -> None:
    created = await kind.create(shared)
    address = kind.address(created)
    for response in (
        await shared.put(address, json=kind.minimal_body()),
        await shared.patch(address, json=kind.patch),
        await shared.delete(address),
    ):
        assert response.status_code == 428
        assert response.json()["type"] == "/problems/precondition-required"
    assert (await shared.get(address)).json() == created


async def test_whoever_is_second_is_told_the_current_version(shared: httpx.AsyncClient, kind: Kind) -> None:
    created = await kind.create(shared)
    address = kind.address(created)
    old = await tag(shared, address)
    first = await shared.patch(address, json=kind.patch, headers=old)
    assert first.status_code == 200
    for response in (
        await shared.put(address, json=kind.minimal_body(), headers=old),
        await shared.patch(address, json=kind.patch, headers=old),
        await shared.delete(address, headers=old),
    ):
        assert response.status_code == 412
        assert response.json()["type"] == "/problems/stale-version"
        assert response.json()["current_version"] == 2
    assert (await shared.get(address)).json() == first.json()


async def test_several_tags_a_star_or_a_weak_tag_are_understood(shared: httpx.AsyncClient, kind: Kind) -> None:
    created = await kind.create(shared)
    address = kind.address(created)
    current = (await tag(shared, address))["If-Match"]
    for if_match, status in (
        (f"W/{current}", 200),
        ('"0-a", "7-b"', 412),
        (f'"0-a", {current}', 200),
        ("*", 200),
    ):
        response = await shared.patch(address, json={}, headers={"If-Match": if_match})
        assert response.status_code == status, if_match


async def test_a_deleted_record_is_gone(shared: httpx.AsyncClient, kind: Kind) -> None:
    created = await kind.create(shared)
    address = kind.address(created)
    response = await shared.delete(address, headers=await tag(shared, address))
    assert (response.status_code, response.content) == (204, b"")
    for gone in (
        await shared.get(address),
        await shared.put(address, json=kind.minimal_body(), headers={"If-Match": "*"}),
        await shared.patch(address, json={}, headers={"If-Match": "*"}),
        await shared.delete(address, headers={"If-Match": "*"}),
    ):
        assert gone.status_code == 404
        assert gone.json()["type"] == "/problems/not-found"


async def test_the_key_is_asked_for_before_anything_else_is_judged(shared: httpx.AsyncClient, kind: Kind) -> None:
    created = await kind.create(shared)
    address = kind.address(created)
    nobody = {"Authorization": ""}
    nonsense = {"colour": "red"}
    for response in (
        await shared.post(kind.url, json=nonsense, headers=nobody),
        await shared.post(kind.url, params=nonsense, json=kind.minimal_body(), headers=nobody),
        await shared.put(address, json=nonsense, headers=nobody),
        await shared.patch(address, content="colour=red", headers=nobody | {"Content-Type": "text/plain"}),
        await shared.delete(address, headers=nobody),
        await shared.delete(f"{kind.url}/999999", headers=nobody),
    ):
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert (await shared.get(address, headers=nobody)).json() == created


async def test_a_write_refuses_parameters_that_it_does_not_have(shared: httpx.AsyncClient, kind: Kind) -> None:
    before = (await shared.get(kind.url)).json()["total"]
    response = await shared.post(kind.url, params={"dry_run": "true"}, json=kind.minimal_body())
    assert response.status_code == 422
    assert [(error["parameter"], error["code"]) for error in errors_of(response)] == [("dry_run", "unknown-parameter")]
    assert (await shared.get(kind.url)).json()["total"] == before
