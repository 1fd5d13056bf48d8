"""The pages /docs and /redoc: served whole by this service, under a strict policy."""

import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.docs import mount_docs
from app.docs.assets import STATIC_DIR, VENDOR_DIR, vendor_folders
from tests.layers import enclosed

pytestmark = pytest.mark.anyio

PAGES = ["/docs", "/redoc"]
OWN_FILES = sorted(path for path in STATIC_DIR.iterdir() if path.is_file())


class Page(HTMLParser):
    """Collects from a page what could load or run something."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text_of: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href"}]
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        # Void elements (<link>, <meta>, <img>) have no end: go back to the one that ends.
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        for tag in set(self._open):
            self.text_of[tag] = self.text_of.get(tag, "") + data


async def fetch(client: httpx.AsyncClient, path: str) -> Page:
    response = await client.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return Page(response.text)


def client_below(root_path: str) -> httpx.AsyncClient:
    """A client of a small application which a proxy shows below `root_path`."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    mount_docs(app)
    transport = httpx.ASGITransport(enclosed(app), root_path=root_path)
    return httpx.AsyncClient(transport=transport, base_url="http://test")


@pytest.mark.parametrize("path", PAGES)
async def test_page_has_a_language_a_title_and_an_icon_of_ours(client: httpx.AsyncClient, path: str) -> None:
    page = await fetch(client, path)
    assert ("html", {"lang": "en"}) in page.tags
    assert page.text_of["title"].startswith("MIEUX Registry: API")
    icons = [attrs["href"] for tag, attrs in page.tags if tag == "link" and attrs.get("rel") == "icon"]
    assert icons == ["/docs/static/favicon.svg"]


@pytest.mark.parametrize("path", PAGES)
async def test_every_address_is_ours_and_answers(client: httpx.AsyncClient, path: str) -> None:
    page = await fetch(client, path)
    assert len(page.addresses) >= 8
    for address in page.addresses:
        assert re.match(r"/(?!/)", address), f"{address} is not a path on this service"
        response = await client.get(address)
        assert response.status_code == 200, address


@pytest.mark.parametrize("path", PAGES)
async def test_scripts_are_files_and_nothing_runs_inline(client: httpx.AsyncClient, path: str) -> None:
    page = await fetch(client, path)
    assert page.text_of.get("script", "").strip() == ""
    for tag, attrs in page.tags:
        assert tag != "style"
        assert tag != "script" or attrs.get("src")
        assert not [name for name in attrs if name.startswith("on") or name == "style"]


@pytest.mark.parametrize("path", PAGES)
async def test_policy_lets_nothing_in_from_outside(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)
    header = response.headers["content-security-policy"]
    policy = dict(part.split(" ", 1) for part in header.split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert policy["img-src"] == "'self' data: blob:"  # Swagger UI shows a picture from a blob
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    sources = {source for value in policy.values() for source in value.split()}
    assert sources <= {"'self'", "'none'", "'unsafe-inline'", "data:", "blob:"}
    inline = [directive for directive, value in policy.items() if "unsafe-inline" in value]
    assert inline == (["style-src"] if path == "/redoc" else [])


@pytest.mark.parametrize("path", PAGES)
async def test_page_without_javascript_leads_to_the_openapi_file(client: httpx.AsyncClient, path: str) -> None:
    page = await fetch(client, path)
    assert "/openapi.json" in page.text_of["noscript"]


async def test_pages_are_not_in_the_schema(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]
    assert [path for path in paths if path.startswith(("/docs", "/redoc"))] == []


async def test_versioned_files_are_kept_and_others_are_asked_for(client: httpx.AsyncClient) -> None:
    redoc = f"/docs/static/vendor/{vendor_folders()['redoc']}/redoc.standalone.js"
    expectations = {redoc: "immutable", "/docs/static/redoc.js": "no-cache", "/docs": "no-cache"}
    for path, expected in expectations.items():
        response = await client.get(path)
        assert expected in response.headers["cache-control"], path


async def test_a_file_the_browser_has_is_not_sent_again(client: httpx.AsyncClient) -> None:
    first = await client.get("/docs/static/page.css")
    again = await client.get("/docs/static/page.css", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.headers["cache-control"] == "no-cache"


def test_vendored_files_are_the_recorded_ones() -> None:
    lines = (VENDOR_DIR / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    recorded = {name: digest for digest, name in (line.split(maxsplit=1) for line in lines)}
    present = {
        path.relative_to(VENDOR_DIR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in VENDOR_DIR.iterdir()
        if folder.is_dir()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert present == recorded
    assert {name.split("/")[0] for name in recorded} == set(vendor_folders().values())


def test_each_vendored_package_has_its_licence_and_a_line_in_the_readme() -> None:
    readme = (VENDOR_DIR / "README.md").read_text(encoding="utf-8")
    for folder in vendor_folders().values():
        assert (VENDOR_DIR / folder / "LICENSE").is_file()
        assert f"`{folder}`" in readme


def test_redoc_names_no_outside_logo() -> None:
    script = VENDOR_DIR / vendor_folders()["redoc"] / "redoc.standalone.js"
    assert "https://cdn" not in script.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", OWN_FILES, ids=lambda path: path.name)
def test_our_own_files_name_no_outside_host(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://|[\"'(]//|@import", text)


async def test_addresses_follow_the_root_path() -> None:
    async with client_below("/registry") as client:
        for path in PAGES:
            page = await fetch(client, f"/registry{path}")
            assert all(address.startswith("/registry/") for address in page.addresses)
            main = next(attrs for tag, attrs in page.tags if tag == "main")
            assert main["data-openapi-url"] == "/registry/docs/openapi.json"
            for address in page.addresses:
                assert (await client.get(address)).status_code == 200, address


async def test_a_root_path_cannot_break_out_of_the_html() -> None:
    async with client_below('/"><script>x</script>') as client:
        html = (await client.get("/docs")).text
        assert "&lt;script&gt;" in html
        assert "<script>" not in html


@pytest.mark.parametrize("app", [FastAPI(), FastAPI(docs_url=None), FastAPI(redoc_url=None)])
def test_an_application_with_pages_of_its_own_is_refused(app: FastAPI) -> None:
    with pytest.raises(ValueError, match="docs_url=None and redoc_url=None"):
        mount_docs(app)


def test_an_application_without_a_schema_is_refused() -> None:
    with pytest.raises(ValueError, match="openapi_url"):
        mount_docs(FastAPI(openapi_url=None))
