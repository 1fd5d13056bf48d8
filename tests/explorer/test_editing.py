"""Editing and importing in a real browser, without a terminal."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Page

from tests.conftest import ADMIN_KEY, AUTHORIZED
from tests.explorer.browser import Tab
from tests.running.service import Service

API = "/api/v1"
PAGE = """\
Benin: Border Management

Objective: The action was to help Benin to train its border police.

Summary: In March 2013, a fact-finding mission took place in Cotonou. A training on document security was held in \
Cotonou in June 2013 with experts from the French and Belgian national administrations. The weather was fine that week.

Duration: March 2013 - December 2013
"""


@pytest.fixture
def api(explorer: Service) -> Iterator[httpx.Client]:
    """An editor's client of the same service."""
    with httpx.Client(base_url=explorer.address + API, headers=AUTHORIZED, timeout=30) as client:
        yield client


def sign_in(tab: Tab, *, stays: bool = True) -> Page:
    page = tab.page
    page.get_by_role("button", name="Sign in").first.click()
    page.fill("input[name='key']", ADMIN_KEY)
    page.set_checked("input[name='stay']", stays)
    page.click("dialog button[type='submit']")
    page.get_by_role("button", name="Sign out").wait_for()
    return tab.complete()


def edit(tab: Tab, slug: str) -> Page:
    tab.open(f"/actions/{slug}")
    if tab.page.get_by_role("button", name="Sign out").count() == 0:
        sign_in(tab)
    tab.page.get_by_role("button", name="Edit", exact=True).click()
    tab.page.wait_for_selector("form.form [name='title']")
    return tab.complete()


def save(tab: Tab) -> Page:
    tab.page.get_by_role("button", name="Save").click()
    return tab.complete()


def test_a_wrong_key_is_refused_where_it_was_typed(tab: Tab) -> None:
    page = tab.open("/")
    page.get_by_role("button", name="Sign in").first.click()
    page.fill("input[name='key']", "mx_this-is-none")
    page.click("dialog button[type='submit']")
    page.get_by_text("This key doesn't let you edit.").wait_for()


def test_a_key_is_remembered_only_if_asked(make_tab: Callable[..., Tab]) -> None:
    for stays in (False, True):
        tab = make_tab()
        page = tab.open("/")
        sign_in(tab, stays=stays)
        stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
        assert (ADMIN_KEY in stored, ADMIN_KEY in page.evaluate("JSON.stringify({...localStorage})")) == (stays, False)
        page.reload()
        tab.complete()
        assert page.get_by_role("button", name="Sign out").count() == int(stays)
    tab.page.get_by_role("button", name="Sign out").click()
    tab.page.get_by_role("button", name="Sign in").first.wait_for()
    assert ADMIN_KEY not in tab.page.evaluate("JSON.stringify({...sessionStorage})")


def test_an_edit_is_saved_and_taken_back(tab: Tab, api: httpx.Client) -> None:
    page = edit(tab, "thailand-trafficking-in-human-beings-thb")
    page.fill("[name='end']", "2016x")
    save(tab)
    page.wait_for_selector("[name='end'][aria-invalid='true']")
    assert "is no date" in page.locator(".field .error").inner_text()
    page.fill("[name='end']", "2016-03")
    save(tab)
    page.get_by_role("button", name="Undo").wait_for()
    assert api.get("/actions/thailand-trafficking-in-human-beings-thb").json()["end"] == "2016-03"
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").wait_for(state="detached")
    tab.complete()
    assert api.get("/actions/thailand-trafficking-in-human-beings-thb").json()["end"] is None


def test_what_belongs_to_an_action_is_added_changed_and_deleted(tab: Tab, api: httpx.Client) -> None:
    made = api.post("/actions", json={"title": "Nauru: Migration Data", "start": "2014"}).json()
    body = {"action": made["id"], "type": "training", "title": "Training on data"}
    kept, gone = [api.post("/activities", json=body | {"position": place}).json()["id"] for place in (1, 2)]
    page = edit(tab, made["slug"])
    page.get_by_role("button", name="Edit: Training on data").first.click()
    page.fill(f"#activities-{kept}-place", "Yaren")
    page.locator(f"[data-item='activities-{gone}']").get_by_role("button", name="Delete: Training on data").click()
    page.get_by_role("button", name="Add: deployment").click()
    page.locator("[name='sending_country']").fill("France")
    page.locator("[name='sending_country']").press("Tab")
    save(tab)
    page.get_by_role("button", name="Undo").wait_for()
    after = api.get(f"/actions/{made['id']}").json()
    assert [(each["id"], each["place"]) for each in after["activities"]] == [(kept, "Yaren")]
    assert [each["sending_country"]["code"] for each in after["deployments"]] == ["FR"]
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").wait_for(state="detached")
    tab.complete()
    back = api.get(f"/actions/{made['id']}").json()
    assert (len(back["activities"]), back["activities"][0]["place"], back["deployments"]) == (2, None, [])


def test_a_conflict_is_merged_field_by_field(tab: Tab, api: httpx.Client) -> None:
    made = api.post("/actions", json={"title": "Palau: Asylum", "start": "2014", "objective": "As it was."}).json()
    page = edit(tab, made["slug"])
    page.fill("[name='objective']", "As I want it.")
    page.fill("[name='end']", "2015")
    seen = api.get(f"/actions/{made['id']}")
    theirs = {"objective": "As they want it.", "summary": "Theirs alone."}
    assert (
        api.patch(f"/actions/{made['id']}", json=theirs, headers={"If-Match": seen.headers["etag"]}).status_code == 200
    )
    save(tab)
    page.get_by_text("Somebody else changed this meanwhile").wait_for()
    use = page.get_by_role("button", name="Use this")
    assert use.is_disabled()
    page.get_by_label("As I want it.").check()
    use.click()
    save(tab)
    page.get_by_role("button", name="Undo").wait_for()
    merged = api.get(f"/actions/{made['id']}").json()
    assert [merged[name] for name in ("objective", "summary", "end")] == ["As I want it.", "Theirs alone.", "2015"]


def test_a_draft_survives_a_reload(tab: Tab) -> None:
    page = edit(tab, "myanmar-labour-migration")
    page.fill("[name='summary']", "Not finished")
    page.reload()
    tab.complete()
    page.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_text("This is a draft that was not saved.").wait_for()
    assert page.input_value("[name='summary']") == "Not finished"
    page.get_by_role("button", name="Discard it").click()
    assert page.input_value("[name='summary']") != "Not finished"


def test_a_new_action_is_made(tab: Tab, api: httpx.Client) -> None:
    tab.open("/actions")
    sign_in(tab)
    page = tab.act("a:has-text('New action')")
    page.wait_for_selector("form.form [name='title']")
    page.fill("[name='title']", "Tonga: Visa Policy")
    page.locator("#actions-new-countries").fill("Tonga")
    page.locator("#actions-new-countries").press("Tab")
    save(tab)
    page.get_by_role("button", name="Undo").wait_for()
    assert page.url.endswith("/actions/tonga-visa-policy")
    assert api.get("/actions/tonga-visa-policy").json()["countries"] == [{"code": "TO", "name": "Tonga"}]


def test_the_history_says_what_changed(tab: Tab, api: httpx.Client) -> None:
    made = api.post("/actions", json={"title": "Samoa: Return", "start": "2014"})
    etag = {"If-Match": made.headers["etag"]}
    api.patch(f"/actions/{made.json()['id']}", json={"end": "2015-05"}, headers=etag).raise_for_status()
    page = tab.open(f"/actions/{made.json()['slug']}")
    page.locator(".history summary").first.click()
    page.wait_for_selector(".differences")
    assert "End: — → 2015-05" in page.locator(".history").inner_text()


def test_a_page_is_imported_with_one_item_left_out_and_one_corrected(tab: Tab, api: httpx.Client) -> None:
    tab.open("/import")
    page = sign_in(tab)
    page.fill("#import-text", PAGE)
    page.fill("[name='title']", "A page of a test")
    page.get_by_role("button", name="Read it").click()
    page.wait_for_selector(".planned")
    tab.complete()
    assert page.locator(".unread").all_inner_texts() == ["The weather was fine that week."]
    assert page.locator(".import-text mark").count() == 2
    page.get_by_role("button", name="Leave out: Fact-finding mission to Cotonou").click()
    tab.complete()
    page.get_by_role("button", name="Edit: Training on document security").click()
    page.locator("[data-item='0/activities/1'] [name='sessions']").fill("2")
    page.get_by_role("button", name="Apply").click()
    tab.complete()
    page.get_by_role("button", name="Create 1 action").click()
    page.get_by_text("1 action created").wait_for()
    action = api.get("/actions/benin-border-management").json()
    activity = action["activities"][0]
    assert [(each["title"], each["sessions"]) for each in action["activities"]] == [
        ("Training on document security", 2)
    ]
    assert [each["activity"] for each in action["deployments"]] == [activity["id"]] * 2
    assert "document security" in activity["source_quote"]
    assert api.get(f"/sources/{action['source']}").json()["title"] == "A page of a test"


def test_somebody_without_a_key_sees_nothing_to_edit(make_tab: Callable[..., Tab]) -> None:
    page = make_tab().open("/actions/myanmar-labour-migration")
    assert page.get_by_role("button", name="Edit", exact=True).count() == 0
