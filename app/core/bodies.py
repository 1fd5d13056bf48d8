"""JSON bodies: what is checked of them before they are read into a model."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from fastapi import Request

from app.core.problems import BadRequest, ErrorItem, UnsupportedMediaType, invalid, invalid_field, json_pointer

MOST_ERRORS = 100
_SURROGATE = re.compile("[\ud800-\udfff]")
# As JSON writes it, by itself or as one of a pair: only a body that has any is walked through.
_WRITTEN_SURROGATE = re.compile(r"[\ud800-\udfff]|\\u[dD][89a-fA-F]")


async def json_body(request: Request) -> None:
    """A dependency of writing routes: the body is JSON, or for PATCH a JSON Merge Patch, names each thing once, and all
    of its text is text.

    Raises UnsupportedMediaType, BadRequest and Invalid.
    """
    if request.method not in ("POST", "PUT", "PATCH"):
        return
    accepted = ["application/json"] + (["application/merge-patch+json"] if request.method == "PATCH" else [])
    sent = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if sent not in accepted:
        header = {"Accept-Patch" if request.method == "PATCH" else "Accept-Post": ", ".join(accepted)}
        raise UnsupportedMediaType(
            f"The body is '{sent or 'of no stated type'}'; send {' or '.join(accepted)}.", headers=header
        )
    if body := await request.body():
        text = _decoded(body)
        if _WRITTEN_SURROGATE.search(text) and (errors := list(islice(_surrogates(await request.json()), MOST_ERRORS))):
            raise invalid(errors)


def _decoded(body: bytes) -> str:
    try:
        # A surrogate that is written as bytes is decoded, too: it is refused with its place.
        text = body.decode("utf-8", "surrogatepass").removeprefix("\ufeff")
        json.loads(text, object_pairs_hook=_named_once)
    except ValueError:
        raise BadRequest("The body is not JSON in UTF-8.") from None
    return text


def _named_once(pairs: list[tuple[str, Any]]) -> None:
    """Which of two values of one name counts is anybody's guess, so none does."""
    names = Counter(name for name, _ in pairs)
    for name, count in names.items():
        if count > 1:
            raise invalid_field("", "repeated-name", f"an object has the name '{name}' {count} times")


def _surrogates(document: Any) -> Iterator[ErrorItem]:
    """The places of lone surrogates: halves of a character, which no database stores and no answer can hold. One in a
    name is placed at its object, since the name itself can't be written."""
    rest: list[tuple[tuple[Any, ...], Any]] = [((), document)]
    while rest:
        path, value = rest.pop()
        match value:
            case str() if found := _SURROGATE.search(value):
                message = f"U+{ord(found[0]):04X} is half of a character (a lone surrogate), which is no text"
                yield ErrorItem(pointer=json_pointer(path), code="lone-surrogate", message=message)
            case list():
                rest += reversed([((*path, number), item) for number, item in enumerate(value)])
            case dict():
                rest += reversed(
                    [part for name, item in value.items() for part in ((path, name), ((*path, name), item))]
                )
