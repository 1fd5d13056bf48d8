"""The database of a server: whether it answers, is of the right kind, and lets this user work."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

from app.doctor.findings import Finding, ok, problem, warning
from app.tables import metadata

OLDEST = 13
CLOSE = timedelta(seconds=2)
"""How far two clocks may be apart."""

_SERVER = text(
    "SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,"
    " current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS is_standby,"
    " current_setting('transaction_read_only') AS read_only, clock_timestamp() AS now,"
    " current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS connections,"
    " current_user AS \"user\", coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS can_create"
)
_FORBIDDEN = text(
    "SELECT c.relname FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND CASE c.relkind"
    " WHEN 'r' THEN c.relname = ANY(:tables) AND NOT (has_table_privilege(c.oid, 'SELECT')"
    "  AND has_table_privilege(c.oid, 'INSERT') AND has_table_privilege(c.oid, 'UPDATE')"
    "  AND has_table_privilege(c.oid, 'DELETE'))"
    " WHEN 'S' THEN NOT has_sequence_privilege(c.oid, 'USAGE') ELSE false END ORDER BY 1"
)
_INVALID = text(
    "SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class c ON c.oid = indexrelid"
    " WHERE NOT indisvalid AND c.relnamespace = current_schema()::regnamespace"
)
_REMEDIES = {
    "3D000": "Create the database, in UTF-8: createdb --encoding=UTF8 --template=template0 NAME",
    "28P01": "Check user and password in the URL.",
    "28000": "Check the user in the URL, and what pg_hba.conf lets in.",
    "53300": "The server has no connection left: close some, or raise its max_connections.",
    "57P03": "The server is starting or stopping: wait.",
}


def unreachable(setting: str, error: Exception) -> Finding:
    """A database that doesn't answer, with what to do about it."""
    cause = getattr(error, "orig", None) or error
    state = getattr(cause, "sqlstate", None) or ""
    remedy = _REMEDIES.get(state, "Is the server running, and does it listen where the URL says?")
    said = "no answer within five seconds" if isinstance(error, TimeoutError) else str(cause).partition("\n")[0]
    return problem("database", f"The database of {setting} can't be reached: {said}.", remedy)


def examine(connection: Connection, connections: int) -> Iterator[Finding]:
    """Whether the server is right for the service, which opens so many connections at most."""
    row = connection.execute(_SERVER).one()
    if row.number < OLDEST * 10000:
        yield problem("database", f"The server is PostgreSQL {row.version}.", f"Use version {OLDEST} or newer.")
    else:
        yield ok("database", f"The server is PostgreSQL {row.version}.")
    if row.encoding != "UTF8":
        yield problem("database", f"The database is encoded in {row.encoding}.", _REMEDIES["3D000"])
    if row.is_standby or row.read_only == "on":
        what = "is a standby" if row.is_standby else "is set to be read only"
        yield problem("database", f"The database {what}: nothing can be written.", "Name the primary in the URL.")
    yield from _permissions(connection, row.user, can_create=row.can_create)
    if invalid := connection.execute(_INVALID).scalars().all():
        remedy = f"Build them again: REINDEX INDEX {invalid[0]}"
        yield problem("database", f"Indexes are not valid: {', '.join(invalid)}.", remedy)
    if connections > row.connections:
        remedy = "Raise the server's max_connections, or lower MIEUX_WORKERS."
        message = f"The service may open {connections} connections, and the server has {row.connections}."
        yield warning("database", message, remedy)
    yield clock(row.now - datetime.now(UTC))


def _permissions(connection: Connection, user: str, *, can_create: bool) -> Iterator[Finding]:
    forbidden = connection.execute(_FORBIDDEN, {"tables": list(metadata.tables)}).scalars().all()
    if forbidden:
        remedy = f'Let it: GRANT ALL ON ALL TABLES, ALL SEQUENCES IN SCHEMA public TO "{user}"'
        yield problem("database", f"The user {user} may not work with {', '.join(forbidden)}.", remedy)
    else:
        yield ok("database", f"The user {user} may read and write every table.")
    if not can_create:
        remedy = f'Let another user migrate, or let this one: GRANT CREATE ON SCHEMA public TO "{user}"'
        yield warning("database", f"The user {user} may not create tables, so it can't migrate.", remedy)


def clock(ahead: timedelta) -> Finding:
    """Whether the server's clock agrees with this machine's; `ahead` is by how much it is ahead."""
    direction = "ahead of" if ahead > timedelta() else "behind"
    message = f"The server's clock is {abs(ahead).total_seconds():.1f} s {direction} this machine's."
    if abs(ahead) > CLOSE:
        return warning("clock", message, "Let both machines follow a time server (chrony, systemd-timesyncd).")
    return ok("clock", message)
