"""JSON bodies: read piece by piece, they are what the standard library makes of them, and none holds up the service."""

import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.bodies import read_json
from app.core.problems import Problem
from app.core.sliced_json import LONGEST_ENTRY, MOST_ENTRIES, MOST_NAMES, parse
from tests.lag import assert_others_get_turns

pytestmark = pytest.mark.anyio

BATCH = "/api/v1/actions/batch"
PADDING = " " * (LONGEST_ENTRY + 1)
"""Makes any body one that is read piece by piece."""

texts = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('"\\{}[],: \n'))
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
)


def strict(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object that has each name once."""
    if len(dict(pairs)) < len(pairs):
        raise ValueError
    return dict(pairs)


@given(values, st.booleans(), st.sampled_from([None, 1]))
@settings(deadline=None, max_examples=50)
def test_a_text_in_pieces_is_the_text(value: Any, ascii_only: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert parse(text) == value
    assert parse(PADDING + text) == value
    assert parse(text + PADDING) == value


@given(values, st.data())
@settings(deadline=None, max_examples=50)
def test_a_broken_text_is_refused_as_the_library_refuses_it(value: Any, data: st.DataObject) -> None:
    text = json.dumps(value)
    place = data.draw(st.integers(0, len(text) - 1))
    text = text[:place] + data.draw(st.sampled_from(["", *'{}[]",:0a \\'])) + text[place + 1 :]
    try:
        expected = json.loads(text, object_pairs_hook=strict)
    except ValueError:
        for content in (text, PADDING + text):
            with pytest.raises((ValueError, Problem)):
                parse(content)
    else:
        assert parse(PADDING + text) == expected


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"title": "' + b"x" * LONGEST_ENTRY * 2 + b'"}', "too-long"),
        (b'{"items": [[' + b"[]," * LONGEST_ENTRY + b"[]]]}", "too-long"),
        (b'{"a": ' + b"9" * LONGEST_ENTRY * 2 + b"}", None),
        (b'{"items": [' + b"0," * (MOST_ENTRIES + LONGEST_ENTRY) + b"0]}", "too-many-entries"),
        (
            json.dumps({"items": [{str(n): 0 for n in range(MOST_NAMES + 1)}]}).encode() + PADDING.encode(),
            "too-many-names",
        ),
        (b'{"items": [{"a": 1, "a": 2}]}' + PADDING.encode(), "repeated-name"),
        (b'{"items": [], "items": []}' + PADDING.encode(), "repeated-name"),
        (b"[" * 100_000 + PADDING.encode(), None),
    ],
    ids=["a text", "a list", "a number", "entries", "names", "a name twice", "a member twice", "depth"],
)
def test_a_part_that_is_too_large_is_refused(body: bytes, code: str | None) -> None:
    with pytest.raises(Problem) as refused:
        read_json(body)
    assert refused.value.status == (422 if code else 400)
    assert [error.code for error in refused.value.errors] == [code] * bool(code)


async def test_a_large_body_is_read_and_validated_as_a_small_one(shared: httpx.AsyncClient) -> None:
    items = [{"title": f"Georgia: {number}", "summary": "Ж" * 20_000} for number in range(20)]
    answer = await shared.post(BATCH, json={"items": items})
    assert answer.status_code == 201
    assert [item["title"] for item in answer.json()["items"]] == [item["title"] for item in items]

    wrong = await shared.post(BATCH, json={"items": [*items, {"title": "", "colour": "red"}]})
    assert wrong.status_code == 422
    assert [(error["pointer"], error["code"]) for error in wrong.json()["errors"]] == [
        ("/items/20/title", "string-too-short"),
        ("/items/20/colour", "unknown-field"),
    ]
    patch = {"title": "x", "summary": "y" * 300_000}
    for url, method in (("/api/v1/actions", "POST"), ("/api/v1/actions/1", "PATCH")):
        answer = await shared.request(method, url, json=patch, headers={"If-Match": "*"})
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/summary"], method


def test_to_look_for_surrogates_takes_no_longer_than_to_parse() -> None:
    """It is one step, in which nobody else has a turn."""
    body = json.dumps([letter * 200_000 for letter in "aä" * 20], ensure_ascii=False).encode()

    def cost(read: Callable[[bytes], Any]) -> float:
        begun = time.thread_time()
        read(body)
        return time.thread_time() - begun

    assert min(cost(read_json) for _ in range(5)) < 3 * min(cost(json.loads) for _ in range(5))


async def test_a_large_body_does_not_stop_the_event_loop(shared: httpx.AsyncClient) -> None:
    body = b'{"items":[' + b"[]," * 1_500_000 + b"[]]}"

    async def post() -> None:
        answer = await shared.post(BATCH, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422

    await assert_others_get_turns(post)
