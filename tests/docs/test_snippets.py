"""The samples beside each list and figure: they are there, and the ones in Python run."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.docs.snippets import ADDRESS, KEY, TAG, add_samples
from tests.conftest import Sqlite
from tests.described import served
from tests.running.service import Service, serve_seeded
from tests.waiting import BOUND

SCHEMA: dict[str, Any] = deepcopy(served())
add_samples(SCHEMA)
SAMPLED = {
    path: {sample["label"]: sample["source"] for sample in methods["get"]["x-codeSamples"]}
    for path, methods in SCHEMA["paths"].items()
    if "get" in methods
}
TABLES = [path for path, samples in SAMPLED.items() if "pandas" in samples]
CLOSED = ("/api/v1/keys", "/api/v1/imports")
"""Open to administrators and editors only."""


@pytest.fixture(scope="module")
def service(sqlite_server: Sqlite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with the seed data."""
    with serve_seeded(sqlite_server, tmp_path_factory.mktemp("service")) as running:
        yield running


def test_every_list_and_figure_has_the_same_call_in_five_ways() -> None:
    figures = [path for path in SCHEMA["paths"] if path.startswith("/api/v1/aggregates")]
    lists = [f"/api/v1/{name}" for name in ("actions", "activities", "deployments", "outputs", "countries", "themes")]
    assert {*figures, *lists} <= set(TABLES)
    assert all(
        list(SAMPLED[path]) == ["curl", "Python", "pandas", "R", "JavaScript"] for path in TABLES if path not in CLOSED
    )


def test_every_operation_has_samples() -> None:
    for path, methods in SCHEMA["paths"].items():
        for method, operation in methods.items():
            labels = [sample["label"] for sample in operation["x-codeSamples"]]
            assert {"curl", "Python"} <= set(labels), f"{method} {path}"
            assert all(ADDRESS + path.partition("{")[0] in sample["source"] for sample in operation["x-codeSamples"])


@pytest.mark.parametrize("label", ["Python", "pandas"])
def test_the_samples_in_python_run(
    service: Service, label: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for path, samples in SAMPLED.items():
        if label not in samples or path.startswith(CLOSED) or "{name}" in path or path.endswith("/stream"):
            continue  # the seed has no release, and a stream no end
        exec(compile(samples[label].replace(ADDRESS, service.address), path, "exec"), {})
        assert capsys.readouterr().out or path == "/api/v1/releases" or [*tmp_path.iterdir()], path


WRITING = [
    (method, path)
    for path, methods in SCHEMA["paths"].items()
    for method, operation in methods.items()
    if method in ("post", "patch") and operation.get("requestBody") and not path.startswith(CLOSED)
]


@pytest.mark.parametrize("label", ["curl", "Python"])
def test_the_samples_that_write_do_so(service: Service, label: str) -> None:
    """With a key and the tag of what they change. What the other language has added is there already, hence 409."""
    if label == "curl" and shutil.which("curl") is None:
        pytest.skip("no curl on this machine")
    for method, path in WRITING:
        samples = {each["label"]: each["source"] for each in SCHEMA["paths"][path][method]["x-codeSamples"]}
        sample = samples[label].replace(ADDRESS, service.address).replace(KEY, service.key)
        address = re.search(rf"{service.address}[^'\"]*", sample)
        assert address is not None
        sample = sample.replace(TAG, httpx.get(address[0], timeout=BOUND).headers.get("ETag", ""))
        command = ["sh", "-c", f"{sample} --fail-with-body"] if label == "curl" else [sys.executable, "-c", sample]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert ran.returncode == 0 or "409" in ran.stdout + ran.stderr, f"{sample}\n{ran.stdout}{ran.stderr}"


def test_the_samples_in_javascript_run(service: Service, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node.js on this machine")
    samples = [
        SAMPLED[f"/api/v1/{name}"]["JavaScript"] for name in ("actions", "aggregates", "aggregates/themes-by-year")
    ]
    for number, sample in enumerate(samples):
        script = tmp_path / f"{number}.mjs"
        script.write_text(sample.replace(ADDRESS, service.address), "utf-8")
        ran = subprocess.run([node, script], capture_output=True, text=True, timeout=60, check=False)
        assert ran.returncode == 0, ran.stderr
        assert "index" in ran.stdout


def test_the_samples_for_the_shell_and_for_r_ask_for_the_same(service: Service) -> None:
    for path in ("/api/v1/actions", "/api/v1/aggregates", "/api/v1/aggregates/actions-per-theme"):
        curl, r = SAMPLED[path]["curl"], SAMPLED[path]["R"]
        as_json = httpx.get(curl.split("'")[1].replace(ADDRESS, service.address), timeout=BOUND).json()
        as_csv = httpx.get(r.split('"')[1].replace(ADDRESS, service.address), timeout=BOUND)
        assert as_csv.headers["Content-Type"].startswith("text/csv")
        rows = as_csv.text.strip().count("\r\n")
        assert rows == as_json.get("total", len(as_json.get("rows", ()))), json.dumps(as_json)[:200]
