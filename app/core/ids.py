"""Ids of new records, where the database would give them one by one.

PostgreSQL inserts many rows by one statement and says which id each has got. SQLite doesn't say it in their order, so
the ORM would insert row by row. But a transaction that writes to it is the only one: the ids that follow are its own.
"""

from collections import defaultdict
from typing import Any

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

_LAST = text("SELECT seq FROM sqlite_sequence WHERE name = :name")


def number_new_records(session: Session, _context: Any, _instances: Any) -> None:
    """Before a flush: gives new records the ids that follow."""
    if session.get_bind().dialect.name != "sqlite":
        return
    new: defaultdict[str, list[Any]] = defaultdict(list)
    for record in session.new:
        table = inspect(type(record)).local_table
        if table.dialect_options["sqlite"]["autoincrement"] and record.id is None:
            new[table.name].append(record)
    for name, records in new.items():
        if len(records) > 1:
            last = session.execute(_LAST, {"name": name}).scalar() or 0
            for record in records:
                last += 1
                record.id = last
