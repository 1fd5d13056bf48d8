"""Exports without a server: the application is asked for a file within this process, so that it is the same file."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode

from fastapi import FastAPI
from pydantic_core import from_json
from starlette.types import Message

from app.core.listing import API
from app.core.progress import Progress, silent
from app.insight.catalogue import PRESETS

WHOLE = {
    "xlsx": "/exports/registry.xlsx",
    "zip": "/exports/registry.zip",
    "sqlite": "/exports/registry.sqlite",
    "iati": "/exports/iati-activities.xml",
}
"""The formats of the record as a whole."""


class ExportRefused(RuntimeError):
    """What was asked for can't be given; the message says why."""


def address(subject: str | None, form: str, filters: Sequence[str]) -> tuple[str, str]:
    """The path and the query of an export: of the whole, or of a list or a preset by its name.

    Raises ExportRefused for a filter that is not written as NAME=VALUE, and for a list as JSON, which has pages.
    """
    if unclear := [text for text in filters if "=" not in text]:
        raise ExportRefused(f"'{unclear[0]}' is no filter: write NAME=VALUE, like country=PH")
    parameters = [(name, value) for name, _, value in (text.partition("=") for text in filters)]
    if subject is None and form in WHOLE:
        return API + WHOLE[form], urlencode(parameters)
    subject = subject or "actions"
    if subject in PRESETS:
        return f"{API}/aggregates/{subject}", urlencode([*parameters, ("format", form)])
    if form == "json":
        raise ExportRefused("as JSON a list comes in pages; ndjson has all records")
    return f"{API}/{subject}", urlencode([*parameters, ("format", form)])


class _Receiver:
    """Takes an answer: a file is written as it comes, and a refusal is kept."""

    def __init__(self, file: IO[bytes], progress: Progress) -> None:
        self.file = file
        self.progress = progress
        self.bytes = 0
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        self.refusal = b""

    async def __call__(self, message: Message) -> None:
        """One message of the answer."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
        elif self.status == 200:
            self.bytes += self.file.write(message.get("body", b""))
            self.progress("bytes written", self.bytes, 0)
        else:
            self.refusal += message.get("body", b"")


def _subjects(app: FastAPI) -> str:
    """What there is to export: the lists and figures that have formats."""
    paths = app.openapi()["paths"]
    names = (
        path.removeprefix(f"{API}/").removeprefix("aggregates/")
        for path, operations in paths.items()
        if any(
            "format" in (parameter.get("name"), parameter.get("$ref", "").rpartition("/")[2])
            for parameter in operations.get("get", {}).get("parameters", ())
        )
    )
    return ", ".join(name for name in names if name != "aggregates" and not {"/", "{"} & {*name})


async def _ask(app: FastAPI, path: str, query: str, file: IO[bytes], progress: Progress) -> dict[bytes, bytes]:
    """Writes the answer into a file; gives its headers."""
    receiver = _Receiver(file, progress)
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"localhost"), (b"cache-control", b"no-cache")],
        "client": None,
        "server": None,
    }

    async def nothing_more() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    await app(scope, nothing_more, receiver)
    if receiver.status == 404:
        raise ExportRefused(f"There is no list or figure '{path.rpartition('/')[2]}'.\nThere are: {_subjects(app)}")
    if receiver.status != 200:
        problem = from_json(receiver.refusal)
        choices: list[Any] = next((error["allowed"] for error in problem.get("errors", ()) if error.get("allowed")), [])
        more = f"\nThere are: {', '.join(map(str, choices))}" if choices else ""
        if choices and path == f"{API}/actions" and problem["errors"][0].get("parameter") == "format":
            more += f"; of the whole record {', '.join(WHOLE)}"
        raise ExportRefused(f"{problem.get('detail') or problem['title']}{more}")
    return receiver.headers


async def write_export(
    app: FastAPI, path: str, query: str, output: Path | None, progress: Progress = silent
) -> Path | None:
    """Writes an export to a file, by default one of its own telling name in this folder; a dash is standard output,
    for which None is given. The file appears when it is whole.

    Raises ExportRefused.
    """
    async with app.router.lifespan_context(app):
        if output is not None and str(output) == "-":
            await _ask(app, path, query, sys.stdout.buffer, progress)
            return None
        folder = output.parent if output is not None else Path()
        unfinished = folder / f".mieux-export-{id(app)}.part"
        try:
            with unfinished.open("wb") as file:
                headers = await _ask(app, path, query, file, progress)
            made = output or folder / _file_name(headers)
            unfinished.replace(made)
        finally:
            unfinished.unlink(missing_ok=True)
    return made


def _file_name(headers: dict[bytes, bytes]) -> str:
    disposition = headers.get(b"content-disposition", b"").decode("latin-1")
    found = re.search(r'filename="([A-Za-z0-9._-]+)"', disposition)
    return found[1] if found else "registry.json"
