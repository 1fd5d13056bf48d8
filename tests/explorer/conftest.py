"""A running service with the seed, and a browser that looks at it; both are a module's own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.conftest import ADMIN_KEY, Sqlite
from tests.explorer.browser import Tab, launched
from tests.running.service import Service, serve_seeded


@pytest.fixture(scope="module")
def explorer(sqlite_server: Sqlite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service."""
    with serve_seeded(sqlite_server, tmp_path_factory.mktemp("explorer"), bootstrap_key=ADMIN_KEY) as service:
        yield service


@pytest.fixture(scope="module")
def browser(explorer: Service) -> Iterator[Browser]:
    """The browser, started after whatever needs an event loop."""
    with launched() as browser:
        yield browser


@pytest.fixture
def make_tab(browser: Browser, explorer: Service) -> Iterator[Callable[..., Tab]]:
    """Makes tabs that share nothing, and asserts in the end that nothing went wrong on any."""
    tabs: list[Tab] = []
    with ExitStack() as stack:

        def make(**options: Any) -> Tab:
            context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, "locale": "en-GB"} | options)
            stack.callback(context.close)
            tabs.append(Tab(context.new_page(), explorer.address))
            return tabs[-1]

        yield make
    assert [fault for tab in tabs for fault in tab.faults] == []


@pytest.fixture
def tab(make_tab: Callable[..., Tab]) -> Tab:
    """A tab."""
    return make_tab()
