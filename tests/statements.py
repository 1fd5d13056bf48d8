"""Statements of the service, as they are run."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.statements import Compiled


@contextmanager
def statements_noted(note: Callable[[str], None], *engines: AsyncEngine) -> Iterator[None]:
    """Notes the statements of engines meanwhile, and those which go past them, without those that only frame a
    transaction."""
    past: set[str] = set()
    take_text = Compiled.text

    def on_engine(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement not in past and not statement.startswith(("BEGIN", "PRAGMA")):
            note(statement)

    def noting_text(self: Compiled, parameters: Mapping[str, Any]) -> tuple[str, list[Any]]:
        text, values = take_text(self, parameters)
        past.add(text)
        note(text)
        return text, values

    synchronous = {engine.sync_engine for engine in engines}
    Compiled.text = noting_text  # type: ignore[method-assign]
    for engine in synchronous:
        event.listen(engine, "before_cursor_execute", on_engine)
    try:
        yield
    finally:
        Compiled.text = take_text  # type: ignore[method-assign]
        for engine in synchronous:
            event.remove(engine, "before_cursor_execute", on_engine)
