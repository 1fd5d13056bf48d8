"""Dates of the precision that a source gives: `2010`, `2010-05` or `2010-05-17` (EDTF level 0, ISO 8601).

A partial date is stored as it was written, beside the first and the last day that it can mean. Filters and
orders use the two days. A date that is not known, or an end that is open, is `null` as written, and its two days
are `UNKNOWN_DAY`, which lies after every day that can be asked for: an open end is never over, an unknown start has
never begun, and no query needs a branch for either.
"""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema
from sqlalchemy import String, event
from sqlalchemy.orm import DeclarativeBase, Mapper
from sqlalchemy.types import TypeDecorator

UNKNOWN_DAY = date(9999, 12, 31)
FIRST_YEAR, LAST_YEAR = 1900, 2199
_EARLIEST_DAY, _LATEST_DAY = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
"""The open ends of an interval: the first and the last day that can be asked for."""

_PARTIAL_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
# The days of the calendar from 1900 through 2199, for descriptions; 1900 and 2100 have no 29 February.
_DAY = (
    "(19|2[01])[0-9]{2}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    "|02-(0[1-9]|1[0-9]|2[0-8]))|((19|2[01])(0[48]|[2468][048]|[13579][26])|2000)-02-29"
)
_PARTIAL = f"(19|2[01])[0-9]{{2}}(-(0[1-9]|1[0-2]))?|{_DAY}"
DAY_PATTERN = f"^({_DAY})$"
PARTIAL_PATTERN = f"^({_PARTIAL})$"
INTERVAL_PATTERN = rf"^({_PARTIAL})$|^({_PARTIAL}|\.\.)/({_PARTIAL}|\.\.)$"
_FORMS = "write a year (2010), a month (2010-05) or a day (2010-05-17)"


@dataclass(frozen=True)
class Span:
    """An interval of days, both ends included."""

    first_day: date
    last_day: date

    @property
    def is_open_before(self) -> bool:
        """Whether it begins with the first day that can be asked for."""
        return self.first_day == _EARLIEST_DAY

    @property
    def is_open_after(self) -> bool:
        """Whether it ends with the last day that can be asked for."""
        return self.last_day == _LATEST_DAY

    def intersection(self, other: "Span") -> "Span | None":
        """The days that both have, or None."""
        first, last = max(self.first_day, other.first_day), min(self.last_day, other.last_day)
        return Span(first, last) if first <= last else None

    def __str__(self) -> str:
        """The shortest EDTF form: `2012`, `2012-06`, `2012-06/2012-12`, `2012-06-03/2012-06-09` or `2014/..`."""
        # Both ends have one precision, as people write them: the second half of 2012 is not `2012-07/2012`.
        for precision in (4, 7, 10):
            first = PartialDate(self.first_day.isoformat()[:precision])
            last = PartialDate(self.last_day.isoformat()[:precision])
            if first.first_day == self.first_day and last.last_day == self.last_day:
                break
        if first == last:
            return str(first)
        return f"{'..' if self.is_open_before else first}/{'..' if self.is_open_after else last}"

    @classmethod
    def parse(cls, written: str) -> Self:
        """Reads `2012`, `2012-06`, `2012-06-03` or an interval of two of them; `..` is an open end.

        Raises ValueError with a message for the person who wrote it.
        """
        first, slash, last = written.partition("/")
        if not slash:
            day = PartialDate(first)
            return cls(day.first_day, day.last_day)
        span = cls(
            _EARLIEST_DAY if first == ".." else PartialDate(first).first_day,
            _LATEST_DAY if last == ".." else PartialDate(last).last_day,
        )
        if span.first_day > span.last_day:
            raise ValueError(f"the interval {written!r} ends before it begins")
        return span


def year_span(year: int) -> Span:
    """All days of a year."""
    return Span(date(year, 1, 1), date(year, 12, 31))


class PartialDate(str):
    """A date as written, of the precision that is known; compares and sorts as its text.

    Raises ValueError when the text is not a year, a month or a day of the calendar between 1900 and 2199.
    """

    __slots__ = ()

    def __new__(cls, written: str) -> Self:
        match = _PARTIAL_DATE.fullmatch(written)
        if match is None:
            raise ValueError(f"{written!r} is no date: {_FORMS}")
        year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or 1)
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValueError(f"{written!r} is outside the years {FIRST_YEAR} to {LAST_YEAR}")
        try:
            date(year, month, day)
        except ValueError:
            raise ValueError(f"{written!r} is no day of the calendar") from None
        return super().__new__(cls, written)

    @property
    def first_day(self) -> date:
        """The first day that the date can mean."""
        return date.fromisoformat(f"{self}-01-01"[:10])

    @property
    def last_day(self) -> date:
        """The last day that the date can mean."""
        year = int(self[:4])
        month = int(self[5:7] or 12)
        return date(year, month, int(self[8:] or calendar.monthrange(year, month)[1]))

    @property
    def span(self) -> Span:
        """All days that the date can mean."""
        return Span(self.first_day, self.last_day)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(cls._validate, core_schema.str_schema(strict=True))

    @classmethod
    def _validate(cls, written: str) -> "PartialDate":
        try:
            return cls(written)
        except ValueError as error:
            raise PydanticCustomError("partial_date", "{reason}", {"reason": str(error)}) from None

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {
            "type": "string",
            "title": "PartialDate",
            "pattern": PARTIAL_PATTERN,
            "description": "EDTF / ISO 8601 date of the precision that is known: year, month or day.",
            "examples": ["2010", "2010-05", "2010-05-17"],
        }


class PartialDateText(TypeDecorator[PartialDate]):
    """The column of a partial date as written. Two columns of days may stand beside it, named after it."""

    impl = String(10)
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Any) -> PartialDate | None:
        """What was stored is valid: only the type is given back."""
        return None if value is None else str.__new__(PartialDate, value)


def days_of(name: str, written: str | None) -> dict[str, date]:
    """The values of the two columns of days that stand beside the partial date `name`."""
    span = PartialDate(written).span if written else Span(UNKNOWN_DAY, UNKNOWN_DAY)
    return {f"{name}_first_day": span.first_day, f"{name}_last_day": span.last_day}


@cache
def _partial_dates(mapper: Mapper[Any]) -> Sequence[str]:
    return [
        attribute.key
        for attribute in mapper.column_attrs
        if isinstance(attribute.columns[0].type, PartialDateText) and f"{attribute.key}_first_day" in mapper.attrs
    ]


def keep_days(base: type[DeclarativeBase]) -> None:
    """Lets every mapped class under `base` fill the columns of days from the dates as written, at each flush."""

    def fill(mapper: Mapper[Any], _connection: Any, target: Any) -> None:
        for name in _partial_dates(mapper):
            for column, day in days_of(name, getattr(target, name)).items():
                if getattr(target, column) != day:
                    setattr(target, column, day)

    event.listen(base, "before_insert", fill, propagate=True)
    event.listen(base, "before_update", fill, propagate=True)
