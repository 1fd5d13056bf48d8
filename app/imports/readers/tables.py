"""Tables: rows of cells become drafts, whatever file they came from.

A table is recognised by its header. A list is in one cell, separated by semicolons. An empty cell says nothing,
except in a row of the registry's own (one with an `id` or a `version`), which had the value before: there it empties
the field. Contents that can't be read are never taken for an empty cell.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from pydantic_core import PydanticUndefined

from app.imports.drafts import Draft, Finding, Severity
from app.imports.entities import ENTITIES, KEPT, Entity, Kind, fields_of, recognise
from app.imports.limits import MAX_COLUMNS, MAX_RECORDS, refuse_beyond
from app.imports.naming import is_closed
from app.imports.problems import UnreadableFile
from app.imports.readers.cells import Row, UnreadCell, error_value, is_empty, number_of, text_of
from app.imports.readers.columns import Column, columns_of, header_findings, is_tag_row, names_in
from app.imports.readers.dates import read_date
from app.imports.readers.interpretation import is_open_end, is_totals, says_nothing, value_of, values_of

SEPARATOR = ";"
_MOST_ABOVE = 10
"""Rows in which a header is looked for."""


@dataclass
class Table:
    """The drafts of one table."""

    entity: Entity
    drafts: list[Draft]
    problems: list[Finding]


@dataclass
class Header:
    """The row of a table that names its columns."""

    entity: Entity
    line: int
    cells: Sequence[Any]
    names: list[str]
    """The fields that the columns hold, or the names of those that hold none."""
    above: list[int]
    """The rows above it."""


def find_header(rows: Iterator[Row], name: str = "", columns: Mapping[str, str] | None = None) -> Header:
    """The first of ten rows that is the header of a known table; those below it are left in the iterator. `name`
    decides between tables that it could be of, `columns` are what the editor says of columns.

    Raises UnreadableFile for rows of which none is that of a table.
    """
    first: Sequence[Any] = ()
    above: list[int] = []
    for line, cells in islice(rows, _MOST_ABOVE):
        first = first or cells
        names = names_in(cells, columns)
        entity = recognise(names, name)
        if entity is not None:
            return Header(entity, line, cells, fields_of(entity, names), above)
        above.append(line)
    raise unrecognised(first)


def read_table(
    rows: Iterable[Row], *, sheet: str | None = None, name: str = "", columns: Mapping[str, str] | None = None
) -> Table:
    """A table's rows below its header.

    Raises UnreadableFile for rows without the header of a table, and for more rows or columns than are read.
    """
    rest = iter(rows)
    return read_rows(find_header(rest, name, columns), rest, sheet=sheet)


def read_rows(header: Header, rows: Iterator[Row], *, sheet: str | None = None) -> Table:
    """The rows below a header.

    Raises UnreadableFile for more rows or columns than are read.
    """
    entity, names = header.entity, header.names
    refuse_beyond(len(names), MAX_COLUMNS, "columns in a table", advice="delete those that aren't needed")
    columns = columns_of(entity, names)
    table = Table(entity, [], [*header_findings(entity, names, columns, header.cells)])

    def report(code: str, message: str, line: int, severity: Severity = Severity.NOTE) -> None:
        table.problems.append(Finding(severity=severity, code=code, message=message, line=line))

    if header.above:
        report("rows-above", "the rows above the header were passed over", header.above[0])
    first = next(rows, None)
    if first is not None and is_tag_row(first[1]):
        report("hxl-tags", "the row of HXL hashtags was passed over: columns are known by their names", first[0])
    elif first is not None:
        rows = chain([first], rows)
    if not any(problem.severity is Severity.ERROR for problem in table.problems):
        written = names_in(header.cells)
        for number, cells in rows:
            stated = [cell for cell in cells if not is_empty(cell)]
            if not stated:
                continue
            if names_in(cells) == written:
                report("repeated-header", "the row has the header once more, and was passed over", number)
            elif is_totals(stated):
                report("totals-row", "the row sums up others, and was passed over", number, Severity.WARNING)
            else:
                table.drafts.append(_Row(entity, columns, cells, number, sheet).draft())
                refuse_beyond(len(table.drafts), MAX_RECORDS, "rows in a table")
    for problem in table.problems:
        problem.line, problem.sheet = problem.line or header.line, sheet
    return table


class _Row:
    """One row, while its draft is made."""

    def __init__(
        self, entity: Entity, columns: Sequence[Column | None], cells: Sequence[Any], line: int, sheet: str | None
    ) -> None:
        self.entity = entity
        self.columns = columns
        self.cells = cells
        self.made = Draft(values={}, line=line, sheet=sheet)

    def draft(self) -> Draft:
        """The row as a draft, with what was met in it."""
        count, columns = len(self.cells), len(self.columns)
        if count < columns:
            self._report("cut-row", f"the row has {count} cells, its header {columns}: is the file cut off?")
        elif any(not is_empty(cell) for cell in self.cells[columns:]):
            self._report("long-row", f"the row has {count} cells, its header {columns}")
        pairs = [(column, cell) for column, cell in zip(self.columns, self.cells, strict=False) if column is not None]
        is_own = any(column.field in KEPT and not is_empty(cell) for column, cell in pairs)
        for column, cell in pairs:
            if not column.is_check:
                self._read(column, cell, is_own=is_own)
        for column, cell in pairs:
            if column.is_check and not is_empty(cell):
                if column.field in self.made.values:
                    self._compare(column, text_of(cell))
                else:
                    self._read(column, cell, is_own=is_own)
        return self.made

    def _read(self, column: Column, cell: Any, *, is_own: bool) -> None:
        unread = cell if isinstance(cell, UnreadCell) else error_value(cell) if isinstance(cell, str) else None
        if unread is not None:
            self._report(unread.code, f"{column.field}: {unread.message}", column=column.name)
        elif column.field in KEPT:
            if not is_empty(cell):
                self.made.values[column.field] = number_of(cell)
        elif isinstance(cell, str) and says_nothing(cell) and not is_own:
            self._warn("says-nothing", f"{column.field}: '{cell.strip()}' was read as an empty cell", column, cell)
        elif column.field == "end" and isinstance(cell, str) and is_open_end(cell):
            self.made.values["end"] = None
            self._warn("open-end", f"end: '{cell.strip()}' was read as an open end", column, cell)
        elif not is_empty(cell):
            self.made.values[column.field] = self._value(column, cell)
        elif is_own and column.field != "slug":
            self._empty(column.field)

    def _report(self, code: str, message: str, severity: Severity = Severity.ERROR, **more: Any) -> None:
        self.made.problems.append(self.made.finding(severity, code, message, **more))

    def _empty(self, field: str) -> None:
        """An emptied cell empties the field; one that always has a value gets back what it has by itself."""
        default = self.entity.create.model_fields[field].default
        empty: list[Any] | None = [] if self.entity.kinds[field] is Kind.LIST else None
        self.made.values[field] = empty if default is PydanticUndefined else default

    def _value(self, column: Column, cell: Any) -> Any:
        kind = self.entity.kinds[column.field]
        if column.names is not None:
            return self._named(column, cell, is_list=kind is Kind.LIST)
        match kind:
            case Kind.LIST if column.field == "partners":
                parts = [part.strip() for part in text_of(cell).split(SEPARATOR)]
                return [number_of(part) for part in parts if part]
            case Kind.LIST:
                return self._interpreted(column, cell, *values_of(self.entity, column.field, text_of(cell)))
            case Kind.NUMBER:
                return number_of(cell)
            case Kind.DATE:
                written, remark = read_date(cell)
                if remark is not None:
                    self._warn("date-cell", f"{column.field}: {remark}", column, cell)
                return written
            case Kind.TEXT:
                return self._interpreted(column, cell, *value_of(self.entity, column.field, text_of(cell)))

    def _interpreted(self, column: Column, cell: Any, value: Any, is_interpreted: bool) -> Any:
        if is_interpreted:
            read = "; ".join(value) if isinstance(value, list) else value
            self._warn("interpreted", f"{column.field}: '{text_of(cell)}' was read as {read}", column, cell)
        return value

    def _warn(self, code: str, message: str, column: Column, cell: Any) -> None:
        self._report(code, message, Severity.WARNING, column=column.name, quote=text_of(cell))

    def _named(self, column: Column, cell: Any, *, is_list: bool) -> Any:
        """The values of names; a name that nothing has stays as it is, for the check to refuse."""
        assert column.names is not None
        written = text_of(cell)
        if not is_list:
            return column.names(written) or written
        names = [part.strip() for part in written.split(SEPARATOR)]
        return [column.names(name) or name for name in names if name]

    def _compare(self, column: Column, written: str) -> None:
        """Warns where names say something else than the values beside them, which are read."""
        value = self.made.values.get(column.field)
        names = [part.strip() for part in written.split(SEPARATOR) if part.strip()]
        if column.field == "partners":
            self._name_partners(value, names)
            return
        assert column.names is not None
        named = [column.names(name) for name in names]
        values = value if isinstance(value, list) else [value]
        if is_closed(self.entity, column.field) and None not in named and set(named) != set(values):
            message = f"{column.name} says '{written}', and '{column.field}' something else, which was read"
            self._report("label-differs", message, Severity.WARNING, column=column.name, quote=written)

    def _name_partners(self, keys: Any, names: Sequence[str]) -> None:
        """Names next to the ids of partners say who they are in a registry that has other ids."""
        if isinstance(keys, list) and len(names) == len(keys) and all(isinstance(key, int) for key in keys):
            self.made.values["partners"] = [{"id": key, "name": name} for key, name in zip(keys, names, strict=True)]


def unrecognised(header: Sequence[Any]) -> UnreadableFile:
    """The problem of a table whose header is that of none."""
    names = ", ".join(str(cell) for cell in header[:8] if not is_empty(cell)) or "nothing"
    wanted = "; ".join(f"{entity.name}: {_columns(entity)}" for entity in ENTITIES.values())
    return UnreadableFile(
        f"The first row ({names}) is not the header of a table that is known. At least two columns, and half of them "
        f"all, have to be those of one table, with those that it needs. The columns that were looked for: {wanted}."
    )


def _columns(entity: Entity) -> str:
    needed = ", ".join(sorted(entity.required))
    return f"{needed} (needed), {', '.join(name for name in entity.kinds if name not in entity.required)}"
