"""Statements that are compiled once for each database, and whose rows come from the driver as they are.

To build a statement takes several times as long as to run it, and so does all that lies between it and the driver.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol, TypeAlias, TypeVar

from sqlalchemy import Connection, Dialect, SelectBase, column, select, table
from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")

KEYS = "keys"
"""The name of the one parameter that is a list: `bindparam(KEYS, expanding=True)`."""

State: TypeAlias = tuple[str, int]
"""An epoch, and the number of a change."""

Row = dict[str, Any]
"""A row by the names of its columns."""


class Statement:
    """A SELECT with named parameters."""

    def __init__(self, selected: SelectBase) -> None:
        self._selected = selected
        self._compiled: dict[str, Compiled] = {}

    def on(self, dialect: Dialect) -> "Compiled":
        """The statement as a kind of database takes it."""
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = Compiled(self._selected, dialect)
        return compiled


class NotNow(Exception):
    """What is read can't be read without waiting, or not from one state."""


class Rows(Protocol):
    """Reads from one state of the data."""

    def __call__(self, statement: Statement, /, **parameters: Any) -> list[Row]:
        """The rows of a statement, in its order."""
        ...


STATE = Statement(select(column("epoch"), column("sequence")).select_from(table("registry_state")))
"""The epoch and the number of the last change."""


class Compiled:
    """A statement as one kind of database takes it."""

    def __init__(self, selected: SelectBase, dialect: Dialect) -> None:
        self._statement: Any = selected.compile(dialect=dialect)
        self._for_keys = lru_cache(maxsize=64)(self._expand)
        self._names = [str(column.name) for column in selected.selected_columns]
        processors = [
            (str(column.name), column.type._cached_result_processor(dialect, None))  # noqa: SLF001 - as its own rows are
            for column in selected.selected_columns
        ]
        # The same values come again and again: dates, instants, languages.
        self._processors = [(name, lru_cache(maxsize=1024)(process)) for name, process in processors if process]

    def text(self, parameters: Mapping[str, Any]) -> tuple[str, list[Any]]:
        """The text with the values for its places."""
        keys: Sequence[Any] = parameters.get(KEYS, ())
        text, fixed, places = self._for_keys(len(keys))
        values = fixed.copy()
        for place, name in places:
            values[place] = parameters[name] if isinstance(name, str) else keys[name]
        return text, values

    def rows(self, found: Sequence[Sequence[Any]]) -> list[Row]:
        """The driver's rows, with the values that the columns' types have."""
        names = self._names
        rows = [dict(zip(names, row, strict=True)) for row in found]
        for name, process in self._processors:
            for row in rows:
                row[name] = process(row[name])
        return rows

    def _expand(self, keys: int) -> tuple[str, list[Any], list[tuple[int, str | int]]]:
        """The text for so many keys, the values that are always the same, and the places of the others: each with the
        name of its parameter, or the number of its key."""
        statement = self._statement
        given = {
            name: [None] * keys if name == KEYS else None for name, bind in statement.binds.items() if bind.required
        }
        state = statement.construct_expanded_state(given)
        numbers = {name: number for number, name in enumerate(state.parameter_expansion.get(KEYS, ()))}
        fixed: list[Any] = []
        places: list[tuple[int, str | int]] = []
        for place, name in enumerate(state.positiontup):
            process = statement._bind_processors.get(name)  # noqa: SLF001 - as its own parameters are
            value = state.additional_parameters[name] if name in numbers else state.parameters[name]
            fixed.append(process(value) if process else value)
            if name in numbers:
                places.append((place, numbers[name]))
            elif name in given:
                places.append((place, name))
        return state.statement, fixed, places


async def read_over(connection: AsyncConnection, read: Callable[[Rows], T]) -> T:
    """What a function reads over a connection."""
    return await connection.run_sync(lambda sync: read(rows_over(sync)))


def rows_over(connection: Connection) -> Rows:
    """Reads over a connection."""

    def rows(statement: Statement, /, **parameters: Any) -> list[Row]:
        compiled = statement.on(connection.dialect)
        text, values = compiled.text(parameters)
        return compiled.rows(connection.exec_driver_sql(text, tuple(values)).all())

    return rows
