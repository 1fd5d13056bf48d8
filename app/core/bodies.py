"""JSON bodies: how they are read, and what is checked of them before they become a model."""

import json
import re
from collections.abc import Iterator
from email.message import Message
from itertools import islice
from typing import Any

from fastapi import Request

from app.core.problems import BadRequest, ErrorItem, UnsupportedMediaType, invalid, invalid_field, json_pointer
from app.core.sliced_json import parse

FORM = "multipart/form-data"
MOST_ERRORS = 100
_SURROGATE = re.compile("[\ud800-\udfff]")
# By itself or as one of a pair. To look for one as it is, too, would take twenty times as long as for this beginning.
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def check_encoding(request: Request) -> None:
    """The body is sent as it is: none is decompressed, so that none is larger than it looks.

    Raises UnsupportedMediaType.
    """
    codings = {coding.strip().lower() for coding in ",".join(request.headers.getlist("Content-Encoding")).split(",")}
    if applied := codings - {"", "identity"}:
        raise UnsupportedMediaType(
            f"The body is encoded as '{', '.join(sorted(applied))}'; send it without Content-Encoding.",
            headers={"Accept-Encoding": "identity"},
        )


def check_media_type(request: Request) -> None:
    """For routes that write: the body is sent as JSON, or for PATCH as a JSON Merge Patch.

    Raises UnsupportedMediaType.
    """
    if request.method not in ("POST", "PUT", "PATCH"):
        return
    accepted = ["application/json"] + (["application/merge-patch+json"] if request.method == "PATCH" else [])
    header = request.headers.get("Content-Type", "")
    sent = header.partition(";")[0].strip().lower()
    if sent not in accepted:
        offered = {"Accept-Patch" if request.method == "PATCH" else "Accept-Post": ", ".join(accepted)}
        raise UnsupportedMediaType(
            f"The body is '{sent or 'of no stated type'}'; send {' or '.join(accepted)}.", headers=offered
        )
    message = Message()
    message["Content-Type"] = header
    if (charset := message.get_content_charset("utf-8")) not in ("utf-8", "utf8"):
        raise UnsupportedMediaType(f"JSON is in UTF-8, and this body is said to be in '{charset}'.")


def read_json(body: bytes) -> Any:
    """The value of a body that is JSON, names each thing once, and of which all text is text.

    Raises BadRequest and Invalid.
    """
    try:
        text, has_surrogates = _decoded(body)
        value = parse(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise invalid_field("", "json-invalid", f"the body is not JSON: {error.msg}") from None
    except (ValueError, RecursionError):
        raise BadRequest("The body is not JSON in UTF-8, or it is nested too deeply.") from None
    # Only a body that has any is walked through.
    may_have = has_surrogates or _ESCAPED_SURROGATE.search(text) is not None
    if may_have and (errors := list(islice(_surrogates(value), MOST_ERRORS))):
        raise invalid(errors)
    return value


def _decoded(body: bytes) -> tuple[str, bool]:
    """The text, and whether surrogates are written in it as bytes: they are decoded, too, and refused with their place.

    Raises ValueError for what is no text even so.
    """
    try:
        return body.decode(), False
    except UnicodeDecodeError:
        return body.decode("utf-8", "surrogatepass"), True


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
