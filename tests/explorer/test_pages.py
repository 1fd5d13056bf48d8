"""The documents of the explorer's views, and its files: titles, policies, caching, addresses."""

import hashlib
import re

import httpx
import pytest

from app.docs.assets import vendor_folders
from app.explorer.files import VENDOR
from tests.conftest import serving

pytestmark = pytest.mark.anyio
TITLES = {
    "/": "MIEUX Registry",
    "/actions": "Actions · MIEUX Registry",
    "/actions/kyrgyzstan-ii-migration-policy": "Kyrgyzstan II: Migration Policy · MIEUX Registry",
    "/actions/7": "Kyrgyzstan II: Migration Policy · MIEUX Registry",
    "/countries/kg": "Kyrgyzstan · MIEUX Registry",
    "/member-states/RO": "Romania · MIEUX Registry",
    "/figures": "Figures · MIEUX Registry",
    "/import": "Import · MIEUX Registry",
}


def title_of(html: str) -> str:
    found = re.search("<title>(.*)</title>", html)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("path", TITLES)
async def test_each_view_has_a_title_a_description_and_a_picture(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, title_of(answer.text)) == (200, TITLES[path])
    described = re.search('<meta name="description" content="(.+)">', answer.text)
    assert described is not None
    picture = re.search('<meta property="og:image" content="(.+)">', answer.text)
    assert picture is not None
    drawn = await client.get(picture[1].replace("&amp;", "&"))
    assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/png")


async def test_a_link_preview_names_the_public_address(database_url: str) -> None:
    async with serving(database_url, public_url="https://example.org/registry") as (_, client):
        html = (await client.get("/member-states/RO")).text
    assert '<meta property="og:url" content="https://example.org/registry/member-states/RO">' in html
    assert '<meta property="og:image" content="https://example.org/registry/api/v1/aggregates?' in html


async def test_titles_follow_the_language(client: httpx.AsyncClient) -> None:
    answer = await client.get("/countries/DE", headers={"Accept-Language": "fr"})
    assert title_of(answer.text) == "Allemagne · MIEUX Registry"
    assert (answer.headers["content-language"], '<html lang="fr"' in answer.text) == ("fr", True)


@pytest.mark.parametrize("path", ["/actions/none-such", "/countries/QQ", "/member-states/US", "/countries/nowhere"])
async def test_what_there_is_not_is_a_page_that_says_so(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


async def test_what_is_written_in_a_title_stays_text(client: httpx.AsyncClient) -> None:
    made = (await client.post("/api/v1/actions", json={"title": "<script>alert(1)</script>"})).json()
    html = (await client.get(f"/actions/{made['slug']}")).text
    assert title_of(html) == "&lt;script&gt;alert(1)&lt;/script&gt; · MIEUX Registry"


async def test_nothing_runs_inline_and_nothing_comes_from_outside(client: httpx.AsyncClient) -> None:
    answer = await client.get("/")
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data: blob:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]* src=)", answer.text)
    for address in re.findall(r'(?:src|href)="([^"]+)"', answer.text):
        assert re.match(r"/(?!/)", address)
        assert (await client.get(address.replace("&amp;", "&"))).status_code == 200, address


async def test_a_figure_may_be_framed_by_whom_the_settings_name(database_url: str) -> None:
    async with serving(database_url, frame_origins="https://news.example") as (_, client):
        figure, front = [await client.get(path) for path in ("/figures", "/")]
    assert "frame-ancestors 'self' https://news.example" in figure.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in front.headers["content-security-policy"]


async def test_files_are_kept_for_good_and_pages_asked_for(client: httpx.AsyncClient) -> None:
    page = await client.get("/")
    assert page.headers["cache-control"] == "no-cache"
    again = await client.get("/", headers={"If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.text) == (304, "")
    found = re.search(r'src="(/explorer/\w+/app.js)"', page.text)
    assert found is not None
    script = await client.get(found[1])
    assert "immutable" in script.headers["cache-control"]
    older = await client.get("/explorer/0000000000000000/app.js")
    assert (older.status_code, older.headers["cache-control"], older.text) == (200, "no-cache", script.text)


async def test_pages_are_not_in_the_schema(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]
    assert [path for path in paths if not path.startswith(("/api/", "/problems", "/healthz", "/readyz"))] in (
        [],
        ["/catalog.jsonld"],
    )


def test_vendored_files_are_the_recorded_ones() -> None:
    lines = (VENDOR / "SHA256SUMS").read_text("utf-8").splitlines()
    recorded = {name: digest for digest, name in (line.split(maxsplit=1) for line in lines)}
    folders = vendor_folders(VENDOR / "VERSIONS").values()
    files = [path for folder in folders for path in (VENDOR / folder).iterdir()]
    present = {path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    assert present == recorded
    assert [folder for folder in folders if not (VENDOR / folder / "LICENSE").exists()] == []


async def test_an_address_that_no_action_can_have_is_not_found(client: httpx.AsyncClient) -> None:
    for slug in ("no-such-action", "a%00b", "999999999999"):
        assert (await client.get(f"/actions/{slug}")).status_code == 404, slug
