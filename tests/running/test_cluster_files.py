"""The files of `deploy/cluster/`, read by the programs that they are for, where `make test` could unpack them."""

import os
import subprocess
from pathlib import Path

import pytest

from app.settings import Settings
from support.commands import ROOT

DEPLOYED = ROOT / "deploy" / "cluster"
TOOLS = ROOT / ".venv" / "cluster"
LIBRARIES = TOOLS / "usr/lib/x86_64-linux-gnu"


@pytest.mark.skipif(not (TOOLS / ".complete").exists(), reason="HAProxy and Varnish of Debian 12 are not unpacked here")
def test_proxies_accept_their_files(tmp_path: Path) -> None:
    commands = (
        ["haproxy", "-c", "-f", DEPLOYED / "haproxy.cfg"],
        ["varnishd", "-C", "-n", tmp_path / "work", "-p", f"vmod_path={LIBRARIES / 'varnish/vmods'}", "-f",
         DEPLOYED / "mieux.vcl"],
    )  # fmt: skip
    for name, *arguments in commands:
        done = subprocess.run(
            [TOOLS / "usr/sbin" / name, *arguments],
            env=os.environ | {"LD_LIBRARY_PATH": f"{LIBRARIES}:{LIBRARIES / 'varnish'}"},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]


def test_the_settings_of_a_node_exist() -> None:
    lines = [line for line in (DEPLOYED / "mieux.env").read_text("utf-8").splitlines() if not line.startswith("#")]
    assert lines
    for line in lines:
        name, _, value = line.partition("=")
        Settings.model_validate({name.removeprefix("MIEUX_").lower(): value})
        assert name.removeprefix("MIEUX_").lower() in Settings.model_fields
