"""The same call as curl, Python, R and JavaScript, for each list and figure in the documentation."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

ADDRESS = "http://127.0.0.1:8000"
"""Where `make run` serves; what shows the samples elsewhere puts its own address there."""

Parameters = dict[str, Any]


def add_snippets(schema: dict[str, Any]) -> None:
    """Gives every operation that answers a list or a figure its samples, as `x-codeSamples`."""
    for path, methods in schema["paths"].items():
        operation = methods.get("get")
        if operation is None:
            continue
        rows = _rows_of(schema, operation)
        if rows is not None and "{" not in path:
            operation["x-codeSamples"] = list(_samples(path, _examples(operation), rows, _offers_csv(operation)))


def _rows_of(schema: dict[str, Any], operation: dict[str, Any]) -> str | None:
    """The member of the answer that a table is made of."""
    content = operation["responses"].get("200", {}).get("content", {}).get("application/json", {})
    reference = content.get("schema", {}).get("$ref", "")
    properties = schema["components"]["schemas"].get(reference.rpartition("/")[2], {}).get("properties", {})
    return next((name for name in ("items", "rows") if name in properties), None)


def _offers_csv(operation: dict[str, Any]) -> bool:
    return "text/csv" in operation["responses"]["200"]["content"]


def _examples(operation: dict[str, Any]) -> Parameters:
    """The parameters that the call needs, each with its example."""
    return {
        parameter["name"]: parameter["example"]
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query" and parameter["required"]
    }


def _samples(path: str, parameters: Parameters, rows: str, offers_csv: bool) -> Iterator[dict[str, str]]:
    url = f"{ADDRESS}{path}"
    query = urlencode(parameters, doseq=True)
    whole = f"{url}?{query}" if query else url
    given = f", params={_python(parameters)}" if parameters else ""
    yield {"lang": "Shell", "label": "curl", "source": f"curl -s '{whole}'"}
    yield {
        "lang": "Python",
        "label": "Python",
        "source": f"""\
import httpx

answer = httpx.get("{url}"{given}).raise_for_status().json()
for row in answer["{rows}"]:
    print(row)
""",
    }
    yield {
        "lang": "Python",
        "label": "pandas",
        "source": f"""\
import httpx
import pandas

answer = httpx.get("{url}"{given}).raise_for_status().json()
table = pandas.json_normalize(answer["{rows}"])
print(table)
""",
    }
    as_csv = f"{whole}{'&' if query else '?'}format=csv"
    yield {
        "lang": "R",
        "label": "R",
        "source": f"""\
table <- read.csv("{as_csv}", encoding = "UTF-8")
print(table)
"""
        if offers_csv
        else f"""\
library(jsonlite)

table <- fromJSON("{whole}", flatten = TRUE)${rows}
print(table)
""",
    }
    yield {
        "lang": "JavaScript",
        "label": "JavaScript",
        "source": f"""\
const response = await fetch("{whole}");
if (!response.ok) throw new Error((await response.json()).detail);
const {{ {rows} }} = await response.json();
console.table({rows});
""",
    }


def _python(parameters: Parameters) -> str:
    return json.dumps(parameters, ensure_ascii=False)
