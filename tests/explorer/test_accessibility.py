"""No view has a barrier that axe-core finds, light and dark, on a wide screen and on a narrow one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ADMIN_KEY
from tests.explorer.browser import Tab

(AXE,) = (Path(__file__).parent / "vendor").glob("axe-core-*/axe.min.js")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIEWS = {
    "overview": "/",
    "filtered overview": "/?theme=labour-migration",
    "actions": "/actions",
    "deployments": "/deployments",
    "action": "/actions/tajikistan-i-labour-migration-management",
    "country": "/countries/KG",
    "member state": "/member-states/RO",
    "figure": "/figures?measure=deployments&by=member_state&by=country",
    "import": "/import",
    "none such": "/actions/none-such",
}
FOLDED = ("overview", "actions", "action")
"""Views that are laid out differently on a narrow screen."""
CHECK = """async (tags) => {
    const { violations } = await axe.run(document, { runOnly: tags });
    const shown = (nodes) => nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ");
    return violations.map(({ id, nodes }) => `${id}: ${shown(nodes)}`);
}"""


def barriers(tab: Tab) -> list[str]:
    """What axe-core finds on a page as it is; run as a script of the page's own, so that no policy is in the way."""
    tab.page.evaluate(AXE.read_text("utf-8"))
    found: list[str] = tab.page.evaluate(CHECK, TAGS)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_view_is_accessible(scheme: str, make_tab: Callable[..., Tab]) -> None:
    tab = make_tab(color_scheme=scheme)
    found = {}
    for name, path in VIEWS.items():
        tab.open(path)
        found[name] = barriers(tab)
    assert {name: barriers for name, barriers in found.items() if barriers} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_editors_see_is_accessible(scheme: str, make_tab: Callable[..., Tab]) -> None:
    tab = make_tab(color_scheme=scheme)
    page = tab.open("/actions/tajikistan-i-labour-migration-management")
    page.get_by_role("button", name="Sign in").first.click()
    assert barriers(tab) == []
    page.fill("input[name='key']", ADMIN_KEY)
    page.click("dialog button[type='submit']")
    page.get_by_role("button", name="Edit", exact=True).click()
    page.wait_for_selector("form.form [name='title']")
    tab.complete()
    page.get_by_role("button", name="Add: activity").click()
    assert barriers(tab) == []
    page.get_by_role("button", name="Cancel").last.click()
    tab.complete()
    page.get_by_role("link", name="Import").click()
    tab.complete("import")
    page.fill(
        "#import-text", "Benin: Visa Policy\n\nObjective: To train.\n\nSummary: A training was held in May 2013.\n"
    )
    page.get_by_role("button", name="Read it").click()
    page.wait_for_selector(".planned")
    tab.complete()
    assert barriers(tab) == []


def test_open_panels_are_accessible(tab: Tab) -> None:
    page = tab.open("/?country=KG")
    figure = page.locator("figure", has_text="Deployments by member state").last
    for name in ("Table", "Code", "Cite"):
        figure.get_by_role("button", name=name, exact=True).click()
        assert barriers(tab) == [], name


@pytest.mark.parametrize("width", [360, 2560])
def test_nothing_is_wider_than_the_screen(width: int, make_tab: Callable[..., Tab]) -> None:
    tab = make_tab(viewport={"width": width, "height": 800})
    wide = {}
    for name, path in VIEWS.items():
        page = tab.open(path)
        wide[name] = page.evaluate("document.documentElement.scrollWidth")
        if width == 360 and name in FOLDED:
            assert barriers(tab) == [], name
    assert {name: found for name, found in wide.items() if found > width} == {}
