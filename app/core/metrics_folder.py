"""The folder in which several worker processes share what they count."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def metrics_folder() -> Path | None:
    """The folder; None in a process that counts for itself."""
    folder = os.environ.get(_VARIABLE)
    return Path(folder) if folder else None


@contextmanager
def shared_by_workers(count: int) -> Iterator[None]:
    """Lets `count` worker processes that are started meanwhile share a folder; one worker needs none.

    The library that counts looks for it when it is imported: this module must not import it.
    """
    os.environ.pop(_VARIABLE, None)
    if count == 1:
        yield
        return
    with TemporaryDirectory(prefix="mieux-metrics-") as folder:
        os.environ[_VARIABLE] = folder
        try:
            yield
        finally:
            del os.environ[_VARIABLE]
