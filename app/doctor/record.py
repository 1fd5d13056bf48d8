"""What the database holds: its schema, the words of the search, the history, and who may write."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import Connection, func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from app import schema
from app.core.audit import Change, State
from app.core.database import now
from app.core.roles import Role
from app.core.security import Key
from app.doctor.findings import Finding, ok, problem, warning
from app.search.upkeep import is_up_to_date

MIGRATE = "Run: mieux migrate"
TOLERANCE = timedelta(minutes=1)


async def revision(engine: AsyncEngine, *, migrates_itself: bool) -> Finding:
    """Whether the database has the schema of this version."""
    current, needed = await schema.current_revision(engine), schema.newest_revision()
    if current == needed:
        return ok("schema", f"The schema is at revision {current}, as this version needs it.")
    if current is not None and current > needed:
        remedy = "Install the version that migrated it, or restore a backup of this one."
        return problem("schema", f"The schema is at revision {current}, of a newer version than this one.", remedy)
    message = f"The schema is at revision {current or 'none (the database is empty)'}, and this version needs {needed}."
    if migrates_itself:
        return warning("schema", message, "The next start migrates it; make a backup before.")
    return problem("schema", message, MIGRATE)


def content(connection: Connection, *, has_bootstrap_key: bool) -> Iterator[Finding]:
    """What the tables hold, where they are at the right revision."""
    if is_up_to_date(connection):
        yield ok("search", "The words that search looks through are up to date.")
    else:
        message = "The words that search looks through were written by other rules than those of this version."
        yield problem("search", message, MIGRATE)
    yield from _history(connection)
    yield _keys(connection, has_bootstrap_key=has_bootstrap_key)


def _history(connection: Connection) -> Iterator[Finding]:
    counted = connection.execute(select(State.sequence)).scalar()
    last, instant = connection.execute(select(func.max(Change.sequence), func.max(Change.instant))).one()
    if counted != (last or 0):
        remedy = "Somebody has changed the tables by hand: restore a backup."
        yield problem(
            "history", f"The latest change has the number {last}, and the next one follows {counted}.", remedy
        )
    else:
        yield ok("history", f"{counted} changes are recorded.")
    if instant is not None and instant > now() + TOLERANCE:
        remedy = "Set the clock of this machine; it would write changes that seem older than others."
        yield problem(
            "clock", f"The latest change is of {instant:%Y-%m-%d %H:%M} UTC, and it is {now():%Y-%m-%d %H:%M}.", remedy
        )


def _keys(connection: Connection, *, has_bootstrap_key: bool) -> Finding:
    valid = select(func.count()).where(
        Key.role == Role.ADMIN.value, Key.revoked_at.is_(None), or_(Key.expires_at.is_(None), Key.expires_at > now())
    )
    number = connection.execute(valid).scalar() or 0
    if number or has_bootstrap_key:
        return ok("keys", f"{number} administrators have a valid key.")
    return warning("keys", "Nobody can administer the registry.", "Run: mieux keys create --role admin --name NAME")
