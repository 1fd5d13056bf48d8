"""The header of a table: which field each column holds, and in what form."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.imports.drafts import Finding, Severity
from app.imports.entities import KEPT, Beside, Entity, beside, column_name, is_derived
from app.imports.naming import NameReader, reader_of_names

_TAG: Final = re.compile(r"#[a-z][a-z0-9_]*( *\+[a-z][a-z0-9_]*)*", re.IGNORECASE)


@dataclass(frozen=True)
class Column:
    """A column that is read."""

    name: str
    """As the header has it, as the name of a column."""
    field: str
    """The field that it holds."""
    names: NameReader | None = None
    """What makes values of the names that it holds; None where it holds the values themselves."""
    is_check: bool = False
    """Whether the values are in another column, with which its names should agree."""


def names_in(header: Sequence[Any], columns: Mapping[str, str] | None = None) -> list[str]:
    """The names of the columns, without the empty ones at the end. `columns` are the fields of those that an editor
    named."""
    names = [column_name(cell) for cell in header]
    names = [(columns or {}).get(name, name) for name in names]
    while names and not names[-1]:
        names.pop()
    return names


def columns_of(entity: Entity, names: Sequence[str]) -> list[Column | None]:
    """What each column of a header holds; None for one that isn't read.

    Labels come with codes, as in the registry's own tables; alone, they are read in their place.
    """
    held = {name for name in names if name in entity.kinds or name in KEPT}
    columns: list[Column | None] = []
    for name in names:
        other = beside(entity, name)
        if name in entity.kinds or name in KEPT:
            columns.append(Column(name, name))
        elif other is None:
            columns.append(None)
        else:
            columns.append(_beside(entity, name, other, held))
            held.add(other.field)
    return columns


def _beside(entity: Entity, name: str, other: Beside, held: set[str]) -> Column | None:
    reader = None if other.is_key else reader_of_names(entity, other.field)
    if other.field in held:
        return None if reader is None else Column(name, other.field, reader, is_check=True)
    return Column(name, other.field, reader) if other.is_key or reader is not None else None


def header_findings(
    entity: Entity, names: Sequence[str], columns: Sequence[Column | None], header: Sequence[Any]
) -> Iterator[Finding]:
    """What is wrong with a header, and which of its columns aren't read. The registry's own tables have columns that
    it derives; in others, somebody may have meant something by them."""
    is_own = not KEPT.isdisjoint(names)
    for name, written in zip(names, header, strict=False):
        if name in entity.kinds and column_name(written) != name:
            message = f"the column '{written}' was read as '{name}'"
            yield Finding(severity=Severity.NOTE, code="column-read-as", message=message, column=str(written))
    for name, column, written in zip(names, columns, header, strict=False):
        if column is not None:
            if names.count(name) > 1:
                message = f"the column '{name}' is there {names.count(name)} times"
                yield Finding(severity=Severity.ERROR, code="repeated-column", message=message, column=name)
                return
            continue
        other, severity, code = beside(entity, name), Severity.WARNING, "unknown-column"
        if other is not None and other.field in names:
            continue
        if not name:
            message = "a column without a name is not read"
        elif other is not None:
            message = f"the column '{written}' is not read without '{other.field}'"
        elif is_derived(entity, name):
            if is_own:
                continue
            severity, code = Severity.NOTE, "derived-column"
            message = f"the column '{written}' is not read: the registry derives it"
        else:
            message = f"the column '{written}' is not read: {entity.name} have {', '.join(entity.kinds)}"
        yield Finding(severity=severity, code=code, message=message, column=str(written))


def is_tag_row(cells: Sequence[Any]) -> bool:
    """Whether a row has the hashtags of the Humanitarian Exchange Language, which say what its columns mean."""
    tags = [str(cell).strip() for cell in cells if cell is not None and str(cell).strip()]
    return bool(tags) and all(_TAG.fullmatch(tag) for tag in tags)
