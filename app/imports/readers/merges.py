"""Merged cells: a spreadsheet shows one value across them, and its file has it in the first of them alone."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from app.imports.drafts import Finding, Severity
from app.imports.readers.cells import Row, is_empty
from app.imports.readers.survey import Merge


def filled(rows: Iterable[Row], merges: Sequence[Merge]) -> Iterator[Row]:
    """The rows of a sheet, in which each row of a merged range has its value. A value across
    columns belongs to the first of them alone."""
    begins: defaultdict[int, list[Merge]] = defaultdict(list)
    for merge in merges:
        begins[merge[0]].append(merge)
    values: dict[int, tuple[Any, int]] = {}
    for number, cells in rows:
        row = list(cells)
        for column, (value, last) in list(values.items()):
            if number > last:
                del values[column]
            elif is_empty(row[column]):
                row[column] = value
        for first, column, last, _ in begins.get(number, ()):
            if last > first and column <= len(row):
                values[column - 1] = (row[column - 1], last)
        yield number, row


def merge_findings(merges: Iterable[Merge], header: Sequence[Any], sheet: str) -> Iterator[Finding]:
    """What was made of merged ranges, for each column that has some; the header is the row above them."""
    down: defaultdict[int, list[Merge]] = defaultdict(list)
    across: defaultdict[int, list[Merge]] = defaultdict(list)
    for merge in merges:
        first, column, last, last_column = merge
        if column <= len(header) and (last_column > column or last > first):
            (across if last_column > column else down)[column].append(merge)
    for found, severity, what in (
        (down, Severity.NOTE, "the value of merged cells was read in each of their rows"),
        (across, Severity.WARNING, "cells are merged across columns: their value was read in the first column alone"),
    ):
        for column, ranges in found.items():
            first, _, last, _ = ranges[0]
            more = f", and {len(ranges) - 1} more" if len(ranges) > 1 else ""
            name = str(header[column - 1])
            message = f"{name}: {what} (rows {first} to {last}{more})"
            yield Finding(severity=severity, code="merged-cells", message=message, line=first, sheet=sheet, column=name)
