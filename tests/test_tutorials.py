"""The tutorials, followed to the letter: each command is run, and what they show of the answers is there."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Sqlite
from tests.running.service import Service, environment, serve
from tests.test_documentation import ROOT, holds

TUTORIALS = sorted((ROOT / "docs" / "tutorials").glob("*.md"))
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
ADDRESS = "http://127.0.0.1:8000"


class Reader:
    """Somebody with a terminal in an empty folder, and a service with the seed data."""

    def __init__(self, url: str, service: Service, folder: Path) -> None:
        self._service = service
        self._folder = folder
        self._environment = environment(url) | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT / "clients" / "python"),
            "PYTHONWARNINGS": "ignore",
        }

    def run(self, language: str, code: str) -> str:
        """What a block shows. Variables of an earlier block in the shell are still there."""
        code = code.replace(ADDRESS, self._service.address)
        match language:
            case "sh":
                kept = re.sub(r"^(KEY|TAG)=(.*)$", r"\1=\2\necho \1=$\1 >&2", code, flags=re.MULTILINE)
                command = ["sh", "-ec", kept]
            case "python":
                command = [sys.executable, "-c", code]
            case "js":
                command = [_node(), "--input-type=module", "--eval", code]
            case _:
                raise AssertionError(language)
        done = subprocess.run(
            command,
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"{code}\n{done.stdout}{done.stderr}"
        self._environment |= dict(re.findall(r"^(KEY|TAG)=(.*)$", done.stderr, re.MULTILINE))
        return done.stdout


@pytest.fixture
def reader(sqlite_server: Sqlite, tmp_path: Path) -> Iterator[Reader]:
    if shutil.which("curl") is None:
        pytest.skip("no curl on this machine")
    url = sqlite_server.create("seeded")
    with serve(url, tmp_path) as running:
        yield Reader(url, running, tmp_path)
    sqlite_server.drop(url)


def _node() -> str:
    found = shutil.which("node")
    if found is None:
        pytest.skip("no Node.js on this machine")
    return found


def test_there_is_one_for_each_kind_of_user() -> None:
    assert [path.stem for path in TUTORIALS] == ["analyst", "editor", "front-end", "newcomer", "operator"]


@pytest.mark.parametrize("tutorial", TUTORIALS, ids=lambda path: path.stem)
def test_a_tutorial_works_as_it_is_written(tutorial: Path, reader: Reader) -> None:
    shown = ""
    for language, block in BLOCK.findall(tutorial.read_text("utf-8")):
        if language == "json":
            assert holds(json.loads(block), json.loads(shown)), f"{block}\n{shown}"
        elif language == "text" and "let\n" not in block:
            assert block.strip() in shown, f"{block}\n{shown}"
        elif language in ("sh", "python", "js"):
            shown = reader.run(language, block)
            assert shown or "-o" in block or "KEY=" in block, block
