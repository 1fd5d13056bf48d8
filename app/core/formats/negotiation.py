"""Which format an answer takes: `format=` decides, else the `Accept` header, else it is JSON.

A resource offers its formats in the order of preference. Whatever it answers carries `Vary: Accept`, and what is saved
to disk rather than read by a program has a telling file name.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from fastapi import Request

from app.core.filters import Choice, Selection
from app.core.problems import ErrorItem, NotAcceptable, invalid_parameter

PLACE = frozenset({"limit", "offset", "cursor"})
"""The parameters that ask for a page of a list, in any format."""
LONGEST_NAME = 120
LONGEST_CACHED = 1000
"""How long an `Accept` may be whose choice is cached."""
_UNSAFE = re.compile(r"[^A-Za-z0-9.]+")
_QUALITY = re.compile(r"0?\.[0-9]{1,3}|0|1(?:\.0{0,3})?")
_PAGES = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, eq=False)
class Format:
    """A form that an answer can take."""

    name: str
    """What `format=` takes."""
    media_type: str
    """What `Accept` names."""
    extension: str
    about: str
    """What it is good for, for the documentation."""
    parameters: str = ""
    """What stands behind the media type in `Content-Type`."""
    is_download: bool = False
    """Whether a browser saves it, rather than shows it."""
    is_binary: bool = False

    @property
    def content_type(self) -> str:
        """The header's value."""
        return self.media_type + self.parameters

    def described(self, example: Any = None) -> dict[str, Any]:
        """The format as OpenAPI has it among the `content` of an answer."""
        kind = "object" if self.media_type.endswith("json") and self.media_type != NDJSON.media_type else "string"
        schema = {"type": kind, "description": self.about, **({"format": "binary"} if self.is_binary else {})}
        return {self.media_type: {"schema": schema, **({} if example is None else {"example": example})}}


JSON = Format("json", "application/json", "json", "Records and figures with everything about them.")
CSV = Format(
    "csv",
    "text/csv",
    "csv",
    "A table for statistics packages and scripts, with labels beside codes.",
    "; charset=utf-8; header=present",
    is_download=True,
)
XLSX = Format(
    "xlsx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xlsx",
    "A workbook with typed cells, and a codebook that defines each column.",
    is_download=True,
    is_binary=True,
)
NDJSON = Format(
    "ndjson",
    "application/x-ndjson",
    "ndjson",
    "One record as JSON per line, to be read as it arrives.",
    is_download=True,
)
GEOJSON = Format(
    "geojson", "application/geo+json", "geojson", "Features for a map, on one point per country.", is_download=True
)
JSONSTAT = Format(
    "jsonstat", "application/vnd.json-stat+json", "json", "JSON-stat 2.0, for statistics packages and viewers."
)
SVG = Format("svg", "image/svg+xml", "svg", "A picture that prints sharply at any size.")
PNG = Format("png", "image/png", "png", "A picture for documents and slides.", is_binary=True)


class Offer:
    """The formats that a resource answers in, the one that it prefers first."""

    def __init__(self, *formats: Format) -> None:
        self.formats = formats
        self._by_name = {form.name: form for form in formats}
        self.choice = Choice(list(self._by_name), none=False)
        """Marks the type of the parameter: `format: Annotated[str, OFFER.choice] | None = None`."""

    def besides(self, *left_out: Format) -> "Offer":
        """The offer without some formats."""
        return Offer(*(form for form in self.formats if form not in left_out))

    def choose(self, request: Request, named: str | None) -> Format:
        """The format of the answer to a request, which may name one by `format=`.

        Raises Invalid for a format that this answer doesn't have, NotAcceptable for an `Accept` that none of them
        meets.
        """
        if named is not None:
            if named not in self._by_name:
                message = f"this answer can't be given as {named}"
                raise invalid_parameter("format", "unknown-value", message, list(self._by_name))
            return self._by_name[named]
        chosen = _accepted(request, self.formats)
        if chosen is None:
            accept = ",".join(request.headers.getlist("accept"))
            offered = [form.media_type for form in self.formats]
            what = ErrorItem(
                parameter="Accept",
                code="not-acceptable",
                message=f"nothing that is accepted is offered here: ask for {', '.join(offered)}, or use `format=`",
                allowed=list(offered),
            )
            raise NotAcceptable(
                f"This answer can't be given as {accept[:100]}.", errors=[what], headers={"Vary": "Accept"}
            )
        return chosen


def check_mark(chosen: Format, *, bom: bool) -> None:
    """Refuses a byte order mark for what is no CSV.

    Raises Invalid.
    """
    if bom and chosen is not CSV:
        raise invalid_parameter("bom", "contradiction", f"only CSV begins with a byte order mark, not {chosen.name}")


def _ranges(accept: str) -> dict[str, float]:
    """The media ranges of the header with their qualities; one that can't be read is passed over."""
    ranges: dict[str, float] = {}
    for part in accept.split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((text[2:].strip() for text in parameters if text.startswith("q=")), "1")
        if "/" in name and _QUALITY.fullmatch(quality):
            ranges[name] = max(float(quality), ranges.get(name, 0.0))
    return ranges


def _liking(media_type: str, ranges: Mapping[str, float]) -> tuple[float, int]:
    """How much a media type is liked, and how exactly it is named: the most specific range decides (RFC 9110,
    12.5.1)."""
    for exactness, name in ((2, media_type), (1, f"{media_type.partition('/')[0]}/*"), (0, "*/*")):
        if name in ranges:
            return ranges[name], exactness
    return 0.0, 0


def _accepted(request: Request, formats: tuple[Format, ...]) -> Format | None:
    """The format that the header `Accept` prefers; the first one without the header."""
    accept = ",".join(request.headers.getlist("accept"))
    if not accept or accept in ("*/*", formats[0].media_type):
        return formats[0]
    choose = _preferred if len(accept) <= LONGEST_CACHED else _preferred.__wrapped__
    return choose(accept.lower(), formats)


@lru_cache(maxsize=256)
def _preferred(accept: str, formats: tuple[Format, ...]) -> Format | None:
    ranges = _ranges(accept)
    liked = [(_liking(form.media_type, ranges), form) for form in formats]
    first_liking, first = liked[0]
    # A browser that opens an address asks for a page, and for pictures before JSON: it gets what everyone gets.
    if first_liking[0] and any(ranges.get(page) for page in _PAGES):
        return first
    (quality, _), best = max(liked, key=lambda pair: pair[0])
    return best if quality else None


def is_for_file(request: Request) -> bool:
    """Whether a request is for a file, which can take long; also one for a format that its list doesn't offer. A page
    is small, whatever its format."""
    if not PLACE.isdisjoint(request.query_params):
        return False
    named = request.query_params.get("format")
    if named is not None:
        return named != JSON.name
    if "/exports/" in request.scope["path"]:
        return True
    return _accepted(request, (JSON, CSV, XLSX, NDJSON, GEOJSON)) is not JSON


def file_name(subject: str, selection: Selection, form: Format) -> str:
    """A file name that tells what is in it: `actions_country-PH_2026-11-23.csv`, with the day of `as_of`.

    Only ASCII letters, digits, dots, hyphens and underscores occur.
    """
    parts = [f"{name}-{_safe(given)}" for name, given in sorted(selection.values.items())]
    if selection.release is not None:
        parts.append(f"release-{_safe([selection.release])}")
    name = subject
    for part in parts:
        if len(name) + len(part) + 1 > LONGEST_NAME:
            name += "_and-more"
            break
        name += f"_{part}"
    return f"{name}_{selection.as_of.isoformat()}.{form.extension}"


def _safe(values: Iterable[str]) -> str:
    # An open end of an interval is written as two dots.
    return _UNSAFE.sub("-", "-".join(values).replace("..", "open")).strip("-.") or "any"


def disposition(format: Format, name: str) -> dict[str, str]:
    """The header that gives an answer its file name, and lets a browser save a table."""
    return {"Content-Disposition": f'{"attachment" if format.is_download else "inline"}; filename="{name}"'}


VARY = {"Vary": "Accept, Accept-Language"}
"""For every negotiated answer: a cache on the way keeps the formats apart."""

LISTS = Offer(JSON, CSV, XLSX, NDJSON)
"""What every list is offered in."""
