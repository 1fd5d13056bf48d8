"""The views in a real browser: they show what the API answers, and their addresses say all of it."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from tests.conftest import Sqlite
from tests.explorer.browser import Tab
from tests.running.service import Service, serve

API = "/api/v1"


@pytest.fixture
def api(explorer: Service) -> Iterator[httpx.Client]:
    """A client of the same service."""
    with httpx.Client(base_url=explorer.address + API, timeout=30) as client:
        yield client


def digits(text: str | None) -> str:
    return re.sub(r"[^\d.%]", "", text or "")


def test_the_overview_has_the_figures_of_the_api(tab: Tab, api: httpx.Client) -> None:
    page = tab.open("/?theme=trafficking-in-human-beings")
    figures = api.get("/headline", params={"theme": "trafficking-in-human-beings"}).json()["figures"]
    for name, figure in figures.items():
        shown = digits(page.locator(f"[data-figure='{name}']").text_content())
        share = f"{figure['value'] * 100:.1f}".removesuffix(".0") + "%"
        expected = share if "whole" in figure else str(figure["value"])
        assert shown == expected, name
    assert page.title() == "MIEUX Registry"


def test_each_headline_figure_leads_to_its_list(tab: Tab, api: httpx.Client) -> None:
    for name in ("actions", "countries", "partners", "activities", "deployments"):
        page = tab.open("/")
        number = digits(page.locator(f"[data-figure='{name}']").text_content())
        page = tab.act(f"[data-figure='{name}']")
        assert digits(page.locator("[data-total]").text_content()) == number, name


def test_a_click_on_the_map_filters_and_escape_takes_it_back(tab: Tab) -> None:
    tab.open("/")
    page = tab.act(".map [data-facet='country'][data-value='KG']")
    assert page.url.endswith("/?country=KG")
    assert page.locator("[data-figure='actions']").text_content() == "2"
    assert page.locator(".map [data-value='KG']").get_attribute("aria-pressed") == "true"
    page = tab.act(".map [data-facet='country'][data-value='PH']", modifiers=["Shift"])
    assert page.url.endswith("/?country=KG&country=PH")
    page.keyboard.press("Escape")
    assert tab.complete().url.endswith("/?country=KG")
    page.go_back()
    assert tab.complete().url.endswith("/?country=KG&country=PH")


def test_the_map_works_by_keyboard(tab: Tab) -> None:
    page = tab.open("/")
    page.locator(".map [data-value='AZ']").first.focus()
    page.keyboard.press("Enter")
    assert tab.complete().url.endswith("/?country=AZ")


def test_facets_add_and_remove_filters_with_their_counts(tab: Tab, api: httpx.Client) -> None:
    page = tab.open("/actions")
    value = page.locator(".facets [data-facet='theme'][data-value='labour-migration']")
    behind = digits(value.locator("b").text_content())
    page = tab.act(".facets [data-facet='theme'][data-value='labour-migration']")
    assert page.url.endswith("/actions?theme=labour-migration")
    assert digits(page.locator("[data-total]").text_content()) == behind
    assert value.get_attribute("aria-pressed") == "true"
    shown = page.locator("tr[data-action]").evaluate_all("rows => rows.map(row => row.dataset.action)")
    assert shown == [row["slug"] for row in api.get("/actions?theme=labour-migration").json()["items"]]
    assert page.locator("[data-api]").get_attribute("href") == f"{API}/actions?theme=labour-migration"
    page = tab.act(".chips .chip")
    assert page.url.endswith("/actions")


def test_pages_and_orders_are_in_the_address(tab: Tab) -> None:
    page = tab.open("/actions?limit=5&sort=title")
    first = page.locator("tr[data-action]").first.get_attribute("data-action")
    page = tab.act("a[rel='next']")
    assert page.locator("tr[data-action]").first.get_attribute("data-action") != first
    page.reload()
    assert tab.complete().locator("tr[data-action]").count() == 5
    page = tab.act("a[rel='prev']")
    assert page.locator("tr[data-action]").first.get_attribute("data-action") == first


SHARED = {
    "overview": "/?member_state=RO",
    "actions": "/actions?country=KG&sort=title",
    "action": "/actions/kyrgyzstan-ii-migration-policy",
    "country": "/countries/PH",
    "member-state": "/member-states/RO",
    "figures": "/figures?measure=deployments&by=member_state&by=country",
    "import": "/import",
}


@pytest.mark.parametrize("view", SHARED)
def test_a_shared_address_shows_the_same_to_somebody_else(view: str, make_tab: Callable[..., Tab]) -> None:
    seen = []
    for _ in range(2):
        page = make_tab().open(SHARED[view])
        assert page.locator(f"main[data-view='{view}']").count() == 1
        assert page.locator("[data-api]").count() == 1
        seen.append((page.title(), page.locator("main").inner_text()))
    assert seen[0] == seen[1]


def test_every_cell_of_a_figure_leads_to_the_records_that_it_counts(tab: Tab, api: httpx.Client) -> None:
    page = tab.open("/figures?measure=deployments&by=member_state&by=country")
    figure = api.get("/aggregates?measure=deployments&by=member_state&by=country").json()
    assert page.locator("[data-total]").text_content() == str(figure["totals"]["distinct"])
    assert page.locator("[data-cell]").count() == len(figure["rows"])
    cell = page.locator("[data-cell] a").first
    number = cell.text_content()
    cell.click()
    assert tab.complete("deployments").locator("[data-total]").text_content() == number


def test_a_figure_is_built_by_choosing(tab: Tab) -> None:
    page = tab.open("/figures")
    page.select_option("select[name='measure']", "activities")
    tab.complete()
    page.select_option("select[name='by']", "activity_type")
    tab.complete()
    page.select_option("select[name='by2']", "activity_year")
    page = tab.complete()
    assert page.url.endswith("?measure=activities&by=activity_type&by=activity_year")
    assert page.locator("h1").text_content() == "Activities by kind of activity × year of the activity"


def test_a_figure_can_be_taken_away(tab: Tab, explorer: Service) -> None:
    page = tab.open("/?country=KG")
    figure = page.locator("figure", has_text="Deployments by member state").last
    figure.get_by_role("button", name="Table").click()
    assert figure.locator("[data-cell]").count() == 6
    figure.get_by_role("button", name="File").click()
    for link in figure.locator(".files a").all():
        assert httpx.get(explorer.address + str(link.get_attribute("href")), timeout=30).status_code == 200
    figure.get_by_role("button", name="Code").click()
    call = f"{explorer.address}{API}/aggregates?measure=deployments&by=member_state&country=KG"
    assert f"curl -s '{call}'" in figure.inner_text()
    figure.get_by_role("button", name="Cite").click()
    assert "@misc" in figure.inner_text()
    figure.get_by_role("button", name="Embed").click()
    shown = f"{explorer.address}/figures?measure=deployments&by=member_state&country=KG"
    assert f'<iframe src="{shown}"' in figure.inner_text()


def test_an_action_shows_what_belongs_to_it(tab: Tab, api: httpx.Client) -> None:
    page = tab.open("/actions/kyrgyzstan-i-migration-management-and-irregular-migration")
    action = api.get("/actions/kyrgyzstan-i-migration-management-and-irregular-migration").json()
    text = page.locator("main").inner_text()
    assert [each["title"] for each in action["activities"] if each["title"] not in text] == []
    assert "Followed by Kyrgyzstan II: Migration Policy" in text
    assert page.title() == f"{action['title']} · MIEUX Registry"
    page = tab.act("main a:has-text('Kyrgyzstan II')")
    assert "Follows Kyrgyzstan I" in page.locator("main").inner_text()


def test_the_interface_speaks_french(tab: Tab) -> None:
    page = tab.open("/?lang=fr")
    assert page.locator("html").get_attribute("lang") == "fr"
    assert page.locator(".bars [data-facet='theme'] .label").first.text_content() == "Gestion des migrations"
    assert page.get_by_role("link", name="Vue d’ensemble").count() == 1


def test_an_empty_list_says_what_to_change(tab: Tab) -> None:
    page = tab.open("/actions?country=KG&active_in=1999")
    assert page.locator("[data-total]").text_content() == "0"
    page = tab.act("a:has-text('Remove “1999”')")
    assert page.url.endswith("/actions?country=KG")


def test_an_impossible_filter_is_explained_and_can_be_removed(tab: Tab) -> None:
    page = tab.open("/actions?country=QQ")
    assert "QQ" in page.locator(".failure").first.inner_text()
    page = tab.act(".chips .chip")
    assert page.locator("[data-total]").text_content() == "17"


def test_a_profile_prints_as_a_brief_of_two_pages(tab: Tab) -> None:
    page = tab.open("/member-states/RO")
    printed = page.pdf(prefer_css_page_size=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2
    page.emulate_media(media="print")
    assert page.locator(".bar, .tools button:visible").first.is_hidden()
    assert "MIEUX Registry · Romania" in page.locator(".print-head").inner_text()


def test_a_table_is_sorted_by_its_headings(tab: Tab) -> None:
    page = tab.open("/figures?measure=deployments&by=member_state")
    names = page.locator("table.numbers tbody th")
    page.get_by_role("button", name="Member state", exact=True).click()
    shown = names.all_inner_texts()
    assert shown == sorted(shown)
    assert page.locator("th[aria-sort='ascending']").count() == 1
    page.get_by_role("button", name="Deployments", exact=True).click()
    values = [int(value) for value in page.locator("[data-cell]").all_inner_texts()]
    assert values == sorted(values, reverse=True)


def test_the_search_field_offers_filters_and_hits(tab: Tab) -> None:
    page = tab.open("/")
    field = page.get_by_role("combobox", name="Search")
    field.press_sequentially("italy kyrgyzstan trainings 2013")
    offers = page.get_by_role("option")
    offers.filter(has_text="Member state").first.wait_for()
    assert "Kyrgyzstan I" in page.get_by_role("listbox").inner_text()
    field.press("ArrowDown")
    field.press("Enter")
    page = tab.complete("actions")
    assert page.url.partition("?")[2] == "member_state=IT&country=KG&activity_type=training&active_in=2013"
    assert page.locator("[data-total]").text_content() == "1"


def test_it_works_below_a_path(sqlite_server: Sqlite, tmp_path: Path, browser: Browser) -> None:
    url = sqlite_server.create("seeded")
    with serve(url, tmp_path, public_url="/registry") as service, closing(browser.new_context()) as context:
        tab = Tab(context.new_page(), f"{service.address}/registry")
        page = tab.open("/")
        page = tab.act(".bars [data-facet='theme'][data-value='labour-migration']")
        assert page.url == f"{service.address}/registry/?theme=labour-migration"
        page = tab.act("[data-figure='actions']")
        assert page.url == f"{service.address}/registry/actions?theme=labour-migration"
        page = tab.act("tr[data-action] a")
        assert page.locator("main[data-view='action']").count() == 1
        assert str(page.locator("[data-api]").get_attribute("href")).startswith("/registry/api/v1/actions/")
        assert tab.faults == []
    sqlite_server.drop(url)


def test_the_first_view_is_light(tab: Tab) -> None:
    page = tab.open("/")
    sent = page.evaluate("performance.getEntries().reduce((sum, entry) => sum + (entry.transferSize ?? 0), 0)")
    assert 50_000 < sent < 350_000
