"""What the API promises its clients stays under one version: docs/api-surface.txt has it as it was published."""

import copy
import json
import tomllib
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import pytest

from app.core.listing import API
from tests.described import description
from tests.surface import publishing
from tests.surface.comparing import breaking_changes
from tests.surface.writing import SurfaceWriter

Document = dict[str, Any]
DESCRIPTION: Document = description()
SURFACE = SurfaceWriter(DESCRIPTION).text()


def test_the_version_is_stated_once() -> None:
    stated = tomllib.loads((publishing.ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert DESCRIPTION["info"]["version"] == version("mieux-registry") == stated


def test_nothing_that_was_published_breaks_unless_the_version_moves() -> None:
    broken = breaking_changes(publishing.PUBLISHED.read_text("utf-8"), SURFACE)
    assert broken == [] or publishing.may_break(), "docs/versions.md says what to do instead, or beside it"


def test_the_surface_is_published_as_it_is() -> None:
    published = publishing.PUBLISHED.read_text("utf-8")
    assert published == publishing.text_to_publish(published, SURFACE), (
        "write it by `make openapi-surface`, and see the diff"
    )


def test_the_changelog_has_what_was_added_since_the_last_version() -> None:
    has_additions = publishing.ADDITIONS in publishing.PUBLISHED.read_text("utf-8")
    assert publishing.unreleased() or not has_additions, "docs/api-surface.txt has more than the last version"


# -- what breaks a client --


def _action_list(document: Document) -> Document:
    return document["paths"][f"{API}/actions"]["get"]


def _parameter(document: Document, name: str) -> Document:
    return next(each for each in _action_list(document)["parameters"] if each["name"] == name)


def _schema(document: Document, name: str) -> Document:
    return document["components"]["schemas"][name]


def _without(values: list[Any], name: str) -> None:
    values.remove(next(each for each in values if name in (each, isinstance(each, dict) and each.get("name"))))


REQUIRED = {"name": "tenant", "in": "query", "required": True, "schema": {"type": "string"}}
BREAKING: dict[str, tuple[Callable[[Document], object], str]] = {
    "an operation goes": (lambda d: d["paths"].pop(f"{API}/facets"), "GET /api/v1/facets is gone"),
    "an operation has another id": (lambda d: _action_list(d).update(operationId="actions"), "has the id actions"),
    "an operation needs a key": (lambda d: _action_list(d).update(security=[{"Key": []}]), "needs a key"),
    "a parameter goes": (lambda d: _without(_action_list(d)["parameters"], "theme"), "query theme is gone"),
    "a parameter is needed": (lambda d: _parameter(d, "theme").update(required=True), "query theme is required"),
    "a needed parameter is new": (lambda d: _action_list(d)["parameters"].append(REQUIRED), "is new and required"),
    "a value of a parameter goes": (
        lambda d: _parameter(d, "region")["schema"]["items"]["enum"].remove("asia"),
        "no longer takes 'asia'",
    ),
    "a bound gets narrower": (lambda d: _parameter(d, "limit")["schema"].update(maximum=100), "narrower bounds"),
    "a bound is new": (lambda d: _parameter(d, "sort")["schema"].update(maxLength=9), "narrower bounds as string"),
    "a default is another": (lambda d: _parameter(d, "limit")["schema"].update(default=50), "the default 50"),
    "a list becomes one value": (
        lambda d: _parameter(d, "partner").update(schema={"type": "string"}),
        "no longer takes array",
    ),
    "a format goes": (lambda d: _action_list(d)["responses"]["200"]["content"].pop("text/csv"), "200 text/csv is gone"),
    "a status is another": (
        lambda d: d["paths"][f"{API}/actions"]["post"]["responses"].update(
            {"200": d["paths"][f"{API}/actions"]["post"]["responses"].pop("201")}
        ),
        "201 application/json is gone",
    ),
    "a field of an answer goes": (lambda d: _schema(d, "CountryRef")["properties"].pop("name"), "countries array name"),
    "a field of an answer is another type": (
        lambda d: _schema(d, "ActionRead")["properties"].update(id={"type": "string"}),
        "items array id may be string",
    ),
    "a field of an answer may be null": (
        lambda d: _schema(d, "ActionRead")["properties"].update(
            title={"anyOf": [{"type": "string"}, {"type": "null"}]}
        ),
        "title may be null",
    ),
    "a field of an answer may be missing": (
        lambda d: _without(_schema(d, "ActionRead")["required"], "title"),
        "title may be left out",
    ),
    "a field of a body goes": (lambda d: _schema(d, "ActionCreate")["properties"].pop("summary"), "summary is gone"),
    "a field of a body is needed": (
        lambda d: _schema(d, "ActionCreate")["required"].append("summary"),
        "summary is required",
    ),
    "a field of a body can't be null": (
        lambda d: _schema(d, "ActionCreate")["properties"].update(summary={"type": "string", "maxLength": 20_000}),
        "summary no longer takes null",
    ),
}


@pytest.mark.parametrize("name", BREAKING)
def test_a_change_that_breaks_clients_is_named(name: str) -> None:
    change, message = BREAKING[name]
    changed = copy.deepcopy(DESCRIPTION)
    change(changed)
    broken = breaking_changes(SURFACE, SurfaceWriter(changed).text())
    assert any(message in each for each in broken), broken


def _rename(document: Document) -> None:
    renamed = json.loads(json.dumps(document).replace("CountryRef", "ShortCountry"))
    document.clear()
    document.update(renamed)


HARMLESS: dict[str, Callable[[Document], object]] = {
    "an operation is new": lambda d: d["paths"].update({f"{API}/events": {"get": _action_list(d)}}),
    "an optional parameter is new": lambda d: _action_list(d)["parameters"].append(REQUIRED | {"required": False}),
    "a value of a vocabulary is new": lambda d: _schema(d, "Status")["enum"].append("unconfirmed"),
    "a field of an answer is new": lambda d: _schema(d, "ActionRead")["properties"].update(budget={"type": "integer"}),
    "a list of answers is new": lambda d: _schema(d, "ActionRead")["properties"].update(
        events={"type": "array", "items": {"$ref": "#/components/schemas/CountryRef"}}
    ),
    "an optional field of a body is new": lambda d: _schema(d, "ActionCreate")["properties"].update(
        budget={"type": "integer"}
    ),
    "a body takes one more type": lambda d: _schema(d, "ActionCreate")["properties"].update(
        source={"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}, {"type": "null"}]}
    ),
    "a bound gets wider": lambda d: _parameter(d, "limit")["schema"].update(maximum=1000),
    "a format is new": lambda d: _action_list(d)["responses"]["200"]["content"].update({"text/html": {}}),
    "a field is always there": lambda d: _schema(d, "ActionRead").update(
        required=sorted(_schema(d, "ActionRead")["properties"])
    ),
    "an error is another": lambda d: _action_list(d)["responses"].pop("406"),
    "a schema has another name": _rename,
    "a text is another": lambda d: _action_list(d).update(summary="Actions"),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_a_change_that_no_client_notices_passes(name: str) -> None:
    changed = copy.deepcopy(DESCRIPTION)
    HARMLESS[name](changed)
    assert changed != DESCRIPTION
    assert breaking_changes(SURFACE, SurfaceWriter(changed).text()) == []


@pytest.mark.parametrize(
    ("released", "now", "expected"),
    [
        ("0.1.0", "0.1.0", False),
        ("0.1.0", "0.1.1", False),
        ("0.1.0", "0.2.0", True),
        ("0.9.0", "1.0.0", True),
        ("1.2.3", "1.3.0", False),
        ("1.2.3", "2.0.0", True),
    ],
)
def test_the_version_says_whether_something_may_break(released: str, now: str, expected: bool) -> None:
    assert publishing.may_break(now, released) is expected


def test_what_was_added_since_the_last_version_is_marked_until_the_next_one() -> None:
    released = publishing.released_version()
    clean = publishing.text_to_publish("", SURFACE)
    assert publishing.ADDITIONS not in clean
    assert publishing.text_to_publish(clean, SURFACE) == clean
    marked = publishing.text_to_publish(clean, SURFACE + "\nobject Event\n  id: integer\n")
    assert publishing.ADDITIONS in marked
    assert publishing.text_to_publish(marked, SURFACE) == marked.removesuffix("\nobject Event\n  id: integer\n")
    assert publishing.text_to_publish(marked.replace(f"version {released}", "version 0.0.9"), SURFACE) == clean
