"""The published surface and its version."""

import re
from importlib.metadata import version
from pathlib import Path

from tests.described import description
from tests.surface.writing import SurfaceWriter

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "docs" / "api-surface.txt"
CHANGELOG = ROOT / "CHANGELOG.md"
ADDITIONS = ", with additions that CHANGELOG.md lists under Unreleased"
HEADER = """\
# The surface of the API as of version {version}{additions}.
# Written by `make openapi-surface`. docs/versions.md says which changes of it need another version.
# name: is required or always there, name? may be left out; (1..500) bounds a number, or a text's length; = 20 is a
# default; (key): needs a key. Names of objects are for this file; what counts is which fields are where.

"""


def present_surface() -> str:
    """The surface of the application."""
    return SurfaceWriter(description()).text()


def released_version() -> str:
    """The newest version that the changelog has a date for."""
    found = re.search(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d{2}-\d{2}$", CHANGELOG.read_text("utf-8"), re.MULTILINE)
    assert found, "CHANGELOG.md has no version with a date"
    return found[1]


def unreleased() -> list[str]:
    """What the changelog lists for the next version."""
    section = CHANGELOG.read_text("utf-8").partition("## [Unreleased]")[2].partition("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("- ")]


def may_break(now: str | None = None, released: str | None = None) -> bool:
    """Whether the version has moved so far since the last release that clients expect breaking changes."""
    return _promise(now or version("mieux-registry")) > _promise(released or released_version())


def _promise(named: str) -> tuple[int, ...]:
    """The part of a version under which nothing breaks: 0.3 of 0.3.1, and 2 of 2.3.1."""
    major, minor, _ = map(int, named.split("."))
    return (major,) if major else (major, minor)


def text_to_publish(published: str, present: str) -> str:
    """The text to publish, which says when it has more than the released version."""
    released = released_version()
    header, _, surface = published.partition("\n\n")
    has_additions = f"version {released}" in header and (ADDITIONS in header or surface != present)
    return HEADER.format(version=released, additions=ADDITIONS if has_additions else "") + present
