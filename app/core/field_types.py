"""Types of fields that any record may have: ids, slugs, addresses of pages."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.core.json_schema import Keywords
from app.core.text import RESERVED_SLUGS
from app.core.write_models import INTEGRAL

MAX_ID = 2**31 - 1
Id = Annotated[int, Field(strict=True, ge=1, le=MAX_ID), INTEGRAL]
"""An id in a body."""


def _plain_number(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch("[1-9][0-9]{0,9}", value):
        raise PydanticCustomError("id", "an id is a whole number from 1")
    return value


RecordId = Annotated[int, Field(ge=1, le=MAX_ID), BeforeValidator(_plain_number)]
"""An id in an address, of which there is one spelling."""


def _is_name(slug: str) -> str:
    if slug in RESERVED_SLUGS or not re.search("[a-z]", slug):
        reserved = {"reserved": ", ".join(RESERVED_SLUGS)}
        raise PydanticCustomError("slug", "a slug has a letter, and is none of: {reserved}", reserved)
    return slug


SLUG_PATTERN = "^[a-z0-9]+(-[a-z0-9]+)*$"
SLUG = Field(pattern=SLUG_PATTERN, min_length=2, max_length=100)
Slug = Annotated[
    str,
    SLUG,
    AfterValidator(_is_name),
    Keywords(**{"pattern": "^([0-9]+-)*[0-9]*[a-z][a-z0-9]*(-[a-z0-9]+)*$", "not": {"enum": list(RESERVED_SLUGS)}}),
]
"""What names a record in an address: words of lower-case letters and digits, joined by hyphens."""


def distinct(values: list[Any]) -> list[Any]:
    """The values, when none is named twice."""
    if len(set(values)) < len(values):
        raise PydanticCustomError("repeated", "a value is named twice")
    return values


_URL = re.compile(r"""^https?://[^\s<>"'\x00-\x1f\x7f-\x9f]+$""")


def _web_address(url: str) -> str:
    if not _URL.fullmatch(url):
        raise PydanticCustomError("url", "an address that begins with https:// or http:// is expected")
    return url


WebAddress = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=2000),
    AfterValidator(_web_address),
    WithJsonSchema({"type": "string", "pattern": _URL.pattern, "maxLength": 2000}),
]
