"""The samples beside each list and figure: they are there, and the ones in Python run."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.docs.snippets import ADDRESS
from tests.conftest import Sqlite
from tests.described import description
from tests.running.service import Service, serve

SCHEMA: dict[str, Any] = description()
SAMPLED = {
    path: {sample["label"]: sample["source"] for sample in methods["get"]["x-codeSamples"]}
    for path, methods in SCHEMA["paths"].items()
    if "x-codeSamples" in methods.get("get", {})
}


@pytest.fixture(scope="module")
def service(sqlite_server: Sqlite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with the seed data."""
    url = sqlite_server.create("seeded")
    with serve(url, tmp_path_factory.mktemp("service")) as running:
        yield running
    sqlite_server.drop(url)


def test_every_list_and_figure_has_the_same_call_in_five_ways() -> None:
    figures = [path for path in SCHEMA["paths"] if path.startswith("/api/v1/aggregates")]
    lists = [f"/api/v1/{name}" for name in ("actions", "activities", "deployments", "outputs", "countries", "themes")]
    assert {*figures, *lists} <= set(SAMPLED)
    assert all(list(samples) == ["curl", "Python", "pandas", "R", "JavaScript"] for samples in SAMPLED.values())


@pytest.mark.parametrize("label", ["Python", "pandas"])
def test_the_samples_in_python_run(service: Service, label: str, capsys: pytest.CaptureFixture[str]) -> None:
    if label == "pandas":
        pytest.importorskip("pandas")
    for path, samples in SAMPLED.items():
        if path in ("/api/v1/keys", "/api/v1/imports"):
            continue  # open to administrators and editors only
        exec(compile(samples[label].replace(ADDRESS, service.address), path, "exec"), {})
        assert capsys.readouterr().out or path == "/api/v1/releases", path


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
        as_json = httpx.get(curl.split("'")[1].replace(ADDRESS, service.address)).json()
        as_csv = httpx.get(r.split('"')[1].replace(ADDRESS, service.address))
        assert as_csv.headers["Content-Type"].startswith("text/csv")
        rows = as_csv.text.strip().count("\r\n")
        assert rows == as_json.get("total", len(as_json.get("rows", ()))), json.dumps(as_json)[:200]
