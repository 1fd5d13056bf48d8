"""The files below `/docs/static`: where they are, and how long a browser may keep them."""

from os import PathLike, fspath, stat_result
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC_DIR = Path(__file__).parent / "static"
VENDOR_DIR = STATIC_DIR / "vendor"

# The folder of a vendored package carries its version, so its files never change.
KEEP_FOR_A_YEAR = "public, max-age=31536000, immutable"
# Our own files keep their names when they change: ask each time, answer 304 when the same.
ASK_EACH_TIME = "no-cache"


def vendor_folders(versions: Path = VENDOR_DIR / "VERSIONS") -> dict[str, str]:
    """Map each vendored package to its folder.

    Reads lines "name version licence" and returns `{"redoc": "redoc-2.5.4", ...}`.
    """
    lines = versions.read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return {name: f"{name}-{version}" for name, version, _licence in rows}


class CachedFiles(StaticFiles):
    """Static files with a `Cache-Control` that suits each of them."""

    def is_versioned(self, path: Path, scope: Scope) -> bool:
        """Whether the address changes with the content of the file, so that browsers may keep it for good."""
        raise NotImplementedError

    def file_response(
        self,
        full_path: str | PathLike[str],
        stat_result: stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Answer with the file (200), or with 304 when the browser has it already."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        versioned = self.is_versioned(Path(fspath(full_path)), scope)
        response.headers["cache-control"] = KEEP_FOR_A_YEAR if versioned else ASK_EACH_TIME
        return response


class DocsFiles(CachedFiles):
    """The files of `STATIC_DIR`; those of vendored packages are below their versions."""

    def __init__(self) -> None:
        """Serve `STATIC_DIR`."""
        super().__init__(directory=STATIC_DIR)
        self._vendored = tuple(VENDOR_DIR.resolve() / folder for folder in vendor_folders().values())

    def is_versioned(self, path: Path, scope: Scope) -> bool:
        """Whether the file belongs to a vendored package."""
        return any(path.is_relative_to(folder) for folder in self._vendored)
