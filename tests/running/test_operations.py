"""What `docs/operations.md` tells an administrator to do, done to the letter."""

import os
import re
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from support.commands import COMMAND, free_port
from tests.running.service import environment, mieux

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "docs" / "operations.md").read_text("utf-8")


def blocks(heading: str) -> list[str]:
    """The shell blocks below a heading, up to the next one."""
    section = re.split(r"^#+ ", TEXT.partition(f"\n{heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    found = re.findall(r"^```sh\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL)
    assert found, heading
    return found


def run(script: str, url: str, folder: Path) -> str:
    """Runs a script as it is in an empty folder, with the command on the path; gives what it printed."""
    own = environment(url, port=str(free_port()))
    own["COLUMNS"] = "120"  # of the terminal
    own["PATH"] = f"{COMMAND.parent}{os.pathsep}{own['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=folder, env=own, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout


def test_the_drill_succeeds_and_leaves_the_backup_alone(database_url: str, tmp_path: Path) -> None:
    assert mieux(database_url, "keys", "create", "--role", "admin", "--name", "ada").returncode == 0
    printed = run("\n".join(blocks("### The drill")), database_url, tmp_path)
    assert "ada" in printed.splitlines()[-2]
    assert "problem" not in printed
    backup, checksum = sorted(tmp_path.iterdir())
    assert checksum.name == f"{backup.name}.sha256"
    with sqlite3.connect(backup) as copy:
        assert copy.execute("SELECT count(*) FROM actions").fetchone() == (17,)
    copy.close()


def test_the_drill_fails_with_a_backup_that_was_damaged(database_url: str, tmp_path: Path) -> None:
    first, *rest = blocks("### The drill")
    damage = 'printf x | dd of="$backup" bs=1 seek=5000 conv=notrunc status=none\n'
    with pytest.raises(AssertionError, match="FAILED"):
        run("\n".join((first, damage, *rest)), database_url, tmp_path)


def test_keys_are_made_listed_rotated_and_revoked(database_url: str, tmp_path: Path) -> None:
    printed = run("\n".join([*blocks("## Keys"), "mieux keys list"]), database_url, tmp_path)
    assert len(re.findall(r"^mx_\S{43}$", printed, flags=re.MULTILINE)) == 2
    last_list = printed.rpartition("revoked.")[2]
    revoked = {
        line.split("│")[1].strip(): line.split("│")[6].strip() for line in last_list.splitlines() if "ada" in line
    }
    assert revoked["ada-2026"]
    assert not revoked["ada-2027"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
@pytest.mark.parametrize("unit", ["mieux.service", "mieux-backup.service", "mieux-backup.timer"])
def test_systemd_takes_the_units(tmp_path: Path, unit: str) -> None:
    for file in (ROOT / "deploy" / "systemd").glob("mieux*.*"):
        text = file.read_text("utf-8").replace("/opt/mieux/.venv/bin/mieux", str(COMMAND))
        (tmp_path / file.name).write_text(text, "utf-8")
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / unit], capture_output=True, text=True, check=False
    )
    assert (verified.returncode, verified.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_the_unit_is_exposed_as_little_as_it_can_be() -> None:
    """By systemd's own measure, from 0 to 100: above 20 something that hardens it was taken away."""
    unit = ROOT / "deploy" / "systemd" / "mieux.service"
    measured = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", unit],
        capture_output=True,
        text=True,
        check=False,
    )
    assert measured.returncode == 0, measured.stdout[-300:]
