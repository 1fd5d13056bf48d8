"""What the documentation says about the API as a whole."""

import asyncio
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from pydantic_core import from_json, to_json

from app.core.addresses import address
from app.core.bodies import FORM
from app.core.caching import validator
from app.core.conditions import IF_MATCH
from app.core.edge.admission import COUNTED
from app.core.openapi_components import tidy
from app.core.problems import (
    MEDIA_TYPE,
    AddressTooLong,
    BadRequest,
    HeadersTooLarge,
    ProblemDocument,
    TooManyRequests,
    Unavailable,
)
from app.docs.pages import DESCRIPTION
from app.docs.snippets import ADDRESS, add_samples

ANYWHERE = (BadRequest, AddressTooLong, HeadersTooLarge)
"""What any operation may answer, whatever it does."""
COUNTED_PROBLEMS = (TooManyRequests, Unavailable)
"""What those may answer, too, whose requests are counted."""
SUMMARY = "Technical assistance in migration as data, with figures that explain themselves."

TEXT = """
MIEUX (MIgration EU eXpertise) answers requests of partner countries for technical assistance in migration. Each
answer is an **action**; an action is made of **activities** (missions, trainings, study visits ...), for which experts
are **deployed**, mostly by EU member states, and it leaves **outputs** behind (reports, handbooks, strategies ...).

### Four things to know

1. **Filters are the same everywhere.** What narrows `/actions` narrows `/deployments` and every figure, with the same
   meaning. Repeat a parameter for *or*; different parameters are *and*. An unknown parameter or value is refused, with
   what is allowed. Filters of one link speak of one record: `member_state=EE&organisation_type=academia` asks for one
   deployment that is both.
2. **Figures explain themselves.** Each row of an aggregate has an `href`: the list of exactly the records that were
   counted. Counts are of distinct records, and `totals` says how the rows add up.
3. **Dates are as precise as their source.** `2010`, `2010-05` and `2010-05-17` are all dates (EDTF); `null` is an open
   end. For filters, a date covers all the days that it can mean.
4. **Everything is a file, too.** `format=csv` or `xlsx` gives all records of a list, with labels beside codes; figures
   come as tables, cubes (JSON-stat), maps and pictures; and `/exports` has the record as a whole.

### Reading and writing

Reading is open. Writing needs a key with the role `editor`, as `Authorization: Bearer mx_…` (press *Authorize*). PUT,
PATCH and DELETE need the `ETag` that you read, as `If-Match`, so that nobody's change is lost. Errors are problem
documents (RFC 9457): `errors` names each parameter, or each part of the body, that is wrong. Who asks too often gets a
429, which says in `Retry-After` when to come again; writes say in `RateLimit` how many more there may be.

### In a script

```
curl -s 'http://127.0.0.1:8000/api/v1/aggregates/deployments-per-member-state'
curl -s 'http://127.0.0.1:8000/api/v1/actions?theme=labour-migration&active_in=2014&fields=title,start,end'
```
"""

TAGS = [
    {
        "name": "Aggregates",
        "description": "Figures: begin here. Six measures, split by one or two dimensions, over any filter.",
    },
    {"name": "Actions", "description": "What was agreed with partner countries, and what everything else belongs to."},
    {"name": "Activities", "description": "The missions, trainings, study visits and so on of which actions are made."},
    {
        "name": "Deployments",
        "description": "The experts that were sent: from where, by what kind of organisation, how many. Never by name.",
    },
    {"name": "Outputs", "description": "The reports, handbooks, strategies and other products of actions."},
    {"name": "Search", "description": "Words and phrases, in everything that is recorded, the most useful hits first."},
    {"name": "Themes", "description": "What actions are about, under five pillars."},
    {"name": "Countries", "description": "ISO 3166-1, with UN M49 subregions and EU membership by date."},
    {"name": "Regions", "description": "The facility's own regions."},
    {"name": "Partners", "description": "The authorities and organisations that take part in actions."},
    {"name": "Publications", "description": "Documents of the facility itself."},
    {"name": "Sources", "description": "Where the facts of the record were read."},
    {"name": "Vocabularies", "description": "The closed vocabularies, with labels."},
    {
        "name": "Imports",
        "description": "Pages, workbooks and tables become data: see what would be recorded and why, then commit it.",
    },
    {
        "name": "Exports",
        "description": "The record as a whole, or all of it that filters keep: workbook, data package, database, IATI.",
    },
    {"name": "History", "description": "What changed, when, by whom; what a record looked like, and the way back."},
    {"name": "Releases", "description": "The record as it stood, under a name, for figures that can be reproduced."},
    {"name": "Keys", "description": "Who may write. For administrators."},
    {"name": "Problems", "description": "The kinds of errors, and what to do about each."},
    {"name": "Service", "description": "Whether the service lives, and whether it can answer."},
]


def complete_openapi(app: FastAPI, public_origin: str) -> None:
    """Makes the generated description say what the service does.

    - The schema of problem documents, to which the errors refer, replaces the framework's own.
    - Parameters carry their description where documentation pages look for it, and required ones an example, so that
      a page can send the request at once.
    - Titles of operations read as sentences, and a page of a list is described.
    - Of the tags, those stay that an operation has.
    - An operation says whether it needs a key, and the document where it is served.
    - What operations have in common stands once, and is referred to.
    - A merge patch has its own media type.
    - What stands in an address, a header or a form is left out or has a value: none of it can be null.
    - `If-Match` is needed wherever it is declared. The service itself asks for it, with a problem of its own.
    - Samples, which the pages of the documentation have and generators don't need, ask the service where the reader
      reaches it, with `public_origin` as scheme and host where it is known.
    """
    generate = app.openapi

    def completed() -> dict[str, Any]:
        if app.openapi_schema is None:
            _complete(generate())
        assert app.openapi_schema is not None
        return app.openapi_schema | {"servers": [{"url": address("") or "/"}]}

    def openapi() -> dict[str, Any]:
        return _placed(completed(), public_origin)

    def with_samples() -> dict[str, Any]:
        document = from_json(to_json(completed()))
        add_samples(document)
        return _placed(document, public_origin)

    app.openapi = openapi  # type: ignore[method-assign]
    assert app.openapi_url is not None
    app.router.routes[:] = [route for route in app.router.routes if getattr(route, "path", None) != app.openapi_url]
    _serve(app, app.openapi_url, openapi)
    _serve(app, DESCRIPTION, with_samples)


def _placed(document: dict[str, Any], public_origin: str) -> dict[str, Any]:
    """The document with the address of this service in samples and texts."""
    here = (public_origin or ADDRESS) + address("")
    if here == ADDRESS:
        return document
    placed: dict[str, Any] = from_json(to_json(document).replace(ADDRESS.encode(), here.encode()))
    return placed


def _serve(app: FastAPI, path: str, described: Callable[[], dict[str, Any]]) -> None:
    """Serves a description as bytes that are written once for each prefix, instead of at each request."""
    written: dict[str, bytes] = {}

    async def get_description(request: Request) -> Response:
        known = validator(request)
        if known.is_known:
            return known.not_modified()
        prefix = address("")
        if prefix not in written:
            written[prefix] = await asyncio.to_thread(lambda: to_json(described()))
        return Response(written[prefix], media_type="application/json", headers=known.headers)

    app.add_route(path, get_description, include_in_schema=False)


def _complete(schema: dict[str, Any]) -> None:
    schemas = schema["components"]["schemas"]
    problem = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs"))
    schemas["ProblemDocument"] = problem
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    operations = [operation for methods in schema["paths"].values() for operation in methods.values()]
    contents = [operation.get("requestBody", {}).get("content", {}) for operation in operations]
    forms = {content[FORM]["schema"]["$ref"].rpartition("/")[2] for content in contents if FORM in content}
    for name, described in schemas.items():
        if name in forms:
            described["properties"] = {field: _never_null(kind) for field, kind in described["properties"].items()}
        if name.startswith("Page_"):
            described.setdefault("description", "A page of a list.")
            described["properties"]["items"].setdefault("description", "The records of this page, in order.")
    used = set()
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            for kind in (*ANYWHERE, *(COUNTED_PROBLEMS if path.startswith(COUNTED) else ())):
                operation["responses"].setdefault(str(kind.status), {"description": kind.__doc__})
            _complete_operation(method, operation)
            operation.setdefault("security", [])  # reading needs no key
            used.update(operation["tags"])
    tidy(schema)
    schema["tags"] = [tag for tag in schema["tags"] if tag["name"] in used]


def _never_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of what can be left out, but not be null."""
    match schema:
        case {"anyOf": [value, {"type": "null"}], **rest}:
            return {**value, **rest}
        case _:
            return schema


def _complete_operation(method: str, operation: dict[str, Any]) -> None:
    words = operation["operationId"].replace("_", " ")
    if operation["summary"] == words.title():
        operation["summary"] = words.capitalize()
    for parameter in operation.get("parameters", ()):
        own = parameter["schema"] = _never_null(parameter["schema"])
        parameter["required"] |= parameter["name"] == IF_MATCH
        if "description" in own:
            parameter.setdefault("description", own.pop("description"))
        if parameter["required"] and "example" not in parameter and "examples" in own:
            parameter["example"] = own["examples"][0]
    for status, response in operation["responses"].items():
        if status >= "400":
            response["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
    if method == "patch":
        content = operation["requestBody"]["content"]
        content["application/merge-patch+json"] = content.pop("application/json")
