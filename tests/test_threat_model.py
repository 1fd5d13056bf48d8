"""What `docs/threat-model.md` says, held against the tests and the code that it names."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)))


def rows(columns: int) -> Iterator[list[str]]:
    """The rows of the tables with so many columns."""
    for line in TEXT.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == columns and set(line) - set("| -"):
            yield cells


@pytest.mark.parametrize("file", sorted({file for file, _ in NAMED}))
def test_every_test_that_is_named_exists(file: str) -> None:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    there = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    assert {name for named, name in NAMED if named == file} <= there


def test_no_test_is_named_in_another_form() -> None:
    assert len(re.findall(r"tests/\S+", TEXT)) == len(re.findall(r"`tests/[\w/]+\.py::\w+`", TEXT))


def test_every_point_of_the_top_ten_is_there_with_its_tests() -> None:
    points = [cells for cells in rows(4) if cells[0].startswith("API")]
    assert [point.split()[0] for point, *_ in points] == [f"API{number}" for number in range(1, 11)]
    assert all("tests/" in shown_by for _, _, shown_by, _ in points)


def test_what_holds_is_shown() -> None:
    requirements = [cells for cells in rows(4) if re.match(r"\d", cells[0])]
    assert len(requirements) > 60
    for requirement, holds, how, shown_by in requirements:
        assert holds in ("yes", "partly", "no", "—"), requirement
        assert how, requirement
        assert "tests/" in shown_by or holds != "yes", requirement
    ids = [one.strip() for requirement, *_ in requirements for one in requirement.split(",")]
    assert len(set(ids)) == len(ids)


ABROAD = {
    "subprocess", "ftplib", "smtplib", "telnetlib", "urllib.request", "http.client", "socket", "httpx", "requests",
    "aiohttp", "pickle", "marshal", "shelve", "dill", "xmlrpc",
}  # fmt: skip
ALLOWED = {
    "app/core/ports.py": {"socket"},  # looks whether a port is free
    "app/core/monitoring.py": {"socket"},  # listens for Prometheus
    "app/doctor/machine.py": {"http.client"},  # asks whether the service itself listens
}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "system", "popen", "spawn", "unsafe_load", "open_connection"}


def imported(tree: ast.AST) -> Iterator[str]:
    """The modules that a file imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def called(tree: ast.AST) -> Iterator[str]:
    """What a file calls, but for `re.compile` and `statement.compile`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.func.id
            elif isinstance(node.func, ast.Attribute) and node.func.attr != "compile":
                yield node.func.attr


def test_the_service_starts_no_process_and_asks_nobody() -> None:
    for file in sorted((ROOT / "app").rglob("*.py")):
        name = file.relative_to(ROOT).as_posix()
        tree = ast.parse(file.read_text("utf-8"))
        assert set(imported(tree)) & ABROAD <= ALLOWED.get(name, set()), name
        assert set(called(tree)) & FORBIDDEN_CALLS == set(), name


def test_what_is_installed_is_what_serves() -> None:
    """Neither tests, nor tools for development, nor the repository's history."""
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert ".git" in ignored or "*" in ignored
    assert not {".", ".git", "tests", "requirements-dev.txt"} & {part for line in copied for part in line.split()}
    assert "chmod 0700 /opt/mieux/.git" in (ROOT / "docs" / "operations.md").read_text("utf-8")
