"""How far long work has come, in a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str, int, int], None]
"""Takes what is being done, how many parts of it are done, and of how many; 0 where that isn't known."""


def silent(_what: str, _done: int, _total: int) -> None:
    """Where nobody looks on."""


@contextmanager
def shown() -> Iterator[Progress]:
    """Shows a bar on standard error while the work goes on, and removes it; nothing where that is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        bar = bars.add_task("", total=None)

        def progress(what: str, done: int, total: int) -> None:
            bars.update(bar, description=what, completed=done, total=total or None)

        yield progress
