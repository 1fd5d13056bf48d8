"""A real browser, and what its pages do besides what a test asks of them."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 30_000
"""Milliseconds that a busy machine may take until a view is complete."""


def find_chromium() -> Path | None:
    """The path of a Chromium on this machine. Debian's is started by a script that knows one folder only, and may have
    been unpacked into another: what it starts is beside it."""
    found = next((Path(path) for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        return None
    started = found.parents[1] / "lib/chromium/chromium"
    return started if started.exists() else found


def libraries_of(program: Path) -> dict[str, str]:
    """The environment in which a program finds the libraries that were unpacked with it."""
    folders = [str(folder) for folder in program.parents[1].glob("*-linux-gnu*")]
    return {"LD_LIBRARY_PATH": ":".join(folders)} if not program.is_relative_to("/usr") else {}


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser without a window; skips where there is none, unless everything is required."""
    path = find_chromium()
    if path is None:
        if os.environ.get("MIEUX_REQUIRE_ALL"):
            pytest.fail("there is no Chromium on this machine")
        pytest.skip("there is no Chromium on this machine")
    own: dict[str, str | float | bool] = {**os.environ}
    with sync_playwright() as playwright:
        # Whoever runs as root, as in a container, has no sandbox.
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"], env=own | libraries_of(path)
        )
        yield browser
        browser.close()


@dataclass
class Tab:
    """A page of the explorer, with what went wrong on it."""

    page: Page
    address: str
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE)
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("console", self._note)
        self.page.on("request", self._watch)

    def _note(self, message: Any) -> None:
        # A browser reports each refused request by itself; those that a test provokes are no fault of the page.
        if message.type in ("error", "warning") and "the server responded with a status of 4" not in message.text:
            self.faults.append(f"{message.type}: {message.text}")

    def _watch(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.faults.append(f"asked another origin: {request.url}")

    def open(self, path: str) -> Page:
        """Loads a view, until it is complete."""
        self.page.goto(self.address + path)
        return self.complete()

    def complete(self, view: str = "") -> Page:
        """Waits until the view is complete."""
        chosen = f"[data-view='{view}']" if view else ""
        self.page.wait_for_selector(f"main{chosen}[aria-busy='false']")
        return self.page

    def act(self, selector: str, **options: Any) -> Page:
        """Clicks, and waits until the view is complete."""
        self.page.locator(selector).first.click(**options)
        return self.complete()
