"""What the command and the Makefile say when something is in the way, before anything is done."""

import os
import shutil
import socket
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from app.schema import ROOT
from tests.running.service import mieux


def test_the_version_is_that_of_the_package(tmp_path: Path) -> None:
    asked = mieux(f"sqlite:///{tmp_path}/none.db", "--version")
    assert (asked.returncode, asked.stdout) == (0, f"mieux {version('mieux-registry')}\n")


READING = {
    "seed": (),
    "export": (),
    "backup": ("copy.db",),
    "import": (__file__,),
    "new-epoch": (),
    "keys list": (),
    "keys create": ("--role", "editor"),
    "keys revoke": ("ada",),
}


@pytest.mark.parametrize("command", READING)
def test_a_command_that_needs_a_database_makes_none_and_names_the_file(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = mieux("sqlite:///none.db", *command.split(), *READING[command])
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"There is no database {tmp_path / 'none.db'}. ")
    assert "MIEUX_DATABASE_URL" in refused.stderr
    assert [*tmp_path.iterdir()] == []


def test_a_port_that_is_taken_is_reported_before_a_database_is_made(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = mieux(f"sqlite:///{tmp_path}/new.db", "serve", port=str(port))
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"MIEUX_PORT: port {port} on 127.0.0.1 is taken.")
    assert f"MIEUX_PORT={port + 1}" in refused.stderr
    elsewhere = mieux(f"sqlite:///{tmp_path}/new.db", "serve", "--host", "192.0.2.1")
    assert elsewhere.returncode == 2
    assert elsewhere.stderr.startswith("MIEUX_HOST: nobody can listen at 192.0.2.1: ")
    assert [*tmp_path.iterdir()] == []


def test_records_are_counted_in_words(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    mieux(url, "migrate")
    added = mieux(url, "seed").stdout
    assert "17 partners" in added
    assert "67 activities" in added
    assert "1 source," in added
    copied = mieux(url, "backup", str(tmp_path / "copy")).stdout
    assert "67 activities" in copied
    assert "search" not in copied
    assert "registry_state" not in copied


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("export", "-o", "/nonexistent/x"), ("There is no folder /nonexistent",)),
        (("openapi", "/nonexistent/x"), ("There is no folder /nonexistent",)),
        (("backup", "/nonexistent/x"), ("There is no folder /nonexistent",)),
        (("export", "-o", "."), ("is a folder",)),
        (("export", "--format", "pdf"), ("'pdf'", "csv", "xlsx, zip, sqlite, iati")),
        (("export", "--of", "experts"), ("'experts'", "deployments", "actions-per-theme")),
    ],
)
def test_the_real_cause_is_named(database_url: str, arguments: tuple[str, ...], expected: tuple[str, ...]) -> None:
    refused = mieux(database_url, *arguments)
    assert refused.returncode == 1
    assert all(text in refused.stderr for text in expected), refused.stderr
    assert "database" not in refused.stderr


def test_a_dash_is_standard_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert mieux("sqlite:///none.db", "openapi", "-").stdout.startswith('{\n  "openapi": ')
    assert [*tmp_path.iterdir()] == []


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with what `make setup` reads first."""
    for name in ("Makefile", "pyproject.toml", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def make(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    without_make = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", "-C", folder, "setup", *arguments],
        env=without_make | settings,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_wrong_python_is_named(checkout: Path) -> None:
    refused = make(checkout, "PYTHON=/nonexistent/python")
    assert refused.returncode == 2
    assert "PYTHON=/nonexistent/python can't be run" in refused.stderr


def test_packages_that_cannot_be_had_are_explained_in_a_line(checkout: Path) -> None:
    nowhere = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(checkout), "PIP_CONFIG_FILE": os.devnull}
    refused = make(checkout, f"PYTHON={sys.base_exec_prefix}/bin/python3", **nowhere)
    assert refused.returncode == 2
    assert "The packages could not be installed" in refused.stderr
    assert "PIP_INDEX_URL" in refused.stderr
    assert "Traceback" not in refused.stderr
