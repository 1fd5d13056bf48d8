"""What a database says of an error, without the values of the record that it quotes: it ends in the log."""

from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import event
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.core.pools import MeasuredPool

_DATA_EXCEPTION = "22"
"""The class of SQLSTATE whose messages quote the value that was refused."""


def open_engine(url: str | URL, **options: Any) -> AsyncEngine:
    """An engine whose errors don't quote what was stored or asked for; the URL names the driver, too."""
    engine = create_async_engine(
        url,
        hide_parameters=True,
        poolclass=MeasuredPool,
        json_serializer=_json,  # each takes a quarter of the standard library's time
        json_deserializer=from_json,
        **options,
    )
    event.listen(engine.sync_engine, "handle_error", _hide_values)
    return engine


def _json(value: Any) -> str:
    return to_json(value).decode()


def _hide_values(context: ExceptionContext) -> None:
    # PostgreSQL's DETAIL quotes rows and keys, and so do the messages of values that it can't read.
    error = context.original_exception
    cause = error.__cause__
    if getattr(cause, "detail", None) is not None:
        cause.detail = None  # type: ignore[union-attr]
    if str(getattr(cause, "sqlstate", None) or "").startswith(_DATA_EXCEPTION):
        for shown in (cause, error, context.sqlalchemy_exception):
            if shown is not None:
                shown.args = (f"{type(cause).__name__}: a value was refused",)
