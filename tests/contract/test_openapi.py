"""The description of the API: complete, and its examples work when a reader presses "Execute"."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import openapi_spec_validator
import pytest

from app.core.problems import MEDIA_TYPE
from tests.conftest import Sqlite, serving
from tests.described import description, served

pytestmark = pytest.mark.anyio

DESCRIPTION = description()
SCHEMAS: dict[str, Any] = DESCRIPTION["components"]["schemas"]


def operations(*wanted: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation with its method and path, or those of some methods."""
    for path, methods in DESCRIPTION["paths"].items():
        for method, operation in methods.items():
            if not wanted or method in wanted:
                yield method, path, operation


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """What a schema refers to, or itself."""
    reference = schema.get("$ref")
    return SCHEMAS[reference.rpartition("/")[2]] if reference else schema


def is_sentence(text: str) -> bool:
    """Whether a text begins and ends like prose."""
    return re.match(r"[A-Z`'\"]|ISO|\d", text) is not None and text.rstrip().endswith((".", "`", ":", ")"))


# -- what is described --


async def test_an_operation_has_a_title_a_description_and_a_known_tag() -> None:
    for method, path, operation in operations():
        named = f"{method} {path}"
        assert re.fullmatch(r"[A-Z][^.]{3,60}", operation["summary"]), named
        assert operation["summary"] != operation["summary"].title() or " " not in operation["summary"], named
        assert is_sentence(operation["description"]), named
        assert operation["tags"][0] in [tag["name"] for tag in DESCRIPTION["tags"]], named
        assert len(operation["tags"]) == 1, named


async def test_a_parameter_is_described() -> None:
    assert [
        f"{method} {path}: {parameter['name']}"
        for method, path, operation in operations()
        for parameter in operation.get("parameters", ())
        if not is_sentence(parameter.get("description", ""))
    ] == []


def values(schema: dict[str, Any], place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each value that a schema has room for, with its place."""
    schema = resolved(schema)
    for part in (*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())):
        yield from values(part, place)
    for name, part in schema.get("properties", {}).items():
        yield from values(part, f"{place}/{name}")
    if schema.get("type") in ("string", "integer", "number", "array"):
        yield place, schema


async def test_what_is_sent_has_bounds() -> None:
    sent: dict[str, dict[str, Any]] = {}
    for method, path, operation in operations():
        for parameter in operation.get("parameters", ()):
            assert "anyOf" not in parameter["schema"], f"{path}: {parameter['name']} is never null"
            sent.update(values(parameter["schema"], f"{method} {path} {parameter['name']}"))
        for content in operation.get("requestBody", {}).get("content", {}).values():
            sent.update(values(content["schema"], f"{method} {path}"))
    bounds = {
        "string": ({"enum"}, {"const"}, {"pattern"}, {"contentMediaType"}),
        "integer": ({"minimum", "maximum"},),
        "array": ({"maxItems"},),
    }
    assert len(sent) > 500
    assert [
        place for place, schema in sent.items() if not any(keys <= set(schema) for keys in bounds[schema["type"]])
    ] == []


async def test_a_change_needs_the_version_that_was_read() -> None:
    for method, path, operation in operations("put", "patch", "delete"):
        needed = {parameter["name"] for parameter in operation["parameters"] if parameter["required"]}
        assert "If-Match" in needed or "keys" in path, f"{method} {path}"


async def test_a_schema_and_each_of_its_fields_are_described() -> None:
    assert [
        name for name, schema in SCHEMAS.items() if "enum" not in schema and not is_sentence(described(schema))
    ] == []
    assert [
        f"{name}.{field}"
        for name, schema in SCHEMAS.items()
        for field, value in schema.get("properties", {}).items()
        if not is_sentence(described(value)) and not resolved(value).get("enum")
    ] == []


def described(schema: dict[str, Any]) -> str:
    """What a schema says of itself."""
    return str(schema.get("description", ""))


async def test_an_error_is_declared_as_a_problem_document() -> None:
    for method, path, operation in operations():
        named = f"{method} {path}"
        for status, response in operation["responses"].items():
            assert response["description"], named
            if status >= "400":
                told = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
                assert response["content"] == told, named
        declared = {status for status in operation["responses"] if status >= "400"}
        if operation.get("parameters"):
            assert "422" in declared, named
        if "{" in path:
            assert "404" in declared, named
        if method != "get":
            assert {"401", "403", "422"} <= declared, named
            assert operation["security"], named
        if method in ("put", "patch", "delete"):
            assert {"404", "412", "428"} <= declared, named
        if "requestBody" in operation:
            assert {"400", "413", "415", "422"} <= declared, named


async def test_tags_stand_in_order_and_each_has_operations() -> None:
    names = [tag["name"] for tag in DESCRIPTION["tags"]]
    assert names[:2] == ["Aggregates", "Actions"]
    assert len(set(names)) == len(names)
    assert all(is_sentence(tag["description"]) for tag in DESCRIPTION["tags"])
    assert {operation["tags"][0] for _, _, operation in operations()} == set(names)


async def test_operations_have_ids_of_their_own() -> None:
    ids = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[a-z]+(_[a-z0-9]+)*", name) for name in ids)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The document as it is served, in which what operations share stands once."""
    return served()


def test_every_reference_leads_somewhere_and_every_component_is_used(document: dict[str, Any]) -> None:
    references = set(re.findall(r'"#/components/([a-zA-Z]+)/([^"]+)"', json.dumps(document)))
    parts = {kind: parts for kind, parts in document["components"].items() if kind != "securitySchemes"}
    assert references == {(kind, name) for kind, named in parts.items() for name in named}


def test_a_validator_accepts_the_document(document: dict[str, Any]) -> None:
    openapi_spec_validator.validate(document)


def test_names_of_schemas_are_names_of_types() -> None:
    assert [name for name in SCHEMAS if not re.fullmatch("([A-Z][a-z]+)+", name)] == []
    assert {"ActionPage", "ActionBatch", "CountryCode", "PartialDate"} <= set(SCHEMAS)


def test_json_is_the_first_content_of_an_answer() -> None:
    """Some generators take the first one for the type of the answer."""
    for method, path, operation in operations():
        content = [*operation["responses"].get("200", {}).get("content", {})]
        assert "application/json" not in content[1:], f"{method} {path}"


def test_what_operations_share_stands_once(document: dict[str, Any]) -> None:
    text = json.dumps(document, separators=(",", ":"))
    assert text.count('"AZ","BA"') <= 3  # codes of countries, with and without "none", and in an address
    assert text.count(SCHEMAS["PartialDate"]["description"]) == 1
    assert len(text) < 400_000


async def test_a_patch_is_a_merge_patch_in_which_nothing_is_needed() -> None:
    for _, path, operation in operations("patch"):
        (kind,) = operation["requestBody"]["content"]
        assert kind == "application/merge-patch+json", path
        schema = resolved(operation["requestBody"]["content"][kind]["schema"])
        assert "required" not in schema
        assert not any("default" in field for field in schema["properties"].values())


# -- what its examples do --


@pytest.fixture(scope="module")
async def reader(seeded_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client with an admin's key, since some lists are an administrator's."""
    async with serving(seeded_url) as (_, made):
        yield made


RELEASES = "/api/v1/releases"
IMPORTS = "/api/v1/imports"


def prefilled(parameter: dict[str, Any]) -> Any:
    """What the documentation page puts into the field of a parameter."""
    schema = resolved(parameter["schema"])
    return parameter.get("example", schema.get("example", schema.get("default")))


def filled(operation: dict[str, Any], place: str) -> dict[str, Any]:
    """The parameters of a place, as the documentation page sends them."""
    values = {}
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == place:
            value = prefilled(parameter)
            assert value is not None or not parameter["required"], f"{parameter['name']} needs an example"
            if value not in (None, "", []):
                values[parameter["name"]] = value
    return values


def address(path: str, operation: dict[str, Any]) -> str:
    """The path with its examples."""
    return path.format_map(filled(operation, "path"))


def as_query(values: dict[str, Any]) -> dict[str, Any]:
    """Values as a browser writes them."""
    return {name: str(value).lower() if isinstance(value, bool) else value for name, value in values.items()}


async def test_reading_by_the_examples_succeeds(reader: httpx.AsyncClient) -> None:
    for _, path, operation in operations("get"):
        if "text/event-stream" in operation["responses"]["200"]["content"] or path.startswith((RELEASES, IMPORTS)):
            continue  # a stream has no end, and the seed has no release and no import yet
        response = await reader.get(address(path, operation), params=as_query(filled(operation, "query")))
        assert response.status_code == 200, response.text
        if response.headers["Content-Type"] != "application/json":
            assert response.headers["Content-Type"].partition(";")[0] in operation["responses"]["200"]["content"]
        elif path.startswith("/api/v1/") and isinstance(response.json(), dict) and "items" in response.json():
            assert response.json()["items"], path


@pytest.fixture
def server(sqlite_server: Sqlite) -> Sqlite:
    """What an example says doesn't depend on the database; that writing works on both is tested elsewhere."""
    return sqlite_server


WRITING = [
    pytest.param(method, path, operation, id=f"{method.upper()} {path}")
    for method, path, operation in operations("post", "put", "patch")
]


@pytest.mark.parametrize(("method", "path", "operation"), WRITING)
async def test_writing_the_examples_succeeds(
    client: httpx.AsyncClient, method: str, path: str, operation: dict[str, Any]
) -> None:
    if "requestBody" not in operation or path.startswith(IMPORTS):
        return  # what is asked for stands in the address, or in a file
    ((kind, content),) = operation["requestBody"]["content"].items()
    schema = resolved(content["schema"])
    example = content.get("example", schema.get("examples", [None])[0])
    assert example is not None, "the body needs an example"
    url = address(path, operation)
    headers = {"Content-Type": kind}
    if method in ("put", "patch"):
        headers["If-Match"] = (await client.get(url)).headers["ETag"]
    response = await client.request(method, url, json=example, headers=headers)
    assert response.status_code == (201 if method == "post" else 200), response.text
    shown = response.json()
    for sent, answered in zip(example.get("items", [example]), shown.get("items", [shown]), strict=True):
        for name, value in sent.items():
            if name in answered:
                assert answered[name] == value or _bare(answered[name]) == value
    if method != "post":
        assert response.headers["ETag"] != headers["If-Match"]


def _bare(value: Any) -> Any:
    """An embedded object as what names it."""
    if isinstance(value, list):
        return [_bare(item) for item in value]
    if isinstance(value, dict):
        return next(value[name] for name in ("code", "slug", "id") if name in value)
    return value


async def test_every_example_of_a_filter_is_accepted(reader: httpx.AsyncClient) -> None:
    asked = set()
    for _, path, operation in operations("get"):
        if "text/event-stream" in operation["responses"]["200"]["content"]:
            continue
        for parameter in operation.get("parameters", ()):
            own = parameter["schema"]
            kinds = [own, *own.get("anyOf", ()), own.get("items", {})]
            for example in [example for kind in kinds for example in kind.get("examples", ())]:
                if parameter["in"] == "query" and (parameter["name"], str(example), operation["tags"][0]) not in asked:
                    asked.add((parameter["name"], str(example), operation["tags"][0]))
                    values = as_query(filled(operation, "query") | {parameter["name"]: example})
                    response = await reader.get(address(path, operation), params=values)
                    assert response.status_code == 200, (parameter["name"], example, response.text)
