"""The documents follow the record, in the transaction that changes it: no call site has to remember it."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from importlib.metadata import version
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.actions.models import Action, ActionCountry, ActionPartner, ActionTheme
from app.activities.models import Activity
from app.core.database import history_of
from app.core.progress import Progress, silent
from app.core.session_state import state_of
from app.core.text_search.documents import SearchDocument, SearchState, SearchTerm, row_of, terms_of, vocabulary
from app.core.text_search.engines import filling
from app.deployments.models import Deployment
from app.outputs.models import Output
from app.reference.models import Partner, Theme
from app.search.documents import KINDS, Kind, documents_of

AT_ONCE = 500
_RULES = 5
"""Counts the changes of what documents say and how their words are cut."""


def _now_and_before(record: Any, name: str) -> Iterator[Any]:
    """What a record belongs to, and what it belonged to until now."""
    history = history_of(record, name)
    yield from (key for key in (getattr(record, name), *history.deleted) if key is not None)


def _affected(record: Any) -> Iterator[tuple[Kind | str, Any]]:
    """The kinds and keys of the records that say something else when this one changes."""
    match record:
        case Action():
            yield Kind.ACTION, record.id
        case Activity() | Output():
            yield Kind.ACTIVITY if isinstance(record, Activity) else Kind.OUTPUT, record.id
            yield from ((Kind.ACTION, key) for key in _now_and_before(record, "action"))
        case Deployment():
            yield from ((Kind.ACTION, key) for key in _now_and_before(record, "action"))
            yield from ((Kind.ACTIVITY, key) for key in _now_and_before(record, "activity"))
        case ActionCountry() | ActionTheme() | ActionPartner():
            yield from ((Kind.ACTION, key) for key in _now_and_before(record, "action"))
        case Partner():
            yield Kind.PARTNER, record.id
        case Theme():
            yield "theme", record.slug


def collect_affected(session: Session, _context: Any) -> None:
    """After a flush: notes whose words it changed."""
    touched = state_of(session).unindexed
    for record in (*session.new, *session.deleted, *filter(session.is_modified, session.dirty)):
        touched.update(_affected(record))


def index_affected(session: Session) -> None:
    """Before a commit: indexes what was noted."""
    session.flush()
    state = state_of(session)
    touched, state.unindexed = state.unindexed, set()
    keys: defaultdict[Kind | str, set[Any]] = defaultdict(set)
    for kind, key in touched:
        keys[kind].add(key)
    if not touched:
        return
    connection = session.connection()  # rows need no ORM
    links: tuple[tuple[Any, Any, set[Any]], ...] = (
        (ActionTheme.action, ActionTheme.theme, keys.pop("theme", set())),
        (ActionPartner.action, ActionPartner.partner, keys[Kind.PARTNER]),
    )
    for action, column, named in links:
        keys[Kind.ACTION].update(_actions_named(connection, action, column, named))
    for kind in KINDS:
        _refresh(connection, kind, sorted(keys[kind]))


def _actions_named(connection: Connection, action: Any, column: Any, keys: set[Any]) -> Iterator[int]:
    """The actions that have one of the records."""
    if keys:
        yield from connection.execute(select(action).where(column.in_(keys))).scalars()


def _refresh(connection: Connection, kind: Kind, keys: Sequence[int]) -> None:
    """Writes the documents of records as they stand; those of records that are gone go, too."""
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        rows = [row_of(document) for document in documents_of(connection, kind, some)]
        _put(connection, rows, _known(connection, kind, some))
        if gone := set(some) - {row["record"] for row in rows}:
            connection.execute(
                delete(SearchDocument).where(SearchDocument.kind == kind, SearchDocument.record.in_(gone))
            )


def _known(connection: Connection, kind: Kind, keys: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The documents as they were written last."""
    table = SearchDocument.__table__
    wanted = select(table).where(table.c.kind == kind, table.c.record.in_(keys))
    return {row["record"]: dict(row) for row in connection.execute(wanted).mappings()}


def _put(connection: Connection, documents: Sequence[dict[str, Any]], known: Mapping[int, dict[str, Any]]) -> None:
    """Writes what is new, and nothing else: most changes of a record don't touch most of its words."""
    # In the order of the index: it writes what it has gathered whenever one comes that is before the last.
    rows = sorted((row for row in documents if row != known.get(row["record"])), key=itemgetter("id"))
    if not rows:
        return
    columns = [name for name in rows[0] if name not in ("kind", "record")]
    statement = _insert(connection, SearchDocument)
    changes = {name: statement.excluded[name] for name in columns}
    connection.execute(statement.on_conflict_do_update(index_elements=["kind", "record"], set_=changes), rows)
    if terms := terms_of(vocabulary(rows) - vocabulary(known.values())):
        connection.execute(_insert(connection, SearchTerm).on_conflict_do_nothing(), terms)


def _insert(connection: Connection, model: Any) -> Any:
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(model.__table__)


# -- all of them --


@cache
def rules() -> str:
    """What the documents follow from, beside the record: these rules, the names of countries and other labels, and
    the libraries that have a say."""
    reference = resources.files("app.reference")
    tables = [reference.joinpath(*name).read_bytes() for name in (("countries.csv",), ("labels", "words.csv"))]
    libraries = [f"{name} {version(name)}".encode() for name in ("snowballstemmer", "babel")]
    return hashlib.sha256(b"\n".join([f"{_RULES}".encode(), *libraries, *tables])).hexdigest()


def is_up_to_date(connection: Connection) -> bool:
    """Whether the documents were written by today's rules."""
    return bool(connection.execute(select(SearchState.rules)).scalar() == rules())


def bring_up_to_date(connection: Connection, progress: Progress = silent) -> bool:
    """Writes every document anew, unless they were written by today's rules; says whether they were written."""
    if is_up_to_date(connection):
        return False
    write_all(connection, progress)
    return True


def write_all(connection: Connection, progress: Progress = silent) -> None:
    """Writes every document anew."""
    words = set[str]()
    with filling(connection):
        for kind, (key, _) in KINDS.items():
            highest = connection.execute(select(func.max(key))).scalar() or 0
            for first in range(0, highest, AT_ONCE):
                progress(f"indexing words of {kind}", first, highest)
                some = list(connection.execute(select(key).where(key > first, key <= first + AT_ONCE)).scalars())
                if rows := [row_of(document) for document in documents_of(connection, kind, some)]:
                    connection.execute(insert(SearchDocument), rows)
                    words |= vocabulary(rows)
    connection.execute(delete(SearchTerm))
    terms = terms_of(words)
    for start in range(0, len(terms), AT_ONCE):
        connection.execute(insert(SearchTerm), terms[start : start + AT_ONCE])
    connection.execute(delete(SearchState))
    connection.execute(insert(SearchState).values(id=1, rules=rules()))
