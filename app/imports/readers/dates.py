"""Dates in cells: as the registry writes them, and as spreadsheets and people do."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from babel import Locale

from app.core.languages import LabelLanguage
from app.core.partial_dates import PartialDate
from app.core.text import fold
from app.imports.readers.cells import text_of

_DAY_MONTH_YEAR: Final = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})")
_YEAR_MONTH_DAY: Final = re.compile(r"([0-9]{4})([./-])([0-9]{1,2})(?:\2([0-9]{1,2}))?")
_MONTH_YEAR: Final = re.compile(r"([0-9]{1,2})[./-]([0-9]{4})")
_NAMED: Final = re.compile(
    r"(?:(?P<day>[0-9]{1,2})\.?[\s-]+)?(?P<month>[^\W\d_]+)\.?[\s./-]+(?P<year>[0-9]{4}|[0-9]{2})"
)
# The official languages of the EU: who sends a table has a spreadsheet in one of them.
_LANGUAGES: Final = "bg cs da el et fi ga hr hu it lt lv mt nl pl pt ro sk sl sv"


def read_date(cell: Any) -> tuple[str, str | None]:
    """A cell as a partial date, and what to look at in how it was read; None where it can mean nothing else.

    What is no date stays as it is, for the check to refuse.
    """
    if isinstance(cell, date):
        day = cell.date() if isinstance(cell, datetime) else cell
        return day.isoformat(), _first_of_month(day.isoformat(), "the cell is a date and")
    written = text_of(cell)
    for read in (_day_month_year, _year_month_day, _month_year, _named_month):
        if (found := read(written)) is not None and _is_date(found[0]):
            return found
    return written, None


def _first_of_month(day: str, what: str) -> str | None:
    """Spreadsheets make the first day of `2010-05`."""
    if not day.endswith("-01"):
        return None
    return f"{what} was read as the day {day}: if the month is meant, write {day[:7]} as text"


def _is_date(written: str) -> bool:
    try:
        PartialDate(written)
    except ValueError:
        return False
    return True


def _day_month_year(written: str) -> tuple[str, str | None] | None:
    """`17.05.2010`, `17/05/2010`, and `05/17/2010` where the second number can be no month."""
    match = _DAY_MONTH_YEAR.fullmatch(written)
    if match is None:
        return None
    first, second, year = int(match[1]), int(match[3]), match[4]
    if second > 12:
        day = f"{year}-{first:02d}-{second:02d}"
        return day, f"'{written}' was read as {day}, the month first"
    day = f"{year}-{second:02d}-{first:02d}"
    if first <= 12 and first != second and match[2] != ".":
        other = f"{year}-{first:02d}-{second:02d}"
        return day, f"'{written}' was read as {day}, the day first: if {other} is meant, write it so"
    return day, _first_of_month(day, f"'{written}'")


def _year_month_day(written: str) -> tuple[str, str | None] | None:
    """`2010/5/17`, `2010.05`."""
    match = _YEAR_MONTH_DAY.fullmatch(written)
    if match is None:
        return None
    return "-".join([match[1], *(f"{int(part):02d}" for part in (match[3], match[4]) if part)]), None


def _month_year(written: str) -> tuple[str, str | None] | None:
    """`05/2010`."""
    match = _MONTH_YEAR.fullmatch(written)
    return None if match is None else (f"{match[2]}-{int(match[1]):02d}", None)


def _named_month(written: str) -> tuple[str, str | None] | None:
    """`May 2010`, `17. Mai 2010`, and `Mai 10`, as spreadsheets show a month that they took for a day."""
    match = _NAMED.fullmatch(written)
    month = _months().get(fold(match["month"])) if match is not None else None
    if match is None or month is None:
        return None
    year = match["year"]
    if len(year) == 4:
        day = f"-{int(match['day']):02d}" if match["day"] else ""
        return f"{year}-{month:02d}{day}", None
    if match["day"]:
        return None
    found = f"20{year}-{month:02d}"
    return found, f"'{written}' was read as {found}: write months as {found}, in cells that are formatted as text"


@cache
def _months() -> dict[str, int]:
    """Months by their names and abbreviations. The registry's own languages come first; of others, names that mean two
    months are left out."""
    found = {name: month for language in LabelLanguage for name, month in _names(language.value)}
    others: dict[str, set[int]] = {}
    for language in _LANGUAGES.split():
        for name, month in _names(language):
            others.setdefault(name, set()).add(month)
    return {name: min(months) for name, months in others.items() if len(months) == 1} | found


def _names(language: str) -> Iterator[tuple[str, int]]:
    months = Locale.parse(language).months
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for month, name in months[context][width].items():
                yield fold(name).strip(". "), month
