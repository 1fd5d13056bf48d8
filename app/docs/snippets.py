"""The same call as curl, Python, R and JavaScript, for each operation in the documentation."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pprint import pformat
from textwrap import indent
from typing import Any
from urllib.parse import urlencode

ADDRESS = "http://127.0.0.1:8000"
"""Where `make run` serves; what shows the samples elsewhere puts its own address there."""
KEY = "mx_YOUR_KEY"
TAG = '"ETAG_THAT_YOU_READ"'


@dataclass(frozen=True)
class _Call:
    """What an operation's sample sends, and what is done with the answer."""

    method: str
    url: str
    parameters: dict[str, Any]
    headers: dict[str, str]
    body: Any
    rows: str | None
    """The member of the answer that a table is made of."""
    file: str | None
    """The name of the file that the answer is."""
    has_csv: bool

    @property
    def full(self) -> str:
        """The address with its parameters."""
        query = urlencode(self.parameters, doseq=True)
        return f"{self.url}?{query}" if query else self.url


def add_samples(document: dict[str, Any]) -> None:
    """Gives every operation its samples, as `x-codeSamples`."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            call = _call(document, path, method, operation)
            samples = [*_reading(call)] if method == "get" else [*_writing(call)]
            operation["x-codeSamples"] = [
                {"lang": _LANGUAGES.get(label, label), "label": label, "source": source} for label, source in samples
            ]


_LANGUAGES = {"curl": "Shell", "pandas": "Python"}


def _resolved(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    reference = part.get("$ref")
    if reference is None:
        return part
    _, _, kind, name = reference.split("/")
    found: dict[str, Any] = document["components"][kind][name]
    return found


def _call(document: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> _Call:
    parameters = [_resolved(document, parameter) for parameter in operation.get("parameters", ())]
    needed: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}}
    for parameter in parameters:
        if parameter["required"]:
            needed[parameter["in"]][parameter["name"]] = parameter.get("example", TAG)
    headers = dict(needed["header"])
    if operation.get("security"):
        headers["Authorization"] = f"Bearer {KEY}"
    bodies: dict[str, dict[str, Any]] = operation.get("requestBody", {}).get("content", {})
    media = next(iter(bodies), "")
    body = _example(document, bodies[media]) if media else None
    if body is not None:
        headers["Content-Type"] = media
    answers = operation["responses"].get("200", {}).get("content", {})
    schema = _resolved(document, answers.get("application/json", {}).get("schema", {}))
    return _Call(
        method=method.upper(),
        url=ADDRESS + path.format_map(needed["path"]),
        parameters=needed["query"],
        headers=headers,
        body=body,
        rows=next((name for name in ("items", "rows") if name in schema.get("properties", {})), None),
        file=path.rpartition("/")[2] if answers and not any("json" in media for media in answers) else None,
        has_csv="text/csv" in answers,
    )


def _example(document: dict[str, Any], content: dict[str, Any]) -> Any:
    examples: list[Any] = _resolved(document, content["schema"]).get("examples", [None])
    return content.get("example", examples[0])


def _reading(call: _Call) -> Iterator[tuple[str, str]]:
    if call.file is not None:
        yield from _downloading(call, call.file)
        return
    given = f", params={_python(call.parameters)}" if call.parameters else ""
    given += f", headers={_python(call.headers)}" if call.headers else ""
    fetched = f'answer = httpx.get("{call.url}"{given}).raise_for_status().json()\n'
    yield "curl", f"curl -s '{call.full}'{_curl_headers(call)}"
    shown = f'for row in answer["{call.rows}"]:\n    print(row)\n' if call.rows else "print(answer)\n"
    yield "Python", f"import httpx\n\n{fetched}{shown}"
    if call.rows is None:
        yield "JavaScript", _javascript(call, "console.log(await response.json());\n")
        return
    table = f'table = pandas.json_normalize(answer["{call.rows}"])\nprint(table)\n'
    yield "pandas", f"import httpx\nimport pandas\n\n{fetched}{table}"
    if not call.headers:
        yield "R", _r(call)
    shown = f"const {{ {call.rows} }} = await response.json();\nconsole.table({call.rows});\n"
    yield "JavaScript", _javascript(call, shown)


def _r(call: _Call) -> str:
    if call.has_csv:
        as_csv = f"{call.full}{'&' if call.parameters else '?'}format=csv"
        return f'table <- read.csv("{as_csv}", encoding = "UTF-8")\nprint(table)\n'
    return f'library(jsonlite)\n\ntable <- fromJSON("{call.full}", flatten = TRUE)${call.rows}\nprint(table)\n'


def _downloading(call: _Call, file: str) -> Iterator[tuple[str, str]]:
    if file == "stream":
        yield "curl", f"curl -sN '{call.full}'"
        listening = f'with httpx.stream("GET", "{call.url}", timeout=None) as answer:\n'
        yield "Python", f"import httpx\n\n{listening}    for line in answer.iter_lines():\n        print(line)\n"
        listening = f'const events = new EventSource("{call.full}");\n'
        yield "JavaScript", f"{listening}events.onmessage = (event) => console.log(JSON.parse(event.data));\n"
        return
    yield "curl", f"curl -s -o {file} '{call.full}'"
    written = f'answer = httpx.get("{call.url}", timeout=60).raise_for_status()\n'
    yield "Python", f'import httpx\n\n{written}with open("{file}", "wb") as file:\n    file.write(answer.content)\n'
    yield "R", f'download.file("{call.full}", "{file}", mode = "wb")\n'


def _writing(call: _Call) -> Iterator[tuple[str, str]]:
    body = None if call.body is None else json.dumps(call.body, ensure_ascii=False)
    is_form = call.body is None and call.url.endswith("/imports")
    sent = f" -d '{_in_quotes(body)}'" if body else " -F file=@page.txt" if is_form else ""
    yield "curl", f"curl -s -X {call.method} '{call.full}'{_curl_headers(call)}{sent}"
    given = f"\n    headers={_python(call.headers)},"
    given += f"\n    json={indent(pformat(call.body, width=100), ' ' * 4).strip()}," if body else ""
    given += '\n    files={"file": open("page.txt", "rb")},' if is_form else ""
    sending = f'answer = httpx.request(\n    "{call.method}",\n    "{call.full}",{given}\n).raise_for_status()\n'
    yield "Python", f"import httpx\n\n{sending}print(answer.text)\n"
    if not is_form:
        yield "JavaScript", _javascript(call, "console.log(await response.text());\n")


def _javascript(call: _Call, shown: str) -> str:
    options: dict[str, Any] = {} if call.method == "GET" else {"method": call.method}
    options |= {"headers": call.headers} if call.headers else {}
    written = json.dumps(options, ensure_ascii=False, indent=2)
    if call.body is not None:
        body = json.dumps(call.body, ensure_ascii=False, indent=2).replace("\n", "\n  ")
        written = f'{written[:-2]},\n  "body": JSON.stringify({body})\n}}'
    given = f", {written}" if options else ""
    return (
        f'const response = await fetch("{call.full}"{given});\n'
        "if (!response.ok) throw new Error((await response.json()).detail);\n"
        f"{shown}"
    )


def _curl_headers(call: _Call) -> str:
    return "".join(f" \\\n  -H '{name}: {_in_quotes(value)}'" for name, value in call.headers.items())


def _in_quotes(text: str) -> str:
    """A text inside single quotes of a shell."""
    return text.replace("'", "'\\''")


def _python(value: Any) -> str:
    written = repr(value)
    return written if '"' in written else written.replace("'", '"')
