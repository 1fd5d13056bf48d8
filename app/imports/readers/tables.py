"""Tables: rows of cells become drafts, whatever file they came from.

A table is recognised by its header. A list stands in one cell, separated by semicolons. Columns that the registry's
own tables have beside the written ones (labels, counts, instants) are passed over; any other unknown column is told by
a warning. An empty cell says nothing, except in a row of the registry's own (one with an `id` or a `version`), which
had the value before: there it empties the field.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic_core import PydanticUndefined

from app.core.formats.delimited import unguarded
from app.imports.drafts import Draft, Finding, Severity
from app.imports.entities import ENTITIES, KEPT, Entity, Kind, column_name, is_derived, recognise
from app.imports.problems import UnreadableFile

SEPARATOR = ";"
MAX_ROWS = 100_000
MAX_COLUMNS = 200

_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.0+)?")

Row = tuple[int, Sequence[Any]]
"""The number of a row in its table, from 1, and its cells."""


@dataclass
class Table:
    """The drafts of one table."""

    entity: Entity
    drafts: list[Draft]
    problems: list[Finding]


def read_table(rows: Iterable[Row], *, sheet: str | None = None, name: str = "") -> Table | None:
    """A table's rows below its header; None when the header is that of no table. `name` decides between tables that the
    header could be of.

    Raises UnreadableFile for more rows or columns than are read.
    """
    rest = iter(rows)
    header_line, header = next(rest, (1, ()))
    columns = [column_name(cell) for cell in header]
    while columns and not columns[-1]:
        columns.pop()
    entity = recognise([column for column in columns if column], name)
    if entity is None:
        return None
    if len(columns) > MAX_COLUMNS:
        raise UnreadableFile(f"A table has at most {MAX_COLUMNS} columns; this one has {len(columns)}.")
    problems = list(_check_header(entity, columns, header, header_line, sheet))
    if any(problem.severity is Severity.ERROR for problem in problems):
        return Table(entity, [], problems)
    drafts: list[Draft] = []
    for line, cells in rest:
        if len(drafts) >= MAX_ROWS:
            raise UnreadableFile(f"A table has at most {MAX_ROWS:,} rows: send the file in parts.")
        if any(not _is_empty(cell) for cell in cells):
            drafts.append(_draft(entity, columns, cells, line, sheet))
    return Table(entity, drafts, problems)


def _check_header(
    entity: Entity, columns: Sequence[str], header: Sequence[Any], line: int, sheet: str | None
) -> Iterator[Finding]:
    where: dict[str, Any] = {"line": line, "sheet": sheet}
    for column, written in zip(columns, header, strict=False):
        if column and columns.count(column) > 1 and column in entity.kinds:
            message = f"the column '{column}' is there {columns.count(column)} times"
            yield Finding(severity=Severity.ERROR, code="repeated-column", message=message, column=column, **where)
            return
        if column not in entity.kinds and column not in KEPT and not is_derived(entity, column):
            known = ", ".join(entity.kinds)
            message = (
                f"the column '{written}' is not read: {entity.name} have {known}"
                if column
                else "a column without a name is not read"
            )
            yield Finding(
                severity=Severity.WARNING, code="unknown-column", message=message, column=str(written), **where
            )


def _is_empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _draft(entity: Entity, columns: Sequence[str], cells: Sequence[Any], line: int, sheet: str | None) -> Draft:
    named = dict(zip(columns, cells, strict=False))
    draft = Draft(values={}, line=line, sheet=sheet)
    if len(cells) < len(columns):
        _report(draft, "cut-row", f"the row has {len(cells)} cells, its header {len(columns)}: is the file cut off?")
    elif any(not _is_empty(cell) for cell in cells[len(columns) :]):
        _report(draft, "long-row", f"the row has {len(cells)} cells, its header {len(columns)}")
    is_own = any(not _is_empty(named.get(column)) for column in KEPT)
    for column, cell in named.items():
        if column in KEPT and not _is_empty(cell):
            draft.values[column] = _number(cell)
        elif column in entity.kinds:
            if not _is_empty(cell):
                draft.values[column] = _value(draft, entity.kinds[column], column, cell)
            elif is_own and column != "slug":
                _empty(draft, entity, column)
    _name_partners(draft, named)
    return draft


def _report(draft: Draft, code: str, message: str, severity: Severity = Severity.ERROR, **more: Any) -> None:
    finding = Finding(severity=severity, code=code, message=message, line=draft.line, sheet=draft.sheet, **more)
    draft.problems.append(finding)


def _empty(draft: Draft, entity: Entity, column: str) -> None:
    """An emptied cell empties the field; one that always has a value gets back what it has by itself."""
    info = entity.create.model_fields[column]
    if entity.kinds[column] is Kind.LIST:
        draft.values[column] = []
    elif info.default in (None, PydanticUndefined):
        draft.values[column] = None
    else:
        draft.values[column] = info.default


REFERENCES = frozenset({"action", "activity", "follows", "source"})


def _value(draft: Draft, kind: Kind, column: str, cell: Any) -> Any:
    match kind:
        case Kind.LIST:
            parts = [part.strip() for part in _text(cell).split(SEPARATOR)]
            return [_number(part) if column == "partners" else part for part in parts if part]
        case Kind.NUMBER if column in REFERENCES:
            return _number(cell)
        case Kind.NUMBER:
            return _number(cell)
        case Kind.DATE:
            return _date(draft, column, cell)
        case Kind.TEXT:
            return _text(cell)


def _text(cell: Any) -> str:
    """A cell as a person sees it."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return unguarded(str(cell).strip()).strip()


def _number(cell: Any) -> Any:
    """A whole number, however the file has it; anything else as it stands, for the check to refuse."""
    written = _text(cell)
    return int(written.partition(".")[0]) if _NUMBER.fullmatch(written) else written


def _date(draft: Draft, column: str, cell: Any) -> str:
    if not isinstance(cell, date):
        return _text(cell)
    day = cell.date() if isinstance(cell, datetime) else cell
    if day.day == 1:
        message = f"the cell is a date and was read as the day {day}: if the month is meant, write {day:%Y-%m} as text"
        _report(draft, "date-cell", message, Severity.WARNING, column=column, quote=str(day))
    return day.isoformat()


def _name_partners(draft: Draft, named: Mapping[str, Any]) -> None:
    """Names that stand beside the ids of partners say who they are in a registry that has other ids."""
    keys = draft.values.get("partners")
    beside = next(
        (named[name] for name in ("partners_names", "partners_name", "partner_names") if named.get(name)), None
    )
    if not keys or beside is None or not all(isinstance(key, int) for key in keys):
        return
    names = [part.strip() for part in _text(beside).split(SEPARATOR)]
    if len(names) == len(keys):
        draft.values["partners"] = [{"id": key, "name": name} for key, name in zip(keys, names, strict=True)]


def unrecognised(header: Sequence[Any]) -> UnreadableFile:
    """The problem of a table whose header is that of none."""
    names = ", ".join(str(cell) for cell in header[:8] if not _is_empty(cell)) or "nothing"
    needs = "; ".join(f"{entity.name}: {', '.join(sorted(entity.required))}" for entity in ENTITIES.values())
    return UnreadableFile(
        f"The first row ({names}) is not the header of a table that is known. What each needs: {needs}."
    )
