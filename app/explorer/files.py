"""The explorer's static files, below an address that changes with any of them, so that browsers keep them for good."""

import hashlib
from functools import cache
from pathlib import Path

from starlette.types import Scope

from app.core.addresses import address
from app.docs.assets import CachedFiles, vendor_folders

FOLDER = Path(__file__).parent / "static"
VENDOR = FOLDER / "vendor"
MOUNTED_AT = "/explorer"


@cache
def digest() -> str:
    """What names the present state of all files."""
    seen = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            seen.update(path.relative_to(FOLDER).as_posix().encode() + b"\0" + path.read_bytes())
    return seen.hexdigest()[:16]


def static(name: str) -> str:
    """The address of a file: "app.js" is "/explorer/0123456789abcdef/app.js"."""
    return address(f"{MOUNTED_AT}/{digest()}/{name}")


@cache
def vendored(package: str) -> str:
    """The folder of a vendored package, within the static files."""
    return f"vendor/{vendor_folders(VENDOR / 'VERSIONS')[package]}"


@cache
def modules() -> tuple[str, ...]:
    """Our own modules that every view needs: a browser that knows them at once asks for them together."""
    folders = (FOLDER, FOLDER / "base", FOLDER / "parts")
    return tuple(path.relative_to(FOLDER).as_posix() for folder in folders for path in sorted(folder.glob("*.js")))


class ExplorerFiles(CachedFiles):
    """Static files below the digest of all. A page that is older than an update gets the files of today, to ask for
    again each time."""

    def __init__(self) -> None:
        """Serves the folder."""
        super().__init__(directory=FOLDER)

    def get_path(self, scope: Scope) -> str:
        """The path within the folder: without the digest."""
        asked, _, path = super().get_path(scope).partition("/")
        scope["state"]["is_current"] = asked == digest()
        return path

    def is_versioned(self, path: Path, scope: Scope) -> bool:
        """Whether the address has today's digest."""
        return bool(scope["state"]["is_current"])
