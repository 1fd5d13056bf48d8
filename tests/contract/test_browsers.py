"""Pages on other hosts, in a browser: what they may send, and what they may see."""

import httpx
import pytest

from tests.selection.making import API

pytestmark = pytest.mark.anyio
PAGE = {"Origin": "https://elsewhere.example"}


async def test_a_page_elsewhere_may_read_answers_and_the_headers_that_it_needs(anonymous: httpx.AsyncClient) -> None:
    for _ in range(2):  # the second answer is a kept one
        read = await anonymous.get(f"{API}/actions?limit=1", headers=PAGE)
        assert read.headers["Access-Control-Allow-Origin"] == "*"
        shown = read.headers["Access-Control-Expose-Headers"]
        assert all(name in shown for name in ("ETag", "Link", "Location", "X-Request-ID"))
        assert "Access-Control-Allow-Credentials" not in read.headers
    wrong = await anonymous.get(f"{API}/actions?colour=red", headers=PAGE)
    assert (wrong.status_code, wrong.headers["Access-Control-Allow-Origin"]) == (422, "*")


async def test_a_page_elsewhere_may_write_with_a_key(anonymous: httpx.AsyncClient) -> None:
    asked = PAGE | {
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization, content-type, if-match, idempotency-key",
    }
    answer = await anonymous.options(f"{API}/actions/1", headers=asked)
    assert answer.status_code == 200
    assert "PATCH" in answer.headers["Access-Control-Allow-Methods"]


async def test_a_page_elsewhere_may_send_no_other_headers(anonymous: httpx.AsyncClient) -> None:
    asked = PAGE | {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-made-up"}
    assert (await anonymous.options(f"{API}/actions", headers=asked)).status_code == 400
