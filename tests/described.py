"""The description of the API as tests walk it: with parameters and errors at each operation."""

from copy import deepcopy
from functools import cache
from typing import Any

from app.main import create_app
from app.settings import Settings


@cache
def served() -> dict[str, Any]:
    """The OpenAPI document as it is served, which nobody may change."""
    return create_app(Settings(database_url="sqlite:///described.db")).openapi()


def description() -> dict[str, Any]:
    """A copy of it in which what operations share is written out at each of them."""
    return expanded(served())


def expanded(document: dict[str, Any]) -> dict[str, Any]:
    """A copy of the document in which what operations share is written out at each of them."""
    written = deepcopy(document)
    components = written["components"]
    shared = {
        f"#/components/{kind}/{name}": part
        for kind in ("parameters", "responses")
        for name, part in components.pop(kind, {}).items()
    }
    for methods in written["paths"].values():
        for operation in methods.values():
            if "parameters" in operation:
                operation["parameters"] = [_written_out(part, shared) for part in operation["parameters"]]
            operation["responses"] = {
                status: _written_out(part, shared) for status, part in operation["responses"].items()
            }
    return written


def _written_out(part: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    return deepcopy(shared[part["$ref"]]) if "$ref" in part else part
