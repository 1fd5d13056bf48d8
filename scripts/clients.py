"""Writes the generated parts of the clients: `make openapi-surface` does it after a change of the API.

- `clients/python/mieux_client/models.py`: the schemas of the API as typed dictionaries,
- `clients/python/mieux_client/asynchronous.py`: the synchronous client, with `async` and `await` where something waits.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.main import create_app
from app.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "clients" / "python" / "mieux_client"
Schema = dict[str, Any]
_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_PREFIX = "#/components/schemas/"


def models(document: Schema) -> str:
    """The schemas as a module of types."""
    schemas: dict[str, Schema] = document["components"]["schemas"]
    head = (
        '"""What the API answers and takes, as typed dictionaries. Written by `scripts/clients.py`."""\n\n'
        "from typing import Any, Literal, NotRequired, TypedDict\n\n"
    )
    values = {name: schema for name, schema in schemas.items() if "properties" not in schema}
    aliases = "".join(f"{name} = {_type(schema, quoted=False)}\n" for name, schema in sorted(values.items()))
    classes = "".join(_model(name, schemas[name]) for name in sorted(schemas.keys() - values.keys()))
    return head + aliases + classes


def _model(name: str, schema: Schema) -> str:
    required = schema.get("required", [])
    lines = [f"\n\nclass {name}(TypedDict):", *_docstring(schema, "    ")]
    for field, value in schema["properties"].items():
        kind = _type(value)
        lines.append(f"    {field}: {kind if field in required else f'NotRequired[{kind}]'}")
        lines.extend(_docstring(value, "    "))
    return "\n".join(lines) + "\n"


def _docstring(schema: Schema, indent: str) -> Iterator[str]:
    text = " ".join(str(schema.get("description", "")).split())
    if text:
        written = text.replace("\\", "\\\\").replace('"""', "'''")
        yield f'{indent}"""{written}{" " if written.endswith(chr(34)) else ""}"""'


def _type(schema: Schema, *, quoted: bool = True) -> str:  # noqa: PLR0911 - one for each kind of schema
    match schema:
        case {"$ref": str(reference)}:
            name = reference.removeprefix(_PREFIX)
            return f'"{name}"' if quoted else name
        case {"anyOf": several}:
            kinds = list(dict.fromkeys(_type(one, quoted=False) for one in several))
            return f'"{" | ".join(kinds)}"' if quoted else " | ".join(kinds)
        case {"enum": list(values)}:
            written = ", ".join(repr(value) for value in values)
            return f"Literal[{written}]" if len(values) <= 40 else "str"
        case {"const": value}:
            return f"Literal[{value!r}]"
        case {"type": "array", "items": items}:
            kind = f"list[{_type(items, quoted=False)}]"
        case {"type": "object", "additionalProperties": dict(items)}:
            kind = f"dict[str, {_type(items, quoted=False)}]"
        case {"type": "object"}:
            kind = "dict[str, Any]"
        case {"type": str(plain)} if plain in _PLAIN:
            return _PLAIN[plain]
        case _:
            return "Any"
    return f'"{kind}"' if quoted else kind


_HEAD = (
    '"""The client for programs that do other things while they wait.\n\n'
    'Written by `scripts/clients.py` from the synchronous one.\n"""'
)
_ASYNCHRONOUS = (
    (r'"""The client for scripts and notebooks\."""', _HEAD),
    (r"import time\n", "import asyncio\n"),
    (r"time\.sleep", "await asyncio.sleep"),
    (r"httpx\.Client\b", "httpx.AsyncClient"),
    (r"\bIterator\b", "AsyncIterator"),
    (r"class Registry:", "class AsyncRegistry:"),
    (r"\bdef __iter__", "def __aiter__"),
    (r"\bdef __enter__", "async def __aenter__"),
    (r"\bdef __exit__", "async def __aexit__"),
    (r"\bself\.close\(\)", "await self.close()"),
    (r"self\._client\.close\(\)", "await self._client.aclose()"),
    (r"self\.client\.send\(", "await self.client.send("),
    (r"call\.send\(self\.send\(request\)\)", "call.send(await self.send(request))"),
    (r"self\._sender\.send\(([^()]*)\)\.json\(\)", r"(await self._sender.send(\1)).json()"),
    (r"return self\._sender\.run\(", "return await self._sender.run("),
    (r"        self\._sender\.run\(", "        await self._sender.run("),
    (r'yield from page\["items"\]', 'for item in page["items"]:\n{indent}    yield item'),
    (r"to_frame\(iter\(self\)\)", "to_frame([record async for record in self])"),
    (r"    @property\n    def total", "    async def total"),
)
_NOT_ASYNC = ("__init__", r"list\b")


def asynchronous(synchronous: str) -> str:
    """The synchronous client with `async` and `await`."""
    text = synchronous
    for pattern, replacement in _ASYNCHRONOUS:
        text = re.sub(pattern, lambda found, new=replacement: _replaced(found, new), text)
    return re.sub(rf"^    def (?!{'|'.join(_NOT_ASYNC)})", "    async def ", text, flags=re.MULTILINE)


def _replaced(found: re.Match[str], new: str) -> str:
    start = found.string.rfind("\n", 0, found.start()) + 1
    indent = re.match(r" *", found.string[start:])
    assert indent is not None
    return found.expand(new.replace("{indent}", indent[0]))


def generated() -> dict[Path, str]:
    """Each file with what it has to be."""
    document = create_app(Settings(database_url="sqlite:///described.db")).openapi()
    synchronous = (PACKAGE / "synchronous.py").read_text("utf-8")
    texts = {PACKAGE / "models.py": models(document), PACKAGE / "asynchronous.py": asynchronous(synchronous)}
    return {file: _formatted(text) for file, text in texts.items()}


def _formatted(text: str) -> str:
    ruff = Path(sys.executable).with_name("ruff")
    command = [ruff, "format", "-", "--stdin-filename", PACKAGE / "models.py"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    for file, text in generated().items():
        file.write_text(text, "utf-8")
        print(f"Written: {file.relative_to(ROOT)}")
