"""What a database says of an error, without the values of the record that it quotes: it ends in the log."""

from sqlalchemy.engine import ExceptionContext

_DATA_EXCEPTION = "22"
"""The class of SQLSTATE whose messages quote the value that was refused."""


def hide_values(context: ExceptionContext) -> None:
    """A listener for an engine's `handle_error`, to go with `hide_parameters`: PostgreSQL's DETAIL quotes rows and
    keys, and so do the messages of values that it can't read."""
    error = context.original_exception
    cause = error.__cause__
    if getattr(cause, "detail", None) is not None:
        cause.detail = None  # type: ignore[union-attr]
    if str(getattr(cause, "sqlstate", None) or "").startswith(_DATA_EXCEPTION):
        for shown in (cause, error, context.sqlalchemy_exception):
            if shown is not None:
                shown.args = (f"{type(cause).__name__}: a value was refused",)
